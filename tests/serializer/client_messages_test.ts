/**
 * Every message that a client can send, in every serializer (§4.1): octets
 * written down beforehand are read as the fields they stand for.
 */
import { assertEquals } from "@std/assert";
import type { ClientMessage } from "../../src/wamp/message.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import {
  CBOR_CODEC,
  type Codec,
  CODECS,
  decode,
  JSON_CODEC,
  MSGPACK_CODEC,
  valuesOf,
} from "../support/serializers.ts";

/** The fields of a message, its payload as values. */
type Fields = Record<string, unknown>;

const error = (payload: unknown[]): Fields => ({
  code: 8,
  requestType: 68,
  request: 7,
  details: {},
  error: "app.error",
  payload,
  text: undefined,
});
const publish = (options: Fields, payload: unknown[]): Fields => ({
  code: 16,
  request: 300,
  options,
  topic: "com.topic",
  payload,
});
const call = (options: Fields, payload: unknown[]): Fields => ({
  code: 48,
  request: 70_000,
  options,
  procedure: "com.proc",
  payload,
});
const yielded = (options: Fields, payload: unknown[]): Fields => ({
  code: 70,
  request: 200,
  options,
  payload,
});

interface Row {
  readonly name: string;
  readonly json: string;
  readonly msgpack: string;
  readonly cbor: string;
  readonly fields: Fields;
}

