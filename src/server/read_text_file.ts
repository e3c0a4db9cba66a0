import { decodeUtf8 } from "../base/utf8_text.ts";

/**
 * The text of a file.
 *
 * @throws {NotUtf8Error} Where it is not UTF-8.
 */
export async function readTextFile(path: string): Promise<string> {
  return decodeUtf8(await Deno.readFile(path));
}
