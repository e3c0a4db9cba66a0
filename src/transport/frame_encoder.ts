/**
 * Messages into frames, in a receiver's outbox. A message that goes to many
 * receivers one after the other, an EVENT, is encoded for the first and copied
 * for the others.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import { FrameKind, PREFIX_BYTES, writePrefix } from "../rawsocket/frame.ts";
import type { Serializer } from "../serializer/serializer.ts";
import type { RouterMessage } from "../wamp/message.ts";
import { SendOutcome } from "../wamp/send_outcome.ts";
import { UnsupportedValueError } from "../wamp/value_sink.ts";
import type { FlushQueue } from "./flush_queue.ts";

/** The encoder of all connections that share a serializer. */
export class FrameEncoder {
  readonly #serializer: Serializer;
  readonly #flushQueue: FlushQueue;
  /** Where the last message's frame stands; good until the next flush. */
  #lastMessage: RouterMessage | undefined = undefined;
  #lastGeneration = 0;
  #lastBytes = new Uint8Array(0);
  #lastStart = 0;
  #lastEnd = 0;

  constructor(serializer: Serializer, flushQueue: FlushQueue) {
    this.#serializer = serializer;
    this.#flushQueue = flushQueue;
  }

  /**
   * Appends the frame of `message` to `out`, or nothing.
   *
   * @param limitBytes The longest message that the receiver takes (FR-14).
   */
  encode(
    message: RouterMessage,
    out: ByteWriter,
    limitBytes: number,
  ): SendOutcome {
    if (
      message === this.#lastMessage &&
      this.#lastGeneration === this.#flushQueue.generation
    ) {
      return this.#copyLast(out, limitBytes);
    }
    const start = out.length;
    out.reserve(PREFIX_BYTES);
    out.length += PREFIX_BYTES;
    const outcome = this.#encodeBehindPrefix(message, out, limitBytes);
    if (outcome !== SendOutcome.SENT) {
      out.length = start;
      return outcome;
    }
    const size = out.length - start - PREFIX_BYTES;
    writePrefix(out.bytes, start, FrameKind.MESSAGE, size);
    this.#lastMessage = message;
    this.#lastGeneration = this.#flushQueue.generation;
    this.#lastBytes = out.bytes;
    this.#lastStart = start;
    this.#lastEnd = out.length;
    return SendOutcome.SENT;
  }

  #encodeBehindPrefix(
    message: RouterMessage,
    out: ByteWriter,
    limitBytes: number,
  ): SendOutcome {
    const start = out.length;
    try {
      if ("payload" in message) {
        // Spares copying what cannot be sent anyway, once for each receiver.
        const payload = message.payload.in(this.#serializer);
        if (payload.end - payload.start > limitBytes) {
          return SendOutcome.TOO_LONG;
        }
      }
      this.#serializer.encode(message, out);
    } catch (error) {
      if (!(error instanceof UnsupportedValueError)) throw error;
      return SendOutcome.UNSUPPORTED_VALUE;
    }
    return out.length - start > limitBytes
      ? SendOutcome.TOO_LONG
      : SendOutcome.SENT;
  }

  #copyLast(out: ByteWriter, limitBytes: number): SendOutcome {
    if (this.#lastEnd - this.#lastStart - PREFIX_BYTES > limitBytes) {
      return SendOutcome.TOO_LONG;
    }
    out.append(this.#lastBytes, this.#lastStart, this.#lastEnd);
    return SendOutcome.SENT;
  }
}
