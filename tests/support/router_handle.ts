/**
 * The other side of `router_process.ts`: starts it, asks it, ends it.
 */
import { within } from "./deadline.ts";
import type { RouterState } from "./router_process.ts";

/** To start and to stop a process takes longer than to ask it. */
const PROCESS_MS = 20_000;

/** A router in a process of its own. */
export class RouterHandle {
  readonly #process: Deno.ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #addresses: readonly string[] = [];

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#answers = lines(process.stdout);
    this.#commands = process.stdin.getWriter();
  }

  /** Starts a router with that config. */
  static async start(config: unknown): Promise<RouterHandle> {
    const script = new URL("router_process.ts", import.meta.url).pathname;
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "-A", "--v8-flags=--expose-gc", script],
        JSON.stringify(config),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const handle = new RouterHandle(process);
    handle.#addresses = await handle.#answer() as string[];
    return handle;
  }

  /** Where it listens. */
  get addresses(): readonly string[] {
    return this.#addresses;
  }

  /** What it holds, after a collection. */
  async look(): Promise<RouterState> {
    await this.#commands.write(new TextEncoder().encode("look\n"));
    return await this.#answer() as RouterState;
  }

  /** Ends it as an operator would and gives its exit code. */
  async end(): Promise<number> {
    await this.#commands.close();
    await this.#answers.return?.();
    const { code } = await within(
      this.#process.status,
      "the router's process to end",
      PROCESS_MS,
    );
    return code;
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await within(
      this.#answers.next(),
      "the router's process to answer",
      PROCESS_MS,
    );
    if (done === true) throw new Error("The router's process has ended");
    return JSON.parse(value);
  }
}

async function* lines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (text + chunk).split("\n");
    text = parts.pop() ?? "";
    yield* parts;
  }
}
