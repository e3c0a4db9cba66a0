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
/** The clock is looked at once in so many frames, less one. */
const SLICE_CHECK_MASK = 3;

/** Gives `handler` the frames of `batch` from `index` on. Does not throw. */
export function handleBatch(
  handler: FrameHandler,
  batch: ReadFrames,
  index: number = 0,
): void {
  const { frames, fault } = batch;
  const isLong = frames.length - index > SLICE_CHECK_MASK;
  const end = isLong ? performance.now() + SLICE_MS : 0;
  try {
    while (index < frames.length && handler.isReceiving) {
      const wait = handler.frame(frames[index]);
      if (wait !== undefined) {
        const rest = { frames: handler.waiting(frames, index), fault };
        wait.then(() => handleBatch(handler, rest, index));
        return;
      }
      index++;
      const isDue = isLong && (index & SLICE_CHECK_MASK) === 0;
      if (isDue && performance.now() > end) {
        handler.putOff(() => handleBatch(handler, batch, index));
        return;
      }
    }
    if (fault !== undefined && handler.isReceiving) handler.faulted(fault);
  } catch (error) {
    handler.crashed(error);
  }
  handler.handled(frames.length);
}
