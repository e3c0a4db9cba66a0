/**
 * Room for the descriptors of many clients, before the first one comes.
 *
 * Linux doubles a process's table of descriptors when it is full, and has a
 * process of several threads wait for all processors meanwhile: 5 to 25 ms in
 * the midst of accepting, in which nothing is routed for anybody. The table
 * never shrinks, so that what is opened and closed at the start stays paid for.
 *
 * @module
 */

import type { Logger } from "../base/log.ts";

/** Holding so many has the table grow to twice as many. */
const DESCRIPTORS_MAX = 2048;

/** A file on a slow disk must not hold up the start. */
const TIME_MAX_MS = 250;

/** What making room has shown. */
export interface DescriptorRoom {
  /** So many were held at a time. */
  readonly held: number;
  /** True where the operating system does not allow more than that. */
  readonly isLimit: boolean;
}

/**
 * Makes room for `count` descriptors, or for as many as are worth it. Where the
 * file cannot be opened there is just no room yet.
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
    // A pipe would wait for somebody to write into it.
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
 * Makes room for `connections` clients, and says where they cannot be as many.
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
