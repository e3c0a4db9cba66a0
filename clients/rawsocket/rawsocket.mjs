// @ts-self-types="./rawsocket.d.mts"

/**
 * WAMP-over-RawSocket in the shape of a `WebSocket`, for WAMP clients whose WebSocket
 * class can be exchanged. For Node.js 18 and later, and Deno; no dependencies.
 *
 * Types are in `rawsocket.d.mts`; README.md says how to use it.
 */
// deno-lint-ignore-file explicit-module-boundary-types
import { Buffer } from "node:buffer";
import net from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import tls from "node:tls";

const MAGIC = 0x7f;
const PREFIX_BYTES = 4;
/** The longest message that RawSocket can carry, in bytes. */
const MESSAGE_BYTES_MAX = 2 ** 24;
const SMALLEST_LIMIT_BITS = 9;
/** So long the router's end is waited for after our own. */
const CLOSE_TIMEOUT_MS = 3000;

const MESSAGE = 0;
const PING = 1;
const PONG = 2;
/** Of a prefix's first octet: the length is 2^24. */
const EXTENDED = 0x08;

/** By subprotocol: its number in the handshake. */
const SERIALIZERS = new Map([
  ["wamp.2.json", 1],
  ["wamp.2.msgpack", 2],
  ["wamp.2.cbor", 3],
]);

/** By the number in a refusal. */
const REFUSALS = [
  "no reason given",
  "the router does not speak this serializer here",
  "the router takes no messages of this length",
  "the router found reserved bits set",
  "the router has as many connections as it takes",
];
const SERIALIZER_UNSUPPORTED = 1;

/** Codes of `CloseEvent`, as WebSocket has them. */
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
const NO_CODE = 1005;
const ABNORMAL = 1006;
const TOO_LARGE = 1009;

/** The last event of a connection; Node.js has no such class before version 23. */
class RawSocketCloseEvent extends Event {
  constructor({ code, reason, wasClean }) {
    super("close");
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
}

/** What went wrong; a `close` event follows. */
class RawSocketErrorEvent extends Event {
  constructor(error) {
    super("error");
    this.error = error;
    this.message = error.message;
  }
}

/** A connection to a router, with the properties, methods and events of a `WebSocket`. */
export class RawSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  CONNECTING = 0;
  OPEN = 1;
  CLOSING = 2;
  CLOSED = 3;

  /** What binary messages are delivered as: `"blob"` or `"arraybuffer"`. */
  binaryType = "blob";
  readyState = RawSocket.CONNECTING;
  /** The subprotocol that is spoken, once it is open. */
  protocol = "";
  extensions = "";
  url;
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;
  onpong = null;

  #place;
  #options;
  /** Subprotocols that were not tried yet. */
  #protocols;
  #limitBits;
  #socket;
  #parser = new FrameParser(MESSAGE_BYTES_MAX);
  #isShaken = false;
  #peerLimitBytes = 0;
  /** What the `close` event will say. */
  #end = undefined;

  constructor(url, protocols = [...SERIALIZERS.keys()], options = undefined) {
    super();
    this.url = String(url);
    this.#options = options ?? {};
    this.#place = placeOf(this.url, this.#options);
    this.#protocols = [protocols].flat()
      .filter((name) => SERIALIZERS.has(name));
    if (this.#protocols.length === 0) {
      throw new SyntaxError(
        `None of the subprotocols ${protocols} is one of RawSocket's: ${
          [...SERIALIZERS.keys()].join(", ")
        }`,
      );
    }
    this.#limitBits = limitBitsOf(this.#options.maxMessageBytes);
    for (const name of ["open", "message", "error", "close", "pong"]) {
      this.addEventListener(name, (event) => this[`on${name}`]?.(event));
    }
    this.#connect();
  }

  /** How many bytes wait to be sent. */
  get bufferedAmount() {
    return this.#socket?.writableLength ?? 0;
  }

  /** The longest message that the router takes, in bytes; 0 before it is open. */
  get maxSendBytes() {
    return this.#peerLimitBytes;
  }

  /**
   * Sends a message: a text, or bytes.
   *
   * @throws {Error} Where it is not open yet.
   * @throws {RangeError} Where the message is longer than the router takes.
   */
  send(data) {
    if (this.readyState === RawSocket.CONNECTING) {
      throw new Error("The connection is not open yet");
    }
    if (this.readyState !== RawSocket.OPEN) return;
    const bytes = typeof data === "string" ? Buffer.from(data) : bytesOf(data);
    if (bytes.length > this.#peerLimitBytes) {
      throw new RangeError(
        `A message of ${bytes.length} bytes is longer than the router takes (${this.#peerLimitBytes})`,
      );
    }
    this.#write(MESSAGE, bytes);
  }

