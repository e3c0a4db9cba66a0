/**
 * Room for the file descriptors of many clients, before the first one connects.
 *
 * Linux doubles a process's table of descriptors when it is full. A process with
 * several threads then waits for all processors: 5 to 25 ms in which no message
 * is routed. The table never shrinks, so opening and closing many files once at
 * the start avoids these pauses.
 *
 * @module
 */

import type { Logger } from "../base/log.ts";

/** With so many open, the table grows to twice as many. */
const DESCRIPTORS_MAX = 2048;

/** A slow disk must not delay the start. */
const TIME_MAX_MS = 250;

/** What came of making room. */
export interface DescriptorRoom {
  /** How many descriptors were open at the same time. */
  readonly held: number;
  /** Whether the operating system allows no more than that. */
  readonly isLimit: boolean;
}

/**
 * Makes room for `count` descriptors, up to a maximum. If the file cannot be
 * opened, no room is made.
 *
 * @param path Any file that may be read.
 */
export function makeDescriptorRoom(
  path: string,
  count: number,
): DescriptorRoom {
  const files: Deno.FsFile[] = [];
  const end = performance.now() + TIME_MAX_MS;
  try {
    // Opening a pipe waits for a writer.
    if (!Deno.statSync(path).isFile) return { held: 0, isLimit: false };
    while (files.length < Math.min(count, DESCRIPTORS_MAX)) {
      if (performance.now() > end) break;
      files.push(Deno.openSync(path));
    }
    return { held: files.length, isLimit: false };
  } catch (error) {
    return { held: files.length, isLimit: isOutOfDescriptors(error) };
  } finally {
    for (const file of files) file.close();
  }
}

/**
 * Makes room for `connections` clients; warns if the system allows fewer.
 *
 * @param path Any file that may be read.
 */
export function prepareForClients(
  path: string,
  connections: number,
  log: Logger,
): void {
  const { held, isLimit } = makeDescriptorRoom(path, connections);
  if (!isLimit) return;
  log.warn(
    "the operating system allows fewer open files than max_connections needs: raise its limit (ulimit -Hn, LimitNOFILE of systemd), or lower max_connections",
    { free: held, max_connections: connections },
  );
}

function isOutOfDescriptors(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    (error.code === "EMFILE" || error.code === "ENFILE");
}
