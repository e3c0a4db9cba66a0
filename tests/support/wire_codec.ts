/**
 * Message encodings of the test client: codecs that share nothing with the
 * router's, so that the two check each other.
 */
import { decode, encode, type ValueType } from "@std/msgpack";
import * as cborg from "cborg";
import type { SerializerName } from "../../src/serializer/serializer.ts";

/** Each serializer's number in the handshake. */
export const SERIALIZER_NUMBER = { json: 1, msgpack: 2, cbor: 3 } as const;

/** All serializers, for tests that run under each. */
export const SERIALIZERS: readonly SerializerName[] = [
  "json",
  "msgpack",
  "cbor",
];

const TEXT_ENCODER = new TextEncoder();
const TEXT_DECODER = new TextDecoder("utf-8", { fatal: true });

/** The octets of a message or of any value. */
export function encodeValue(
  serializer: SerializerName,
  value: unknown,
): Uint8Array {
  switch (serializer) {
    case "json":
      return TEXT_ENCODER.encode(
        JSON.stringify(
          value,
          (_key, item) =>
            item instanceof Uint8Array
              ? "\0" + btoa(String.fromCharCode(...item))
              : item,
        ),
      );
    case "msgpack":
      return encode(withBigints(value) as ValueType);
    case "cbor":
      return cborg.encode(value);
  }
}

/** The message that `bytes` hold; integers are numbers where they are exact. */
export function decodeValue(
  serializer: SerializerName,
  bytes: Uint8Array,
): unknown {
  switch (serializer) {
    case "json":
      return JSON.parse(TEXT_DECODER.decode(bytes));
    case "msgpack":
      return withNumbers(decode(bytes));
    case "cbor":
      return withNumbers(cborg.decode(bytes, { allowBigInt: true }));
  }
}

/** `@std/msgpack` writes integers of 2^32 and more as floats, unless bigint. */
function withBigints(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isInteger(value) && Math.abs(value) >= 2 ** 32
      ? BigInt(value)
      : value;
  }
  return mapItems(value, withBigints);
}

function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint") {
    return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
  }
  return mapItems(value, withNumbers);
}

function mapItems(value: unknown, map: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (
    typeof value === "object" && value !== null &&
    !(value instanceof Uint8Array)
  ) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, map(item)]),
    );
  }
  return value;
}
