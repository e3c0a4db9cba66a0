/**
 * Whether a Unix socket can be made at a path: looked at without changing
 * anything, before the start and by `check`.
 */
import { dirname } from "node:path";
import { privateSocketFolder, privateSocketPath } from "../base/addresses.ts";

/** @throws {Error} Where no socket can be made at `path`; it says what to do. */
export function checkSocketPlace(path: string): void {
  checkFolder(dirname(path));
  checkPath(path);
  checkPrivateFolder(path);
}

function checkFolder(folder: string): void {
  // Whoever starts a router need not let it look at folders.
  if (!isGranted({ name: "read", path: folder })) return;
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw noFolder(folder, error);
  }
  if (!info.isDirectory) {
    throw new Error(`${folder} is not a folder, so no socket can be in it`);
  }
  const uid = isGranted({ name: "sys", kind: "uid" }) ? Deno.uid() : null;
  if (uid !== null && mayNotWrite(uid, info)) {
    throw new Error(
      `this user (uid ${uid}) may not make a socket in ${folder}; give the user the right to write there, or choose another path`,
    );
  }
}

/** The folder of the socket is missing: the router makes no folders. */
export function noFolder(folder: string, cause?: unknown): Error {
  return new Error(
    `there is no folder ${folder} for the socket; make it (systemd: RuntimeDirectory=), or choose another path`,
    { cause },
  );
}

/** Whether that is certain: the groups of a user are not known here. */
export function mayNotWrite(
  uid: number,
  { mode, uid: owner }: Pick<Deno.FileInfo, "mode" | "uid">,
): boolean {
  if (uid === 0 || mode === null) return false;
  return (mode & (uid === owner ? 0o200 : 0o022)) === 0;
}

function checkPath(path: string): void {
  const info = lookAt(path);
  if (info === undefined || info.isSocket === true) return;
  const what = info.isDirectory
    ? "a folder"
    : info.isSymlink
    ? "a symbolic link"
    : "a file";
  throw new Error(
    `there is ${what} at ${path} that is not a socket; remove it or choose another path`,
  );
}

/** A folder left behind by a dead router has its socket in it and nothing else. */
function checkPrivateFolder(path: string): void {
  const folder = privateSocketFolder(path);
  const info = lookAt(folder);
  if (info === undefined) return;
  if (!info.isDirectory) {
    throw new Error(
      `${folder} is not a folder, but the socket is made in a folder of that name; move it away`,
    );
  }
  const isOurs = (name: string) =>
    `${folder}/${name}` === privateSocketPath(path) &&
    lookAt(privateSocketPath(path))?.isSocket === true;
  const others = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => !isOurs(name));
  if (others.length === 0) return;
  const names = others.toSorted().slice(0, NAMES_MAX).join(", ");
  throw new Error(
    `${folder}, where the socket is made, holds what is not the router's: ${names}${
      others.length > NAMES_MAX ? ", ..." : ""
    }; move it away`,
  );
}

/** How many files an error names. */
const NAMES_MAX = 5;

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Error(
      `Deno does not permit to look at the place of the socket: it needs --allow-read=${path}`,
      { cause: error },
    );
  }
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
