/**
 * A page that lists a folder.
 *
 * @module
 */

import { escapeHtml, htmlPage } from "./html.ts";
import { isServedName } from "./static_path.ts";

/** So many names are listed. */
const NAMES_MAX = 1000;

/** The page of the folder at `path`: what of it can be asked for, by name. */
export async function folderPage(path: string, title: string): Promise<string> {
  const names: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(path)) {
    if (!isServedName(name) || !(isDirectory || isFile)) continue;
    names.push(isDirectory ? `${name}/` : name);
    if (names.length > NAMES_MAX) break;
  }
  const isCut = names.length > NAMES_MAX;
  const items = names.slice(0, NAMES_MAX).sort().map((name) =>
    `<li><a href="./${linkTo(name)}">${escapeHtml(name)}</a></li>`
  );
  if (isCut) items.push(`<li>more than ${NAMES_MAX}</li>`);
  return htmlPage(title, `<ul>\n${items.join("\n")}\n</ul>`);
}

function linkTo(name: string): string {
  return encodeURIComponent(name).replace(/%2F$/, "/");
}
