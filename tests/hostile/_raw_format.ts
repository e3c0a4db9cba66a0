/**
 * Serialized values put together from octets by hand, so that any part of a
 * message can be anything: malformed, of the wrong type, twice there.
 */
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { concat, utf8 } from "../support/hex.ts";
import { encodeValue } from "../support/wire_codec.ts";

/** A dict's entries: keys and values in octets, in order, doubles allowed. */
export type RawEntries = readonly (readonly [Uint8Array, Uint8Array])[];

/** One serializer. */
export interface RawFormat {
  readonly name: SerializerName;
  /** Octets that mean something to a reader of the format. */
  readonly likely: Uint8Array;
  list(items: readonly Uint8Array[]): Uint8Array;
  dict(entries: RawEntries): Uint8Array;
  /** A string of these octets, be they text or not. */
  rawText(octets: Uint8Array): Uint8Array;
  /** Any JavaScript value. */
  value(value: unknown): Uint8Array;
  /** `depth` lists, each the only item of the one around it. */
  nested(depth: number): Uint8Array;
}

const COMMA = utf8(",");

function separated(parts: readonly Uint8Array[]): Uint8Array[] {
  return parts.flatMap((part, index) => index === 0 ? [part] : [COMMA, part]);
}

const JSON_RAW: RawFormat = {
  name: "json",
  likely: utf8('[]{},:"\\/0123456789eE+-. \n\ttruefalsnu'),
  list: (items) => concat(utf8("["), ...separated(items), utf8("]")),
  dict(entries) {
    const pairs = entries.map(([key, value]) => concat(key, utf8(":"), value));
    return concat(utf8("{"), ...separated(pairs), utf8("}"));
  },
  rawText: (octets) => concat(utf8('"'), octets, utf8('"')),
  value: (value) => encodeValue("json", value),
  nested: (depth) => utf8("[".repeat(depth) + "]".repeat(depth)),
};

function uint(size: number, value: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = value % 256;
    value = Math.floor(value / 256);
  }
  return bytes;
}

function msgpackHead(
  short: number,
  shortMax: number,
  wide: number,
  count: number,
): Uint8Array {
  if (count <= shortMax) return new Uint8Array([short | count]);
  return concat(new Uint8Array([wide]), uint(4, count));
}

const MSGPACK_RAW: RawFormat = {
  name: "msgpack",
  likely: new Uint8Array(
    // deno-fmt-ignore
    [
      0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x92, 0x9f, 0xa0, 0xa1, 0xbf,
      ...Array.from({ length: 0x21 }, (_, index) => 0xc0 + index), 0xff,
    ],
  ),
  list: (items) => concat(msgpackHead(0x90, 15, 0xdd, items.length), ...items),
  dict: (entries) =>
    concat(msgpackHead(0x80, 15, 0xdf, entries.length), ...entries.flat()),
  rawText: (octets) =>
    concat(msgpackHead(0xa0, 31, 0xdb, octets.length), octets),
  value: (value) => encodeValue("msgpack", value),
  nested: (depth) => new Uint8Array(depth).fill(0x91, 0, -1).fill(0x90, -1),
};

function cborHead(major: number, argument: number): Uint8Array {
  const first = major << 5;
  if (argument < 24) return new Uint8Array([first | argument]);
  return concat(new Uint8Array([first | 26]), uint(4, argument));
}

const CBOR_RAW: RawFormat = {
  name: "cbor",
  likely: new Uint8Array(
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((major) =>
      [0, 1, 2, 23, 24, 25, 26, 27, 28, 31].map((info) => major << 5 | info)
    ),
  ),
  list: (items) => concat(cborHead(4, items.length), ...items),
  dict: (entries) => concat(cborHead(5, entries.length), ...entries.flat()),
  rawText: (octets) => concat(cborHead(3, octets.length), octets),
  value: (value) => encodeValue("cbor", value),
  nested: (depth) => new Uint8Array(depth).fill(0x81, 0, -1).fill(0x80, -1),
};

/** All three. */
export const RAW_FORMATS: readonly RawFormat[] = [
  JSON_RAW,
  MSGPACK_RAW,
  CBOR_RAW,
];
