/**
 * The head of an HTTP/1 request (RFC 9112): the opening request of a WebSocket
 * connection. What could be read in two ways is refused.
 */

/** The longest head that is taken, in bytes. */
export const HEAD_BYTES_MAX = 8192;
/** So many header fields are taken at most. */
export const HEADER_COUNT_MAX = 64;

/** A request, without its body. */
export interface RequestHead {
  readonly method: string;
  /** As it was sent: a path with its query, or a whole URL. */
  readonly target: string;
  /** Of HTTP/1: 0 or 1. */
  readonly minorVersion: number;
  /**
   * By name in lower case. Values of several fields of one name stand behind each
   * other, with a line feed between.
   */
  readonly headers: ReadonlyMap<string, string>;
}

/** Why a head is not taken. */
export interface HeadFault {
  /** Of the answer. */
  readonly status: number;
  /** For the client and the log. */
  readonly sentence: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const REQUEST_LINE =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/;
/** Controls other than tabs, and ends of lines that are not CR LF. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;
const LATIN1 = new TextDecoder("latin1");
const LINE_END = "\r\n";

/** Reads a head, which ends with the empty line. */
export function parseRequestHead(bytes: Uint8Array): RequestHead | HeadFault {
  const text = LATIN1.decode(bytes);
  if (FORBIDDEN.test(text)) return bad("The request has control characters");
  const lineEnd = text.indexOf(LINE_END);
  const request = REQUEST_LINE.exec(text.slice(0, lineEnd));
  if (request === null) {
    return bad("The first line is no request line of HTTP/1.1");
  }
  const [, method, target, major, minor] = request;
  if (major !== "1") {
    return { status: 505, sentence: `HTTP/${major}.${minor} is not spoken` };
  }
  const headers = readFields(text, lineEnd + LINE_END.length);
  if ("sentence" in headers) return headers;
  const head = { method, target, minorVersion: Number(minor), headers };
  return faultOf(head) ?? head;
}

/** The header fields of `text`, from `start` to the empty line. */
function readFields(
  text: string,
  start: number,
): Map<string, string> | HeadFault {
  const headers = new Map<string, string>();
  let position = start;
  for (let count = 0;; count++) {
    const end = text.indexOf(LINE_END, position);
    if (end === position) return headers;
    if (count === HEADER_COUNT_MAX) return TOO_MANY;
    const colon = text.indexOf(":", position);
    const rawName = text.slice(position, colon);
    if (colon < 0 || colon > end || !TOKEN.test(rawName)) {
      return bad("A header field is malformed");
    }
    const name = rawName.toLowerCase();
    const value = trimmed(text, colon + 1, end);
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}\n${value}`);
    position = end + LINE_END.length;
  }
}

const TOO_MANY: HeadFault = {
  status: 431,
  sentence: `There are more than ${HEADER_COUNT_MAX} header fields`,
};

/** What makes it unclear for whom a request is, or where it ends. */
function faultOf(head: RequestHead): HeadFault | undefined {
  const { headers, minorVersion } = head;
  if (!headers.has("host")) {
    return minorVersion === 0
      ? undefined
      : bad("The Host header field is missing");
  }
  if (onlyValue(head, "host") === undefined) {
    return bad("There are several Host header fields");
  }
  if (!headers.has("content-length")) return undefined;
  if (!/^\d{1,15}$/.test(onlyValue(head, "content-length") ?? "")) {
    return bad("The Content-Length header field is malformed");
  }
  return headers.has("transfer-encoding")
    ? bad("There are both Content-Length and Transfer-Encoding")
    : undefined;
}

function bad(sentence: string): HeadFault {
  return { status: 400, sentence };
}

/** The path that a request is for, without its query. */
export function pathOf({ target }: RequestHead): string {
  const path = /^https?:\/\/[^/?#]*/i.test(target)
    ? target.replace(/^https?:\/\/[^/?#]*/i, "") || "/"
    : target;
  return path.split(/[?#]/, 1)[0];
}

/** Whether a request wants to go on in WebSocket. */
export function asksForWebSocket(head: RequestHead): boolean {
  return tokensOf(head, "upgrade").includes("websocket");
}

/** The only value of a header field; undefined where there is none, or several. */
export function onlyValue(
  { headers }: RequestHead,
  name: string,
): string | undefined {
  const value = headers.get(name);
  return value?.includes("\n") ? undefined : value;
}

/** The items of a list, in lower case. */
export function tokensOf(head: RequestHead, name: string): string[] {
  return listOf(head, name).map((item) => item.toLowerCase());
}

/** The items of a list, as they are; of several fields of that name, of all. */
export function listOf({ headers }: RequestHead, name: string): string[] {
  const value = headers.get(name);
  if (value === undefined) return [];
  return value.split(/[,\n]/).map((item) => trimmed(item, 0, item.length))
    .filter((item) => item !== "");
}

/** `text[start, end)` without spaces and tabs at its edges. */
function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (from < to && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Whether `text` is a token (RFC 9110). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
