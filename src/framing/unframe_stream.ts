/**
 * The unframer as a stage of a stream: one stage serves all connections of a
 * transport, and one item of the stream is all that a turn of the event loop
 * brought, so that the cost of streams and promises is per turn and not per
 * message or connection.
 */
import type { Frame, FrameFault } from "./frame.ts";
import type { Unframer } from "./framing.ts";

/** A connection as the stage sees it. */
export interface FrameSource {
  readonly unframer: Unframer;
}

/** What one read of a connection gave, or the rest of it: `bytes[start, end)`. */
export interface Chunk<Source extends FrameSource> {
  readonly source: Source;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The frames that a chunk completed; a fault, if any, comes after them. */
export interface FrameBatch<Source extends FrameSource> {
  readonly source: Source;
  readonly frames: readonly Frame[];
  readonly fault: FrameFault | undefined;
  /** What of the chunk is still to be unframed. */
  readonly rest: Chunk<Source> | undefined;
}

/**
 * A stage from chunks to frames. A bad frame is a fault in its connection's
 * batch and never an error of the stream, which would end every connection.
 */
export class UnframeStream<Source extends FrameSource>
  extends TransformStream<Chunk<Source>[], FrameBatch<Source>[]> {
  constructor() {
    super({
      transform(chunks, controller) {
        controller.enqueue(chunks.map(unframe));
      },
    });
  }
}

function unframe<Source extends FrameSource>(
  chunk: Chunk<Source>,
): FrameBatch<Source> {
  const frames: Frame[] = [];
  const { source, bytes, end } = chunk;
  const start = source.unframer.push(bytes, chunk.start, end, frames);
  const rest = start < end ? { source, bytes, start, end } : undefined;
  return { source, frames, fault: source.unframer.fault, rest };
}
