/**
 * Text of files and streams that people write. It must be UTF-8: other bytes would
 * silently become U+FFFD, so that a secret in Latin-1 would be another secret.
 */
import { skipUtf8Sequence } from "./utf8.ts";

/** Bytes that are not text in UTF-8. */
export class NotUtf8Error extends Error {
  override readonly name = "NotUtf8Error";
  /** What is wrong, and what to do, without the line and column. */
  readonly reason: string;
  /** From 1, of the first wrong byte. */
  readonly line: number;
  /** From 1, in UTF-16 code units; a byte order mark does not count. */
  readonly column: number;

  constructor(reason: string, line: number, column: number) {
    super(`line ${line}, column ${column}: ${reason}`);
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text that `bytes` are, with its byte order mark if there is one.
 *
 * @throws {NotUtf8Error} Where they are not UTF-8, or hold U+0000, which text in
 * UTF-16 does.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const at = firstWrong(bytes);
  if (at === bytes.length) return STRICT.decode(bytes);
  const before = STRICT.decode(bytes.subarray(0, at)).replace(/^\uFEFF/, "");
  const lines = before.split(/\r\n|\n|\r/);
  const last = lines[lines.length - 1];
  // Its value is not shown: it may be a part of a secret.
  const reason = `the byte at offset ${at} is not UTF-8 text; ${
    hint(bytes, at)
  }`;
  throw new NotUtf8Error(reason, lines.length, last.length + 1);
}

/** The position of the first byte that is not UTF-8 text; the length if there is none. */
function firstWrong(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const next = bytes[at] < 0x80
      ? at + 1
      : skipUtf8Sequence(bytes, at, bytes.length);
    if (next < 0 || bytes[at] === 0) return at;
    at = next;
  }
  return at;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** What the bytes may be, and what to do about it. */
function hint(bytes: Uint8Array, at: number): string {
  const [first, second, third, fourth] = bytes;
  const hasMark = first === 0xff && second === 0xfe ||
    first === 0xfe && second === 0xff;
  if (hasMark || first === 0 || second === 0) {
    const isWide = hasMark && third === 0 && fourth === 0 ||
      first === 0 && second === 0;
    return `this looks like ${isWide ? "UTF-32" : "UTF-16"}: save it as UTF-8`;
  }
  if (bytes[at] === 0) return "text cannot hold the character U+0000";
  const lead = bytes[at];
  const next = bytes[at + 1];
  if (lead >= 0xc0 && isContinuation(next)) {
    if (lead === 0xed && next > 0x9f) {
      return "half of a surrogate pair is not a character";
    }
    if (lead === 0xf4 && next > 0x8f) {
      return "there are no characters beyond U+10FFFF";
    }
    const isOverlong = lead < 0xc2 || lead === 0xe0 && next < 0xa0 ||
      lead === 0xf0 && next < 0x90;
    if (isOverlong) return "this is an overlong encoding of a character";
  }
  return "this may be Latin-1 or Windows-1252: save it as UTF-8";
}

/** A place in a file that people write. */
export interface SourcePlace {
  /** The file as it was named. */
  readonly file: string;
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** The key's path, such as `transports[2].endpoint.port`; `""`: the file. */
  readonly path: string;
}

/** The place as editors and terminals know it: `FILE:LINE:COLUMN`. */
export function formatPlace({ file, line, column }: SourcePlace): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}