const ROWS: Row[] = [
  {
    name: "HELLO",
    json: '[1,"realm1",{"roles":{"caller":{}}}]',
    msgpack: "9301a67265616c6d3181a5726f6c657381a663616c6c657280",
    cbor: "8301667265616c6d31a165726f6c6573a16663616c6c6572a0",
    fields: { code: 1, realm: "realm1", details: { roles: { caller: {} } } },
  },
  {
    name: "HELLO without a realm",
    json: '[1,null,{"roles":{}}]',
    msgpack: "9301c081a5726f6c657380",
    cbor: "8301f6a165726f6c6573a0",
    fields: { code: 1, realm: null, details: { roles: {} } },
  },
  {
    name: "ABORT",
    json: '[3,{"message":"bye"},"app.error"]',
    msgpack: "930381a76d657373616765a3627965a96170702e6572726f72",
    cbor: "8303a1676d65737361676563627965696170702e6572726f72",
    // Nobody reads it.
    fields: { code: 3, details: {}, reason: "app.error" },
  },
  {
    name: "ABORT with payload",
    json: '[3,{},"app.error",[1],{"a":2}]',
    msgpack: "950380a96170702e6572726f72910181a16102",
    cbor: "8503a0696170702e6572726f728101a1616102",
    fields: { code: 3, details: {}, reason: "app.error" },
  },
  {
    name: "AUTHENTICATE",
    json: '[5,"secret",{"nonce":"x"}]',
    msgpack: "9305a673656372657481a56e6f6e6365a178",
    cbor: "830566736563726574a1656e6f6e63656178",
    fields: { code: 5, signature: "secret", extra: { nonce: "x" } },
  },
  {
    name: "GOODBYE",
    json: '[6,{},"wamp.close.close_realm"]',
    msgpack: "930680b677616d702e636c6f73652e636c6f73655f7265616c6d",
    cbor: "8306a07677616d702e636c6f73652e636c6f73655f7265616c6d",
    fields: { code: 6, details: {}, reason: "wamp.close.close_realm" },
  },
  {
    name: "ERROR",
    json: '[8,68,7,{},"app.error"]',
    msgpack: "9508440780a96170702e6572726f72",
    cbor: "8508184407a0696170702e6572726f72",
    fields: error([]),
  },
  {
    name: "ERROR with Arguments",
    json: '[8,68,7,{},"app.error",["no"]]',
    msgpack: "9608440780a96170702e6572726f7291a26e6f",
    cbor: "8608184407a0696170702e6572726f7281626e6f",
    fields: error([["no"]]),
  },
  {
    name: "ERROR with both",
    json: '[8,68,7,{},"app.error",["no"],{"code":4}]',
    msgpack: "9708440780a96170702e6572726f7291a26e6f81a4636f646504",
    cbor: "8708184407a0696170702e6572726f7281626e6fa164636f646504",
    fields: error([["no"], { code: 4 }]),
  },
  {
    name: "PUBLISH",
    json: '[16,300,{"acknowledge":true},"com.topic"]',
    msgpack: "9410cd012c81ab61636b6e6f776c65646765c3a9636f6d2e746f706963",
    cbor: "841019012ca16b61636b6e6f776c65646765f569636f6d2e746f706963",
    fields: publish({ acknowledge: true }, []),
  },
  {
    name: "PUBLISH with Arguments",
    json: '[16,300,{},"com.topic",[1,"b"]]',
    msgpack: "9510cd012c80a9636f6d2e746f7069639201a162",
    cbor: "851019012ca069636f6d2e746f70696382016162",
    fields: publish({}, [[1, "b"]]),
  },
  {
    name: "PUBLISH with both",
    json: '[16,300,{},"com.topic",[],{"k":[true,null]}]',
    msgpack: "9610cd012c80a9636f6d2e746f7069639081a16b92c3c0",
    cbor: "861019012ca069636f6d2e746f70696380a1616b82f5f6",
    fields: publish({}, [[], { k: [true, null] }]),
  },
  {
    name: "SUBSCRIBE",
    json: '[32,1,{"match":"prefix"},"com."]',
    msgpack: "94200181a56d61746368a6707265666978a4636f6d2e",
    cbor: "84182001a1656d617463686670726566697864636f6d2e",
    fields: {
      code: 32,
      request: 1,
      options: { match: "prefix" },
      topic: "com.",
    },
  },
  {
    name: "UNSUBSCRIBE",
    json: "[34,2,5000000000]",
    msgpack: "932202cf000000012a05f200",
    cbor: "831822021b000000012a05f200",
    fields: { code: 34, request: 2, subscription: 5e9 },
  },
  {
    name: "UNSUBSCRIBE with Options",
    json: '[34,2,5000000000,{"x":1}]',
    msgpack: "942202cf000000012a05f20081a17801",
    cbor: "841822021b000000012a05f200a1617801",
    fields: { code: 34, request: 2, subscription: 5e9 },
  },
  {
    name: "CALL",
    json: '[48,70000,{},"com.proc"]',
    msgpack: "9430ce0001117080a8636f6d2e70726f63",
    cbor: "8418301a00011170a068636f6d2e70726f63",
    fields: call({}, []),
  },
  {
    name: "CALL with Arguments",
    json: '[48,70000,{},"com.proc",[1.5]]',
    msgpack: "9530ce0001117080a8636f6d2e70726f6391cb3ff8000000000000",
    cbor: "8518301a00011170a068636f6d2e70726f6381fb3ff8000000000000",
    fields: call({}, [[1.5]]),
  },
  {
    name: "CALL with both",
    json: '[48,70000,{"timeout":500},"com.proc",[1.5],{"k":"v"}]',
    msgpack:
      "9630ce0001117081a774696d656f7574cd01f4a8636f6d2e70726f6391cb3ff800000000000081a16ba176",
    cbor:
      "8618301a00011170a16774696d656f75741901f468636f6d2e70726f6381fb3ff8000000000000a1616b6176",
    fields: call({ timeout: 500 }, [[1.5], { k: "v" }]),
  },
  {
    name: "CANCEL",
    json: '[49,70000,{"mode":"kill"}]',
    msgpack: "9331ce0001117081a46d6f6465a46b696c6c",
    cbor: "8318311a00011170a1646d6f6465646b696c6c",
    fields: { code: 49, request: 70000, options: { mode: "kill" } },
  },
  {
    name: "REGISTER",
    json: '[64,3,{"invoke":"roundrobin"},"com.proc"]',
    msgpack: "94400381a6696e766f6b65aa726f756e64726f62696ea8636f6d2e70726f63",
    cbor: "84184003a166696e766f6b656a726f756e64726f62696e68636f6d2e70726f63",
    fields: {
      code: 64,
      request: 3,
      options: { invoke: "roundrobin" },
      procedure: "com.proc",
    },
  },
  {
    name: "UNREGISTER",
    json: "[66,4,9007199254740992]",
    msgpack: "934204cf0020000000000000",
    cbor: "831842041b0020000000000000",
    fields: { code: 66, request: 4, registration: 2 ** 53 },
  },
  {
    name: "UNREGISTER with Options",
    json: "[66,4,9007199254740992,{}]",
    msgpack: "944204cf002000000000000080",
    cbor: "841842041b0020000000000000a0",
    fields: { code: 66, request: 4, registration: 2 ** 53 },
  },
  {
    name: "YIELD",
    json: "[70,200,{}]",
    msgpack: "9346ccc880",
    cbor: "83184618c8a0",
    fields: yielded({}, []),
  },
  {
    name: "YIELD with Arguments",
    json: '[70,200,{"progress":true},["r"]]',
    msgpack: "9446ccc881a870726f6772657373c391a172",
    cbor: "84184618c8a16870726f6772657373f5816172",
    fields: yielded({ progress: true }, [["r"]]),
  },
  {
    name: "YIELD with both",
    json: '[70,200,{},["r"],{"k":-1}]',
    msgpack: "9546ccc88091a17281a16bff",
    cbor: "85184618c8a0816172a1616b20",
    fields: yielded({}, [["r"], { k: -1 }]),
  },
];

