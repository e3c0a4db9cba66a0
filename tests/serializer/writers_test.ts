/**
 * What the three writers write, value by value, at the borders of each form.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { decode as decodeMsgpack } from "@std/msgpack";
import { decode as decodeCbor } from "cborg";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import {
  UnsupportedValueError,
  type ValueSink,
} from "../../src/wamp/value_sink.ts";
import {
  CBOR_CODEC,
  type Codec,
  CODECS,
  decodeValue,
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
} from "../support/serializers.ts";
import { withSeed } from "../support/seed.ts";
import { randomInteger, randomText } from "../support/value_tree.ts";

function written(codec: Codec, tell: (sink: ValueSink) => void): Uint8Array {
  const out = new ByteWriter(new Uint8Array(0));
  const writer = codec.format.newWriter(false);
  writer.open(out);
  tell(writer);
  return out.toBytes();
}

function hexOf(codec: Codec, value: unknown): string {
  return encodeValue(codec, value).toHex();
}

function jsonOf(value: unknown): string {
  return new TextDecoder().decode(encodeValue(JSON_CODEC, value));
}

Deno.test("msgpack: integers have the shortest form, IDs above 2^32 use cf (SM-04, SE-12)", () => {
  const rows: [number | bigint, string][] = [
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65535, "cdffff"],
    [65536, "ce00010000"],
    [2 ** 32 - 1, "ceffffffff"],
    [2 ** 32, "cf0000000100000000"],
    [2 ** 53, "cf0020000000000000"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0df"],
    [-128, "d080"],
    [-129, "d1ff7f"],
    [-32768, "d18000"],
    [-32769, "d2ffff7fff"],
    [-(2 ** 31), "d280000000"],
    [-(2 ** 31) - 1, "d3ffffffff7fffffff"],
    [-(2 ** 53), "d3ffe0000000000000"],
    [-(2n ** 63n), "d38000000000000000"],
  ];
  for (const [value, hex] of rows) {
    assertEquals(hexOf(MSGPACK_CODEC, value), hex, `${value}`);
  }
});

Deno.test("cbor: integers have the shortest form (SC-03, SE-12)", () => {
  const rows: [number | bigint, string][] = [
    [0, "00"],
    [23, "17"],
    [24, "1818"],
    [255, "18ff"],
    [256, "190100"],
    [65535, "19ffff"],
    [65536, "1a00010000"],
    [2 ** 32 - 1, "1affffffff"],
    [2 ** 32, "1b0000000100000000"],
    [2 ** 53, "1b0020000000000000"],
    [2n ** 64n - 1n, "1bffffffffffffffff"],
    [2n ** 64n, "c249010000000000000000"],
    [2n ** 68n, "c249100000000000000000"],
    [-1, "20"],
    [-24, "37"],
    [-25, "3818"],
    [-256, "38ff"],
    [-257, "390100"],
    [-65537, "3a00010000"],
    [-(2 ** 32), "3affffffff"],
    [-(2 ** 32) - 1, "3b0000000100000000"],
    [-(2n ** 64n), "3bffffffffffffffff"],
    [-(2n ** 64n) - 1n, "c349010000000000000000"],
    // A bigint where none is needed.
    [5n, "05"],
    [-5n, "24"],
  ];
  for (const [value, hex] of rows) {
    assertEquals(hexOf(CBOR_CODEC, value), hex, `${value}`);
  }
});

Deno.test("json: integers are digits alone, whatever their size (SJ-02)", () => {
  const rows: (number | bigint)[] = [
    0,
    7,
    10,
    99,
    100,
    999_999_999,
    1_000_000_000,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 53,
    -1,
    -(2 ** 53),
    2n ** 64n,
    -(2n ** 70n),
  ];
  for (const value of rows) assertEquals(jsonOf(value), value.toString());
  for (let value = 1; value < 2 ** 31; value = value * 3 + 1) {
    assertEquals(jsonOf(value), String(value));
  }
});

Deno.test("floats stay floats, also integral ones (SE-11)", () => {
  const rows: [number, string, string][] = [
    [1, "1.0", "3ff0000000000000"],
    [-0, "-0.0", "8000000000000000"],
    [0, "0.0", "0000000000000000"],
    [1.5, "1.5", "3ff8000000000000"],
    [1e21, "1e+21", "444b1ae4d6e2ef50"],
    [1e20, "100000000000000000000.0", "4415af1d78b58c40"],
    [1e-7, "1e-7", "3e7ad7f29abcaf48"],
    [5e-324, "5e-324", "0000000000000001"],
  ];
  for (const [value, json, bits] of rows) {
    const tell = (sink: ValueSink) => sink.float(value);
    assertEquals(new TextDecoder().decode(written(JSON_CODEC, tell)), json);
    assertEquals(written(MSGPACK_CODEC, tell).toHex(), `cb${bits}`);
    assertEquals(written(CBOR_CODEC, tell).toHex(), `fb${bits}`);
  }
});

Deno.test("a number that no integer can be sure of is written as a float", () => {
  // Beyond 2^53 an integral number may have come from any float.
  assertEquals(hexOf(MSGPACK_CODEC, 1e300), "cb7e37e43c8800759c");
  assertEquals(hexOf(CBOR_CODEC, 2 ** 60), "fb43b0000000000000");
  assertEquals(jsonOf(1e300), "1e+300");
});

Deno.test("text is str and major 3, octets are bin and major 2 (SM-01, SC-01)", () => {
  assertEquals(hexOf(MSGPACK_CODEC, "a"), "a161");
  assertEquals(hexOf(CBOR_CODEC, "a"), "6161");
  const octets = new Uint8Array([0x61]);
  assertEquals(hexOf(MSGPACK_CODEC, octets), "c40161");
  assertEquals(hexOf(CBOR_CODEC, octets), "4161");
  assertEquals(jsonOf(octets), '"\\u0000YQ=="');
});

Deno.test("strings at the borders of every length form come back whole", () => {
  const sizes = [
    0,
    1,
    23,
    24,
    31,
    32,
    63,
    64,
    65,
    85,
    86,
    127,
    128,
    255,
    256,
    257,
    21_845,
    21_846,
    65_535,
    65_536,
    70_000,
  ];
  for (const size of sizes) {
    // The last ones are longer in octets than in characters.
    for (const unit of ["x", "ü", "漢", "😀"]) {
      const text = unit.repeat(size);
      const mixed = "x".repeat(size) + unit;
      for (const value of [text, mixed]) {
        for (const codec of CODECS) {
          assertEquals(decodeValue(codec, encodeValue(codec, value)), value);
        }
        const msgpack = encodeValue(MSGPACK_CODEC, value);
        assertEquals(decodeMsgpack(msgpack), value);
        const cbor = encodeValue(CBOR_CODEC, value);
        assertEquals(decodeCbor(cbor, { strict: true }), value);
        assertEquals(JSON.parse(jsonOf(value)), value);
      }
    }
    const octets = new Uint8Array(size).fill(7);
    for (const codec of CODECS) {
      assertEquals(decodeValue(codec, encodeValue(codec, octets)), octets);
    }
    assertEquals(decodeMsgpack(encodeValue(MSGPACK_CODEC, octets)), octets);
    assertEquals(
      decodeCbor(encodeValue(CBOR_CODEC, octets), { strict: true }),
      octets,
    );
  }
});

Deno.test("lists and dicts at the borders of every length form come back whole", () => {
  for (const size of [0, 1, 15, 16, 23, 24, 255, 256, 65_535, 65_536]) {
    const list = Array.from({ length: size }, () => 1);
    const dict = Object.fromEntries(list.map((_, i) => [`k${i}`, 1]));
    for (const value of [list, dict]) {
      // As text: a deep comparison of as many members takes seconds.
      const shown = JSON.stringify(value);
      const found = CODECS.map((codec) =>
        decodeValue(codec, encodeValue(codec, value))
      );
      const cbor = encodeValue(CBOR_CODEC, value);
      found.push(
        decodeMsgpack(encodeValue(MSGPACK_CODEC, value)),
        decodeCbor(cbor, { strict: true }),
        JSON.parse(jsonOf(value)),
      );
      for (const each of found) assertEquals(JSON.stringify(each), shown);
    }
  }
});

Deno.test("random text is escaped so that JSON.parse gives it back", () => {
  withSeed((random) => {
    for (let i = 0; i < 3000; i++) {
      const text = randomText(random, 90);
      assertEquals(JSON.parse(jsonOf(text)), text);
    }
  });
});

Deno.test("random integers are written in the shortest form", () => {
  withSeed((random) => {
    for (let i = 0; i < 3000; i++) {
      const value = randomInteger(random);
      const cbor = encodeValue(CBOR_CODEC, value);
      assertEquals(BigInt(decodeCbor(cbor, { strict: true })), value);
      const msgpack = decodeMsgpack(encodeValue(MSGPACK_CODEC, value));
      assertEquals(BigInt(msgpack as bigint), value);
    }
  });
});

Deno.test("lone surrogates are never written (SJ-08)", () => {
  assertEquals(jsonOf("a\ud800b"), '"a\ufffdb"');
  assertEquals(hexOf(MSGPACK_CODEC, "\ud800"), "a3efbfbd");
  assertEquals(hexOf(CBOR_CODEC, "\udc00"), "63efbfbd");
});

Deno.test("json: separators stand where they should, at every level", () => {
  const rows: unknown[] = [
    [],
    {},
    [[]],
    [{}],
    [[], [], {}, {}],
    { a: [], b: {}, c: [1, [2, [3], {}], 4] },
    [{ a: 1, b: { c: [true, null] } }, "x"],
  ];
  for (const row of rows) assertEquals(jsonOf(row), JSON.stringify(row));
});

Deno.test("undefined members are left out, undefined items are null", () => {
  const value = { a: undefined, b: 1, c: [undefined] };
  for (const codec of CODECS) {
    const found = decodeValue(codec, encodeValue(codec, value));
    assertEquals(found, { b: 1, c: [null] });
  }
});

Deno.test("msgpack has no form for more than 64 bits", () => {
  for (const value of [2n ** 64n, -(2n ** 63n) - 1n]) {
    assertThrows(() => hexOf(MSGPACK_CODEC, value), UnsupportedValueError);
  }
});
