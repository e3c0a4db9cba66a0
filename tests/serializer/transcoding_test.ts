/**
 * Payload from one serializer to another keeps its values (SE-05, SE-11, A-10);
 * between equal serializers the octets stay the same.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import type { DictKey } from "../../src/wamp/value_sink.ts";
import { assertMoves } from "../support/assert_moves.ts";
import { withSeed } from "../support/seed.ts";
import {
  CBOR_CODEC,
  CODECS,
  JSON_CODEC,
  MSGPACK_CODEC,
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
          const moved = payload.in(to.format);
          assertEquals(treesOf(moved), [args, keywords]);
          assertStrictEquals(moved.count, 2);
          if (from === to) assertStrictEquals(moved, payload);
          else assertStrictEquals(payload.in(to.format), moved);
        }
      });
    });
  }
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
    const moved = payloadOfTrees(from, tree).in(JSON_CODEC.format);
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
    assertStrictEquals(NO_PAYLOAD.in(codec.format), NO_PAYLOAD);
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
      const moved = payloadOfTrees(from, tree).in(to.format);
      assertEquals(treesOf(moved), [tree]);
    }
  }
});
