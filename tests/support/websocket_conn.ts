/**
 * A connection on which a test speaks RawSocket, and the router hears WebSocket:
 * so that whatever is true of the one is tried on the other.
 */
import { concat } from "./hex.ts";
import { HANDSHAKE_MAGIC } from "../../src/rawsocket/handshake.ts";

/** By serializer number of RawSocket's handshake. */
const SUBPROTOCOLS = ["", "wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"];
const TEXT_FRAME = 0x81;
const BINARY_FRAME = 0x82;
const PING_FRAME = 0x89;
const PONG_FRAME = 0x8a;
const CLOSE_FRAME = 0x88;
const MASK = [0x37, 0xfa, 0x21, 0x3d];

/** What of {@linkcode Deno.Conn} tests use. */
export class WebSocketConn {
  readonly #conn: Deno.Conn;
  readonly #path: string;
  /** Octets of RawSocket that are not sent yet: less than a prefix. */
  #unsent = new Uint8Array(0);
  /** How many octets of the frame under way are still to be sent. */
  #payloadLeft = 0;
  #maskIndex = 0;
  #isOpening = true;
  #serializer = 1;
  /** What came and is no whole frame yet. */
  #received = new Uint8Array(0);
  /** In RawSocket's framing, for who reads. */
  #ready = new Uint8Array(0);
  #isUpgraded = false;
  #hasEnded = false;

  constructor(conn: Deno.Conn, path: string = "/ws") {
    this.#conn = conn;
    this.#path = path;
  }

  get localAddr(): Deno.Addr {
    return this.#conn.localAddr;
  }

  get remoteAddr(): Deno.Addr {
    return this.#conn.remoteAddr;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const out: Uint8Array[] = [];
    let position = 0;
    while (position < bytes.length) {
      position = this.#payloadLeft > 0
        ? this.#takePayload(bytes, position, out)
        : this.#takePrefix(bytes, position, out);
    }
    await this.#writeAll(concat(...out));
    return bytes.length;
  }

  #takePrefix(bytes: Uint8Array, from: number, out: Uint8Array[]): number {
    const to = Math.min(bytes.length, from + 4 - this.#unsent.length);
    this.#unsent = concat(this.#unsent, bytes.subarray(from, to));
    if (this.#unsent.length < 4) return to;
    const [first, high, middle, low] = this.#unsent;
    this.#unsent = new Uint8Array(0);
    if (this.#isOpening) {
      if (first !== HANDSHAKE_MAGIC) throw new Error("No RawSocket handshake");
      this.#isOpening = false;
      this.#serializer = high & 0x0f;
      out.push(this.#request());
      return to;
    }
    const length = (first & 0x08) === 0
      ? high << 16 | middle << 8 | low
      : 2 ** 24;
    const message = this.#serializer === 1 ? TEXT_FRAME : BINARY_FRAME;
    const opening = [message, PING_FRAME, PONG_FRAME][first & 0x07];
    if (opening === undefined) throw new Error("No frame of WebSocket's");
    out.push(headOf(opening, length));
    this.#payloadLeft = length;
    this.#maskIndex = 0;
    return to;
  }

  #takePayload(bytes: Uint8Array, from: number, out: Uint8Array[]): number {
    const to = Math.min(bytes.length, from + this.#payloadLeft);
    const masked = bytes.slice(from, to);
    for (let i = 0; i < masked.length; i++) {
      masked[i] ^= MASK[this.#maskIndex++ & 3];
    }
    this.#payloadLeft -= masked.length;
    out.push(masked);
    return to;
  }

  #request(): Uint8Array {
    return new TextEncoder().encode([
      `GET ${this.#path} HTTP/1.1`,
      "Host: localhost",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Protocol: ${SUBPROTOCOLS[this.#serializer]}`,
      "",
      "",
    ].join("\r\n"));
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#ready.length === 0) {
      if (this.#hasEnded) return null;
      const chunk = new Uint8Array(65_536);
      const count = await this.#conn.read(chunk);
      if (count === null) {
        this.#hasEnded = true;
        return null;
      }
      this.#received = concat(this.#received, chunk.subarray(0, count));
      await this.#translate();
    }
    const count = Math.min(buffer.length, this.#ready.length);
    buffer.set(this.#ready.subarray(0, count));
    this.#ready = this.#ready.slice(count);
    return count;
  }

  async #translate(): Promise<void> {
    if (!this.#isUpgraded && !this.#takeReply()) return;
    const out: Uint8Array[] = [this.#ready];
    while (true) {
      const frame = frameOf(this.#received);
      if (frame === undefined) break;
      this.#received = this.#received.slice(frame.end);
      if (frame.first === CLOSE_FRAME) {
        await this.#answerClose(frame.payload);
        break;
      }
      out.push(inRawSocket(frame));
    }
    this.#ready = concat(...out);
  }

  /** False while the head is not whole. */
  #takeReply(): boolean {
    const text = new TextDecoder("latin1").decode(this.#received);
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) return false;
    if (!text.startsWith("HTTP/1.1 101 ")) throw new Error(text);
    this.#isUpgraded = true;
    this.#received = this.#received.slice(end + 4);
    this.#ready = new Uint8Array([
      HANDSHAKE_MAGIC,
      0xf0 | this.#serializer,
      0,
      0,
    ]);
    return true;
  }

  async #answerClose(payload: Uint8Array): Promise<void> {
    this.#hasEnded = true;
    const masked = payload.map((octet, index) => octet ^ MASK[index & 3]);
    const answer = concat(headOf(CLOSE_FRAME, payload.length), masked);
    // The router may be gone already.
    await this.#writeAll(answer).catch(() => {});
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let sent = 0;
    while (sent < bytes.length) {
      sent += await this.#conn.write(bytes.subarray(sent));
    }
  }

  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite();
  }

  close(): void {
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

interface ServerFrame {
  readonly first: number;
  readonly payload: Uint8Array;
  readonly end: number;
}

/** The frame at the beginning of `bytes`; undefined where it is not whole. */
function frameOf(bytes: Uint8Array): ServerFrame | undefined {
  if (bytes.length < 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let length = bytes[1];
  let start = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = view.getUint16(2);
    start = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(view.getBigUint64(2));
    start = 10;
  }
  const end = start + length;
  if (bytes.length < end) return undefined;
  return { first: bytes[0], payload: bytes.subarray(start, end), end };
}

function inRawSocket({ first, payload }: ServerFrame): Uint8Array {
  const { length } = payload;
  const kind = first === PING_FRAME ? 1 : first === PONG_FRAME ? 2 : 0;
  const extended = length === 2 ** 24 ? 0x08 : 0;
  return concat(
    new Uint8Array([
      kind | extended,
      length >> 16 & 0xff,
      length >> 8 & 0xff,
      length & 0xff,
    ]),
    payload,
  );
}

/** Of a masked frame, with its key. */
function headOf(first: number, length: number): Uint8Array {
  if (length < 126) return new Uint8Array([first, 0x80 | length, ...MASK]);
  if (length < 2 ** 16) {
    return new Uint8Array([first, 0xfe, length >> 8, length & 0xff, ...MASK]);
  }
  const head = new Uint8Array([first, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, ...MASK]);
  new DataView(head.buffer).setUint32(6, length);
  return head;
}
