/**
 * Answers of HTTP to requests that do not become WebSocket connections.
 */

/** An answer, after which the connection is closed. */
export interface HttpReply {
  readonly status: number;
  /** For people. */
  readonly sentence: string;
  /** Beside those that every answer has. */
  readonly headers?: readonly string[];
  /** Shown in place of the sentence. */
  readonly html?: string;
}

const PHRASES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

const TEXT = new TextEncoder();

/**
 * The octets of an answer.
 *
 * @param method The request's: the answer to HEAD ends with its head.
 */
export function writeReply(
  { status, sentence, headers = [], html }: HttpReply,
  method: string,
): Uint8Array<ArrayBuffer> {
  const body = html ?? `${sentence}\n`;
  const isOffered = headers.some((field) => field.startsWith("Upgrade:"));
  const type = html === undefined ? "text/plain" : "text/html";
  const head = [
    `HTTP/1.1 ${status} ${PHRASES[status]}`,
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Length: ${TEXT.encode(body).length}`,
    "X-Content-Type-Options: nosniff",
    // Who offers another protocol says so there as well (RFC 9110 section 7.8).
    `Connection: ${isOffered ? "Upgrade, close" : "close"}`,
    ...headers,
    "",
    "",
  ].join("\r\n");
  return TEXT.encode(method === "HEAD" ? head : head + body);
}
