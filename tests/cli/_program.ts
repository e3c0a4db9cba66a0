/** The program as a process of its own, with real permissions and signals. */
import { assert } from "@std/assert";
import { within } from "../support/deadline.ts";

const ROOT = new URL("../../", import.meta.url);

/** The folder of the project, without a slash at the end. */
export const PROJECT = ROOT.pathname.replace(/\/$/, "");

/** What a process that has ended left. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options for running the program. */
export interface RunOptions {
  /** Flags for Deno. @default {["-A"]} */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. @default {""} */
  readonly input?: string;
}

/** Runs the program to its end. */
export async function run(
  words: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const { flags = ["-A"], env = {}, input = "" } = options;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, "main.ts", ...words],
    cwd: PROJECT,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [output] = await Promise.all([
    process.output(),
    writeAll(process.stdin, input),
  ]);
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

async function writeAll(
  stream: WritableStream<Uint8Array<ArrayBuffer>>,
  text: string,
): Promise<void> {
  const writer = stream.getWriter();
  try {
    if (text !== "") await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // It has ended without reading.
  }
}

/** A router that has said that it is ready. */
export class RunningProgram {
  readonly #process: Deno.ChildProcess;
  readonly #rest: Promise<void>;
  readonly #lines: string[];
  readonly #waiting: Set<() => void>;

  private constructor(
    process: Deno.ChildProcess,
    lines: string[],
    waiting: Set<() => void>,
    rest: Promise<void>,
  ) {
    this.#process = process;
    this.#lines = lines;
    this.#waiting = waiting;
    this.#rest = rest;
  }

  /** Starts `command` and waits until its log says that it is ready. */
  static async start(command: Deno.Command): Promise<RunningProgram> {
    const process = command.spawn();
    const lines: string[] = [];
    const waiting = new Set<() => void>();
    const { promise: ready, resolve } = Promise.withResolvers<boolean>();
    const rest = readLines(process.stderr, (line) => {
      lines.push(line);
      if (/ready/.test(line)) resolve(true);
      for (const look of [...waiting]) look();
    }).finally(() => resolve(false));
    if (!await within(ready, "the program to be ready")) {
      await process.status;
      throw new Error(`the program did not start:\n${lines.join("\n")}`);
    }
    return new RunningProgram(process, lines, waiting, rest);
  }

  /** Starts `main.ts` with these words. */
  static startMain(words: readonly string[]): Promise<RunningProgram> {
    return RunningProgram.start(
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "-A", "main.ts", ...words],
        cwd: PROJECT,
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }),
    );
  }

  /** The log so far, all of it once the program has ended. */
  get log(): readonly string[] {
    return this.#lines;
  }

  /** The first line of the log, past or to come, that contains `text`. */
  logged(text: string): Promise<string> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.#lines.find((line) => line.includes(text));
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The port of the first TCP address in the log. */
  get port(): number {
    const found = this.#lines.join("\n").match(/t(?:cp|ls):\/\/\S+?:(\d+)/);
    assert(found !== null, "no TCP address in the log");
    return Number(found[1]);
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Waits for the end and gives its exit code. */
  async ended(): Promise<number> {
    const { code } = await within(this.#process.status, "the program's end");
    await this.#rest;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended();
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split("\n");
    text = lines.pop() ?? "";
    lines.forEach(take);
  }
}

/** A folder for one test, with files in it, that goes away afterwards. */
export class Scratch {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(
    files: Readonly<Record<string, unknown>> = {},
  ): Promise<Scratch> {
    const scratch = new Scratch(await Deno.makeTempDir({ prefix: "sluice" }));
    for (const [name, content] of Object.entries(files)) {
      const text = typeof content === "string"
        ? content
        : JSON.stringify(content);
      await Deno.writeTextFile(scratch.file(name), text);
    }
    return scratch;
  }

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Whether a RawSocket handshake for JSON succeeds; leaves the connection open. */
export async function shakeHands(conn: Deno.Conn): Promise<void> {
  await conn.write(Uint8Array.of(0x7f, 0xf1, 0, 0));
  const reply = new Uint8Array(4);
  let length = 0;
  while (length < 4) {
    const count = await conn.read(reply.subarray(length));
    assert(count !== null, "the connection was closed in the handshake");
    length += count;
  }
  assert(reply[0] === 0x7f && (reply[1] & 0x0f) === 1, `reply ${reply}`);
}
