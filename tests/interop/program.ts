/**
 * Programs that the suite runs: with a deadline, and with what they print kept
 * for the case that they fail.
 */
import { within } from "../support/deadline.ts";

/** What to run. */
export interface Command {
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that has started. */
export class Program {
  readonly #command: string;
  readonly #child: Deno.ChildProcess;
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<Deno.CommandStatus>;
  #hasEnded = false;
  #output = "";

  private constructor(name: string, child: Deno.ChildProcess) {
    this.#command = name;
    this.#child = child;
    this.#ended = this.#follow();
  }

  /**
   * Starts a program.
   *
   * @throws {Deno.errors.NotFound} Where it is not installed.
   */
  static start({ words, folder, env }: Command): Program {
    const [name, ...args] = words;
    const child = new Deno.Command(name, {
      args,
      ...(folder === undefined ? {} : { cwd: folder }),
      ...(env === undefined ? {} : { env }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Program(name, child);
  }

  /** Runs a program; what it printed, if it ended well and in time. */
  static async run(command: Command, deadlineMs: number): Promise<string> {
    return await Program.start(command).success(deadlineMs);
  }

  /** All that was printed so far, to both streams. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when `pattern` has been printed. */
  async printed(pattern: RegExp, deadlineMs: number): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<
      RegExpExecArray
    >();
    const look = () => {
      const found = pattern.exec(this.#output);
      if (found !== null) resolve(found);
      else if (this.#hasEnded) reject(new Error("it has ended"));
    };
    this.#waiting.add(look);
    look();
    try {
      return await within(promise, `${pattern} to be printed`, deadlineMs);
    } catch (error) {
      throw this.#failure(error instanceof Error ? error.message : "");
    } finally {
      this.#waiting.delete(look);
    }
  }

  /** Resolves with the output when it has ended well; ends it if it is late. */
  async success(deadlineMs: number): Promise<string> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.kill();
    }, deadlineMs);
    const { success, code } = await this.#ended;
    clearTimeout(timer);
    if (isLate) throw this.#failure(`not done after ${deadlineMs} ms`);
    if (!success) throw this.#failure(`exit code ${code}`);
    return this.#output;
  }

  /** Asks it to end. */
  terminate(): void {
    if (!this.#hasEnded) this.#child.kill("SIGTERM");
  }

  /** Ends it at once, if it runs. */
  kill(): void {
    if (!this.#hasEnded) this.#child.kill("SIGKILL");
  }

  async #follow(): Promise<Deno.CommandStatus> {
    const streams = [this.#child.stdout, this.#child.stderr];
    await Promise.all(streams.map((stream) => this.#collect(stream)));
    const status = await this.#child.status;
    this.#hasEnded = true;
    this.#lookAgain();
    return status;
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#output += text;
      this.#lookAgain();
    }
  }

  #lookAgain(): void {
    for (const look of [...this.#waiting]) look();
  }

  #failure(what: string): Error {
    return new Error(`${this.#command}: ${what}\n${this.#output}`.trimEnd());
  }
}