function fieldsOf(message: ClientMessage): Fields {
  return "payload" in message
    ? { ...message, payload: valuesOf(message.payload) }
    : { ...message };
}

function octetsOf(row: Row, codec: Codec): Uint8Array {
  if (codec === JSON_CODEC) return utf8(row.json);
  return bytesOf(codec === MSGPACK_CODEC ? row.msgpack : row.cbor);
}

for (const row of ROWS) {
  Deno.test(`${row.name} is read from every serializer (MF-02)`, () => {
    for (const codec of CODECS) {
      const fields = fieldsOf(decode(codec, octetsOf(row, codec)));
      assertEquals(fields, row.fields, codec.serializer.name);
    }
  });
}

Deno.test("a message is read wherever it stands in a chunk (FR-06)", () => {
  for (const row of ROWS) {
    for (const codec of CODECS) {
      const octets = octetsOf(row, codec);
      // What surrounds it would change it, were it looked at.
      const chunk = concat(bytesOf("5b9384"), octets, bytesOf("2c30c0ff"));
      const bytes = chunk.subarray(1);
      const end = 2 + octets.length;
      const message = codec.serializer.decode(bytes, 2, end);
      assertEquals(fieldsOf(message), row.fields, row.name);
    }
  }
});

Deno.test("the same payload octets are sent on as came in (SE-11)", () => {
  for (const row of ROWS) {
    for (const codec of CODECS) {
      const message = decode(codec, octetsOf(row, codec));
      if (!("payload" in message) || message.payload.count === 0) continue;
      const { bytes, start, end } = message.payload;
      const view = bytes.subarray(start, end).toHex();
      assertEquals(octetsOf(row, codec).toHex().includes(view), true);
      assertEquals(valuesOf(message.payload), row.fields["payload"]);
      assertEquals(valuesOf(message.payload.kept()), row.fields["payload"]);
    }
  }
});

Deno.test("white space in JSON is free (SJ-08)", () => {
  for (const row of ROWS) {
    const spaced = " \t\r\n" + row.json.replaceAll(/[[\]{},:]/g, " \n$&\t\r ") +
      "\n";
    assertEquals(fieldsOf(decode(JSON_CODEC, utf8(spaced))), row.fields);
  }
});

Deno.test("CBOR's self-describe tag may stand before a message (SC-04)", () => {
  for (const row of ROWS) {
    for (const tag of ["d9d9f7", "da0000d9f7", "d9d9f7d9d9f7"]) {
      const message = decode(CBOR_CODEC, bytesOf(tag + row.cbor));
      assertEquals(fieldsOf(message), row.fields, row.name);
    }
  }
});
