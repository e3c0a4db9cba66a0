/**
 * Which names below a folder can be asked for. The answer is the same on all
 * systems: what means something else to one of them is served by none.
 *
 * @module
 */

/** What Windows takes for devices, whatever ending follows. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/iu;

/**
 * Separators, drives and streams of Windows, and characters that no name of a page
 * has; Windows leaves out dots and spaces at the end.
 */
const UNSERVED_NAME = /[/\\:\p{Cc}]|[. ]$/u;

/** Well-known addresses (RFC 8615), the one name with a dot before it. */
const WELL_KNOWN = ".well-known";

/**
 * Whether a file or folder can be asked for by `segments`.
 *
 * @param segments Names from the folder down, decoded.
 */
export function isServedPath(segments: readonly string[]): boolean {
  return segments.every((name, depth) =>
    isServedName(name) || (depth === 0 && name === WELL_KNOWN)
  );
}

/** Whether files and folders of that name are served at any depth. */
export function isServedName(name: string): boolean {
  return name !== "" && !name.startsWith(".") && !UNSERVED_NAME.test(name) &&
    !DEVICE_NAME.test(name);
}
