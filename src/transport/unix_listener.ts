/**
 * Unix sockets that are never open to more than their mode says: the socket is
 * made in a private folder, gets its mode there, and is then renamed into place.
 */
import { dirname } from "node:path";
import { privateSocketFolder, privateSocketPath } from "../base/addresses.ts";
import type { Listener } from "./listener.ts";
import { checkSocketPlace, noFolder } from "./socket_place.ts";

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
  checkSocketPlace(path);
  await refuseLiveSocket(path);
  const folder = privateSocketFolder(path);
  const privatePath = privateSocketPath(path);
  await makePrivateFolder(folder, privatePath);
  let listener: Deno.UnixListener | undefined;
  let file: Deno.FileInfo;
  try {
    listener = Deno.listen({ transport: "unix", path: privatePath });
    await Deno.chmod(privatePath, mode);
    file = await Deno.lstat(privatePath);
    await Deno.rename(privatePath, path);
  } catch (error) {
    listener?.close();
    await removeIfThere(privatePath);
    throw error;
  } finally {
    // Not with what is in it: nothing in it is ours by now.
    await Deno.remove(folder);
  }
  const open = listener;
  return {
    address: `unix:${path}`,
    accept: () => open.accept(),
    close() {
      // First the file: while the socket is open no other has its number.
      const left = removeOwn(path, file);
      open.close();
      return left;
    },
  };
}

/** A folder of ours alone; one left behind by a dead process is replaced. */
async function makePrivateFolder(
  folder: string,
  privatePath: string,
): Promise<void> {
  const options = { mode: 0o700 };
  try {
    await Deno.mkdir(folder, options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw noFolder(dirname(folder), error);
    }
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    await removeIfThere(privatePath);
    await Deno.remove(folder);
    await Deno.mkdir(folder, options);
  }
}

/** @throws {Error} Where another process listens at `path`. */
async function refuseLiveSocket(path: string): Promise<void> {
  try {
    const conn = await Deno.connect({ transport: "unix", path });
    conn.close();
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return;
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new Error(
    "another process listens on this socket; stop it or choose another path",
  );
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Removes the socket's file, unless it is another's by now. Stopping must go on
 * in any case, so what could not be done is only told.
 */
function removeOwn(path: string, own: Deno.FileInfo): string | undefined {
  try {
    const { dev, ino } = Deno.lstatSync(path);
    if (dev !== own.dev || ino !== own.ino) {
      return `the file at ${path} is not the socket that was made there: it is left alone`;
    }
    Deno.removeSync(path);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    return `the socket's file cannot be removed: ${reason}`;
  }
}
