import { assertEquals, assertStrictEquals } from "@std/assert";
import { bytesOf } from "../support/hex.ts";
import {
  assertViolation,
  decode,
  MSGPACK_CODEC,
  treesOf,
  tryDecode,
  valuesOf,
} from "../support/serializers.ts";

function read(hex: string) {
  return decode(MSGPACK_CODEC, bytesOf(hex));
}

function assertRefused(hex: string): void {
  assertViolation(MSGPACK_CODEC, bytesOf(hex), hex);
}

function requestOf(integer: string): number {
  const message = read(`94 10 ${integer} 80 a1 61`);
  if (message.code !== 16) throw new Error("No PUBLISH");
  return message.request;
}

function topicOf(text: string): string {
  const message = read(`94 10 01 80 ${text}`);
  if (message.code !== 16) throw new Error("No PUBLISH");
  return message.topic;
}

function optionsOf(dict: string): unknown {
  const message = read(`94 10 01 ${dict} a1 61`);
  if (message.code !== 16) throw new Error("No PUBLISH");
  return message.options;
}

Deno.test("integers of every width, minimal or not (SM-03, SE-13, A-11)", () => {
  const fives = [
    "05",
    "cc 05",
    "cd 0005",
    "ce 00000005",
    "cf 0000000000000005",
    "d0 05",
    "d1 0005",
    "d2 00000005",
    "d3 0000000000000005",
    "ca 40a00000",
    "cb 4014000000000000",
  ];
  for (const five of fives) assertStrictEquals(requestOf(five), 5, five);
  const rows: [string, number][] = [
    ["cf 0020000000000000", 2 ** 53],
    ["d3 0020000000000000", 2 ** 53],
    ["cb 4340000000000000", 2 ** 53],
    ["cf 001fffffffffffff", 2 ** 53 - 1],
    ["cb 41f0000000000000", 2 ** 32],
    ["ce ffffffff", 2 ** 32 - 1],
    ["7f", 127],
  ];
  for (const [hex, value] of rows) assertStrictEquals(requestOf(hex), value);
});

Deno.test("what is no integer in [1, 2^53] is no ID (ID-01, SE-13)", () => {
  const rows = [
    "00",
    "ff",
    "e0",
    "d0 ff",
    "d1 ffff",
    "d2 ffffffff",
    "d3 ffffffffffffffff",
    "d3 ffe0000000000000",
    "cf 0020000000000001",
    "cf 0020000000000002",
    "cf ffffffffffffffff",
    "d3 7fffffffffffffff",
    "cb 3fe0000000000000",
    "cb 4340000000000001",
    "cb bff0000000000000",
    "cb 7ff8000000000000",
    "cb 7ff0000000000000",
    "ca 7f800000",
    "c0",
    "c2",
    "c3",
    "a1 31",
    "90",
    "80",
    "c4 01 31",
    "d4 00 00",
    "d6 ff 00000000",
    "c1",
  ];
  for (const row of rows) assertRefused(`94 10 ${row} 80 a1 61`);
});

Deno.test("an ID that is a float, cut at any offset, is a violation (SE-06)", () => {
  for (const id of ["ca 40a00000", "cb 4014000000000000"]) {
    const bytes = bytesOf(`94 10 ${id}`);
    // At the end of its buffer, and with more behind it.
    for (let end = 0; end <= bytes.length; end++) {
      assertViolation(MSGPACK_CODEC, bytes.slice(0, end));
      assertStrictEquals(tryDecode(MSGPACK_CODEC, bytes, end), undefined);
    }
  }
});

Deno.test("text in every form of str (SM-01)", () => {
  assertStrictEquals(topicOf("a1 61"), "a");
  assertStrictEquals(topicOf("d9 01 61"), "a");
  assertStrictEquals(topicOf("da 0001 61"), "a");
  assertStrictEquals(topicOf("db 00000001 61"), "a");
  assertStrictEquals(topicOf("a0"), "");
  assertStrictEquals(topicOf("a4 f09f9880"), "😀");
  assertStrictEquals(topicOf(`d9 ff ${"61".repeat(255)}`), "a".repeat(255));
});

Deno.test("a string sent as bin is a violation (SM-02)", () => {
  for (const bin of ["c4 01 61", "c5 0001 61", "c6 00000001 61"]) {
    assertRefused(`94 10 01 80 ${bin}`);
    assertRefused(`93 01 ${bin} 80`);
    assertRefused(`93 05 ${bin} 80`);
    assertRefused(`94 20 01 81 a5 6d61746368 ${bin} a1 61`);
  }
});

Deno.test("str that is no UTF-8 is a violation in WAMP's own (SM-05)", () => {
  for (
    const str of ["a1 ff", "a2 c328", "a3 eda080", "d9 20" + "ff".repeat(32)]
  ) {
    assertRefused(`94 10 01 80 ${str}`);
    assertRefused(`94 10 01 81 a4 726b6579 ${str} a1 61`);
    assertRefused(`94 10 01 81 ${str} 01 a1 61`);
    assertRefused(`94 10 01 81 a1 78 ${str} a1 61`);
    assertRefused(`94 10 01 81 a1 78 91 81 ${str} 01 a1 61`);
    assertRefused(`93 06 80 ${str}`);
  }
  // Payload is not read.
  assertEquals(read("95 10 01 80 a1 61 91 a1 ff").code, 16);
});

