/** Ways to feed an unframer, and all that came of it. */
import type { Frame } from "../../src/framing/frame.ts";
import {
  type RawSocketFault,
  RawSocketUnframer,
} from "../../src/rawsocket/unframer.ts";
import { bytesOf } from "../support/hex.ts";

/** A request for JSON that takes 2^18 octets. */
export const HANDSHAKE = bytesOf("7F 91 00 00");

/** What an unframer made of its chunks. */
export interface Parsed {
  /** Kind and payload of each frame. */
  readonly frames: [kind: number, payload: string][];
  readonly fault: RawSocketFault["code"] | undefined;
  readonly missingBytes: number;
}

/** Octets of which only the first `length` count. */
export interface LongChunk {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * Feeds `chunks` one after the other, as the router does: each chunk's octets
 * are overwritten before the next one comes.
 *
 * @param onFrame Takes the frames in place of the result.
 */
export function parse(
  chunks: readonly (Uint8Array | LongChunk)[],
  maxPayloadBytes: number = 2 ** 24,
  onFrame: ((frame: Frame) => void) | undefined = undefined,
): Parsed {
  const unframer = new RawSocketUnframer(maxPayloadBytes);
  const parsed: Parsed["frames"] = [];
  for (const chunk of chunks) {
    const { bytes, length } = "bytes" in chunk
      ? chunk
      : { bytes: chunk, length: chunk.length };
    const shared = bytes.slice();
    const frames: Frame[] = [];
    for (let at = 0; at < length;) {
      const some: Frame[] = [];
      at = unframer.push(shared, at, length, some);
      frames.push(...some);
    }
    for (const frame of frames) {
      if (onFrame !== undefined) onFrame(frame);
      else parsed.push([frame.kind, payloadOf(frame)]);
    }
    if (onFrame === undefined) shared.fill(0xee);
  }
  const { missingBytes, fault } = unframer;
  return { frames: parsed, fault: fault?.code, missingBytes };
}

function payloadOf(frame: Frame): string {
  return frame.bytes.subarray(frame.start, frame.end).toHex();
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
