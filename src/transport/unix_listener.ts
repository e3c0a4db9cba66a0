/**
 * Unix sockets that are never open to more than their mode says: the socket is
 * made in a private folder, gets its mode there, and is then renamed into place.
 */
import { dirname } from "node:path";
import { privateSocketFolder, privateSocketPath } from "../base/addresses.ts";
import type { Logger } from "../base/log.ts";
import type { Listener } from "./listener.ts";
import { SocketFile } from "./socket_file.ts";
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
  log: Logger,
): Promise<Listener> {
  const { path } = endpoint;
  checkSocketPlace(path);
  await refuseLiveSocket(path);
  const folder = privateSocketFolder(path);
  await makePrivateFolder(folder, privateSocketPath(path));
  const { listener, own } = await listenInPrivate(endpoint)
    .catch(async (error) => {
      await removeIfThere(privateSocketPath(path));
      // Not with what is in it: nothing in it is ours by now.
      await Deno.remove(folder);
      throw error;
    });
  const file = await SocketFile.keep(path, own, log);
  return {
    address: `unix:${path}`,
    accept: () => listener.accept(),
    close() {
      // First the file: while the socket is open no other has its number.
      const left = file.close();
      listener.close();
      return left;
    },
    reopen: () => openUnixListener(endpoint, log),
  };
}

/** Makes the socket in its private folder, and then moves it to its place. */
async function listenInPrivate({ path, mode }: UnixEndpoint): Promise<
  { listener: Deno.UnixListener; own: Deno.FileInfo }
> {
  const privatePath = privateSocketPath(path);
  const listener = Deno.listen({ transport: "unix", path: privatePath });
  try {
    await Deno.chmod(privatePath, mode);
    const own = await Deno.lstat(privatePath);
    await Deno.rename(privatePath, path);
    return { listener, own };
  } catch (error) {
    listener.close();
    throw error;
  }
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
