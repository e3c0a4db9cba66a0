/**
 * What files are, by their names.
 *
 * @module
 */

import mime from "mime";

const UNKNOWN = "application/octet-stream";

/** What is text, in UTF-8 as all files of the web should be. */
const TEXT_TYPE = /^text\/|[/+](?:javascript|json|xml)$/;

/**
 * The content type of the file called `name`.
 *
 * @param own By the end of names, with its dot: what goes before what is known.
 */
export function contentType(
  name: string,
  own: ReadonlyMap<string, string>,
): string {
  const dot = name.lastIndexOf(".");
  const written = dot < 0 ? undefined : own.get(name.slice(dot));
  if (written !== undefined) return written;
  const known = mime.getType(name) ?? UNKNOWN;
  return TEXT_TYPE.test(known) ? `${known}; charset=utf-8` : known;
}
