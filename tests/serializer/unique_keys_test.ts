/**
 * Keys of a dict that would be one and the same in another serializer: there is
 * no form for it there (A-13, SE-04).
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { UniqueKeys } from "../../src/serializer/transcoding.ts";
import {
  type DictKey,
  UnsupportedValueError,
} from "../../src/wamp/value_sink.ts";
import { readValues } from "../../src/wamp/values.ts";
import { assertMoves } from "../support/assert_moves.ts";
import { bytesOf, utf8 } from "../support/hex.ts";
import { SeededRandom, withSeed } from "../support/seed.ts";
import {
  CBOR_CODEC,
  type Codec,
  CODECS,
  JSON_CODEC,
  MSGPACK_CODEC,
  payloadOf,
} from "../support/serializers.ts";

/** Where a dict with two such keys has a form. */
interface Pair {
  readonly name: string;
  readonly from: Codec;
  /** Two keys, each in octets: JSON as text, else hexadecimal. */
  readonly keys: readonly [string, string];
  readonly json: boolean;
  readonly msgpack: boolean;
  readonly cbor: boolean;
}

const NOWHERE = { json: false, msgpack: false, cbor: false };
const TYPED = { json: false, msgpack: true, cbor: true };
const EVERYWHERE = { json: true, msgpack: true, cbor: true };

function pair(
  name: string,
  from: Codec,
  one: string,
  other: string,
  where: typeof NOWHERE,
): Pair {
  return { name, from, keys: [one, other], ...where };
}

