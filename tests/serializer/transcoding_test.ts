/**
 * Payload from one serializer to another (SE-11, A-10, A-12, A-13): values stay
 * equal, and between equal serializers the octets stay the same.
 */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import {
  type DictKey,
  UnsupportedValueError,
} from "../../src/wamp/value_sink.ts";
import { bytesOf, utf8 } from "../support/hex.ts";
import { withSeed } from "../support/seed.ts";
import {
  CBOR_CODEC,
  type Codec,
  CODECS,
  JSON_CODEC,
  MSGPACK_CODEC,
  payloadOf,
  payloadOfTrees,
  treesOf,
} from "../support/serializers.ts";
import { randomTree, type Tree } from "../support/value_tree.ts";

const ROUNDS = 400;

for (const from of CODECS) {
  for (const to of CODECS) {
    const pair = `${from.serializer.name} to ${to.serializer.name}`;
    Deno.test(`${pair}: random payload keeps its values (SE-05, SE-11)`, () => {
      withSeed((random) => {
        for (let i = 0; i < ROUNDS; i++) {
          const args: Tree = { list: [randomTree(random, 5)] };
          const keywords: Tree = { dict: [["k", randomTree(random, 4)]] };
          const payload = payloadOfTrees(from, args, keywords);
          const moved = payload.in(to.serializer);
          assertEquals(treesOf(moved), [args, keywords]);
          assertStrictEquals(moved.count, 2);
          if (from === to) assertStrictEquals(moved, payload);
          else assertStrictEquals(payload.in(to.serializer), moved);
        }
      });
    });
  }
}

/** `hex` in `from` becomes `expected`, octets or JSON text, in `to`. */
function assertMoves(
  from: Codec,
  source: string,
  to: Codec,
  expected: string,
): void {
  const bytes = from === JSON_CODEC ? utf8(source) : bytesOf(source);
  const moved = payloadOf(from, bytes, 1).in(to.serializer);
  const octets = moved.bytes.subarray(moved.start, moved.end);
  const found = to === JSON_CODEC
    ? new TextDecoder().decode(octets)
    : octets.toHex();
  const wanted = to === JSON_CODEC ? expected : expected.replaceAll(" ", "");
  assertEquals(found, wanted, `${source} in ${to.serializer.name}`);
}

/** Rows of the table in §2.1: JSON, MessagePack, CBOR; each in a list of one. */
const ROWS: [what: string, json: string, msgpack: string, cbor: string][] = [
  ["0", "[0]", "91 00", "81 00"],
  ["-1", "[-1]", "91 ff", "81 20"],
  ["23", "[23]", "91 17", "81 17"],
  ["24", "[24]", "91 18", "81 18 18"],
  ["127", "[127]", "91 7f", "81 18 7f"],
  ["128", "[128]", "91 cc 80", "81 18 80"],
  ["255", "[255]", "91 cc ff", "81 18 ff"],
  ["256", "[256]", "91 cd 0100", "81 19 0100"],
  ["65535", "[65535]", "91 cd ffff", "81 19 ffff"],
  ["65536", "[65536]", "91 ce 00010000", "81 1a 00010000"],
  ["2^32-1", "[4294967295]", "91 ce ffffffff", "81 1a ffffffff"],
  ["2^32", "[4294967296]", "91 cf 0000000100000000", "81 1b 0000000100000000"],
  ["-32", "[-32]", "91 e0", "81 38 1f"],
  ["-33", "[-33]", "91 d0 df", "81 38 20"],
  ["-128", "[-128]", "91 d0 80", "81 38 7f"],
  ["-129", "[-129]", "91 d1 ff7f", "81 38 80"],
  ["-32768", "[-32768]", "91 d1 8000", "81 39 7fff"],
  ["-32769", "[-32769]", "91 d2 ffff7fff", "81 39 8000"],
  ["-2^31", "[-2147483648]", "91 d2 80000000", "81 3a 7fffffff"],
  [
    "-2^31-1",
    "[-2147483649]",
    "91 d3 ffffffff7fffffff",
    "81 3a 80000000",
  ],
  [
    "2^53",
    "[9007199254740992]",
    "91 cf 0020000000000000",
    "81 1b 0020000000000000",
  ],
  [
    "-2^53",
    "[-9007199254740992]",
    "91 d3 ffe0000000000000",
    "81 3b 001fffffffffffff",
  ],
  [
    "2^53+1",
    "[9007199254740993]",
    "91 cf 0020000000000001",
    "81 1b 0020000000000001",
  ],
  [
    "-2^53-1",
    "[-9007199254740993]",
    "91 d3 ffdfffffffffffff",
    "81 3b 0020000000000000",
  ],
  [
    "2^63-1",
    "[9223372036854775807]",
    "91 cf 7fffffffffffffff",
    "81 1b 7fffffffffffffff",
  ],
  [
    "-2^63",
    "[-9223372036854775808]",
    "91 d3 8000000000000000",
    "81 3b 7fffffffffffffff",
  ],
  [
    "2^64-1",
    "[18446744073709551615]",
    "91 cf ffffffffffffffff",
    "81 1b ffffffffffffffff",
  ],
  ["1.5", "[1.5]", "91 cb 3ff8000000000000", "81 fb 3ff8000000000000"],
  ["1.0", "[1.0]", "91 cb 3ff0000000000000", "81 fb 3ff0000000000000"],
  ["-0.0", "[-0.0]", "91 cb 8000000000000000", "81 fb 8000000000000000"],
  ["1e300", "[1e+300]", "91 cb 7e37e43c8800759c", "81 fb 7e37e43c8800759c"],
  ["text", '["ü"]', "91 a2 c3bc", "81 62 c3bc"],
  ["binary", '["\\u0000AQID"]', "91 c4 03 010203", "81 43 010203"],
  ["null", "[null]", "91 c0", "81 f6"],
  ["true", "[true]", "91 c3", "81 f5"],
  ["false", "[false]", "91 c2", "81 f4"],
  ["dict", '[{"a":[]}]', "91 81 a1 61 90", "81 a1 61 61 80"],
];

