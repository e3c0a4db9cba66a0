/**
 * Handles the frames that one read brought. A long batch is interrupted and
 * continued in a later turn, so that other connections have their turns and
 * what was sent is written.
 */
import type { Frame, FrameFault } from "../framing/frame.ts";
import type { FrameBatch, FrameSource } from "../framing/unframe_stream.ts";

/** Who handles the frames. */
export interface FrameHandler {
  /** False once nothing more is to be handled. */
  readonly isReceiving: boolean;
  /**
   * @returns A promise where the frame, and all that comes after it, has to wait:
   * it is given again when that resolves.
   */
  frame(frame: Frame): Promise<void> | undefined;
  /**
   * The frame at `index` waits.
   *
   * @returns The frames without those behind it that do not have to.
   */
  waiting(frames: readonly Frame[], index: number): readonly Frame[];
  /** What a frame waited for is over: `goOn` handles it, now or in a later turn. */
  resume(goOn: () => void): void;
  /** The frames that are left are handled by `goOn`, in a later turn. */
  putOff(goOn: () => void): void;
  /** What came after the frames is not a frame. */
  faulted(fault: FrameFault): void;
  /** Handling a frame threw `error`; the frames after it are left out. */
  crashed(error: unknown): void;
  /** The batch is done: `frames` were in it. */
  handled(frames: number): void;
}

/** What a read brought. */
export type ReadFrames = Pick<FrameBatch<FrameSource>, "frames" | "fault">;

/** How long frames are handled before the batch is interrupted. */
const SLICE_MS = 2;
/** The clock is looked at after so many frames: more of them while they take little. */
const CHECKED_FRAMES_MIN = 4;
const CHECKED_FRAMES_MAX = 16;
/** Little, in milliseconds. */
const LITTLE_MS = 0.1;

/** Gives `handler` the frames of `batch` from `index` on. Does not throw. */
export function handleBatch(
  handler: FrameHandler,
  batch: ReadFrames,
  index: number = 0,
): void {
  const { frames, fault } = batch;
  const isLong = frames.length - index >= CHECKED_FRAMES_MIN;
  let checkedMs = isLong ? performance.now() : 0;
  const endMs = checkedMs + SLICE_MS;
  let checked = CHECKED_FRAMES_MIN;
  let checkAt = isLong ? index + checked : Infinity;
  try {
    while (index < frames.length && handler.isReceiving) {
      const wait = handler.frame(frames[index]);
      if (wait !== undefined) {
        const rest = { frames: handler.waiting(frames, index), fault };
        wait.then(() =>
          handler.resume(() => handleBatch(handler, rest, index))
        );
        return;
      }
      index++;
      if (index < checkAt) continue;
      const nowMs = performance.now();
      if (nowMs > endMs) {
        handler.putOff(() => handleBatch(handler, batch, index));
        return;
      }
      const isQuick = nowMs - checkedMs < LITTLE_MS;
      checked = isQuick
        ? Math.min(2 * checked, CHECKED_FRAMES_MAX)
        : CHECKED_FRAMES_MIN;
      checkAt = index + checked;
      checkedMs = nowMs;
    }
    if (fault !== undefined && handler.isReceiving) handler.faulted(fault);
  } catch (error) {
    handler.crashed(error);
  }
  handler.handled(frames.length);
}