const PAIRS: readonly Pair[] = [
  pair("the same text", JSON_CODEC, '"a"', '"a"', NOWHERE),
  pair("an escape", JSON_CODEC, '"a"', '"\\u0061"', NOWHERE),
  pair("no text", JSON_CODEC, '""', '""', NOWHERE),
  pair("__proto__", JSON_CODEC, '"__proto__"', '"__proto__"', NOWHERE),
  pair("lone surrogates", JSON_CODEC, '"\\ud800"', '"\\udc00"', NOWHERE),
  pair("a surrogate and U+FFFD", JSON_CODEC, '"\\ud800"', '"\ufffd"', NOWHERE),
  pair("cases", JSON_CODEC, '"a"', '"A"', EVERYWHERE),
  pair("digits", JSON_CODEC, '"1"', '"01"', EVERYWHERE),
  pair("U+0000 in front", JSON_CODEC, '"1"', '"\\u00001"', EVERYWHERE),
  pair("U+0000 twice", JSON_CODEC, '"\\u0000"', '"\\u0000\\u0000"', EVERYWHERE),
  pair("composed or not", JSON_CODEC, '"\\u00e4"', '"a\\u0308"', EVERYWHERE),

  pair("1 and text", MSGPACK_CODEC, "01", "A131", TYPED),
  pair("-1 and text", MSGPACK_CODEC, "FF", "A22D31", TYPED),
  pair("1 in two widths", MSGPACK_CODEC, "01", "CC01", NOWHERE),
  pair("1 and int64", MSGPACK_CODEC, "01", "D30000000000000001", NOWHERE),
  pair("1 and 1.0", MSGPACK_CODEC, "01", "CB3FF0000000000000", NOWHERE),
  pair("1.0 and text", MSGPACK_CODEC, "CB3FF0000000000000", "A131", TYPED),
  pair("1.5 and text", MSGPACK_CODEC, "CB3FF8000000000000", "A3312E35", TYPED),
  pair(
    "1.5 in two widths",
    MSGPACK_CODEC,
    "CB3FF8000000000000",
    "CA3FC00000",
    NOWHERE,
  ),
  pair("0 and -0.0", MSGPACK_CODEC, "00", "CB8000000000000000", NOWHERE),
  pair("0.0 and -0.0", MSGPACK_CODEC, "CA00000000", "CA80000000", NOWHERE),
  pair("-0.0 and text", MSGPACK_CODEC, "CA80000000", "A130", TYPED),
  pair("two NaN", MSGPACK_CODEC, "CA7FC00000", "CB7FF8000000000001", NOWHERE),
  pair("NaN and text", MSGPACK_CODEC, "CA7FC00000", "A34E614E", TYPED),
  pair(
    "infinity and text",
    MSGPACK_CODEC,
    "CA7F800000",
    "A8496E66696E697479",
    TYPED,
  ),
  pair("null and text", MSGPACK_CODEC, "C0", "A46E756C6C", TYPED),
  pair("null twice", MSGPACK_CODEC, "C0", "C0", NOWHERE),
  pair("true and text", MSGPACK_CODEC, "C3", "A474727565", TYPED),
  pair("false and text", MSGPACK_CODEC, "C2", "A566616C7365", TYPED),
  pair("true and 1", MSGPACK_CODEC, "C3", "01", EVERYWHERE),
  pair("false and 0", MSGPACK_CODEC, "C2", "00", EVERYWHERE),
  pair("null and no text", MSGPACK_CODEC, "C0", "A0", EVERYWHERE),
  pair(
    "2^60 + 24 and the float 2^60, which have the same digits",
    MSGPACK_CODEC,
    "CF1000000000000018",
    "CB43B0000000000000",
    TYPED,
  ),
  pair(
    "2^60 as integer and as float",
    MSGPACK_CODEC,
    "CF1000000000000000",
    "CB43B0000000000000",
    EVERYWHERE,
  ),
  pair(
    "2^64 - 1 twice",
    MSGPACK_CODEC,
    "CFFFFFFFFFFFFFFFFF",
    "CFFFFFFFFFFFFFFFFF",
    NOWHERE,
  ),
  pair(
    "2^53 and 2^53 + 1",
    MSGPACK_CODEC,
    "CF0020000000000000",
    "CF0020000000000001",
    EVERYWHERE,
  ),
  pair(
    "malformed UTF-8",
    MSGPACK_CODEC,
    "A261FF",
    "A261FE",
    NOWHERE,
  ),
  pair("two widths of a text", MSGPACK_CODEC, "A161", "D90161", NOWHERE),
  pair("binary", MSGPACK_CODEC, "C40161", "A161", NOWHERE),
  pair("a list", MSGPACK_CODEC, "90", "01", NOWHERE),
  pair("a dict", MSGPACK_CODEC, "80", "01", NOWHERE),
  pair("an extension type", MSGPACK_CODEC, "D40561", "01", NOWHERE),

  pair("1 and text", CBOR_CODEC, "01", "6131", TYPED),
  pair("1 and 1.0", CBOR_CODEC, "01", "F93C00", NOWHERE),
  pair("1 and a tagged 1", CBOR_CODEC, "01", "C501", NOWHERE),
  pair("1 and a bignum", CBOR_CODEC, "01", "C24101", NOWHERE),
  pair("-1 and a bignum", CBOR_CODEC, "20", "C340", NOWHERE),
  pair("a time and its seconds", CBOR_CODEC, "C105", "05", NOWHERE),
  pair("a text and a tagged one", CBOR_CODEC, "6161", "C06161", NOWHERE),
  pair("a text in chunks", CBOR_CODEC, "6161", "7F6161FF", NOWHERE),
  pair("null and undefined", CBOR_CODEC, "F6", "F7", NOWHERE),
  pair("undefined and text", CBOR_CODEC, "F7", "646E756C6C", TYPED),
  pair("halves of NaN", CBOR_CODEC, "F97E00", "FA7FC00000", NOWHERE),
  pair("true and text", CBOR_CODEC, "F5", "6474727565", TYPED),
  pair("1 and -1", CBOR_CODEC, "01", "20", EVERYWHERE),
  pair(
    "2^64 as bignum and as text",
    CBOR_CODEC,
    "C249010000000000000000",
    "74" + utf8("18446744073709551616").toHex(),
    // MessagePack has no such integer.
    { json: false, msgpack: false, cbor: true },
  ),
  pair("binary", CBOR_CODEC, "4161", "6161", NOWHERE),
  pair("a list", CBOR_CODEC, "80", "01", NOWHERE),
  pair("a tagged dict", CBOR_CODEC, "C5A0", "01", NOWHERE),
  pair("a simple value", CBOR_CODEC, "E0", "01", NOWHERE),
];

/** `[{one: 1, other: 2}]`, and the same dict deep in another, in order or not. */
function dicts({ from, keys: [one, other] }: Pair): Uint8Array[] {
  if (from === JSON_CODEC) {
    return [
      utf8(`[{${one}:1,${other}:2}]`),
      utf8(`[{${other}:2,${one}:1}]`),
      utf8(`[{"x":[{${one}:1,"y":[],${other}:2}]}]`),
    ];
  }
  const isCbor = from === CBOR_CODEC;
  const head = isCbor
    ? ["81A2", "81A1617881A3", "6179"]
    : ["9182", "9181A1789183", "A179"];
  const rows = [
    `${head[0]}${one}01${other}02`,
    `${head[0]}${other}02${one}01`,
    `${head[1]}${one}01${head[2]}00${other}02`,
  ];
  if (isCbor) rows.push(`81BF${one}01${other}02FF`);
  return rows.map(bytesOf);
}

