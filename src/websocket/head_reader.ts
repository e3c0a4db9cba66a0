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

/** The head of one request. */
export class HeadReader {
  #octets = new Uint8Array(0);
  #length = 0;
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

  /** The whole head, once it has ended; undefined before. */
  get head(): Uint8Array | undefined {
    if (this.#endOctets < 4) return undefined;
    return this.#octets.subarray(0, this.#length);
  }

  /**
   * Takes `chunk[start, end)`, up to the head's end.
   *
   * @returns Up to where it took them.
   */
  push(chunk: Uint8Array, start: number, end: number): number {
    const most = Math.min(end, start + HEAD_BYTES_MAX + 1 - this.#length);
    this.#makeRoom(most - start);
    let position = start;
    while (position < most && this.#endOctets < 4) {
      const octet = chunk[position++];
      this.#octets[this.#length++] = octet;
      if (!this.#noteOctet(octet)) return this.#fail(BARE_LINE_END, end);
    }
    if (!this.#isHttp && !this.#recognise()) return end;
    if (this.#length > HEAD_BYTES_MAX) return this.#fail(TOO_LARGE, end);
    return position;
  }

  /** False where a line ends with a line feed alone, once it is sure to be HTTP. */
  #noteOctet(octet: number): boolean {
    const isOdd = (this.#endOctets & 1) === 1;
    if (octet === CR) this.#endOctets = isOdd ? 1 : this.#endOctets + 1;
    else if (octet === LF && isOdd) this.#endOctets++;
    else {
      const wasBare = octet === LF;
      this.#endOctets = 0;
      return !(wasBare && this.#isHttp);
    }
    return true;
  }

  /** Whether it may still be HTTP. */
  #recognise(): boolean {
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

  #fail(fault: FrameFault, end: number): number {
    this.#fault = fault;
    return end;
  }

  #makeRoom(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#octets.length) return;
    const grown = new Uint8Array(
      Math.max(needed, 2 * this.#octets.length, FIRST_ROOM_BYTES),
    );
    grown.set(this.#octets.subarray(0, this.#length));
    this.#octets = grown;
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
