/** Ways to feed a WebSocket unframer, and all that came of it. */
import type { CloseCause, Frame } from "../../src/framing/frame.ts";
import { Opcode } from "../../src/websocket/frame.ts";
import {
  type Speech,
  WebSocketUnframer,
} from "../../src/websocket/unframer.ts";
import { concat } from "../support/hex.ts";

/** A head that is whole. */
export const HEAD = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");

/** Text in frames of a client, messages up to 1,000 bytes. */
export const SPEECH: Speech = {
  opcode: Opcode.TEXT,
  maxMessageBytes: 1000,
  maxFrameBytes: 1000,
  requireMasked: true,
  inflates: false,
};

/** What an unframer made of its chunks, behind the head. */
export interface Parsed {
  /** Kind and payload of each frame. */
  readonly frames: [kind: number, payload: string][];
  /** Its cause and its message. */
  readonly fault: [cause: CloseCause | undefined, message: string] | undefined;
}

/** An unframer whose request was accepted. */
export function openUnframer(speech: Partial<Speech> = {}): WebSocketUnframer {
  const unframer = new WebSocketUnframer();
  unframer.push(HEAD, 0, HEAD.length, []);
  unframer.accepted({ ...SPEECH, ...speech });
  return unframer;
}

/**
 * Feeds `chunks` one after the other, as the router does: each chunk's octets are
 * overwritten before the next one comes.
 */
export function parse(
  chunks: readonly Uint8Array[],
  speech: Partial<Speech> = {},
): Parsed {
  const unframer = openUnframer(speech);
  const frames: Parsed["frames"] = [];
  for (const chunk of chunks) {
    const shared = chunk.slice();
    for (let at = 0; at < shared.length;) {
      const some: Frame[] = [];
      at = unframer.push(shared, at, shared.length, some);
      for (const { kind, bytes, start, end } of some) {
        frames.push([kind, bytes.subarray(start, end).toHex()]);
      }
    }
    shared.fill(0xee);
  }
  const { fault } = unframer;
  return { frames, fault: fault && [fault.cause, fault.message] };
}

/** How the length of a frame is written. */
export type LengthForm = "shortest" | "two octets" | "eight octets";

/** What a client's frame may have that is not as usual. */
export interface FrameOptions {
  readonly form?: LengthForm;
  /** Empty: it is not masked. */
  readonly key?: readonly number[];
}

const KEY = [0x37, 0xfa, 0x21, 0x3d];

/** A frame of a client's, in octets. */
export function clientFrame(
  first: number,
  payload: Uint8Array,
  { form, key = KEY }: FrameOptions = {},
): Uint8Array<ArrayBuffer> {
  const masked = key.length === 0
    ? payload
    : payload.map((octet, index) => octet ^ key[index & 3]);
  const head = headOf(first, payload.length, form, key.length > 0);
  return concat(head, new Uint8Array(key), masked);
}

/** A frame's first octets, for a payload of `size` that may never come. */
export function headOf(
  first: number,
  size: number,
  form: LengthForm = "shortest",
  isMasked: boolean = true,
): Uint8Array<ArrayBuffer> {
  const mask = isMasked ? 0x80 : 0;
  if (form === "shortest" && size < 126) {
    return new Uint8Array([first, mask | size]);
  }
  if (form === "two octets" || form === "shortest" && size < 2 ** 16) {
    return new Uint8Array([first, mask | 126, size >> 8, size & 0xff]);
  }
  const head = new Uint8Array([first, mask | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  new DataView(head.buffer).setBigUint64(2, BigInt(size));
  return head;
}

/** `bytes` in chunks of one octet. */
export function octetByOctet(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (octet) => new Uint8Array([octet]));
}

/** `bytes` in two chunks, for each place to cut. */
export function* cutEverywhere(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at++) {
    yield [bytes.slice(0, at), bytes.slice(at)];
  }
}