for (const [what, json, msgpack, cbor] of ROWS) {
  Deno.test(`${what} is the same value in every serializer (SE-11, A-10)`, () => {
    const forms = [json, msgpack, cbor];
    CODECS.forEach((from, i) => {
      CODECS.forEach((to, j) => {
        assertMoves(from, forms[i], to, forms[j]);
      });
    });
  });
}

Deno.test("NaN and infinities become null in JSON (A-12)", () => {
  for (
    const bits of ["7ff8000000000000", "7ff0000000000000", "fff0000000000000"]
  ) {
    assertMoves(MSGPACK_CODEC, `91 cb ${bits}`, JSON_CODEC, "[null]");
    assertMoves(CBOR_CODEC, `81 fb ${bits}`, JSON_CODEC, "[null]");
    assertMoves(CBOR_CODEC, `81 fb ${bits}`, MSGPACK_CODEC, `91 cb ${bits}`);
  }
});

Deno.test("undefined becomes null elsewhere (table of §2.1)", () => {
  assertMoves(CBOR_CODEC, "81 f7", JSON_CODEC, "[null]");
  assertMoves(CBOR_CODEC, "81 f7", MSGPACK_CODEC, "91 c0");
});

Deno.test("half and single floats keep their value (SC-02)", () => {
  assertMoves(
    CBOR_CODEC,
    "82 f9 3c00 f9 0001",
    JSON_CODEC,
    "[1.0,5.960464477539063e-8]",
  );
  assertMoves(CBOR_CODEC, "81 fa 47c35000", JSON_CODEC, "[100000.0]");
  assertMoves(
    MSGPACK_CODEC,
    "91 ca 3fc00000",
    CBOR_CODEC,
    "81 fb 3ff8000000000000",
  );
});

