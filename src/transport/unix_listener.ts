/**
 * Unix sockets that are never open to more than their mode says: the socket is
 * made in a private folder, gets its mode there, and is then renamed into place.
 */
import { dirname, join } from "node:path";
import type { Listener } from "./listener.ts";

/** Where a Unix transport listens. */
export interface UnixEndpoint {
  readonly type: "unix";
  readonly path: string;
  /** Permission bits of the socket file. */
  readonly mode: number;
}

/** Listens on a Unix socket; a file left behind by a dead process is replaced. */
export async function openUnixListener(
  endpoint: UnixEndpoint,
): Promise<Listener> {
  const { path, mode } = endpoint;
  await refuseLiveSocket(path);
  const folder = await Deno.makeTempDir({ dir: dirname(path), prefix: "." });
  const privatePath = join(folder, "s");
  let listener: Deno.UnixListener | undefined;
  try {
    listener = Deno.listen({ transport: "unix", path: privatePath });
    await Deno.chmod(privatePath, mode);
    await Deno.rename(privatePath, path);
  } catch (error) {
    listener?.close();
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const { ino } = await Deno.lstat(path);
  const open = listener;
  return {
    address: `unix:${path}`,
    accept: () => open.accept(),
    close() {
      open.close();
      removeOwnSocket(path, ino);
    },
  };
}

/** @throws {Error} Where something is at `path` that must not be replaced. */
async function refuseLiveSocket(path: string): Promise<void> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (info.isSocket !== true) {
    throw new Error(
      "there is a file at this path that is not a socket; remove it or choose another path",
    );
  }
  try {
    const conn = await Deno.connect({ transport: "unix", path });
    conn.close();
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return;
    throw error;
  }
  throw new Error(
    "another process listens on this socket; stop it or choose another path",
  );
}

/** Another process may have put its own socket there since. */
function removeOwnSocket(path: string, ino: number | null): void {
  try {
    if (Deno.lstatSync(path).ino === ino) Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
