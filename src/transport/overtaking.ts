/**
 * What of a connection is not put off while a message has to wait: PINGs are
 * answered (checklist FR-07), the peer's leaving is noticed (AZ-10), and its
 * session is shown the short messages behind, since a CANCEL may be for the call
 * that waits.
 */
import { type Frame, FrameKind } from "../rawsocket/frame.ts";
import type { Serializer } from "../serializer/serializer.ts";
import type { MessageReceiver } from "./message_receiver.ts";
import { leadingPings, wholeFrames } from "./pings.ts";

/** No CANCEL without keys of its own is longer, in any serializer. */
const SHOWN_BYTES_MAX = 64;

/** What overtakes the messages of one connection. */
export class Overtaking {
  readonly #session: MessageReceiver;
  readonly #serializer: Serializer;
  readonly #pong: (ping: Frame) => void;
  #isWaiting = false;
  #answersPings = false;

  /** @param pong Answers a PING. */
  constructor(
    session: MessageReceiver,
    serializer: Serializer,
    pong: (ping: Frame) => void,
  ) {
    this.#session = session;
    this.#serializer = serializer;
    this.#pong = pong;
  }

  /**
   * The frame at `index` waits.
   *
   * @returns The frames without the PINGs behind it.
   */
  begin(frames: readonly Frame[], index: number): readonly Frame[] {
    // Of the frames of one read this was done when the first had to wait.
    if (this.#isWaiting) return frames;
    this.#isWaiting = true;
    this.#answersPings = true;
    const behind = frames.slice(index + 1);
    this.#answer(behind.filter(isPing), 0);
    for (const frame of behind) this.#show(frame);
    return frames.filter((frame, at) => at <= index || !isPing(frame));
  }

  /**
   * `bytes`, which begin with a frame, came behind those.
   *
   * @returns How many of them are dealt with.
   */
  ahead(bytes: Uint8Array): number {
    if (!this.#isWaiting) return 0;
    let end = 0;
    if (this.#answersPings) {
      const pings = leadingPings(bytes);
      end = pings.at(-1)?.end ?? 0;
      this.#answer(pings, end);
    }
    for (const frame of wholeFrames(bytes)) this.#show(frame);
    return end;
  }

  /** Everything of that read is handled. */
  end(): void {
    this.#isWaiting = false;
  }

  /** As long as nothing is owed to quotas for it. */
  #answer(pings: readonly Frame[], bytes: number): void {
    for (const ping of pings) this.#pong(ping);
    this.#answersPings = this.#session.received(pings.length, bytes) === 0;
  }

  #show({ kind, bytes, start, end }: Frame): void {
    if (kind !== FrameKind.MESSAGE || end - start > SHOWN_BYTES_MAX) return;
    try {
      this.#session.show(this.#serializer.decode(bytes, start, end));
    } catch {
      // Whatever is wrong with it is found again in its turn.
    }
  }
}

function isPing({ kind }: Frame): boolean {
  return kind === FrameKind.PING;
}
