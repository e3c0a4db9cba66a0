/**
 * What a connection still does while a message has to wait: PINGs are answered
 * (checklist FR-07), PONGs taken, the peer's leaving is noticed (AZ-10), and its
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
  readonly #control: (frame: Frame) => void;
  /** Whether the session was shown what is behind the frame that waits. */
  #hasShown = false;

  /** @param control Handles a PING or a PONG. */
  constructor(
    state: ConnectionState,
    framing: Pick<Framing<unknown>, "wholeFrames">,
    session: MessageReceiver,
    serializer: Serializer,
    control: (frame: Frame) => void,
  ) {
    this.#state = state;
    this.#framing = framing;
    this.#session = session;
    this.#serializer = serializer;
    this.#control = control;
  }

  /**
   * The frame at `index` waits.
   *
   * @param isAsked Whether somebody is asked about it, which a CANCEL could end.
   * @returns The frames without the PINGs and PONGs behind it.
   */
  begin(
    frames: readonly Frame[],
    index: number,
    isAsked: boolean = true,
  ): readonly Frame[] {
    // Of the frames of one read each is done once.
    const isFirst = this.#state.receiving === "open";
    if (!isFirst && (!isAsked || this.#hasShown)) return frames;
    const behind = frames.slice(index + 1);
    if (isFirst) {
      this.#state.receiving = "waiting";
      this.#hasShown = false;
      this.#handle(behind.filter(isControl), 0);
    }
    if (isAsked && !this.#hasShown) {
      this.#hasShown = true;
      for (const frame of behind) this.#show(frame);
    }
    if (!isFirst) return frames;
    return frames.filter((frame, at) => at <= index || !isControl(frame));
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
      const other = frames.findIndex((frame) => !isControl(frame));
      const first = other < 0 ? frames : frames.slice(0, other);
      end = first.at(-1)?.end ?? 0;
      this.#handle(first, end);
    }
    for (const frame of frames) this.#show(frame);
    return end;
  }

  /** Until the client owes its quotas for it. */
  #handle(frames: readonly Frame[], bytes: number): void {
    for (const frame of frames) this.#control(frame);
    const waitMs = this.#session.received(frames.length, bytes);
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

function isControl({ kind }: Frame): boolean {
  return kind === FrameKind.PING || kind === FrameKind.PONG;
}