  /** Sends a PING, which the router answers with the same bytes: a `pong` event. */
  ping(data = new Uint8Array(0)) {
    if (this.readyState !== RawSocket.OPEN) return;
    const bytes = typeof data === "string" ? Buffer.from(data) : bytesOf(data);
    this.#write(PING, bytes);
  }

  /** Sends what waits, and ends the connection. */
  close(code = NORMAL, reason = "") {
    if (this.readyState >= RawSocket.CLOSING) return;
    this.readyState = RawSocket.CLOSING;
    this.#end = { code, reason, wasClean: true };
    const socket = this.#socket;
    if (!this.#isShaken) return void socket.destroy();
    socket.end();
    const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
    socket.once("close", () => clearTimeout(timer));
  }

  #connect() {
    const { isSecure, ...place } = this.#place;
    const { tls: tlsOptions } = this.#options;
    const name = isSecure && !net.isIP(place.host)
      ? { servername: place.host }
      : {};
    const socket = isSecure
      ? tls.connect({ ...place, ...name, ...tlsOptions })
      : net.connect(place);
    this.#socket = socket;
    socket.setNoDelay?.(true);
    socket.on(isSecure ? "secureConnect" : "connect", () => this.#shakeHands());
    // What a connection still says that was given up means nothing any more.
    const on = (name, act) =>
      socket.on(name, (value) => {
        if (socket === this.#socket) act(value);
      });
    on("data", (chunk) => this.#received(socket, chunk));
    on("end", () => socket.end());
    on("error", (error) => this.#failed(error));
    on("close", () => this.#closed());
  }

  #shakeHands() {
    const serializer = SERIALIZERS.get(this.#protocols[0]);
    const limit = this.#limitBits - SMALLEST_LIMIT_BITS;
    this.#socket.write(Uint8Array.of(MAGIC, limit << 4 | serializer, 0, 0));
  }

  #received(socket, chunk) {
    try {
      for (const frame of this.#parser.push(chunk)) {
        if (socket !== this.#socket) return;
        if (this.readyState >= RawSocket.CLOSING) return;
        this.#take(frame);
      }
    } catch (error) {
      this.#abort(error);
    }
  }

  #take({ kind, bytes }) {
    if (!this.#isShaken) return this.#takeReply(bytes);
    if (kind === PING) this.#write(PONG, bytes);
    else if (kind === PONG) {
      this.dispatchEvent(new MessageEvent("pong", { data: bytes }));
    } else {
      const data = this.#dataOf(bytes);
      this.dispatchEvent(new MessageEvent("message", { data }));
    }
  }

  #takeReply([magic, second]) {
    if (magic !== MAGIC) {
      throw new RawSocketError(
        PROTOCOL_ERROR,
        "The other side does not speak RawSocket",
      );
    }
    const serializer = second & 0x0f;
    if (serializer === 0) return this.#refused(second >> 4);
    const [protocol] = this.#protocols;
    if (serializer !== SERIALIZERS.get(protocol)) {
      throw new RawSocketError(
        PROTOCOL_ERROR,
        "The router answers with another serializer than it was asked for",
      );
    }
    this.#isShaken = true;
    this.#parser.limitBytes = 2 ** this.#limitBits;
    this.#peerLimitBytes = 2 ** ((second >> 4) + SMALLEST_LIMIT_BITS);
    this.protocol = protocol;
    this.readyState = RawSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  /** Another serializer may do, on a connection of its own. */
  #refused(number) {
    if (number === SERIALIZER_UNSUPPORTED && this.#protocols.length > 1) {
      this.#protocols.shift();
      this.#parser = new FrameParser(MESSAGE_BYTES_MAX);
      const refused = this.#socket;
      this.#connect();
      refused.destroy();
      return;
    }
    throw new RawSocketError(
      PROTOCOL_ERROR,
      `The handshake was refused: ${REFUSALS[number] ?? `error ${number}`}`,
    );
  }

  #dataOf(bytes) {
    if (this.protocol === "wamp.2.json") return TEXT.decode(bytes);
    // Of its own: the parser's buffer may hold more than this message.
    const { buffer } = new Uint8Array(bytes);
    return this.binaryType === "arraybuffer" ? buffer : new Blob([buffer]);
  }

  #write(kind, bytes) {
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(bytes.length % MESSAGE_BYTES_MAX);
    prefix[0] = bytes.length === MESSAGE_BYTES_MAX ? kind | EXTENDED : kind;
    this.#socket.cork();
    this.#socket.write(prefix);
    this.#socket.write(bytes);
    this.#socket.uncork();
  }

  /** What came breaks the protocol. */
  #abort(error) {
    const { code = PROTOCOL_ERROR, message } = error;
    this.readyState = RawSocket.CLOSING;
    this.#end = { code, reason: message, wasClean: false };
    this.dispatchEvent(new RawSocketErrorEvent(error));
    this.#socket.destroy();
  }

  #failed(error) {
    if (this.#end !== undefined) return;
    this.#end = { code: ABNORMAL, reason: error.message, wasClean: false };
    this.dispatchEvent(new RawSocketErrorEvent(error));
  }

  #closed() {
    const left = { code: NO_CODE, reason: "", wasClean: true };
    const early = {
      code: ABNORMAL,
      reason: "The router closed before its handshake",
      wasClean: false,
    };
    this.#end ??= this.#isShaken ? left : early;
    this.readyState = RawSocket.CLOSED;
    this.dispatchEvent(new RawSocketCloseEvent(this.#end));
  }
}

/**
 * A class for clients that make their WebSocket themselves, and insist on a URL of
 * WebSocket's: it connects to `url`, whatever URL it is given.
 */
export function rawSocketTo(url, options = undefined) {
  return class extends RawSocket {
    constructor(_url, protocols) {
      super(url, protocols, options);
    }
  };
}

class RawSocketError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "RawSocketError";
    this.code = code;
  }
}

