/**
 * Every message that the router sends, in every serializer (§4.1): what is
 * written are the octets written down beforehand, and it is read back.
 */
import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import {
  type ErrorMessage,
  type Event,
  requestError,
  type RouterMessage,
} from "../../src/wamp/message.ts";
import { type Dict, EMPTY_DICT } from "../../src/wamp/options.ts";
import { NO_PAYLOAD, type Payload } from "../../src/wamp/payload.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import {
  type Codec,
  CODECS,
  decodeValue,
  encode,
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
  payloadOf,
} from "../support/serializers.ts";

const PUBLICATION = 4_429_313_566;

/** Makes a message whose payload came in `codec`. */
type Make = (payload: (...values: unknown[]) => Payload) => RouterMessage;

interface Row {
  readonly name: string;
  readonly json: string;
  readonly msgpack: string;
  readonly cbor: string;
  readonly make: Make;
}

function error(
  requestType: number,
  uri: string,
  payload: Payload,
  text: string | undefined,
): ErrorMessage {
  return {
    code: 8,
    requestType,
    request: 713,
    details: EMPTY_DICT,
    error: uri,
    payload,
    text,
  };
}

function event(details: Dict, payload: Payload): Event {
  return {
    code: 36,
    subscription: 17,
    publication: PUBLICATION,
    details,
    payload,
  };
}

const ROWS: Row[] = [
  {
    name: "WELCOME",
    json:
      '[2,9007199254740992,{"realm":"realm1","roles":{"broker":{"features":{"a":true}}}}]',
    msgpack:
      "9302cf002000000000000082a57265616c6da67265616c6d31a5726f6c657381a662726f6b657281a8666561747572657381a161c3",
    cbor:
      "83021b0020000000000000a2657265616c6d667265616c6d3165726f6c6573a16662726f6b6572a1686665617475726573a16161f5",
    make: () => ({
      code: 2,
      session: 2 ** 53,
      details: {
        realm: "realm1",
        roles: { broker: { features: { a: true } } },
      },
    }),
  },
  {
    name: "ABORT",
    json: '[3,{"message":"no"},"wamp.error.no_such_realm"]',
    msgpack:
      "930381a76d657373616765a26e6fb877616d702e6572726f722e6e6f5f737563685f7265616c6d",
    cbor:
      "8303a1676d657373616765626e6f781877616d702e6572726f722e6e6f5f737563685f7265616c6d",
    make: () => ({
      code: 3,
      details: { message: "no" },
      reason: "wamp.error.no_such_realm",
    }),
  },
  {
    name: "CHALLENGE",
    json: '[4,"ticket",{}]',
    msgpack: "9304a67469636b657480",
    cbor: "8304667469636b6574a0",
    make: () => ({ code: 4, method: "ticket", extra: EMPTY_DICT }),
  },
  {
    name: "CHALLENGE with an Extra",
    json: '[4,"wamp-scram",{"salt":"aA==","iterations":4096,"memory":null}]',
    msgpack:
      "9304aa77616d702d736372616d83a473616c74a461413d3daa697465726174696f6e73cd1000a66d656d6f7279c0",
    cbor:
      "83046a77616d702d736372616da36473616c746461413d3d6a697465726174696f6e73191000666d656d6f7279f6",
    make: () => ({
      code: 4,
      method: "wamp-scram",
      extra: { salt: "aA==", iterations: 4096, memory: null },
    }),
  },
  {
    name: "GOODBYE",
    json: '[6,{},"wamp.close.goodbye_and_out"]',
    msgpack: "930680ba77616d702e636c6f73652e676f6f646279655f616e645f6f7574",
    cbor: "8306a0781a77616d702e636c6f73652e676f6f646279655f616e645f6f7574",
    make: () => ({
      code: 6,
      details: EMPTY_DICT,
      reason: "wamp.close.goodbye_and_out",
    }),
  },
  {
    name: "ERROR",
    json: '[8,32,713,{},"wamp.error.invalid_uri"]',
    msgpack: "950820cd02c980b677616d702e6572726f722e696e76616c69645f757269",
    cbor: "850818201902c9a07677616d702e6572726f722e696e76616c69645f757269",
    make: () => error(32, "wamp.error.invalid_uri", NO_PAYLOAD, undefined),
  },
  {
    name: "ERROR with a text",
    json: '[8,48,713,{},"wamp.error.no_such_procedure",["No ü"]]',
    msgpack:
      "960830cd02c980bc77616d702e6572726f722e6e6f5f737563685f70726f63656475726591a54e6f20c3bc",
    cbor:
      "860818301902c9a0781c77616d702e6572726f722e6e6f5f737563685f70726f63656475726581654e6f20c3bc",
    make: () => requestError(48, 713, "wamp.error.no_such_procedure", "No ü"),
  },
  {
    name: "ERROR with payload",
    json: '[8,48,713,{},"app.error",[1],{"k":2}]',
    msgpack: "970830cd02c980a96170702e6572726f72910181a16b02",
    cbor: "870818301902c9a0696170702e6572726f728101a1616b02",
    make: (payload) =>
      error(48, "app.error", payload([1], { k: 2 }), undefined),
  },
  {
    name: "PUBLISHED",
    json: "[17,300,4429313566]",
    msgpack: "9311cd012ccf000000010801f61e",
    cbor: "831119012c1b000000010801f61e",
    make: () => ({ code: 17, request: 300, publication: PUBLICATION }),
  },
  {
    name: "SUBSCRIBED",
    json: "[33,1,17]",
    msgpack: "93210111",
    cbor: "8318210111",
    make: () => ({ code: 33, request: 1, subscription: 17 }),
  },
  {
    name: "UNSUBSCRIBED",
    json: "[35,2]",
    msgpack: "922302",
    cbor: "82182302",
    make: () => ({ code: 35, request: 2, details: undefined }),
  },
  {
    name: "EVENT",
    json: "[36,17,4429313566,{}]",
    msgpack: "942411cf000000010801f61e80",
    cbor: "841824111b000000010801f61ea0",
    make: () => event(EMPTY_DICT, NO_PAYLOAD),
  },
  {
    name: "EVENT with Arguments",
    json: '[36,17,4429313566,{"topic":"com.a"},["x"]]',
    msgpack: "952411cf000000010801f61e81a5746f706963a5636f6d2e6191a178",
    cbor: "851824111b000000010801f61ea165746f70696365636f6d2e61816178",
    make: (payload) => event({ topic: "com.a" }, payload(["x"])),
  },
  {
    name: "EVENT with both",
    json: '[36,17,4429313566,{},[],{"k":1}]',
    msgpack: "962411cf000000010801f61e809081a16b01",
    cbor: "861824111b000000010801f61ea080a1616b01",
    make: (payload) => event(EMPTY_DICT, payload([], { k: 1 })),
  },
  {
    name: "RESULT",
    json: "[50,70000,{}]",
    msgpack: "9332ce0001117080",
    cbor: "8318321a00011170a0",
    make: () => ({
      code: 50,
      request: 70000,
      details: EMPTY_DICT,
      payload: NO_PAYLOAD,
    }),
  },
  {
    name: "RESULT with both",
    json: '[50,70000,{"progress":true},[1.5],{"k":null}]',
    msgpack: "9532ce0001117081a870726f6772657373c391cb3ff800000000000081a16bc0",
    cbor: "8518321a00011170a16870726f6772657373f581fb3ff8000000000000a1616bf6",
    make: (payload) => ({
      code: 50,
      request: 70000,
      details: { progress: true },
      payload: payload([1.5], { k: null }),
    }),
  },
  {
    name: "REGISTERED",
    json: "[65,3,42]",
    msgpack: "9341032a",
    cbor: "83184103182a",
    make: () => ({ code: 65, request: 3, registration: 42 }),
  },
  {
    name: "UNREGISTERED",
    json: "[67,4]",
    msgpack: "924304",
    cbor: "82184304",
    make: () => ({ code: 67, request: 4, details: undefined }),
  },
  {
    name: "INVOCATION",
    json: "[68,1,42,{}]",
    msgpack: "9444012a80",
    cbor: "84184401182aa0",
    make: () => ({
      code: 68,
      request: 1,
      registration: 42,
      details: EMPTY_DICT,
      payload: NO_PAYLOAD,
    }),
  },
  {
    name: "INVOCATION with both",
    json: '[68,255,65535,{"timeout":65536,"procedure":"a.b"},[-1],{"k":false}]',
    msgpack:
      "9644ccffcdffff82a774696d656f7574ce00010000a970726f636564757265a3612e6291ff81a16bc2",
    cbor:
      "86184418ff19ffffa26774696d656f75741a000100006970726f63656475726563612e628120a1616bf4",
    make: (payload) => ({
      code: 68,
      request: 255,
      registration: 65535,
      details: { timeout: 65536, procedure: "a.b" },
      payload: payload([-1], { k: false }),
    }),
  },
  {
    name: "INTERRUPT",
    json: '[69,1,{"mode":"kill"}]',
    msgpack: "93450181a46d6f6465a46b696c6c",
    cbor: "83184501a1646d6f6465646b696c6c",
    make: () => ({ code: 69, request: 1, options: { mode: "kill" } }),
  },
];