for (const one of PAIRS) {
  const { name } = one.from.serializer;
  Deno.test(`A-13: ${name}: keys of which one may become the other: ${one.name}`, () => {
    for (const bytes of dicts(one)) {
      const payload = payloadOf(one.from, bytes, 1);
      for (const to of CODECS) {
        const { name: target } = to.serializer;
        if (to === one.from) {
          assertEquals(payload.in(to.format), payload);
        } else if (one[target]) payload.in(to.format);
        else {
          assertThrows(
            () => payload.in(to.format),
            UnsupportedValueError,
            undefined,
            `${bytes.toHex()} in ${target}`,
          );
        }
      }
      // The router's own procedures read it as JSON would have it.
      if (one.json) readValues(payload);
      else assertThrows(() => readValues(payload), UnsupportedValueError);
    }
  });
}

Deno.test("A-13: keys of different dicts may be the same", () => {
  assertMoves(
    JSON_CODEC,
    '[{"a":{"a":1},"b":[{"a":1},{"a":2}]},{"a":3}]',
    MSGPACK_CODEC,
    "92 82 a1 61 81 a1 61 01 a1 62 92 81 a1 61 01 81 a1 61 02 81 a1 61 03",
  );
});

/** What the keys are told by, in a way that is slow and plain. */
function areUnique(keys: readonly DictKey[], areText: boolean): boolean {
  const unique = new UniqueKeys(areText);
  try {
    for (const key of keys) unique.add(key);
    unique.end();
    return true;
  } catch (error) {
    assert(error instanceof UnsupportedValueError);
    return false;
  }
}

/** Texts of all lengths that some table may take for others. */
function keysOf(random: SeededRandom, count: number): string[] {
  const kinds = [
    (i: number) => String(i * 131_072),
    (i: number) => `\0${i}`,
    (i: number) => `\0\0${i}`,
    (i: number) => `key${i}`,
    (i: number) => `${"x".repeat(20_000)}${i}`,
    (i: number) => `${i}${"9".repeat(9000)}`,
  ];
  return Array.from({ length: count }, (_, i) => random.pick(kinds)(i));
}

Deno.test("A-13: of any number of keys, two that are the same are found wherever they are", () => {
  withSeed((random) => {
    for (const count of [1, 2, 5, 23, 24, 25, 26, 40, 200]) {
      for (let round = 0; round < 20; round++) {
        const keys = keysOf(random, count);
        assertEquals(areUnique(keys, round % 2 === 0), true);
        // Another string object of the same characters.
        const again = keys[random.below(count)].split("").join("");
        const at = random.below(count + 1);
        assertEquals(areUnique(keys.toSpliced(at, 0, again), true), false);
      }
    }
  });
});

Deno.test("A-13: keys that are no text stay apart from all texts where they have a type", () => {
  const keys: DictKey[] = [
    1,
    -1,
    1.5,
    NaN,
    2 ** 60,
    2n ** 60n,
    2n ** 64n,
    true,
    false,
    null,
  ];
  const texts = keys.map(String);
  const marked = texts.flatMap((
    text,
  ) => [`\0${text}`, `\0#${text}`, `\0~${text}`]);
  const others = texts.filter((text, i) => texts.indexOf(text) === i);
  const set = [...new Set(marked)];
  assertEquals(areUnique([...keys, ...others, ...set], false), true);
  assertEquals(areUnique([1, "1"], true), false);
  assertEquals(areUnique([2 ** 60, 2n ** 60n + 24n], true), false);
  assertEquals(areUnique([2 ** 60, 2n ** 60n + 24n], false), true);
});

/** How many times as long as `usual`, of about as many octets, `keys` take. */
function costOf(keys: readonly string[], usual: readonly string[]): number {
  return leastTime(keys) / leastTime(usual);
}

function leastTime(keys: readonly string[]): number {
  const times = Array.from({ length: 5 }, () => {
    // As a reader has them: nothing is known of them yet.
    const fresh = keys.map((key) => JSON.parse(JSON.stringify(key)) as string);
    const start = performance.now();
    areUnique(fresh, true);
    return performance.now() - start;
  });
  return Math.min(...times);
}

Deno.test("A-13: keys chosen to share a bucket of a Set cost no more than others", () => {
  const numbers = Array.from({ length: 10_000 }, (_, i) => i + 1000);
  const indices = numbers.map((number) => String(number * 131_072));
  const words = numbers.map((number) => `key${number}`.padEnd(10, "x"));
  const ratio = costOf(indices, words);
  assert(ratio < 20, `indices cost ${ratio} times as much`);
});

Deno.test("A-13: keys so long that only their length is hashed do not cost their number's square", () => {
  const keysOf = (length: number, count: number) => {
    const head = "x".repeat(length);
    return Array.from({ length: count }, (_, i) => `${head}${i + 1000}`);
  };
  const ratio = costOf(keysOf(20_000, 1000), keysOf(8000, 2500));
  assert(ratio < 20, `they cost ${ratio} times as much`);
});
