/**
 * Octets of single values that readers stumble over: what is allowed but rare,
 * what is malformed, and what promises more than there is.
 */
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";

/** Values of one format. */
export interface OddValues {
  /** Well formed, if strange: a payload may hold them. */
  readonly odd: readonly Uint8Array[];
  /** Not well formed anywhere. */
  readonly malformed: readonly Uint8Array[];
}

function texts(...values: string[]): Uint8Array[] {
  return values.map(utf8);
}

function octets(...values: string[]): Uint8Array[] {
  return values.map(bytesOf);
}

const JSON_ODD = [
  ...texts("-0", "1e999", "-1E-999", "0.1e+7", "9007199254740993"),
  ...texts("9".repeat(20), "9".repeat(4300), "-" + "9".repeat(4301)),
  ...texts('"\\u0000AAAA"', '"\\u0000!"', '"\\u0000"', '"\\u0000AAA="'),
  ...texts('"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\/\\b"'),
  ...texts('{"a":1,"a":[]}', '{"__proto__":{"polluted":1}}', '{"":null}'),
  ...texts('{"constructor":{"prototype":1}}', '{"toString":1,"valueOf":2}'),
  ...texts('{"\\u0000AAAA":1}', '{"\\ud800":1}', " [ \n\t] ", "[[],{},[{}]]"),
  ...texts('{"0":1,"4294967295":2,"-1":3}', `"${"ä".repeat(300)}"`),
];

const JSON_MALFORMED = [
  ...texts("", "01", "+1", ".5", "1.", "1e", "1e+", "-", "0x1", "1_0"),
  ...texts("NaN", "Infinity", "-Infinity", "undefined", "tru", "nul", "True"),
  ...texts("'a'", '"a', '"\\x"', '"\\u12"', '"\\u12G4"', '"\\', '"a\nb"'),
  ...texts("[1,]", "[,1]", "[1 2]", "[1", "{", "{,}", '{"a"}', '{"a":}'),
  ...texts("{1:2}", '{"a":1,}', '{"a" 1}', "//", "/**/1", "\ufeff1", "]"),
  concat(utf8('"'), bytesOf("c0af"), utf8('"')),
  concat(utf8('"'), bytesOf("eda080"), utf8('"')),
  concat(utf8('"'), bytesOf("f4908080"), utf8('"')),
  concat(utf8('"'), bytesOf("80"), utf8('"')),
  bytesOf("00"),
];

const MSGPACK_ODD = octets(
  // Integers in more octets than they need; the widest.
  "97 cc00 cd0001 ce00000001 cf0000000000000001 d0ff d1ffff d2ffffffff",
  "cfffffffffffffffff",
  "d38000000000000000",
  "cf0020000000000001",
  // Floats: NaN, infinities, the smallest, an integral one.
  "ca7fc00000",
  "ca7f800000",
  "cbfff0000000000000",
  "cb0000000000000001",
  "cb4340000000000000",
  // Binary and strings that are no UTF-8.
  "c400",
  "c403ff00fe",
  "a2c0af",
  "a3eda080",
  "d9020080",
  // Extension types, timestamps in range and out of it.
  "d4002a",
  "d40000",
  "d50102ff",
  "c70005",
  "c7010542",
  "d6ff00000000",
  "d7ffffffffffffffffff",
  "c70cff3b9aca008000000000000000",
  "c70cff3b9ac9ff000000003b9ac9ff",
  // Dicts with keys of all sorts, and a key twice.
  "8101c0",
  "81c0c0",
  "81c2c3",
  "81c40101c0",
  "819001",
  "818000",
  "81ca3f80000000",
  "82a16101a16102",
  "81a95f5f70726f746f5f5f81a16101",
  "dc0000",
  "dd00000000",
  "de0000",
  "df00000000",
);

