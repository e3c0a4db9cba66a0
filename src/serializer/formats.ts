import { CBOR_FORMAT } from "./cbor.ts";
import { type Format, FormatSerializer } from "./format_serializer.ts";
import { JSON_FORMAT } from "./json.ts";
import { MSGPACK_FORMAT } from "./msgpack.ts";
import type { Serializer, SerializerName } from "./serializer.ts";

/** Each serializer's number in the RawSocket handshake (RS-05). */
export const HANDSHAKE_NUMBER: Readonly<Record<SerializerName, number>> = {
  json: 1,
  msgpack: 2,
  cbor: 3,
};

const FORMATS: Readonly<Record<SerializerName, Format>> = {
  json: JSON_FORMAT,
  msgpack: MSGPACK_FORMAT,
  cbor: CBOR_FORMAT,
};

/**
 * The serializer of that name.
 *
 * @param maxDepth How deep lists and dicts may nest in a message (SE-08).
 */
export function createSerializer(
  name: SerializerName,
  maxDepth: number,
): Serializer {
  return new FormatSerializer(FORMATS[name], maxDepth);
}
