/**
 * The answer to HTTP requests: a client that took this port for a web server's
 * shows its user why that is in vain.
 */

const TEXT = new TextEncoder();

/**
 * A response that says `sentence`, and that the connection is closed.
 *
 * @param method The request's: a response to HEAD ends with its head.
 */
export function httpRefusal(
  method: string,
  sentence: string,
): Uint8Array<ArrayBuffer> {
  const body = `${sentence}\n`;
  const head = [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${TEXT.encode(body).length}`,
    "Connection: close",
    "",
    "",
  ].join("\r\n");
  return TEXT.encode(method === "HEAD" ? head : head + body);
}