const MSGPACK_MALFORMED = octets(
  "",
  "c1",
  "91c1",
  "81c1c0",
  // Lengths and counts that are not there.
  "ddffffffff",
  "dfffffffff",
  "dbffffffff",
  "c6ffffffff",
  "c9ffffffff00",
  "dcffffc0",
  "deffff",
  "d97f61",
  "a561",
  "c8ffff05",
  "9f",
  "8fa161",
  "cf00000000",
  "cb00",
  "d8ff",
);

const CBOR_ODD = [
  ...octets("1800", "190000", "1a00000001", "1b0000000000000001"),
  ...octets("1bffffffffffffffff", "3bffffffffffffffff", "1b0020000000000001"),
  // Floats: half, single, double; NaN, infinities, the smallest.
  ...octets("f97e00", "f97c00", "f90001", "f98000", "fa7fc00000", "f93c00"),
  ...octets("fbfff0000000000000", "fb0000000000000001", "fb4340000000000000"),
  // Indefinite lengths, empty and not, within each other.
  ...octets("9fff", "bfff", "7fff", "5fff", "9f9fff9fffff", "bf616101ff"),
  ...octets("7f61616162ff", "5f4101420203ff"),
  // Times, big integers, and tags that mean nothing here.
  ...octets("c100", "c1f97e00", "c1f97c00", "c1fb7fefffffffffffff", "c120"),
  ...octets("c11b7fffffffffffffff", "c1fb41d452d9e07ae148", "c1c100", "c1a0"),
  ...octets("c240", "c340", "c2420001", "c249010000000000000000", "c280"),
  ...octets("c35f4101ff", "c06161", "d9d9f7a0", "dbffffffffffffffff00"),
  concat(bytesOf("c2590400"), new Uint8Array(1024).fill(0xfe)),
  concat(bytesOf("c3590401"), new Uint8Array(1025).fill(0xfe)),
  concat(new Uint8Array(5000).fill(0xd7), bytesOf("f6")),
  // Dicts with keys of all sorts, behind many tags too, and a key twice.
  ...octets("a10102", "a1f6f6", "a1f4f5", "a141aa01", "a18001", "a1a001"),
  ...octets("a1f93c0001", "a1c24101f6", "a1c101f6", "a2616101616102"),
  ...octets("a1695f5f70726f746f5f5fa1616101", "bf7f6161ff01ff"),
  concat(bytesOf("a1"), new Uint8Array(20_000).fill(0xd7), bytesOf("0101")),
  // Simple values that are not assigned.
  ...octets("e0", "f3", "f820", "f8ff", "f7", "a1f8ff01"),
];

const CBOR_MALFORMED = octets(
  "",
  "ff",
  "81ff",
  "1c",
  "3d",
  "5e",
  "7c",
  "9d",
  "be",
  "dc00",
  "fc",
  "fe",
  "1f",
  "3f",
  "df00",
  "f800",
  "f81f",
  "f810",
  // Chunks of another kind, or of indefinite length.
  "7f4161ff",
  "5f6161ff",
  "7f7f6161ffff",
  "7f6161",
  "bf6161ff",
  "bf616101",
  "9f01",
  // Strings that are no UTF-8; lengths and counts that are not there.
  "62c0af",
  "63eda080",
  "7f61c361a4ff",
  "9bffffffffffffffff",
  "bbffffffffffffffff",
  "7bffffffffffffffff",
  "5b7fffffffffffffff",
  "9affffffff",
  "ba7fffffff6161",
  "7a00ffffff61",
  "6561",
  "c2",
  "d9d9",
  "f97e",
);

/** By serializer. */
export const ODD_VALUES: Readonly<Record<SerializerName, OddValues>> = {
  json: { odd: JSON_ODD, malformed: JSON_MALFORMED },
  msgpack: { odd: MSGPACK_ODD, malformed: MSGPACK_MALFORMED },
  cbor: { odd: CBOR_ODD, malformed: CBOR_MALFORMED },
};
