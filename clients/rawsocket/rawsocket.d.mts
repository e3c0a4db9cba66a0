/** Types of `rawsocket.mjs`. */
import type { ConnectionOptions } from "node:tls";

/** What is not in the URL. */
export interface RawSocketOptions {
  /** A Unix socket, in place of what the URL says. */
  readonly path?: string;
  /** For TLS: `ca`, `rejectUnauthorized`, `servername`, ... as `node:tls` has them. */
  readonly tls?: ConnectionOptions;
  /**
   * The longest message that is taken from the router, in bytes; the largest power of
   * two that is not above it is announced. 512 to 2^24, which is the default.
   */
  readonly maxMessageBytes?: number;
}

/** The last event of a connection. */
export interface RawSocketCloseEvent extends Event {
  /**
   * 1000: closed by us, or what {@linkcode RawSocket.close} was given; 1005: by the
   * router; 1002: what came is no RawSocket, or the handshake was refused; 1009: a
   * message was too long; 1006: the connection broke, or never was.
   */
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** What went wrong; a `close` event follows. */
export interface RawSocketErrorEvent extends Event {
  readonly error: Error;
  readonly message: string;
}

/** A connection to a router, with the properties, methods and events of a `WebSocket`. */
export class RawSocket extends EventTarget {
  static readonly CONNECTING: 0;
  static readonly OPEN: 1;
  static readonly CLOSING: 2;
  static readonly CLOSED: 3;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  /**
   * Connects.
   *
   * @param url `tcp://HOST:PORT`, `tls://HOST:PORT` or `unix:/PATH`; `rs` and `ws` stand
   * for `tcp`, `rss` and `wss` for `tls`.
   * @param protocols `wamp.2.json`, `wamp.2.msgpack`, `wamp.2.cbor`: they are tried in this
   * order. What RawSocket does not know is passed over.
   * @throws {SyntaxError} Where the URL or all of the protocols are none of these.
   * @throws {RangeError} Where `maxMessageBytes` is less than 512.
   */
  constructor(
    url: string | URL,
    protocols?: string | readonly string[],
    options?: RawSocketOptions | null,
  );
  /** What binary messages are delivered as. */
  binaryType: "blob" | "arraybuffer";
  readonly readyState: 0 | 1 | 2 | 3;
  /** The subprotocol that is spoken, once it is open. */
  readonly protocol: string;
  readonly extensions: string;
  readonly url: string;
  /** How many bytes wait to be sent. */
  readonly bufferedAmount: number;
  /** The longest message that the router takes, in bytes; 0 before it is open. */
  readonly maxSendBytes: number;
  onopen: ((event: Event) => void) | null;
  /** `data` is a string in `wamp.2.json`, else what {@linkcode RawSocket.binaryType} says. */
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: RawSocketErrorEvent) => void) | null;
  onclose: ((event: RawSocketCloseEvent) => void) | null;
  /** `data` is the bytes of the PING. */
  onpong: ((event: MessageEvent<Uint8Array>) => void) | null;
  /**
   * Sends a message. After the connection's end nothing is sent, as with a `WebSocket`.
   *
   * @throws {Error} Where it is not open yet.
   * @throws {RangeError} Where it is longer than {@linkcode RawSocket.maxSendBytes}.
   */
  send(data: string | ArrayBuffer | ArrayBufferView): void;
  /** Sends a PING, which the router answers with the same bytes. */
  ping(data?: string | ArrayBuffer | ArrayBufferView): void;
  /** Sends what waits, and ends the connection. */
  close(code?: number, reason?: string): void;
}

/**
 * A class for clients that make their WebSocket themselves, and insist on a URL of
 * WebSocket's: it connects to `url`, whatever URL it is given.
 */
export function rawSocketTo(
  url: string,
  options?: RawSocketOptions,
): new (
  url: string,
  protocols?: string | readonly string[],
) => RawSocket;
