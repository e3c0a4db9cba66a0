/**
 * The way of received bytes: from each `Deno.Conn` through a `TransformStream`
 * that unframes to the serializer and the router.
 *
 * What one turn of the event loop brought, on all connections of a transport, is
 * one item of the stream: so the cost of streams and promises is for a turn, and
 * not for a message or a connection. Where that is much, or a connection has used
 * much time before, it becomes several items ({@linkcode Turns}).
 */
import {
  type Chunk,
  type FrameBatch,
  type FrameSource,
  UnframeStream,
} from "../framing/unframe_stream.ts";
import { Level, type Turns, type Usage } from "./turns.ts";

/** A connection at the pipeline's end. */
export interface BatchReceiver extends FrameSource {
  /** What handling its frames has cost. */
  readonly usage: Usage;
  /** Handles its frames. Does not throw. */
  receive(batch: FrameBatch<this>): void;
}

/** So many bytes are unframed at once, but for a chunk that has more. */
const ITEM_BYTES = 64 * 1024;

/** The pipeline of one transport. */
export class Pipeline<Source extends BatchReceiver> {
  readonly #stage = new UnframeStream<Source>();
  readonly #input = this.#stage.writable.getWriter();
  readonly #turns: Turns;
  /** By level: what came since the last item. */
  readonly #chunks: [Chunk<Source>[], Chunk<Source>[]] = [[], []];
  readonly #handOver: readonly (() => void)[] = [
    () => this.#write(this.#nextItem(Level.LITTLE)),
    () => this.#write(this.#nextItem(Level.SOME)),
  ];
  readonly #onError: (error: unknown) => void;
  readonly #running: Promise<void>;

  /** @param onError Told where the pipeline itself breaks, which ends the router. */
  constructor(turns: Turns, onError: (error: unknown) => void) {
    this.#turns = turns;
    this.#onError = onError;
    this.#running = this.#run().catch(onError);
  }

  /** Takes one chunk; the source gives no other until its batch came back. */
  push(chunk: Chunk<Source>): void {
    const { level } = chunk.source.usage;
    if (level === Level.MUCH) {
      this.#turns.add(() => this.#write([chunk]), level);
    } else if (this.#chunks[level].push(chunk) === 1) {
      // All reads that are ready resolve in the same turn, before that begins.
      this.#turns.add(this.#handOver[level], level);
    }
  }

  /** Ends the pipeline when all connections have. */
  async close(): Promise<void> {
    await this.#input.close();
    await this.#running;
  }

  #nextItem(level: 0 | 1): Chunk<Source>[] {
    const chunks = this.#chunks[level];
    let bytes = 0;
    let count = 0;
    do {
      bytes += chunks[count].end - chunks[count].start;
      count++;
    } while (count < chunks.length && bytes < ITEM_BYTES);
    const rest = chunks.slice(count);
    this.#chunks[level] = rest;
    if (rest.length > 0) this.#turns.add(this.#handOver[level], level);
    return rest.length === 0 ? chunks : chunks.slice(0, count);
  }

  #write(chunks: Chunk<Source>[]): void {
    this.#input.write(chunks).catch(this.#onError);
  }

  async #run(): Promise<void> {
    const output = this.#stage.readable.getReader();
    while (true) {
      const { value: batches, done } = await output.read();
      if (done) return;
      for (let i = 0; i < batches.length; i++) {
        batches[i].source.receive(batches[i]);
      }
      this.#account(batches);
    }
  }

  /** Without a clock read for each, every frame counts as much. */
  #account(batches: readonly FrameBatch<Source>[]): void {
    const nowMs = this.#turns.nowMs();
    const tookMs = nowMs - this.#turns.beganMs;
    let frames = 0;
    for (let i = 0; i < batches.length; i++) {
      frames += 1 + batches[i].frames.length;
    }
    for (let i = 0; i < batches.length; i++) {
      const { source, frames: { length } } = batches[i];
      source.usage.add(tookMs * (1 + length) / frames, nowMs);
    }
    this.#turns.done(nowMs);
  }
}
