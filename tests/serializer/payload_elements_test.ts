/**
 * Elements of payload apart from each other, and within other values: the octets
 * stay what they are (SE-11, SM-06, SM-07, SC-04).
 */
import {
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { Payload } from "../../src/wamp/payload.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { UnsupportedValueError } from "../../src/wamp/value_sink.ts";
import {
  constant,
  payloadOf as valuesPayload,
  readValues,
} from "../../src/wamp/values.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { withSeed } from "../support/seed.ts";
import {
  CBOR_CODEC,
  type Codec,
  CODECS,
  decodeValue,
  encode,
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
  payloadOf,
  payloadOfTrees,
  treesOf,
} from "../support/serializers.ts";
import { randomTree } from "../support/value_tree.ts";

/** `Arguments`, what stands between, `ArgumentsKw`. */
type Parts = [args: Uint8Array, between: Uint8Array, keywords: Uint8Array];

function json(args: string, between: string, keywords: string): Parts {
  return [utf8(args), utf8(between), utf8(keywords)];
}

function binary(args: string, keywords: string): Parts {
  return [bytesOf(args), new Uint8Array(0), bytesOf(keywords)];
}

const DIVIDED: [name: string, codec: Codec, parts: Parts][] = [
  ["JSON, compact", JSON_CODEC, json("[1]", ",", '{"a":[]}')],
  ["JSON, white space", JSON_CODEC, json("[ 1 ]", " \n,\t\r", '{ "a" : 1 }')],
  ["JSON, nothing first", JSON_CODEC, json("[]", " , ", '{"a":1}')],
  [
    "JSON, brackets in strings",
    JSON_CODEC,
    json('["],{\\"}",[[{"]":"\\\\"}]]]', ",", '{",{":"}"}'),
  ],
  ["MessagePack", MSGPACK_CODEC, binary("91 01", "81 a161 90")],
  ["MessagePack, nothing first", MSGPACK_CODEC, binary("90", "81 a161 01")],
  [
    "MessagePack, wide forms and extensions",
    MSGPACK_CODEC,
    binary(
      "dd00000003 c7030501 0203 d6ff5f000000 81 91c3 db00000001 61",
      "df00000001 d90161 c600000001 80",
    ),
  ],
  ["CBOR", CBOR_CODEC, binary("81 01", "a1 6161 80")],
  ["CBOR, nothing first", CBOR_CODEC, binary("80", "a1 6161 01")],
  [
    "CBOR, indefinite lengths and tags",
    CBOR_CODEC,
    binary("9f 9f ff d864 5f 41a0 ff a1 80 e5 ff", "bf 7f 6161 ff c1 00 ff"),
  ],
];

for (const [name, { format }, parts] of DIVIDED) {
  Deno.test(`elements of payload are told apart where they are: ${name} (SE-11)`, () => {
    const [args, between, keywords] = parts;
    const chunk = concat(bytesOf("5b 91"), ...parts, bytesOf("5d c0"));
    const end = chunk.length - 2;
    const both = new Payload(format, chunk, 2, end, 2);
    assertEquals(octetsOf(format.elements(both)), [args, keywords]);
    const argsEnd = end - between.length - keywords.length;
    const one = new Payload(format, chunk, 2, argsEnd, 1);
    assertEquals(octetsOf(format.elements(one)), [args]);
    // What is made of the element is not kept with what it was of.
    assertNotStrictEquals(format.elements(one)[0], one);
    const none = new Payload(format, chunk, 2, 2, 0);
    assertEquals(format.elements(none), []);
  });
}

function octetsOf(elements: readonly Payload[]): Uint8Array[] {
  return elements.map(({ bytes, start, end, count }) => {
    assertEquals(count, 1);
    return bytes.slice(start, end);
  });
}

Deno.test("an element within values is copied where the format is its own (SE-11)", () => {
  const rows: [codec: Codec, octets: Uint8Array, due: Uint8Array][] = [
    [
      JSON_CODEC,
      utf8('[ 1.0, {"b":-0,"2":1e2,"2":"\\u0061"} ]'),
      utf8(
        '[0,[ 1.0, {"b":-0,"2":1e2,"2":"\\u0061"} ],{"a":[ 1.0, {"b":-0,"2":1e2,"2":"\\u0061"} ],"z":true}]',
      ),
    ],
    [
      MSGPACK_CODEC,
      bytesOf("92 d6ff5f000000 82 01 cb3ff0000000000000 80 c0"),
      bytesOf(`93 00 92 d6ff5f000000 82 01 cb3ff0000000000000 80 c0
        82 a161 92 d6ff5f000000 82 01 cb3ff0000000000000 80 c0 a17a c3`),
    ],
    [
      CBOR_CODEC,
      bytesOf("9f e5 d864 a1 80 f93c00 ff"),
      bytesOf(`83 00 9f e5 d864 a1 80 f93c00 ff
        a2 6161 9f e5 d864 a1 80 f93c00 ff 617a f5`),
    ],
  ];
  for (const [codec, octets, due] of rows) {
    const element = payloadOf(codec, octets, 1);
    const value = [0, element, { a: element, z: true }];
    assertEquals(encodeValue(codec, value), due, codec.serializer.name);
  }
});

Deno.test("an element within values is transcoded where the format is another (A-10)", () => {
  withSeed((random) => {
    for (const from of CODECS) {
      const tree = randomTree(random, 3);
      const element = payloadOfTrees(from, tree);
      for (const to of CODECS) {
        const octets = encodeValue(to, ["x", element, { y: element }]);
        const moved = treesOf(element.in(to.format))[0];
        assertEquals(treesOf(payloadOf(to, octets, 1)), [{
          list: [{ text: "x" }, moved, { dict: [["y", moved]] }],
        }]);
      }
    }
  });
});

Deno.test("an element without a form in the other format is refused there (A-13)", () => {
  const element = payloadOf(CBOR_CODEC, bytesOf("81 e5"), 1);
  for (const to of [JSON_CODEC, MSGPACK_CODEC]) {
    assertThrows(() => encodeValue(to, [element]), UnsupportedValueError);
  }
});

Deno.test("who reads values that hold an element reads it, too", () => {
  const element = payloadOf(MSGPACK_CODEC, bytesOf("92 01 a162"), 1);
  const payload = valuesPayload([element, 2], { k: element });
  assertEquals(readValues(payload), {
    args: [[1, "b"], 2],
    kwargs: { k: [1, "b"] },
  });
  for (const codec of CODECS) {
    const [args, kwargs] = codec.format.elements(payload.in(codec.format));
    assertEquals(decodeValue(codec, octetsOf([args])[0]), [[1, "b"], 2]);
    assertEquals(decodeValue(codec, octetsOf([kwargs])[0]), { k: [1, "b"] });
  }
});

Deno.test("elements of payload that is in no format yet are values as well", () => {
  const payload = valuesPayload([1.5], { k: "v" });
  const [args, kwargs] = payload.format?.elements(payload) ?? [];
  assertEquals(octetsOf([args.in(JSON_CODEC.format)]), [utf8("[1.5]")]);
  assertEquals(octetsOf([kwargs.in(JSON_CODEC.format)]), [
    utf8('{"k":"v"}'),
  ]);
  // And the other way.
  const octets = payloadOf(JSON_CODEC, utf8('{"k":"v"}'), 1);
  const back = octets.in(payload.format ?? JSON_CODEC.format);
  assertEquals(octetsOf([back.in(JSON_CODEC.format)]), [utf8('{"k":"v"}')]);
});

/** A list with a topic and payload; the octets that are the payload. */
const PUBLICATIONS: [
  codec: Codec,
  list: Uint8Array,
  count: 0 | 1 | 2,
  due: Uint8Array,
][] = [
  [
    JSON_CODEC,
    utf8('[ "c.a" , [ 1.0 ] , { "k" : -0 } ]'),
    2,
    utf8('[ 1.0 ] , { "k" : -0 }'),
  ],
  [JSON_CODEC, utf8('["c.a",[1],{ }]'), 1, utf8("[1]")],
  [JSON_CODEC, utf8('["c.a",[ ],{}]'), 0, utf8("")],
  [
    MSGPACK_CODEC,
    bytesOf("93 a3632e61 91 c7030501 0203 81 a16b 81 01 02"),
    2,
    bytesOf("91 c7030501 0203 81 a16b 81 01 02"),
  ],
  [MSGPACK_CODEC, bytesOf("dc0003 a3632e61 90 80"), 0, bytesOf("")],
  [
    CBOR_CODEC,
    bytesOf("9f 63632e61 9f c101 ff bf 616b a1f5e5 ff ff"),
    2,
    bytesOf("9f c101 ff bf 616b a1f5e5 ff"),
  ],
  [CBOR_CODEC, bytesOf("83 63632e61 81 f93c00 a0"), 1, bytesOf("81 f93c00")],
];

Deno.test("a topic and payload in a list are read as those of a message (SE-11, SE-09)", () => {
  for (const [{ format }, octets, count, due] of PUBLICATIONS) {
    const chunk = concat(bytesOf("5b 5b"), octets, bytesOf("5d c0"));
    const list = new Payload(format, chunk, 2, chunk.length - 2, 1);
    const items = format.openList(list);
    assertEquals(items.next(), true);
    assertEquals(items.text(), "c.a");
    const payload = items.payload();
    assertEquals(payload.count, count);
    assertEquals(payload.bytes.slice(payload.start, payload.end), due);
  }
  const values = valuesPayload(["c.a", [1], { k: 2 }]);
  const items = values.format?.openList(values);
  assertEquals(items?.next(), true);
  assertEquals(items?.text(), "c.a");
  const payload = items?.payload();
  assertInstanceOf(payload, Payload);
  assertEquals(readValues(payload), {
    args: [1],
    kwargs: { k: 2 },
  });
});

Deno.test("the items of a list end, and what is no list has none", () => {
  for (const codec of CODECS) {
    const list = payloadOf(codec, encodeValue(codec, []), 1);
    assertEquals(codec.format.openList(list).next(), false);
    const dict = payloadOf(codec, encodeValue(codec, {}), 1);
    assertThrows(() => codec.format.openList(dict), ProtocolError);
  }
  for (const [value, isText] of [[[1], false], [{}, undefined]] as const) {
    const payload = constant(value);
    assertThrows(() => {
      const items = payload.format?.openList(payload);
      assertEquals(items?.next(), true);
      if (isText === false) items?.text();
    }, ProtocolError);
  }
});

Deno.test("a list that no message could end with cannot be read as one (MF-12)", () => {
  const rows: [codec: Codec, list: Uint8Array][] = [
    [JSON_CODEC, utf8("[1,[],{}]")],
    [JSON_CODEC, utf8('["c.a",{},[]]')],
    [JSON_CODEC, utf8('["c.a",[],{},1]')],
    [MSGPACK_CODEC, bytesOf("93 a3632e61 90 81 01 02")],
    [MSGPACK_CODEC, bytesOf("93 a3632e61 90 c7000580")],
    [MSGPACK_CODEC, bytesOf("94 a3632e61 90 80 01")],
    [CBOR_CODEC, bytesOf("83 63632e61 80 a1 01 02")],
    [CBOR_CODEC, bytesOf("83 63632e61 d86480 a0")],
    [CBOR_CODEC, bytesOf("83 63632e61 80 d864 a0")],
    [CBOR_CODEC, bytesOf("84 63632e61 80 a0 01")],
  ];
  for (const [codec, octets] of rows) {
    const list = payloadOf(codec, octets, 1);
    assertThrows(() => {
      const items = codec.format.openList(list);
      items.next();
      items.text();
      items.payload();
    }, ProtocolError);
  }
});

Deno.test("a constant among other values is written as they are, and once in each format", () => {
  const value = { broker: { features: { a: true } }, dealer: {}, n: [1, 1.5] };
  const shared = constant(value);
  for (const codec of CODECS) {
    const [plain, first, second] = [value, shared, shared].map((roles) =>
      encode(codec, {
        code: MessageCode.WELCOME,
        session: 1,
        details: { before: [], roles, behind: "x" },
      })
    );
    assertEquals([first, second], [plain, plain]);
    const written = shared.in(codec.format);
    assertStrictEquals(shared.in(codec.format), written);
    // What is in it is what is copied.
    written.bytes[written.end - 1] ^= 1;
    const third = encode(codec, {
      code: MessageCode.WELCOME,
      session: 1,
      details: { before: [], roles: shared, behind: "x" },
    });
    assertNotEquals(third, plain);
  }
});
