/**
 * Folders whose files are served, and files in them that are for nobody.
 *
 * @module
 */

import { isAbsolute, relative } from "node:path";
import type { CheckContext, FileUse } from "../schema/check_context.ts";
import type { PlacedTransport } from "./placed_transport.ts";

/** What others must not read. */
const GUARDED: readonly FileUse[] = ["key", "secret", "store"];

/** Warns of each folder that holds the config, or a file with a secret. */
export function checkFolders(
  transports: readonly PlacedTransport[],
  context: CheckContext,
): void {
  const guarded = [
    { path: context.filePath, use: "config" },
    ...context.files.filter(({ use }) => GUARDED.includes(use)),
  ];
  for (const { config, folders } of transports) {
    for (const { path: folder, node } of folders) {
      const found = guarded.find(({ path }) => isServed(path, folder));
      if (found === undefined) continue;
      context.warn(
        node,
        `the ${found.use} ${found.path} is in this folder: whoever can reach transport ${config.id} can read it; serve a folder of its own`,
      );
    }
  }
}

/** Whether a request can name the file; those that begin with a dot are not served. */
function isServed(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) &&
    way.split(/[/\\]/).every((name) => !name.startsWith("."));
}
