/**
 * Cuts what a connection receives into frames: push chunks, take messages, PINGs,
 * PONGs and the close frame (RFC 6455 section 5).
 *
 * Payloads are unmasked where they lie. A message that lies whole in one chunk is a
 * view of it; one that is cut, or comes in several frames, is put together in a
 * buffer that grows with what has really come, so that a length that is only
 * claimed costs nothing. It never throws: at the first fault it stops for good,
 * says which, and the frames before it stand.
 */
import { isUtf8 } from "../base/utf8.ts";
import {
  CloseCause,
  type Frame,
  type FrameFault,
  FrameKind,
} from "../framing/frame.ts";
import { FRAMES_MAX, type Unframer } from "../framing/framing.ts";
import { isCloseCode } from "./close_frame.ts";
import { CONTROL_BYTES_MAX, FIN_BIT, Opcode, RSV1_BIT } from "./frame.ts";
import { HeadReader } from "./head_reader.ts";
import { inflate } from "./permessage_deflate.ts";
import { unmask } from "./unmask.ts";

/** What a connection speaks once its request is accepted. */
export interface Speech {
  /** {@linkcode Opcode.TEXT} or {@linkcode Opcode.BINARY}: what messages come in. */
  readonly opcode: typeof Opcode.TEXT | typeof Opcode.BINARY;
  readonly maxMessageBytes: number;
  readonly maxFrameBytes: number;
  /** Whether a frame that is not masked ends the connection. */
  readonly requireMasked: boolean;
  /** Whether messages may be compressed. */
  readonly inflates: boolean;
}

const MASK_BIT = 0x80;
const LENGTH_BITS = 0x7f;
const RESERVED_BITS = 0x70;
const OPCODE_BITS = 0x0f;
const CONTROL_BIT = 0x08;
/** The longest head of a frame. */
const HEAD_BYTES_MAX = 14;
/** The least that is allocated for a cut message, or the whole of a smaller one. */
const FIRST_BUFFER_BYTES = 1024;
/** A cut message's buffer is at most so many times what has come of it. */
const GROWTH_FACTOR = 4;
const NOTHING = new Uint8Array(0);

/** The parser of one connection. */
export class WebSocketUnframer implements Unframer {
  #opening: HeadReader | undefined = new HeadReader();
  #speech: Speech | undefined = undefined;
  /** Of a frame's head that came in pieces. */
  #head = NOTHING;
  #headLength = 0;
  /** Of the frame at hand: its first octet, its key and what is to come of it. */
  #first = 0;
  #isMasked = false;
  #key = 0;
  #phase = 0;
  #left = 0;
  /** Whether a message has begun and is not whole. */
  #isInMessage = false;
  #isCompressed = false;
  #message = NOTHING;
  #messageLength = 0;
  /** Of a control frame that is cut. */
  #control = NOTHING;
  #controlLength = 0;
  /** Whether the client has said that it sends nothing more. */
  #isOver = false;
  #fault: FrameFault | undefined = undefined;

  get openingBytes(): number {
    return this.#opening?.length ?? 0;
  }

  get missingBytes(): number {
    return this.#left;
  }

  get heldBytes(): number {
    const opening = this.#opening?.heldBytes ?? 0;
    return opening + this.#message.length + this.#control.length;
  }

  get isBetweenFrames(): boolean {
    return this.#speech !== undefined && this.#left === 0 &&
      this.#headLength === 0 && !this.#isInMessage && !this.#isOver &&
      this.#fault === undefined;
  }

  get fault(): FrameFault | undefined {
    return this.#fault;
  }

  /** The request was accepted: frames follow. */
  accepted(speech: Speech): void {
    this.#speech = speech;
  }

  push(
    chunk: Uint8Array,
    start: number,
    end: number,
    frames: Frame[],
  ): number {
    if (this.#speech === undefined) {
      return this.#readHead(chunk, start, end, frames);
    }
    let position = start;
    while (
      position < end && this.#fault === undefined && !this.#isOver &&
      frames.length < FRAMES_MAX
    ) {
      if (this.#left > 0) {
        position = this.#fill(chunk, position, end, frames);
      } else if (this.#headLength > 0 || end - position < HEAD_BYTES_MAX) {
        position = this.#collectHead(chunk, position, end, frames);
      } else {
        position = this.#frame(chunk, position, chunk, position, end, frames);
      }
    }
    return this.#fault === undefined && !this.#isOver ? position : end;
  }

