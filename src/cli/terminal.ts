/**
 * Writing to the two standard streams.
 *
 * Synchronous, so that nothing is lost when the process exits right after. A running
 * router does not use it, since its clients would wait as well: see `log_writer.ts`.
 *
 * @module
 */

const utf8 = new TextEncoder();

/** A standard stream, as far as it is used here. */
export interface ByteSink {
  writeSync(bytes: Uint8Array): number;
}

/** The output of a command cannot be written. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** Whether the reader has closed it: `main.ts schema | head -1`. */
  readonly isUnwanted: boolean;

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`cannot write to standard output: ${reason}`, { cause });
    this.isUnwanted = cause instanceof Deno.errors.BrokenPipe;
  }
}

/**
 * Output of commands.
 *
 * @throws {OutputError} Where it cannot be written.
 */
export function print(text: string, sink: ByteSink = Deno.stdout): void {
  try {
    writeAll(text, sink);
  } catch (error) {
    throw new OutputError(error);
  }
}

/** Error messages of commands that do not serve anybody meanwhile. */
export function printError(text: string, sink: ByteSink = Deno.stderr): void {
  try {
    writeAll(text, sink);
  } catch {
    // The router must not end because its log has no reader, and there is no
    // other place to report it.
  }
}

function writeAll(text: string, sink: ByteSink): void {
  let rest: Uint8Array = utf8.encode(text);
  while (rest.length > 0) rest = rest.subarray(sink.writeSync(rest));
}
