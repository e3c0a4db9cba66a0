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
  /** By name in lower case, in the order in which they came. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** Why a head is not taken. */
export interface HeadFault {
  /** Of the answer. */
  readonly status: number;
  /** For the client and the log. */
  readonly sentence: string;
}

const LATIN1 = new TextDecoder("latin1");
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const REQUEST_LINE =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/;
// deno-lint-ignore no-control-regex
const FORBIDDEN_IN_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Reads a head, which ends with the empty line. */
export function parseRequestHead(bytes: Uint8Array): RequestHead | HeadFault {
  const lines = LATIN1.decode(bytes).split("\r\n");
  const request = REQUEST_LINE.exec(lines[0]);
  if (request === null) {
    return bad("The first line is no request line of HTTP/1.1");
  }
  const [, method, target, major, minor] = request;
  if (major !== "1") {
    return { status: 505, sentence: `HTTP/${major}.${minor} is not spoken` };
  }
  const headers = readFields(lines.slice(1, -2));
  if (!(headers instanceof Map)) return headers;
  const head = { method, target, minorVersion: Number(minor), headers };
  return faultOf(head) ?? head;
}

function readFields(
  lines: readonly string[],
): Map<string, string[]> | HeadFault {
  if (lines.length > HEADER_COUNT_MAX) {
    const sentence = `There are more than ${HEADER_COUNT_MAX} header fields`;
    return { status: 431, sentence };
  }
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const field = FIELD.exec(line);
    if (field === null || FORBIDDEN_IN_VALUE.test(field[2])) {
      return bad("A header field is malformed");
    }
    const name = field[1].toLowerCase();
    const value = field[2].replace(/[ \t]+$/, "");
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return headers;
}

/** What makes it unclear for whom a request is, or where it ends. */
function faultOf(
  { headers, minorVersion }: RequestHead,
): HeadFault | undefined {
  const hosts = headers.get("host") ?? [];
  if (hosts.length > 1) return bad("There are several Host header fields");
  if (hosts.length === 0 && minorVersion > 0) {
    return bad("The Host header field is missing");
  }
  const lengths = headers.get("content-length") ?? [];
  if (lengths.length > 1 || lengths.some((text) => !/^\d{1,15}$/.test(text))) {
    return bad("The Content-Length header field is malformed");
  }
  if (lengths.length > 0 && headers.has("transfer-encoding")) {
    return bad("There are both Content-Length and Transfer-Encoding");
  }
  return undefined;
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
export function onlyValue(head: RequestHead, name: string): string | undefined {
  const values = head.headers.get(name);
  return values?.length === 1 ? values[0] : undefined;
}

/** The items of a list, in lower case; what is no token is left out. */
export function tokensOf(head: RequestHead, name: string): string[] {
  return listOf(head, name)
    .filter((item) => TOKEN.test(item))
    .map((item) => item.toLowerCase());
}

/** The items of a list, as they are; of several fields of that name, of all. */
export function listOf({ headers }: RequestHead, name: string): string[] {
  const items = (headers.get(name) ?? []).flatMap((value) => value.split(","));
  return items.map((item) => item.replace(/^[ \t]+|[ \t]+$/g, ""))
    .filter((item) => item !== "");
}

/** Whether `text` is a token (RFC 9110). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