Deno.test("extension types are violations in WAMP's own (SM-06)", () => {
  const extensions = [
    "d4 05 00",
    "d5 00 0000",
    "d6 ff 00000000",
    "d7 ff 0000000000000000",
    "d8 01 00000000000000000000000000000000",
    "c7 00 00",
    "c8 0001 05 00",
    "c9 00000001 05 00",
  ];
  for (const ext of extensions) {
    assertRefused(`94 10 ${ext} 80 a1 61`);
    assertRefused(`94 10 01 80 ${ext}`);
    assertRefused(`94 10 01 ${ext} a1 61`);
    assertRefused(`94 10 01 81 a4 726b6579 ${ext} a1 61`);
    assertRefused(`94 10 01 81 a1 78 ${ext} a1 61`);
    assertRefused(`94 10 01 81 a1 78 91 ${ext} a1 61`);
    assertRefused(`95 10 01 80 a1 61 ${ext}`);
    assertRefused(`96 10 01 80 a1 61 90 ${ext}`);
    const message = read(`95 10 01 80 a1 61 91 ${ext}`);
    if (message.code !== 16) throw new Error("No PUBLISH");
    const { bytes, start, end } = message.payload;
    const found = bytes.subarray(start, end).toHex();
    assertEquals(found, `91${ext.replaceAll(" ", "")}`);
  }
});

Deno.test("undefined as an option counts as absent (MF-08)", () => {
  assertEquals(optionsOf("81 a6 72657461696e d4 00 00"), { retain: null });
  assertRefused("94 10 01 81 a6 72657461696e d4 00 01 a1 61");
  const message = read(
    "94 20 01 82 a5 6d61746368 d4 00 00 ac 6765745f72657461696e6564 d4 00 00 a1 61",
  );
  assertEquals(message.code, 32);
});

Deno.test("dicts in every form, keys are strings (SE-04)", () => {
  assertEquals(optionsOf("80"), {});
  assertEquals(optionsOf("81 a1 78 01"), {});
  assertEquals(optionsOf("81 a4 726b6579 a1 78"), { rkey: "x" });
  assertEquals(optionsOf("de 0001 a4 726b6579 a1 78"), { rkey: "x" });
  assertEquals(optionsOf("df 00000001 d9 04 726b6579 a1 78"), { rkey: "x" });
  assertEquals(optionsOf("de 0000"), {});
  for (
    const key of ["01", "c0", "c3", "c4 01 78", "90", "cb 3ff0000000000000"]
  ) {
    assertRefused(`94 10 01 81 ${key} 01 a1 61`);
    assertRefused(`94 10 01 81 a1 78 81 ${key} 01 a1 61`);
    // ArgumentsKw too, but not below it (SM-07).
    assertRefused(`96 10 01 80 a1 61 90 81 ${key} 01`);
    assertEquals(read(`96 10 01 80 a1 61 90 81 a1 78 81 ${key} 01`).code, 16);
  }
});

Deno.test("lists in every form", () => {
  for (const list of ["94", "dc 0004", "dd 00000004"]) {
    assertEquals(read(`${list} 10 01 80 a1 61`).code, 16);
  }
  for (const args of ["92 01 02", "dc 0002 01 02", "dd 00000002 01 02"]) {
    const message = read(`95 10 01 80 a1 61 ${args}`);
    if (message.code !== 16) throw new Error("No PUBLISH");
    assertEquals(valuesOf(message.payload), [[1, 2]]);
  }
  for (const empty of ["90", "dc 0000", "dd 00000000"]) {
    for (const keywords of ["80", "de 0000", "df 00000000"]) {
      const message = read(`96 10 01 80 a1 61 ${empty} ${keywords}`);
      if (message.code !== 16) throw new Error("No PUBLISH");
      assertEquals(message.payload.count, 0);
    }
  }
});

Deno.test("C1 is no MessagePack (SE-06)", () => {
  assertRefused("95 10 01 80 a1 61 91 c1");
  assertRefused("94 10 01 81 a1 78 c1 a1 61");
  assertRefused("c1");
});

Deno.test("every first octet of a payload value is known", () => {
  // Enough zeros behind it for any length that it may have.
  for (let first = 0; first < 256; first++) {
    if (first === 0xc1) continue;
    const octet = first.toString(16).padStart(2, "0");
    const size = behind(first);
    const hex = `95 10 01 80 a1 61 91 ${octet} ${"00".repeat(size)}`;
    const message = read(hex);
    assertEquals(message.code, 16, octet);
    if (message.code !== 16) continue;
    const isKeyed = first >= 0x81 && first <= 0x8f;
    if (!isKeyed) assertEquals(treesOf(message.payload).length, 1, octet);
    if (size > 0) assertRefused(hex.slice(0, -2));
  }
});

/** Octets behind a value's first octet if all of them are 0. */
function behind(first: number): number {
  if (first < 0x80 || first >= 0xe0) return 0;
  if (first < 0x90) return (first & 0x0f) * 2;
  if (first < 0xa0) return first & 0x0f;
  if (first < 0xc0) return first & 0x1f;
  // deno-fmt-ignore
  return [
    0, 0, 0, 0, 1, 2, 4, 2, 3, 5, 4, 8, 1, 2, 4, 8,
    1, 2, 4, 8, 2, 3, 5, 9, 17, 1, 2, 4, 2, 4, 2, 4,
  ][first - 0xc0];
}
