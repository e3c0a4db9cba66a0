/**
 * Cuts what a connection receives into frames: push chunks, take frames.
 *
 * Knows nothing of streams or promises. A frame that lies whole in one chunk is
 * a view of it; one that is cut is put together in a buffer of its own, which
 * grows with what has really come, so that a length that is only claimed costs
 * nothing. Between frames nothing is held.
 *
 * It never throws: at the first fault it stops for good, says which, and the
 * frames before it stand.
 */
import { type Frame, type FrameFault, FrameKind } from "../framing/frame.ts";
import { FRAMES_MAX, type Unframer } from "../framing/framing.ts";
import { EXTENDED_BIT, PAYLOAD_BYTES_MAX, PREFIX_BYTES } from "./frame.ts";
import { HANDSHAKE_MAGIC } from "./handshake.ts";
import { recogniseForeign } from "../framing/foreign_protocol.ts";
import { type ForeignPlace, ForeignStart } from "../framing/foreign_start.ts";

/** What is wrong with the octets. */
export interface RawSocketFault extends FrameFault {
  readonly code:
    | "bad_magic"
    | "reserved_bits"
    | "reserved_type"
    | "bad_extended_length"
    | "too_long";
}

/** The least that is allocated for a cut frame, or the whole of a smaller one. */
const FIRST_BUFFER_BYTES = 1024;
/** A cut frame's buffer is at most so many times what has come of it. */
const GROWTH_FACTOR = 4;
const NOTHING = new Uint8Array(0);

const PLACE: ForeignPlace = {
  awaited: "RawSocket handshake",
  cure: "this port speaks WAMP-over-RawSocket only",
  httpSentence:
    "This port speaks WAMP-over-RawSocket only, neither HTTP nor WebSocket: use a WAMP client with a RawSocket transport.",
};

/** The parser of one connection. */
export class RawSocketUnframer implements Unframer {
  readonly #maxPayloadBytes: number;
  #handshaken = false;
  /** Octets of a prefix that came in pieces, and how many there are. */
  #prefix = 0;
  #prefixCount = 0;
  /** What comes in place of a handshake. */
  #foreignStart: ForeignStart | undefined = undefined;
  /** The cut frame: undefined while between frames. */
  #partial: Uint8Array | undefined = undefined;
  #partialKind: FrameKind = FrameKind.MESSAGE;
  #partialLength = 0;
  #filled = 0;
  #fault: RawSocketFault | undefined = undefined;

  /** @param maxPayloadBytes The longest payload accepted; above 2^24 that counts. */
  constructor(maxPayloadBytes: number) {
    this.#maxPayloadBytes = Math.min(maxPayloadBytes, PAYLOAD_BYTES_MAX);
  }

  /** How many octets of a cut frame are still to come; 0 between frames. */
  get missingBytes(): number {
    return this.#partial === undefined ? 0 : this.#partialLength - this.#filled;
  }

  get heldBytes(): number {
    return this.#partial?.length ?? 0;
  }

  /** How many octets have come where a handshake is still due. */
  get openingBytes(): number {
    return this.#foreignStart?.length ?? this.#prefixCount;
  }

  /** Whether the next octet begins a frame. */
  get isBetweenFrames(): boolean {
    return this.#handshaken && this.#partial === undefined &&
      this.#prefixCount === 0 && this.#fault === undefined;
  }

  get fault(): RawSocketFault | undefined {
    return this.#fault;
  }

