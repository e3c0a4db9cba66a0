/**
 * Unix sockets that are never open to more than their mode says: the socket is
 * made in a private folder, gets its mode there, and is then renamed into place.
 */
import {
  privateSocketFolder,
  privateSocketPath,
} from "../base/socket_paths.ts";
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
  const folder = privateSocketFolder(path);
  const privatePath = privateSocketPath(path);
  await makePrivateFolder(folder);
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
  const open = listener;
  return {
    address: `unix:${path}`,
    accept: () => open.accept(),
    close() {
      open.close();
      removeSocket(path);
    },
  };
}

/** A folder of ours alone; one left behind by a dead process is replaced. */
async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    await Deno.remove(folder, { recursive: true });
    await Deno.mkdir(folder, { mode: 0o700 });
  }
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

/** Needs only the right to write this path: that of reading is given up by now. */
function removeSocket(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
