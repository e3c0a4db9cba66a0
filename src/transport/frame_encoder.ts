/**
 * Messages into frames, in a receiver's outbox. A message that goes to many
 * receivers one after the other, an EVENT, is encoded for the first and copied
 * for the others.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { MessageFramer } from "../framing/framing.ts";
import type { Serializer } from "../serializer/serializer.ts";
import { type RouterMessage, SendOutcome, shorter } from "../wamp/message.ts";
import { UnsupportedValueError } from "../wamp/value_sink.ts";
import type { FlushQueue } from "./flush_queue.ts";
import type { OutboxBudget } from "./outbox_budget.ts";
import { SharedFrame } from "./shared_frame.ts";

/** Where frames go. */
export interface FrameSink {
  /** Takes the octets of a frame. */
  readonly writer: ByteWriter;
  /** Takes a frame that others get too. */
  share(frame: SharedFrame): void;
}

/** Longer frames are shared by their receivers, and not copied. */
const SHARED_BYTES_MIN = 4096;

/** The encoder of all connections that share a serializer and a framing. */
export class FrameEncoder {
  readonly #serializer: Serializer;
  readonly #framer: MessageFramer;
  readonly #flushQueue: FlushQueue;
  readonly #budget: OutboxBudget;
  /** Where the last message's frame stands; good until the next flush. */
  #lastMessage: RouterMessage | undefined = undefined;
  #lastGeneration = 0;
  #lastBytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #lastStart = 0;
  #lastEnd = 0;
  /** Of it, the message. */
  #lastMessageBytes = 0;
  /** The same frame, for all but the first. */
  #lastShared: SharedFrame | undefined = undefined;
  /** The last message that was too long for a receiver, and its length. */
  #tooLong: RouterMessage | undefined = undefined;
  #tooLongBytes = 0;

  constructor(
    serializer: Serializer,
    framer: MessageFramer,
    flushQueue: FlushQueue,
    budget: OutboxBudget,
  ) {
    this.#serializer = serializer;
    this.#framer = framer;
    this.#flushQueue = flushQueue;
    this.#budget = budget;
  }

  /**
   * Puts the frame of `message` into `sink`, or nothing.
   *
   * @param limitBytes The longest message that the receiver takes (FR-14).
   */
  encode(
    message: RouterMessage,
    sink: FrameSink,
    limitBytes: number,
  ): SendOutcome {
    if (message === this.#lastMessage) {
      if (this.#lastShared?.isHeld) return this.#shareLast(sink, limitBytes);
      if (this.#lastGeneration === this.#flushQueue.generation) {
        return this.#copyLast(sink, limitBytes);
      }
    }
    const out = sink.writer;
    const start = out.length;
    const outcome = this.#encodeFrame(message, out, limitBytes);
    if (outcome !== SendOutcome.SENT) {
      // The text for people is given up, so that an answer is never missing.
      const next = outcome === SendOutcome.TOO_LONG
        ? shorter(message)
        : undefined;
      return next === undefined ? outcome : this.encode(next, sink, limitBytes);
    }
    this.#lastMessage = message;
    this.#lastGeneration = this.#flushQueue.generation;
    this.#lastBytes = out.bytes;
    this.#lastStart = start;
    this.#lastEnd = out.length;
    this.#lastShared = undefined;
    return SendOutcome.SENT;
  }

  /** Appends the frame of `message` to `out`, or nothing. */
  #encodeFrame(
    message: RouterMessage,
    out: ByteWriter,
    limitBytes: number,
  ): SendOutcome {
    const start = out.length;
    let outcome: SendOutcome | undefined;
    try {
      this.#framer.begin(out);
      outcome = this.#encodeMessage(message, out, limitBytes);
      if (outcome === SendOutcome.SENT) this.#framer.end(out, start);
      return outcome;
    } finally {
      // Also where a defect throws: half a frame would ruin all that follow.
      if (outcome !== SendOutcome.SENT) out.length = start;
    }
  }

  #encodeMessage(
    message: RouterMessage,
    out: ByteWriter,
    limitBytes: number,
  ): SendOutcome {
    // Spares writing, once for each receiver, what cannot be sent anyway.
    if (message === this.#tooLong && this.#tooLongBytes > limitBytes) {
      return SendOutcome.TOO_LONG;
    }
    const start = out.length;
    try {
      if ("payload" in message) {
        const payload = message.payload.in(this.#serializer.format);
        if (payload.end - payload.start > limitBytes) {
          return SendOutcome.TOO_LONG;
        }
      }
      this.#serializer.encode(message, out);
    } catch (error) {
      if (!(error instanceof UnsupportedValueError)) throw error;
      return SendOutcome.UNSUPPORTED_VALUE;
    }
    const size = out.length - start;
    if (size <= limitBytes) {
      this.#lastMessageBytes = size;
      return SendOutcome.SENT;
    }
    this.#tooLong = message;
    this.#tooLongBytes = size;
    return SendOutcome.TOO_LONG;
  }

  #copyLast(sink: FrameSink, limitBytes: number): SendOutcome {
    if (this.#lastMessageBytes > limitBytes) return SendOutcome.TOO_LONG;
    if (this.#lastEnd - this.#lastStart >= SHARED_BYTES_MIN) {
      const frame = this.#lastBytes.slice(this.#lastStart, this.#lastEnd);
      this.#lastShared = new SharedFrame(frame, this.#budget);
      return this.#shareLast(sink, limitBytes);
    }
    sink.writer.append(this.#lastBytes, this.#lastStart, this.#lastEnd);
    return SendOutcome.SENT;
  }

  #shareLast(sink: FrameSink, limitBytes: number): SendOutcome {
    if (this.#lastMessageBytes > limitBytes) return SendOutcome.TOO_LONG;
    sink.share(this.#lastShared as SharedFrame);
    return SendOutcome.SENT;
  }
}