function payloadIn(codec: Codec): (...values: unknown[]) => Payload {
  return (...values) => {
    const parts = values.map((value) => encodeValue(codec, value));
    if (values.length === 1) return payloadOf(codec, parts[0], 1);
    const comma = codec === JSON_CODEC ? utf8(",") : new Uint8Array(0);
    return payloadOf(codec, concat(parts[0], comma, parts[1]), 2);
  };
}

function octetsOf(row: Row, codec: Codec): Uint8Array {
  if (codec === JSON_CODEC) return utf8(row.json);
  return bytesOf(codec === MSGPACK_CODEC ? row.msgpack : row.cbor);
}

for (const row of ROWS) {
  Deno.test(`${row.name} is written in every serializer (MF-02, SE-12)`, () => {
    for (const to of CODECS) {
      for (const from of CODECS) {
        const message = row.make(payloadIn(from));
        assertEquals(
          encode(to, message).toHex(),
          octetsOf(row, to).toHex(),
          `${from.serializer.name} to ${to.serializer.name}`,
        );
      }
    }
  });
}

Deno.test("what is written is read back as the same values", () => {
  for (const row of ROWS) {
    for (const codec of CODECS) {
      const octets = encode(codec, row.make(payloadIn(codec)));
      assertEquals(decodeValue(codec, octets), JSON.parse(row.json), row.name);
    }
  }
});

Deno.test("messages are written one behind the other", () => {
  for (const codec of CODECS) {
    const out = new ByteWriter(new Uint8Array(1));
    let expected = "";
    for (const row of ROWS) {
      codec.serializer.encode(row.make(payloadIn(codec)), out);
      expected += octetsOf(row, codec).toHex();
    }
    assertEquals(out.toBytes().toHex(), expected);
  }
});