Deno.test("timestamps become RFC 3339 text (A-13)", () => {
  const rows = [
    ["d6 ff 00000000", "1970-01-01T00:00:00Z"],
    ["d6 ff 65b2bf80", "2024-01-25T20:07:28Z"],
    ["d7 ff 77359400 65b2bf80", "2024-01-25T20:07:28.5Z"],
    ["c7 0c ff 0000000a ffffffffffffffff", "1969-12-31T23:59:59.00000001Z"],
  ];
  for (const [hex, text] of rows) {
    assertMoves(MSGPACK_CODEC, `91 ${hex}`, JSON_CODEC, `["${text}"]`);
  }
  const cbor = [
    ["c1 00", "1970-01-01T00:00:00Z"],
    ["c1 20", "1969-12-31T23:59:59Z"],
    ["c1 1a 65b2bf80", "2024-01-25T20:07:28Z"],
    ["c1 fb 41d96cafe0200000", "2024-01-25T20:07:28.5Z"],
    ["c0 74 323032342d30312d32355432303a30373a32385a", "2024-01-25T20:07:28Z"],
  ];
  for (const [hex, text] of cbor) {
    assertMoves(CBOR_CODEC, `81 ${hex}`, JSON_CODEC, `["${text}"]`);
  }
});

Deno.test("a timestamp that is none is its inner value (A-13)", () => {
  // Too many nanoseconds; a year beyond 9999; a length that has no meaning.
  assertMoves(
    MSGPACK_CODEC,
    "91 d7 ff ffffffff 00000000",
    CBOR_CODEC,
    "81 48 ffffffff00000000",
  );
  assertMoves(
    MSGPACK_CODEC,
    "91 c7 0c ff 00000000 0000010000000000",
    CBOR_CODEC,
    "81 4c 000000000000010000000000",
  );
  assertMoves(MSGPACK_CODEC, "91 d5 ff 0102", CBOR_CODEC, "81 42 0102");
  assertMoves(CBOR_CODEC, "81 c1 61 78", JSON_CODEC, '["x"]');
  assertMoves(CBOR_CODEC, "81 c1 fb 7ff8000000000000", JSON_CODEC, "[null]");
  assertMoves(
    CBOR_CODEC,
    "81 c1 1b 0000010000000000",
    JSON_CODEC,
    "[1099511627776]",
  );
});

Deno.test("bignums become integers (A-13)", () => {
  assertMoves(CBOR_CODEC, "81 c2 41 05", MSGPACK_CODEC, "91 05");
  assertMoves(CBOR_CODEC, "81 c3 41 05", MSGPACK_CODEC, "91 fa");
  assertMoves(CBOR_CODEC, "81 c2 40", JSON_CODEC, "[0]");
  assertMoves(CBOR_CODEC, "81 c2 5f 41 01 42 0000 ff", JSON_CODEC, "[65536]");
  const wide = "18446744073709551616";
  assertMoves(
    CBOR_CODEC,
    "81 c2 49 010000000000000000",
    JSON_CODEC,
    `[${wide}]`,
  );
  assertMoves(
    JSON_CODEC,
    `[${wide}]`,
    CBOR_CODEC,
    "81 c2 49 010000000000000000",
  );
  assertMoves(JSON_CODEC, `[-${wide}]`, CBOR_CODEC, "81 3b ffffffffffffffff");
  assertMoves(
    JSON_CODEC,
    "[-18446744073709551617]",
    CBOR_CODEC,
    "81 c3 49 010000000000000000",
  );
});

Deno.test("other extension types and tags leave what they hold (A-13)", () => {
  assertMoves(MSGPACK_CODEC, "91 d4 05 aa", CBOR_CODEC, "81 41 aa");
  assertMoves(
    MSGPACK_CODEC,
    "91 c7 03 07 010203",
    JSON_CODEC,
    '["\\u0000AQID"]',
  );
  assertMoves(MSGPACK_CODEC, "91 c7 00 07", CBOR_CODEC, "81 40");
  assertMoves(CBOR_CODEC, "81 d8 25 41 aa", MSGPACK_CODEC, "91 c4 01 aa");
  assertMoves(CBOR_CODEC, "81 c4 82 01 02", JSON_CODEC, "[[1,2]]");
  assertMoves(CBOR_CODEC, "81 d9 d9f7 d8 20 61 78", JSON_CODEC, '["x"]');
});

