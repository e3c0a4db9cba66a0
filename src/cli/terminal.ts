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

/** Output of commands. */
export function print(text: string, sink: ByteSink = Deno.stdout): void {
  let rest: Uint8Array = utf8.encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(sink.writeSync(rest));
  } catch {
    // Nobody reads any more. A router must not end for want of a log reader.
  }
}

/** Log lines and error messages. */
export function printError(text: string): void {
  print(text, Deno.stderr);
}
