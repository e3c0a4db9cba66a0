/**
 * The config that a word of the command line names.
 *
 * @module
 */

/** What the config in a folder is called, as Crossbar.io has it. */
const NAMES = ["config.json", "config.yaml"];

/** The file `path`; of a folder such as `.crossbar`, the config in it. */
export function findConfig(path: string): string {
  if (!isFolder(path)) return path;
  const found = NAMES.map((name) => `${path.replace(/\/+$/, "")}/${name}`)
    .find((file) => exists(file));
  return found ?? path;
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory ?? false;
}

function exists(path: string): boolean {
  return statOf(path) !== undefined;
}

/** Undefined also where it must not be looked at: reading says so then. */
function statOf(path: string): Deno.FileInfo | undefined {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") return undefined;
  try {
    return Deno.statSync(path);
  } catch (error) {
    // Whatever it is, reading the file says it.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