const TEXT = new TextDecoder("utf-8", { fatal: true });

/** Cuts what comes into frames; the first is the reply of the handshake. */
class FrameParser {
  limitBytes;
  /** What has come of a frame that is not whole, in the pieces in which it came. */
  #pieces = [];
  #length = 0;
  /** How many bytes are needed to go on. */
  #needed = PREFIX_BYTES;
  #prefix = undefined;
  #isFirst = true;

  constructor(limitBytes) {
    this.limitBytes = limitBytes;
  }

  *push(chunk) {
    let rest = chunk;
    while (this.#length + rest.length >= this.#needed) {
      const missing = this.#needed - this.#length;
      const bytes = this.#join(rest.subarray(0, missing));
      rest = rest.subarray(missing);
      const frame = this.#next(bytes);
      if (frame !== undefined) yield frame;
    }
    if (rest.length > 0) {
      this.#pieces.push(rest);
      this.#length += rest.length;
    }
  }

  #join(last) {
    if (this.#length === 0) return last;
    const bytes = Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#length = 0;
    return bytes;
  }

  /** A prefix, or the payload behind one. */
  #next(bytes) {
    if (this.#isFirst) {
      this.#isFirst = false;
      return { kind: MESSAGE, bytes };
    }
    if (this.#prefix === undefined) {
      const size = this.#sizeIn(bytes);
      if (size === 0) return { kind: bytes[0], bytes: new Uint8Array(0) };
      this.#prefix = bytes[0] & 0x07;
      this.#needed = size;
      return undefined;
    }
    const kind = this.#prefix;
    this.#prefix = undefined;
    this.#needed = PREFIX_BYTES;
    return { kind, bytes };
  }

  #sizeIn(prefix) {
    const [first] = prefix;
    const length = prefix[1] << 16 | prefix[2] << 8 | prefix[3];
    const isExtended = (first & EXTENDED) !== 0;
    if ((first & ~EXTENDED) > PONG || isExtended && length !== 0) {
      throw new RawSocketError(PROTOCOL_ERROR, "The router sent no frame");
    }
    const size = isExtended ? MESSAGE_BYTES_MAX : length;
    if (size > this.limitBytes) {
      throw new RawSocketError(
        TOO_LARGE,
        `The router sent a message of ${size} bytes, where ${this.limitBytes} are taken`,
      );
    }
    return size;
  }
}

/** Where `url` leads. */
function placeOf(url, { path }) {
  if (path !== undefined) return { path, isSecure: false };
  if (url.startsWith("unix:")) {
    return { path: url.slice(5).replace(/^\/\/(?=\/)/, ""), isSecure: false };
  }
  const match = /^([a-z]+):\/\/(?:\[([^\]]+)\]|([^/:?#]+))(?::(\d+))?/i
    .exec(url);
  const scheme = match?.[1].toLowerCase();
  const isSecure = ["tls", "rss", "wss"].includes(scheme);
  if (!isSecure && !["tcp", "rs", "ws"].includes(scheme)) {
    throw new SyntaxError(
      `"${url}" is none of tcp://HOST:PORT, tls://HOST:PORT, unix:/PATH (rs, rss, ws and wss stand for the first two)`,
    );
  }
  if (match[4] === undefined) throw new SyntaxError(`"${url}" has no port`);
  return { host: match[2] ?? match[3], port: Number(match[4]), isSecure };
}

/** The power of two that the handshake announces: the largest that is not above `maxMessageBytes`. */
function limitBitsOf(maxMessageBytes = MESSAGE_BYTES_MAX) {
  const bits = Math.floor(Math.log2(maxMessageBytes));
  if (!(bits >= SMALLEST_LIMIT_BITS)) {
    throw new RangeError("maxMessageBytes must be 512 or more");
  }
  return Math.min(bits, 24);
}

function bytesOf(data) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  throw new TypeError("A message is a string, an ArrayBuffer or a view of one");
}
