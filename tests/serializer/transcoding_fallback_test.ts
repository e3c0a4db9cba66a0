/**
 * What one serializer has and another has not (A-12 to A-14, SJ-04 to SJ-08).
 */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { UnsupportedValueError } from "../../src/wamp/value_sink.ts";
import { assertMoves } from "../support/assert_moves.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import {
  CBOR_CODEC,
  type Codec,
  JSON_CODEC,
  MSGPACK_CODEC,
  payloadOf,
  treesOf,
} from "../support/serializers.ts";

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
    ["d7 ff 00000001 00000000", "2106-02-07T06:28:16Z"],
    ["c7 0c ff 0000000a ffffffffffffffff", "1969-12-31T23:59:59.00000001Z"],
  ];
  for (const [hex, text] of rows) {
    assertMoves(MSGPACK_CODEC, `91 ${hex}`, JSON_CODEC, `["${text}"]`);
  }
  const cbor = [
    ["c1 00", "1970-01-01T00:00:00Z"],
    ["c1 20", "1969-12-31T23:59:59Z"],
    // A fraction that is a whole second once it is rounded.
    ["c1 fb 3fffffffffffffff", "1970-01-01T00:00:02Z"],
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
  assertMoves(
    MSGPACK_CODEC,
    "91 81 cb 7e37e43c8800759c c0",
    CBOR_CODEC,
    "81 a1 fb 7e37e43c8800759c f6",
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
      () => payload.in(to.format),
      UnsupportedValueError,
      undefined,
      source,
    );
    // To equal serializers it goes as it came.
    assertStrictEquals(payload.in(from.format), payload);
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
    "AQID    ",
    "A Q I D ",
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
        MSGPACK_CODEC.format,
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
  const told = treesOf(payloadOf(JSON_CODEC, utf8('["\\ud800"]'), 1));
  assertEquals(told, [{ list: [{ text: "\ufffd" }] }]);
});

Deno.test("malformed UTF-8 in MessagePack payload becomes U+FFFD elsewhere", () => {
  assertMoves(MSGPACK_CODEC, "91 a2 61 ff", JSON_CODEC, '["a\ufffd"]');
});

Deno.test("a million tags, also on a key, are no deep stack (A-13)", () => {
  const tags = new Uint8Array(1_000_000).fill(0xc6);
  const rows = [
    [concat(bytesOf("81"), tags, bytesOf("05")), "9105"],
    [concat(bytesOf("81a1"), tags, bytesOf("0506")), "91810506"],
    [concat(bytesOf("819f"), tags, bytesOf("05ff")), "919105"],
    [
      concat(bytesOf("81bf"), tags, bytesOf("05"), tags, bytesOf("06ff")),
      "91810506",
    ],
  ] as const;
  for (const [bytes, expected] of rows) {
    const moved = payloadOf(CBOR_CODEC, bytes, 1).in(MSGPACK_CODEC.format);
    assertEquals(
      moved.bytes.subarray(moved.start, moved.end).toHex(),
      expected,
    );
  }
});

Deno.test("-0 in JSON is the integer 0, -0.0 a float", () => {
  const told = treesOf(payloadOf(JSON_CODEC, utf8("[-0,-0.0]"), 1));
  assertEquals(told, [{ list: [{ integer: 0n }, { float: -0 }] }]);
});
