/**
 * Writing to the two standard streams.
 *
 * Synchronous, so that nothing is lost when the process exits right after.
 *
 * @module
 */

const utf8 = new TextEncoder();

/** A standard stream, as far as it is used here. */
export interface ByteSink {
  writeSync(bytes: Uint8Array): number;
}

/** The output of a command could not be written. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** Whether nobody wants it: `main.ts schema | head -1`. */
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

/** Log lines and error messages. */
export function printError(text: string, sink: ByteSink = Deno.stderr): void {
  try {
    writeAll(text, sink);
  } catch {
    // A router must not end for want of a log reader, and there is no other
    // place to say it.
  }
}

function writeAll(text: string, sink: ByteSink): void {
  let rest: Uint8Array = utf8.encode(text);
  while (rest.length > 0) rest = rest.subarray(sink.writeSync(rest));
}