  /** Until it is accepted, nothing behind the request is looked at. */
  #readHead(
    chunk: Uint8Array,
    start: number,
    end: number,
    frames: Frame[],
  ): number {
    const opening = this.#opening;
    if (opening === undefined) return end;
    const position = opening.push(chunk, start, end);
    this.#fault = opening.fault;
    const bytes = opening.head;
    if (bytes === undefined) return position;
    this.#opening = undefined;
    frames.push({
      kind: FrameKind.OPENING,
      bytes,
      start: 0,
      end: bytes.length,
    });
    return position;
  }

  /** Collects a frame's head octet by octet. */
  #collectHead(
    chunk: Uint8Array,
    position: number,
    end: number,
    frames: Frame[],
  ): number {
    if (this.#head.length === 0) this.#head = new Uint8Array(HEAD_BYTES_MAX);
    this.#head[this.#headLength++] = chunk[position++];
    const length = this.#headLength;
    if (length < 2) return position;
    const [first, second] = this.#head;
    if (length === 2 && !this.#checkOctets(first, second)) return end;
    if (length < headBytesOf(second)) return position;
    this.#headLength = 0;
    return this.#frame(this.#head, 0, chunk, position, end, frames);
  }

  /**
   * Handles the frame whose whole head is at `head[at]`.
   *
   * @param from Where its payload begins in `chunk`; its head, where that is in
   * there as well.
   */
  #frame(
    head: Uint8Array,
    at: number,
    chunk: Uint8Array,
    from: number,
    end: number,
    frames: Frame[],
  ): number {
    const first = head[at];
    const second = head[at + 1];
    if (!this.#checkOctets(first, second)) return end;
    let position = at + 2;
    let size = second & LENGTH_BITS;
    if (size > 125) {
      size = this.#longSize(head, position, size);
      position += (second & LENGTH_BITS) === 126 ? 2 : 8;
    }
    const isControl = (first & CONTROL_BIT) !== 0;
    if (!this.#checkSize(size, isControl)) return end;
    this.#first = first;
    this.#isMasked = (second & MASK_BIT) !== 0;
    this.#phase = 0;
    if (this.#isMasked) {
      this.#key = head[position] | head[position + 1] << 8 |
        head[position + 2] << 16 | head[position + 3] << 24;
      position += 4;
    }
    const start = head === chunk ? position : from;
    if (size > end - start) {
      this.#left = size;
      if (!isControl) this.#isInMessage = true;
      return start;
    }
    return this.#whole(chunk, start, start + size, frames);
  }

  /** A size in two or eight octets, which must not fit into fewer; -1 where it does. */
  #longSize(head: Uint8Array, at: number, kind: number): number {
    if (kind === 126) {
      const size = head[at] << 8 | head[at + 1];
      return size > 125 ? size : -1;
    }
    const high = head[at] << 24 | head[at + 1] << 16 | head[at + 2] << 8 |
      head[at + 3];
    const low = (head[at + 4] << 24 | head[at + 5] << 16 | head[at + 6] << 8 |
      head[at + 7]) >>> 0;
    if (high < 0) return -1;
    const size = high * 2 ** 32 + low;
    return size > 0xffff ? size : -1;
  }

  #checkOctets(first: number, second: number): boolean {
    const { requireMasked, inflates } = this.#speech as Speech;
    const opcode = first & OPCODE_BITS;
    const reserved = first & RESERVED_BITS;
    if (reserved !== 0) {
      const isData = opcode === Opcode.TEXT || opcode === Opcode.BINARY;
      if (reserved !== RSV1_BIT || !inflates || !isData) {
        return this.#fail("Reserved bits of a frame are set");
      }
    }
    if (requireMasked && (second & MASK_BIT) === 0) {
      return this.#fail("A frame is not masked");
    }
    if ((opcode & CONTROL_BIT) !== 0) {
      return this.#checkControl(first, second, opcode);
    }
    return this.#checkData(opcode);
  }

  #checkControl(first: number, second: number, opcode: number): boolean {
    if (opcode > Opcode.PONG) {
      return this.#fail(`Opcode ${opcode} is reserved`);
    }
    if ((first & FIN_BIT) === 0) {
      return this.#fail("A control frame is fragmented");
    }
    if ((second & LENGTH_BITS) > CONTROL_BYTES_MAX) {
      return this.#fail(
        `A control frame is longer than ${CONTROL_BYTES_MAX} bytes`,
      );
    }
    return true;
  }

  #checkData(opcode: number): boolean {
    if (opcode === Opcode.CONTINUATION) {
      return this.#isInMessage ||
        this.#fail("A continuation frame continues nothing");
    }
    if (opcode > Opcode.BINARY) {
      return this.#fail(`Opcode ${opcode} is reserved`);
    }
    if (this.#isInMessage) {
      return this.#fail("A message begins within another one");
    }
    const expected = (this.#speech as Speech).opcode;
    if (opcode === expected) return true;
    return this.#fail(
      expected === Opcode.TEXT
        ? "Messages in JSON come in text frames, not in binary ones"
        : "Messages in MessagePack or CBOR come in binary frames, not in text ones",
      CloseCause.WRONG_KIND,
    );
  }

  #checkSize(size: number, isControl: boolean): boolean {
    if (size < 0) return this.#fail("A length takes more octets than it needs");
    if (isControl) return true;
    const { maxFrameBytes, maxMessageBytes } = this.#speech as Speech;
    const length = this.#messageLength + size;
    if (length > maxMessageBytes) {
      return this.#tooLong(
        `A message of ${length} bytes is above the limit of ${maxMessageBytes}`,
        "max_message_size",
      );
    }
    if (size > maxFrameBytes) {
      return this.#tooLong(
        `A frame of ${size} bytes is above the limit of ${maxFrameBytes}`,
        "max_frame_size",
      );
    }
    return true;
  }

  /** A frame whose payload is `chunk[start, end)`. */
  #whole(
    chunk: Uint8Array,
    start: number,
    end: number,
    frames: Frame[],
  ): number {
    if (this.#isMasked) unmask(chunk, start, end, this.#key, this.#phase);
    const first = this.#first;
    if ((first & CONTROL_BIT) !== 0) {
      this.#endControl(chunk, start, end, frames);
    } else if (!this.#isInMessage && (first & FIN_BIT) !== 0) {
      if ((first & RSV1_BIT) !== 0) this.#inflate(chunk, start, end, frames);
      else frames.push({ kind: FrameKind.MESSAGE, bytes: chunk, start, end });
    } else {
      this.#append(chunk, start, end, end - start);
      this.#endDataFrame(frames);
    }
    return end;
  }

  /** Moves what belongs to the cut frame out of the chunk. */
  #fill(
    chunk: Uint8Array,
    position: number,
    end: number,
    frames: Frame[],
  ): number {
    const count = Math.min(this.#left, end - position);
    const to = position + count;
    if (this.#isMasked) {
      unmask(chunk, position, to, this.#key, this.#phase);
      this.#phase = (this.#phase + count) & 3;
    }
    const isControl = (this.#first & CONTROL_BIT) !== 0;
    if (isControl) this.#appendControl(chunk, position, to);
    else this.#append(chunk, position, to, this.#left);
    this.#left -= count;
    if (this.#left > 0) return to;
    if (!isControl) this.#endDataFrame(frames);
    else {
      const control = this.#control;
      this.#control = NOTHING;
      this.#endControl(control, 0, this.#controlLength, frames);
      this.#controlLength = 0;
    }
    return to;
  }

  /** @param expected How many octets of the message are sure to come, with these. */
  #append(
    chunk: Uint8Array,
    start: number,
    end: number,
    expected: number,
  ): void {
    if (this.#messageLength === 0 && !this.#isContinued) {
      this.#isCompressed = (this.#first & RSV1_BIT) !== 0;
    }
    this.#isInMessage = true;
    const needed = this.#messageLength + end - start;
    if (needed > this.#message.length) {
      const isLast = (this.#first & FIN_BIT) !== 0;
      const most = isLast
        ? this.#messageLength + expected
        : (this.#speech as Speech).maxMessageBytes;
      const room = Math.max(needed * GROWTH_FACTOR, FIRST_BUFFER_BYTES);
      const grown = new Uint8Array(Math.max(needed, Math.min(room, most)));
      grown.set(this.#message.subarray(0, this.#messageLength));
      this.#message = grown;
    }
    this.#message.set(chunk.subarray(start, end), this.#messageLength);
    this.#messageLength = needed;
  }

  get #isContinued(): boolean {
    return (this.#first & OPCODE_BITS) === Opcode.CONTINUATION;
  }

  #appendControl(chunk: Uint8Array, start: number, end: number): void {
    if (this.#controlLength === 0) {
      this.#control = new Uint8Array(CONTROL_BYTES_MAX);
    }
    this.#control.set(chunk.subarray(start, end), this.#controlLength);
    this.#controlLength += end - start;
  }

  #endDataFrame(frames: Frame[]): void {
    if ((this.#first & FIN_BIT) === 0) return;
    const bytes = this.#message;
    const end = this.#messageLength;
    this.#message = NOTHING;
    this.#messageLength = 0;
    this.#isInMessage = false;
    if (this.#isCompressed) this.#inflate(bytes, 0, end, frames);
    else frames.push({ kind: FrameKind.MESSAGE, bytes, start: 0, end });
  }

  #inflate(
    bytes: Uint8Array,
    start: number,
    end: number,
    frames: Frame[],
  ): void {
    const { maxMessageBytes } = this.#speech as Speech;
    const message = inflate(bytes.subarray(start, end), maxMessageBytes);
    if (message === "too_long") {
      this.#tooLong(
        `A compressed message is above the limit of ${maxMessageBytes} bytes`,
        "max_message_size",
      );
    } else if (message === "bad") {
      this.#fail("A compressed message cannot be inflated");
    } else {
      const { length } = message;
      frames.push({
        kind: FrameKind.MESSAGE,
        bytes: message,
        start: 0,
        end: length,
      });
    }
  }

  #endControl(
    bytes: Uint8Array,
    start: number,
    end: number,
    frames: Frame[],
  ): void {
    const opcode = this.#first & OPCODE_BITS;
    if (opcode === Opcode.CLOSE) {
      if (!this.#checkClose(bytes, start, end)) return;
      this.#isOver = true;
      frames.push({ kind: FrameKind.CLOSE, bytes, start, end });
      return;
    }
    const kind = opcode === Opcode.PING ? FrameKind.PING : FrameKind.PONG;
    frames.push({ kind, bytes, start, end });
  }

  #checkClose(bytes: Uint8Array, start: number, end: number): boolean {
    if (start === end) return true;
    if (end - start === 1) return this.#fail("A close frame has half a code");
    const code = bytes[start] << 8 | bytes[start + 1];
    if (!isCloseCode(code)) {
      return this.#fail(
        `A close frame has code ${code}, which nobody may send`,
      );
    }
    if (isUtf8(bytes, start + 2, end)) return true;
    return this.#fail(
      "The reason in a close frame is not UTF-8",
      CloseCause.BAD_TEXT,
    );
  }

  #tooLong(message: string, configKey: string): false {
    this.#stop({ message, configKey, cause: CloseCause.TOO_LONG });
    return false;
  }

  #fail(message: string, cause: CloseCause = CloseCause.BAD_FRAME): false {
    this.#stop({ message, cause });
    return false;
  }

  #stop(fault: FrameFault): void {
    this.#fault = fault;
    this.#left = 0;
    this.#message = NOTHING;
    this.#control = NOTHING;
  }
}

function headBytesOf(second: number): number {
  const length = second & LENGTH_BITS;
  const more = length === 126 ? 2 : length === 127 ? 8 : 0;
  return 2 + more + ((second & MASK_BIT) === 0 ? 0 : 4);
}