  push(
    chunk: Uint8Array,
    start: number,
    length: number,
    frames: Frame[],
  ): number {
    let position = start;
    while (
      position < length && this.#fault === undefined &&
      frames.length < FRAMES_MAX
    ) {
      if (this.#partial !== undefined) {
        position = this.#fill(chunk, position, length, frames);
      } else if (this.#prefixCount === 0 && length - position >= PREFIX_BYTES) {
        const prefix = (chunk[position] << 24 | chunk[position + 1] << 16 |
          chunk[position + 2] << 8 | chunk[position + 3]) >>> 0;
        position = this.#frame(
          prefix,
          chunk,
          position + PREFIX_BYTES,
          length,
          frames,
        );
      } else {
        position = this.#collect(chunk, position, length, frames);
      }
    }
    return this.#fault === undefined ? position : length;
  }

  /** Collects a prefix octet by octet. */
  #collect(
    chunk: Uint8Array,
    position: number,
    length: number,
    frames: Frame[],
  ): number {
    const octet = chunk[position];
    const isFirst = !this.#handshaken && this.#prefixCount === 0;
    if (isFirst && this.#isForeign(octet)) {
      return this.#takeForeign(chunk, position, length);
    }
    position++;
    this.#prefix = (this.#prefix << 8 | octet) >>> 0;
    this.#prefixCount++;
    if (this.#prefixCount < PREFIX_BYTES) return position;
    const prefix = this.#prefix;
    this.#prefix = 0;
    this.#prefixCount = 0;
    return this.#frame(prefix, chunk, position, length, frames);
  }

  /** Handles the frame, or the handshake, behind a whole prefix. */
  #frame(
    prefix: number,
    chunk: Uint8Array,
    start: number,
    length: number,
    frames: Frame[],
  ): number {
    if (!this.#handshaken) {
      return this.#handshake(prefix, chunk, start, length, frames);
    }
    const first = prefix >>> 24;
    let size = prefix & 0xff_ffff;
    if (first > FrameKind.PONG) {
      if (!this.#checkPrefix(prefix)) return length;
      size = PAYLOAD_BYTES_MAX;
    }
    if (size > this.#maxPayloadBytes) {
      this.#fail(
        "too_long",
        `A frame of ${size} octets is above the limit of ${this.#maxPayloadBytes}`,
      );
      return length;
    }
    const kind = (first & 0x07) as FrameKind;
    if (size <= length - start) {
      frames.push({ kind, bytes: chunk, start, end: start + size });
      return start + size;
    }
    this.#partialKind = kind;
    this.#partialLength = size;
    this.#partial = NOTHING;
    this.#filled = 0;
    return start;
  }

  #handshake(
    prefix: number,
    chunk: Uint8Array,
    start: number,
    length: number,
    frames: Frame[],
  ): number {
    if (this.#isForeign(prefix >>> 24)) {
      return this.#takeForeign(chunk, start - PREFIX_BYTES, length);
    }
    this.#handshaken = true;
    const bytes = new Uint8Array(PREFIX_BYTES);
    new DataView(bytes.buffer).setUint32(0, prefix);
    frames.push({ kind: FrameKind.OPENING, bytes, start: 0, end: 4 });
    return start;
  }

  /** Whether no handshake begins with `octet`, or something else has begun. */
  #isForeign(octet: number): boolean {
    return octet !== HANDSHAKE_MAGIC || this.#foreignStart !== undefined;
  }

  #takeForeign(chunk: Uint8Array, position: number, length: number): number {
    this.#foreignStart ??= new ForeignStart(PLACE);
    const found = this.#foreignStart.push(chunk, position, length);
    if (found !== undefined) this.#fault = { code: "bad_magic", ...found };
    return length;
  }

  /** Whether a prefix whose first octet is above 2 is the X form of a known type. */
  #checkPrefix(prefix: number): boolean {
    const first = prefix >>> 24;
    if ((first & 0xf0) !== 0) {
      const what = guess(prefix);
      this.#fail(
        "reserved_bits",
        `Reserved bits of a frame prefix are set (${hex(prefix)})${what}`,
      );
    } else if ((first & 0x07) > FrameKind.PONG) {
      this.#fail(
        "reserved_type",
        `Frame type ${first & 0x07} is reserved (${hex(prefix)})`,
      );
    } else if ((first & EXTENDED_BIT) !== 0 && (prefix & 0xff_ffff) !== 0) {
      this.#fail(
        "bad_extended_length",
        `The 25th length bit is set beside a length (${hex(prefix)})`,
      );
    }
    return this.#fault === undefined;
  }

  /** Moves what belongs to the cut frame out of the chunk. */
  #fill(
    chunk: Uint8Array,
    position: number,
    length: number,
    frames: Frame[],
  ): number {
    const count = Math.min(
      this.#partialLength - this.#filled,
      length - position,
    );
    const partial = this.#roomFor(count);
    partial.set(chunk.subarray(position, position + count), this.#filled);
    this.#filled += count;
    if (this.#filled === this.#partialLength) {
      const kind = this.#partialKind;
      frames.push({ kind, bytes: partial, start: 0, end: this.#filled });
      this.#partial = undefined;
    }
    return position + count;
  }

  #roomFor(count: number): Uint8Array {
    const partial = this.#partial ?? NOTHING;
    const needed = this.#filled + count;
    if (needed <= partial.length) return partial;
    const room = Math.max(needed * GROWTH_FACTOR, FIRST_BUFFER_BYTES);
    const grown = new Uint8Array(Math.min(room, this.#partialLength));
    grown.set(partial.subarray(0, this.#filled));
    this.#partial = grown;
    return grown;
  }

  #fail(code: RawSocketFault["code"], message: string): void {
    this.#fault = code === "too_long"
      ? { code, message, configKey: "max_message_size" }
      : { code, message };
    this.#partial = undefined;
  }
}

/** A clause about octets that are no frame's; empty where nothing is known. */
function guess(prefix: number): string {
  const octets = new Uint8Array(PREFIX_BYTES);
  new DataView(octets.buffer).setUint32(0, prefix);
  if (octets[0] === HANDSHAKE_MAGIC) {
    return ", which looks like a second RawSocket handshake";
  }
  const found = recogniseForeign(octets);
  if (found === undefined) return "";
  const name = found === "undecided" ? "HTTP or WebSocket" : found.name;
  return `, which looks like ${name}: this connection speaks WAMP-over-RawSocket only`;
}

function hex(prefix: number): string {
  return prefix.toString(16).toUpperCase().padStart(8, "0")
    .replace(/..(?=.)/g, "$& ");
}
