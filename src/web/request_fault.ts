/**
 * Requests that are refused whatever they ask for, since two parties that read them
 * could understand two different things (RFC 9112 section 11.2).
 *
 * @module
 */

import type { IncomingMessage } from "node:http";

/** A refusal; the connection is closed after it. */
export interface RequestFault {
  readonly status: number;
  /** What is wrong, and what is taken. */
  readonly text: string;
}

/** The longest head of a request, in octets. */
export const HEAD_BYTES_MAX = 8192;
/** The most header lines of a request. */
export const HEADERS_MAX = 64;

/** What is wrong with the head of a request; undefined: nothing. */
export function headFault(request: IncomingMessage): RequestFault | undefined {
  const { httpVersion, rawHeaders } = request;
  if (httpVersion !== "1.1" && httpVersion !== "1.0") {
    return { status: 505, text: "only HTTP/1.1 and HTTP/1.0 are served" };
  }
  if (rawHeaders.length / 2 > HEADERS_MAX) {
    return { status: 431, text: `more than ${HEADERS_MAX} header lines` };
  }
  const { expect } = request.headers;
  if (expect !== undefined && expect.toLowerCase() !== "100-continue") {
    return { status: 417, text: "only 100-continue can be expected" };
  }
  return hostFault(request) ?? encodingFault(request);
}

function hostFault(request: IncomingMessage): RequestFault | undefined {
  const count = valuesOf(request, "host").length;
  if (count === 0 && request.httpVersion === "1.1") {
    return { status: 400, text: "the Host header is missing" };
  }
  if (count > 1) return { status: 400, text: "more than one Host header" };
  if (!/^[^\s/\\?#@,]*$/.test(request.headers.host ?? "")) {
    return { status: 400, text: "the Host header is no host" };
  }
  return undefined;
}

/** The parser refuses lengths that contradict each other; this is what it takes. */
function encodingFault(request: IncomingMessage): RequestFault | undefined {
  const codings = valuesOf(request, "transfer-encoding");
  if (codings.length === 0) return undefined;
  if (request.httpVersion === "1.0") {
    return { status: 400, text: "HTTP/1.0 has no Transfer-Encoding" };
  }
  if (codings.length > 1 || codings[0].toLowerCase() !== "chunked") {
    return {
      status: 501,
      text: "the only Transfer-Encoding that is served is chunked",
    };
  }
  return undefined;
}

function valuesOf(request: IncomingMessage, name: string): string[] {
  const { rawHeaders } = request;
  return rawHeaders.filter((_, index) =>
    index % 2 === 1 && rawHeaders[index - 1].toLowerCase() === name
  );
}

/** What the parser's complaint is answered with. */
export function parserFault(code: string | undefined): RequestFault {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return {
        status: 431,
        text: `the head is longer than ${HEAD_BYTES_MAX} octets`,
      };
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return { status: 413, text: "the extensions of the chunks are too long" };
    default:
      return { status: 400, text: "this is no HTTP/1.1 request" };
  }
}
