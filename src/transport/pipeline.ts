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
const ITEM_BYTES = 128 * 1024;

const LIGHT = [Level.LITTLE, Level.SOME] as const;

/** The pipeline of one transport. */
export class Pipeline<Source extends BatchReceiver> {
  readonly #stage = new UnframeStream<Source>();
  readonly #input = this.#stage.writable.getWriter();
  readonly #turns: Turns;
  /** By level: what came since the last item. */
  readonly #chunks: [Chunk<Source>[], Chunk<Source>[]] = [[], []];
  readonly #handOver = () => this.#write(this.#nextItem());
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
      this.#turns.add(this.#handOver, level);
    }
  }

  /** Ends the pipeline when all connections have. */
  async close(): Promise<void> {
    await this.#input.close();
    await this.#running;
  }

  /** Chunks of those who have used little, then of others. */
  #nextItem(): Chunk<Source>[] {
    const item: Chunk<Source>[] = [];
    let bytes = 0;
    for (const level of LIGHT) {
      const chunks = this.#chunks[level];
      let count = 0;
      while (count < chunks.length && bytes < ITEM_BYTES) {
        const chunk = chunks[count++];
        bytes += chunk.end - chunk.start;
        item.push(chunk);
      }
      const rest = count === chunks.length ? [] : chunks.slice(count);
      this.#chunks[level] = rest;
      if (rest.length > 0) this.#turns.add(this.#handOver, level);
    }
    return item;
  }

  #write(chunks: Chunk<Source>[]): void {
    // Those of its level may have been taken with the level before.
    if (chunks.length === 0) return this.#turns.done(this.#turns.beganMs);
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
