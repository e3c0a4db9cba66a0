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

/** What one read of a connection gave: `bytes[0, length)`. */
export interface Chunk<Source extends FrameSource> {
  readonly source: Source;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** The frames that a chunk completed; a fault, if any, comes after them. */
export interface FrameBatch<Source extends FrameSource> {
  readonly source: Source;
  readonly frames: readonly Frame[];
  readonly fault: FrameFault | undefined;
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
  const fault = chunk.source.unframer.push(chunk.bytes, chunk.length, frames);
  return { source: chunk.source, frames, fault };
}