Deno.test("keys that are no strings: as they are to CBOR, text to JSON (SM-07, A-13)", () => {
  const msgpack = "91 85 01 a1 61 c0 a1 62 c3 a1 63 cb 3ff8000000000000 a1 64" +
    "cf ffffffffffffffff a1 65";
  assertMoves(
    MSGPACK_CODEC,
    msgpack,
    JSON_CODEC,
    '[{"1":"a","null":"b","true":"c","1.5":"d","18446744073709551615":"e"}]',
  );
  assertMoves(
    MSGPACK_CODEC,
    msgpack,
    CBOR_CODEC,
    "81 a5 01 61 61 f6 61 62 f5 61 63 fb 3ff8000000000000 61 64" +
      "1b ffffffffffffffff 61 65",
  );
  assertMoves(
    CBOR_CODEC,
    "81 a2 20 f6 c2 41 07 f6",
    MSGPACK_CODEC,
    "91 82 ff c0 07 c0",
  );
  // A float that is no exact integer must not be written as one.
  assertMoves(
    CBOR_CODEC,
    "81 a1 fb 7e37e43c8800759c f6",
    MSGPACK_CODEC,
    "91 81 cb 7e37e43c8800759c c0",
  );
});

Deno.test("a value that another serializer has no form for is refused (A-13)", () => {
  const rows: [Codec, string, Codec][] = [
    // A list and binary as keys.
    [MSGPACK_CODEC, "91 81 90 01", JSON_CODEC],
    [MSGPACK_CODEC, "91 81 c4 01 61 01", CBOR_CODEC],
    [MSGPACK_CODEC, "91 81 d4 05 61 01", CBOR_CODEC],
    [CBOR_CODEC, "81 a1 80 01", JSON_CODEC],
    [CBOR_CODEC, "81 a1 41 61 01", MSGPACK_CODEC],
    // An unassigned simple value.
    [CBOR_CODEC, "81 f8 ff", JSON_CODEC],
    [CBOR_CODEC, "81 e0", MSGPACK_CODEC],
    // Integers of more than 64 bits.
    [CBOR_CODEC, "81 c2 49 010000000000000000", MSGPACK_CODEC],
    [CBOR_CODEC, "81 3b 8000000000000000", MSGPACK_CODEC],
    [JSON_CODEC, "[18446744073709551616]", MSGPACK_CODEC],
    // Integers whose conversion would take long.
    [JSON_CODEC, `[1${"0".repeat(4300)}]`, CBOR_CODEC],
    [CBOR_CODEC, `81 c2 59 0401 ${"ff".repeat(1025)}`, JSON_CODEC],
  ];
  for (const [from, source, to] of rows) {
    const bytes = from === JSON_CODEC ? utf8(source) : bytesOf(source);
    const payload = payloadOf(from, bytes, 1);
    assertThrows(
      () => payload.in(to.serializer),
      UnsupportedValueError,
      undefined,
      source,
    );
    // To equal serializers it goes as it came.
    assertStrictEquals(payload.in(from.serializer), payload);
  }
});

Deno.test("binary is base64 behind U+0000 in JSON (SJ-04)", () => {
  const hex = "10e3ff9053075c526f5fc06d4fe37cdb";
  const json = '["\\u0000EOP/kFMHXFJvX8BtT+N82w=="]';
  assertMoves(MSGPACK_CODEC, `91 c4 10 ${hex}`, JSON_CODEC, json);
  assertMoves(JSON_CODEC, json, MSGPACK_CODEC, `91 c4 10 ${hex}`);
  assertMoves(JSON_CODEC, json, CBOR_CODEC, `81 50 ${hex}`);
  assertMoves(JSON_CODEC, '["\\u0000"]', CBOR_CODEC, "81 40");
  assertMoves(CBOR_CODEC, "81 40", JSON_CODEC, '["\\u0000"]');
});

Deno.test("binary in JSON may stand deep, and escaped as some encoders do (SJ-05, SJ-08)", () => {
  assertMoves(
    JSON_CODEC,
    '[{"a":[{"b":"\\u0000AQID"}]}]',
    MSGPACK_CODEC,
    "91 81 a1 61 91 81 a1 62 c4 03 010203",
  );
  assertMoves(JSON_CODEC, '["\\u0000\\/\\/8="]', CBOR_CODEC, "81 42 ffff");
  assertMoves(JSON_CODEC, '["\\u0000\\u0041QID"]', CBOR_CODEC, "81 43 010203");
});

