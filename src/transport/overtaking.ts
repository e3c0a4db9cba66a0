/**
 * What a connection still does while a message has to wait: PINGs are
 * answered (checklist FR-07), the peer's leaving is noticed (AZ-10), and its
 * session is shown the short messages behind, since a CANCEL may be for the call
 * that waits.
 */
import { type Frame, FrameKind } from "../framing/frame.ts";
import type { Framing } from "../framing/framing.ts";
import type { Serializer } from "../serializer/serializer.ts";
import type { ConnectionState } from "./connection_state.ts";
import type { MessageReceiver } from "./message_receiver.ts";

/** No CANCEL without keys of its own is longer, in any serializer. */
const SHOWN_BYTES_MAX = 64;

/** What overtakes the messages of one connection. */
export class Overtaking {
  readonly #state: ConnectionState;
  readonly #framing: Pick<Framing<unknown>, "wholeFrames">;
  readonly #session: MessageReceiver;
  readonly #serializer: Serializer;
  readonly #pong: (ping: Frame) => void;

  /** @param pong Answers a PING. */
  constructor(
    state: ConnectionState,
    framing: Pick<Framing<unknown>, "wholeFrames">,
    session: MessageReceiver,
    serializer: Serializer,
    pong: (ping: Frame) => void,
  ) {
    this.#state = state;
    this.#framing = framing;
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
    if (this.#state.receiving !== "open") return frames;
    this.#state.receiving = "waiting";
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
    if (!this.#state.isWaiting) return 0;
    const frames = this.#framing.wholeFrames(bytes);
    let end = 0;
    if (this.#state.receiving === "waiting") {
      const other = frames.findIndex((frame) => !isPing(frame));
      const pings = other < 0 ? frames : frames.slice(0, other);
      end = pings.at(-1)?.end ?? 0;
      this.#answer(pings, end);
    }
    for (const frame of frames) this.#show(frame);
    return end;
  }

  /** Until the client owes its quotas for it. */
  #answer(pings: readonly Frame[], bytes: number): void {
    for (const ping of pings) this.#pong(ping);
    const waitMs = this.#session.received(pings.length, bytes);
    if (waitMs > 0 && this.#state.receiving === "waiting") {
      this.#state.receiving = "waiting_over_quota";
    }
  }

  #show({ kind, bytes, start, end }: Frame): void {
    if (kind !== FrameKind.MESSAGE || end - start > SHOWN_BYTES_MAX) return;
    try {
      this.#session.show(this.#serializer.decode(bytes, start, end));
    } catch {
      // Its faults are found again in its turn.
    }
  }
}

function isPing({ kind }: Frame): boolean {
  return kind === FrameKind.PING;
}
