/**
 * What came in place of a handshake: collected until it is clear what it is.
 */
import type { FrameFault } from "./frame.ts";
import {
  FOREIGN_START_BYTES_MAX,
  type ForeignProtocol,
  recogniseForeign,
  showStart,
} from "./foreign_protocol.ts";

/** Where the octets came, in words. */
export interface ForeignPlace {
  /** What was waited for. */
  readonly awaited: string;
  /** What to do, unless the protocol has a cure of its own. */
  readonly cure: string;
  /** For HTTP clients: one sentence. */
  readonly httpSentence: string;
}

/** The first octets of one connection. */
export class ForeignStart {
  readonly #place: ForeignPlace;
  #octets = new Uint8Array(0);

  constructor(place: ForeignPlace) {
    this.#place = place;
  }

  /** How many octets there are. */
  get length(): number {
    return this.#octets.length;
  }

  /**
   * Adds `bytes[position, end)`.
   *
   * @returns What is wrong; undefined where more octets are needed to tell.
   */
  push(
    bytes: Uint8Array,
    position: number,
    end: number,
  ): FrameFault | undefined {
    const room = FOREIGN_START_BYTES_MAX - this.#octets.length;
    const more = bytes.subarray(position, Math.min(end, position + room));
    const octets = new Uint8Array(this.#octets.length + more.length);
    octets.set(this.#octets);
    octets.set(more, this.#octets.length);
    this.#octets = octets;
    const found = recogniseForeign(octets);
    if (found === "undecided") return undefined;
    return foreignFault(octets, found, this.#place);
  }
}

/**
 * Why what begins with `start` is not served.
 *
 * @param found What it looks like; undefined: nothing that is known.
 */
export function foreignFault(
  start: Uint8Array,
  found: ForeignProtocol | undefined,
  { awaited, cure, httpSentence }: ForeignPlace,
): FrameFault {
  const shown = `No ${awaited}: it begins with ${showStart(start)}`;
  if (found === undefined) return { message: shown };
  const message = `${shown}, which looks like ${found.name}: ${
    found.cure ?? cure
  }`;
  return found.httpMethod === undefined
    ? { message }
    : { message, reply: httpRefusal(found.httpMethod, httpSentence) };
}

/**
 * The answer to HTTP requests: a client that took this port for a web server's
 * shows its user why that cannot work.
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