Deno.test("U+0000 before what is no canonical base64 is text (SJ-06, A-14)", () => {
  const rows = [
    "a",
    "AQI",
    "AQJ=",
    "AQ I",
    "AQ\\nID",
    "AQI=AQI=",
    "-_-_",
    "A===",
    "ä",
  ];
  for (const row of rows) {
    const text = JSON.parse(`"\\u0000${row}"`) as string;
    const trees = treesOf(
      payloadOf(JSON_CODEC, utf8(`["\\u0000${row}"]`), 1).in(
        MSGPACK_CODEC.serializer,
      ),
    );
    assertEquals(trees, [{ list: [{ text }] }], row);
  }
});

Deno.test("keys are never binary (SJ-06)", () => {
  assertMoves(
    JSON_CODEC,
    '[{"\\u0000AQID":1}]',
    MSGPACK_CODEC,
    "91 81 a5 00 41514944 01",
  );
});

Deno.test("text that begins with U+0000 goes to JSON as it is (SJ-07)", () => {
  assertMoves(
    MSGPACK_CODEC,
    "91 a5 00 41514944",
    JSON_CODEC,
    '["\\u0000AQID"]',
  );
});

Deno.test("lone surrogates become U+FFFD (SJ-08)", () => {
  assertMoves(JSON_CODEC, '["a\\ud800b"]', MSGPACK_CODEC, "91 a5 61 efbfbd 62");
  assertMoves(
    JSON_CODEC,
    '["\\udc00\\ud800"]',
    CBOR_CODEC,
    "81 66 efbfbd efbfbd",
  );
  assertMoves(JSON_CODEC, '[{"\\ud800":1}]', CBOR_CODEC, "81 a1 63 efbfbd 01");
  assertMoves(JSON_CODEC, '["\\ud83d\\ude00"]', CBOR_CODEC, "81 64 f09f9880");
});

Deno.test("malformed UTF-8 in MessagePack payload becomes U+FFFD elsewhere", () => {
  assertMoves(MSGPACK_CODEC, "91 a2 61 ff", JSON_CODEC, '["a\ufffd"]');
});

Deno.test("indefinite lengths become definite ones (SC-02)", () => {
  assertMoves(
    CBOR_CODEC,
    "9f 01 9f ff bf 61 61 bf ff ff 7f 61 78 60 61 79 ff 5f 41 01 41 02 ff ff",
    MSGPACK_CODEC,
    "95 01 90 81 a1 61 80 a2 7879 c4 02 0102",
  );
});

Deno.test("characters may need escapes in JSON", () => {
  const text = '"\\\b\f\n\r\t\u0001\u001f\u007f\u2028/';
  const tree: Tree = { list: [{ text }] };
  for (const from of [MSGPACK_CODEC, CBOR_CODEC]) {
    const moved = payloadOfTrees(from, tree).in(JSON_CODEC.serializer);
    assertEquals(treesOf(moved), [tree]);
    const json = new TextDecoder().decode(
      moved.bytes.subarray(moved.start, moved.end),
    );
    assertEquals(JSON.parse(json), [text]);
  }
});

Deno.test("__proto__ is a key like others", () => {
  assertMoves(
    JSON_CODEC,
    '[{"__proto__":1,"constructor":2}]',
    MSGPACK_CODEC,
    "91 82 a9 5f5f70726f746f5f5f 01 ab 636f6e7374727563746f72 02",
  );
});

Deno.test("no payload is no payload in every serializer", () => {
  for (const codec of CODECS) {
    assertStrictEquals(NO_PAYLOAD.in(codec.serializer), NO_PAYLOAD);
  }
});

Deno.test("keys of every plain type come through both binary serializers", () => {
  const keys: DictKey[] = [
    "k",
    0,
    -7,
    2 ** 53,
    2n ** 64n - 1n,
    0.5,
    true,
    null,
  ];
  const tree: Tree = {
    dict: keys.map((key): [DictKey, Tree] => [key, { nil: true }]),
  };
  for (const from of [MSGPACK_CODEC, CBOR_CODEC]) {
    for (const to of [MSGPACK_CODEC, CBOR_CODEC]) {
      const moved = payloadOfTrees(from, tree).in(to.serializer);
      assertEquals(treesOf(moved), [tree]);
    }
  }
});
