/**
 * Collects the head of the request that opens a connection, octet by octet if need
 * be, and tells other protocols from HTTP as soon as that is clear.
 */
import type { FrameFault } from "../framing/frame.ts";
import {
  FOREIGN_START_BYTES_MAX,
  recogniseForeign,
} from "../framing/foreign_protocol.ts";
import { foreignFault, type ForeignPlace } from "../framing/foreign_start.ts";
import { headFault } from "./handshake.ts";
import { HEAD_BYTES_MAX } from "./request_head.ts";

const PLACE: ForeignPlace = {
  awaited: "HTTP request",
  cure: "this port speaks WAMP over WebSocket",
  httpSentence: "This port speaks HTTP/1.1 only.",
};

const CR = 0x0d;
const LF = 0x0a;
const FIRST_ROOM_BYTES = 512;
/** HTTP/2 begins with it, and no request of HTTP/1 does. */
const HTTP_2_METHOD = "PRI";

const NOTHING = new Uint8Array(0);

/** The head of one request. */
export class HeadReader {
  #octets: Uint8Array = NOTHING;
  #length = 0;
  /** How many of them were looked at. */
  #seen = 0;
  /** Whether it is sure to be HTTP. */
  #isHttp = false;
  /** How much of the empty line at the head's end has come. */
  #endOctets = 0;
  #fault: FrameFault | undefined = undefined;

  /** How many octets have come. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory that they take. */
  get heldBytes(): number {
    return this.#octets.length;
  }

  get fault(): FrameFault | undefined {
    return this.#fault;
  }

  /** The whole head, once it has ended; undefined before. Good until the next push. */
  get head(): Uint8Array | undefined {
    if (this.#endOctets < 4) return undefined;
    return this.#octets.subarray(0, this.#seen);
  }

  /**
   * Takes `chunk[start, end)`, up to the head's end.
   *
   * @returns Up to where it took them.
   */
  push(chunk: Uint8Array, start: number, end: number): number {
    if (start === end) return end;
    const to = Math.min(end, start + HEAD_BYTES_MAX + 1 - this.#length);
    const isFirst = this.#length === 0;
    if (isFirst) this.#begin(chunk, start, to);
    else this.#append(chunk, start, to);
    if (!this.#isHttp && !this.#recognise()) return end;
    const fault = this.#seekEnd();
    if (fault !== undefined) {
      this.#fault = fault;
      return end;
    }
    if (isFirst && this.head === undefined) this.#keep();
    return to - (this.#length - this.#seen);
  }

  /** Most heads are whole in one chunk: then they stay there. */
  #begin(chunk: Uint8Array, start: number, end: number): void {
    this.#octets = chunk.subarray(start, end);
    this.#length = end - start;
  }

  /** The chunk will be read over. */
  #keep(): void {
    const kept = new Uint8Array(Math.max(this.#length, FIRST_ROOM_BYTES));
    kept.set(this.#octets);
    this.#octets = kept;
  }

  #append(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#octets.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#octets.length));
      grown.set(this.#octets.subarray(0, this.#length));
      this.#octets = grown;
    }
    this.#octets.set(chunk.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** Looks at what has come since it was looked at last, up to the head's end. */
  #seekEnd(): FrameFault | undefined {
    const octets = this.#octets;
    while (this.#seen < this.#length && this.#endOctets < 4) {
      const octet = octets[this.#seen++];
      if (octet === CR) {
        this.#endOctets = this.#endOctets === 2 ? 3 : 1;
      } else if (octet === LF) {
        const isBare = this.#endOctets !== 1 && this.#endOctets !== 3;
        if (isBare && this.#isHttp) return BARE_LINE_END;
        this.#endOctets = isBare ? 0 : this.#endOctets + 1;
      } else this.#endOctets = 0;
    }
    return this.#seen > HEAD_BYTES_MAX ? TOO_LARGE : undefined;
  }

  /** Whether it may still be HTTP. */
  #recognise(): boolean {
    if (isGet(this.#octets)) {
      this.#isHttp = true;
      return true;
    }
    const start = this.#octets.subarray(
      0,
      Math.min(this.#length, FOREIGN_START_BYTES_MAX),
    );
    const found = recogniseForeign(start);
    if (found === "undecided") return true;
    const method = found?.httpMethod;
    if (method !== undefined && method !== HTTP_2_METHOD) {
      this.#isHttp = true;
      return true;
    }
    this.#fault = foreignFault(start, found, PLACE);
    return false;
  }
}

const BARE_LINE_END = headFault({
  status: 400,
  sentence: "A line of the request ends with a line feed alone",
});
const TOO_LARGE = headFault({
  status: 431,
  sentence: `The head of the request is longer than ${HEAD_BYTES_MAX} bytes`,
});

/** `GET `: so nearly all begin. */
function isGet(octets: Uint8Array): boolean {
  return octets[0] === 0x47 && octets[1] === 0x45 && octets[2] === 0x54 &&
    octets[3] === 0x20;
}
