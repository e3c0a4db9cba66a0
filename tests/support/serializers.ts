/** The three serializers, and shortcuts to read and write with them. */
import { assertInstanceOf, assertThrows } from "@std/assert";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import type { Format } from "../../src/serializer/format.ts";
import {
  Serializer,
  type SerializerName,
} from "../../src/serializer/serializer.ts";
import { ValueBuilder, writeValue } from "../../src/wamp/values.ts";
import type { ClientMessage, RouterMessage } from "../../src/wamp/message.ts";
import { Payload } from "../../src/wamp/payload.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { utf8 } from "./hex.ts";
import { tell, type Tree, TreeBuilder } from "./value_tree.ts";

/** How deep messages may nest in these tests. */
export const DEPTH_MAX = 32;

/** One serializer with the format it is made of. */
export interface Codec {
  readonly format: Format;
  readonly serializer: Serializer;
}

/** The serializer of that name. */
export function codecOf(
  name: SerializerName,
  maxDepth: number = DEPTH_MAX,
): Codec {
  const serializer = new Serializer(name, maxDepth);
  return { format: serializer.format, serializer };
}

export const JSON_CODEC = codecOf("json");
export const MSGPACK_CODEC = codecOf("msgpack");
export const CBOR_CODEC = codecOf("cbor");
export const CODECS: readonly Codec[] = [JSON_CODEC, MSGPACK_CODEC, CBOR_CODEC];

/** Reads the message that fills `bytes`. */
export function decode(
  { serializer }: Codec,
  bytes: Uint8Array,
): ClientMessage {
  return serializer.decode(bytes, 0, bytes.length);
}

/** Reads a message in JSON. */
export function decodeJson(text: string): ClientMessage {
  return decode(JSON_CODEC, utf8(text));
}

/** `message` in octets. */
export function encode(
  { serializer }: Codec,
  message: RouterMessage,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(new Uint8Array(0));
  serializer.encode(message, out);
  return out.toBytes();
}

/** `value` in octets. */
export function encodeValue(
  { format }: Codec,
  value: unknown,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(new Uint8Array(0));
  const writer = format.newWriter(false);
  writer.open(out);
  writeValue(value, writer);
  return out.toBytes();
}

/** The JavaScript value that fills `bytes`. */
export function decodeValue(codec: Codec, bytes: Uint8Array): unknown {
  const builder = new ValueBuilder();
  codec.format.readPayload(payloadOf(codec, bytes, 1), builder);
  return builder.take();
}

/** `bytes` as payload of `count` elements. */
export function payloadOf(
  { format }: Codec,
  bytes: Uint8Array,
  count: 1 | 2,
): Payload {
  return new Payload(format, bytes, 0, bytes.length, count);
}

/** `trees` as payload. */
export function payloadOfTrees(
  codec: Codec,
  ...trees: [Tree] | [Tree, Tree]
): Payload {
  const out = new ByteWriter(new Uint8Array(0));
  const writer = codec.format.newWriter(false);
  writer.open(out);
  for (const tree of trees) tell(tree, writer);
  return payloadOf(codec, out.toBytes(), trees.length === 1 ? 1 : 2);
}

/** What `payload` holds, as trees. */
export function treesOf(payload: Payload): Tree[] {
  const builder = new TreeBuilder();
  payload.format?.readPayload(payload, builder);
  return builder.values;
}

/** What `payload` holds, as JavaScript values. */
export function valuesOf(payload: Payload): unknown[] {
  const builder = new ValueBuilder();
  builder.beginList(payload.count);
  payload.format?.readPayload(payload, builder);
  builder.endList();
  return builder.take() as unknown[];
}

/** Asserts that `bytes` are a protocol violation for the serializer. */
export function assertViolation(
  codec: Codec,
  bytes: Uint8Array,
  what?: string,
): ProtocolError {
  const error = assertThrows(
    () => decode(codec, bytes),
    Error,
    undefined,
    what,
  );
  assertInstanceOf(error, ProtocolError, `${what ?? ""}: ${error.stack}`);
  return error;
}

/** Reads `bytes[0, end)`; undefined where it is a protocol violation. */
export function tryDecode(
  { serializer }: Codec,
  bytes: Uint8Array,
  end: number = bytes.length,
): ClientMessage | undefined {
  try {
    return serializer.decode(bytes, 0, end);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
