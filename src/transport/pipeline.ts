/**
 * The way of received bytes: from each `Deno.Conn` through a `TransformStream`
 * that unframes to the serializer and the router.
 *
 * What one turn of the event loop brought, on all connections of a transport, is
 * one item of the stream: so the cost of streams and promises is for a turn, and
 * not for a message or a connection.
 */
import {
  type Chunk,
  type FrameBatch,
  type FrameSource,
  UnframeStream,
} from "../framing/unframe_stream.ts";

/** A connection at the pipeline's end. */
export interface BatchReceiver extends FrameSource {
  /** Handles its frames. Does not throw. */
  receive(batch: FrameBatch<FrameSource>): void;
}

/** The pipeline of one transport. */
export class Pipeline<Source extends BatchReceiver> {
  readonly #stage = new UnframeStream<Source>();
  readonly #input = this.#stage.writable.getWriter();
  #chunks: Chunk<Source>[] = [];
  readonly #handOver = () => this.#write();
  readonly #onError: (error: unknown) => void;
  readonly #running: Promise<void>;

  /** @param onError Told where the pipeline itself breaks, which ends the router. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
    this.#running = this.#run().catch(onError);
  }

  /** Takes one chunk; the source gives no other until its batch came back. */
  push(chunk: Chunk<Source>): void {
    // All reads that are ready resolve in the same turn, before this microtask.
    if (this.#chunks.push(chunk) === 1) queueMicrotask(this.#handOver);
  }

  /** Ends the pipeline when all connections have. */
  async close(): Promise<void> {
    await this.#input.close();
    await this.#running;
  }

  #write(): void {
    const chunks = this.#chunks;
    this.#chunks = [];
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
    }
  }
}
