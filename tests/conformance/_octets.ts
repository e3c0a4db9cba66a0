/** Messages put together and taken apart octet by octet, in each serializer. */
import { assertEquals } from "@std/assert";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import type { RawClient } from "../support/raw_client.ts";
import { decodeValue, encodeValue } from "../support/wire_codec.ts";

/** One value in octets, by serializer. */
export type Forms = Readonly<Record<SerializerName, Uint8Array>>;

/** A value's forms: JSON as text, the others in hexadecimal. */
export function forms(json: string, msgpack: string, cbor: string): Forms {
  return { json: utf8(json), msgpack: bytesOf(msgpack), cbor: bytesOf(cbor) };
}

/** The message `[...head, ...elements]`, up to 15 in all. */
export function messageOf(
  serializer: SerializerName,
  head: readonly unknown[],
  ...elements: readonly Uint8Array[]
): Uint8Array {
  const parts = [
    ...head.map((value) => encodeValue(serializer, value)),
    ...elements,
  ];
  if (serializer === "json") return inBrackets(parts);
  const first = serializer === "msgpack" ? 0x90 : 0x80;
  return concat(new Uint8Array([first | parts.length]), ...parts);
}

/** A list of one: what Arguments are with a single value. */
export function listOf(
  serializer: SerializerName,
  value: Uint8Array,
): Uint8Array {
  return messageOf(serializer, [], value);
}

function inBrackets(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...rest] = parts;
  return concat(
    utf8("["),
    first,
    ...rest.flatMap((part) => [utf8(","), part]),
    utf8("]"),
  );
}

/** Sends a message that is put together by {@linkcode messageOf}. */
export async function sendOctets(
  client: RawClient,
  head: readonly unknown[],
  ...elements: readonly Uint8Array[]
): Promise<void> {
  await client.sendFrame(0, messageOf(client.serializer, head, ...elements));
}

/** Expects a message that ends in exactly these elements; what is before them. */
export async function receiveOctets(
  client: RawClient,
  ...elements: readonly Uint8Array[]
): Promise<unknown[]> {
  const { payload } = await client.readFrame();
  const isJson = client.serializer === "json";
  const tail = isJson
    ? concat(...elements.flatMap((part) => [utf8(","), part]), utf8("]"))
    : concat(...elements);
  const headEnd = payload.length - tail.length;
  assertEquals(shown(payload.subarray(headEnd)), shown(tail), shown(payload));
  const head = payload.slice(0, headEnd);
  if (!isJson) head[0] -= elements.length;
  const whole = isJson ? concat(head, utf8("]")) : head;
  return decodeValue(client.serializer, whole) as unknown[];
}

function shown(octets: Uint8Array): string {
  const text = new TextDecoder().decode(octets);
  return /^[\x20-\x7e]*$/.test(text) ? text : octets.toHex();
}
