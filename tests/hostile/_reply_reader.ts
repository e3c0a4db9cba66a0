/**
 * Reads what the router sends to an attacker and notes whatever is not the
 * protocol: an octet too many in one frame makes nonsense of the next.
 */
import type { SerializerName } from "../../src/serializer/serializer.ts";

/** Codes of the messages that the router sends. */
const ROUTER_CODES = new Set(
  [2, 3, 6, 8, 17, 33, 35, 36, 50, 65, 67, 68, 69],
);

/** What an HTTP client gets in place of the handshake's reply, and nothing after. */
const HTTP_REFUSAL =
  /^HTTP\/1\.1 400 Bad Request\r\n([\w-]+: [^\r\n]+\r\n)+\r\n.*\n?$/;

/** Told of each message: its code and its octets. */
export type MessageListener = (code: number, payload: Uint8Array) => void;

/** The replies on one connection. */
export class ReplyReader {
  /** Resolves at the end of what the router sends. */
  readonly ended: Promise<void>;
  /** How many messages came, by code. */
  readonly counts: Map<number, number> = new Map();
  /** The first thing that was wrong. */
  violation: string | undefined = undefined;
  onMessage: MessageListener = () => {};
  readonly #serializer: SerializerName;
  readonly #end: () => void;
  readonly #waiting = new Map<string, (found: boolean) => void>();
  #onCounted: (isEnd: boolean) => void = () => {};
  #isEnded = false;
  #isShaken = false;
  /** Undefined unless the answer is one of HTTP. */
  #http: string | undefined = undefined;
  #buffer = new Uint8Array(4096);
  #filled = 0;

  constructor(serializer: SerializerName) {
    this.#serializer = serializer;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** Whether a PONG with that payload comes before the end. */
  pong(payload: Uint8Array): Promise<boolean> {
    if (this.#isEnded) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.set(payload.toHex(), resolve);
    return promise;
  }

  /** Whether so many messages of these codes come, in all, before the end. */
  messages(codes: readonly number[], count: number): Promise<boolean> {
    const sum = (): number =>
      codes.reduce((all, code) => all + (this.counts.get(code) ?? 0), 0);
    if (sum() >= count) return Promise.resolve(true);
    if (this.#isEnded) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#onCounted = (isEnd) => {
      if (isEnd || sum() >= count) resolve(!isEnd);
    };
    return promise;
  }

  /** Reads until the connection ends. */
  async readAll(conn: Pick<Deno.Conn, "read">): Promise<void> {
    const chunk = new Uint8Array(16_384);
    try {
      while (true) {
        const count = await conn.read(chunk);
        if (count === null) {
          this.#checkHttp();
          break;
        }
        this.#take(chunk.subarray(0, count));
      }
    } catch (error) {
      if (!isEnd(error)) throw error;
    } finally {
      this.#isEnded = true;
      for (const resolve of this.#waiting.values()) resolve(false);
      this.#onCounted(true);
      this.#end();
    }
  }

  #take(chunk: Uint8Array): void {
    if (this.violation !== undefined) return;
    if (this.#http !== undefined) {
      this.#http += new TextDecoder().decode(chunk);
      return;
    }
    if (this.#filled + chunk.length > this.#buffer.length) {
      const size = Math.max(
        this.#buffer.length * 2,
        this.#filled + chunk.length,
      );
      const grown = new Uint8Array(size);
      grown.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#filled);
    this.#filled += chunk.length;
    let start = 0;
    while (this.violation === undefined && this.#http === undefined) {
      const size = this.#sizeAt(start);
      if (this.#filled - start < size) break;
      if (this.#isShaken) this.#frame(start, start + size);
      else this.#handshake();
      start += size;
    }
    this.#buffer.copyWithin(0, start, this.#filled);
    this.#filled -= start;
  }

  /** Octets of the frame at `start`, prefix and all. */
  #sizeAt(start: number): number {
    if (!this.#isShaken || this.#filled - start < 4) return 4;
    const [first, high, middle, low] = this.#buffer.subarray(start);
    const isExtended = (first & 0x08) !== 0;
    return 4 + (isExtended ? 2 ** 24 : high << 16 | middle << 8 | low);
  }

  #checkHttp(): void {
    if (this.#http !== undefined && !HTTP_REFUSAL.test(this.#http)) {
      this.violation = `The answer to HTTP is wrong: ${this.#http}`;
    }
  }

  #handshake(): void {
    this.#isShaken = true;
    const [magic, second, third, fourth] = this.#buffer;
    if (magic === 0x48) {
      const octets = this.#buffer.subarray(0, this.#filled);
      this.#http = new TextDecoder().decode(octets);
      return;
    }
    const isReply = magic === 0x7f && third === 0 && fourth === 0 &&
      ((second & 0x0f) !== 0 || (second >> 4 >= 1 && second >> 4 <= 4));
    if (!isReply) {
      this.#note("The handshake's reply is wrong", this.#buffer.slice(0, 4));
    }
  }

  #frame(start: number, end: number): void {
    const first = this.#buffer[start];
    const payload = this.#buffer.subarray(start + 4, end);
    if ((first & 0x07) === 2 && (first & 0xf0) === 0) {
      return this.#pong(payload);
    }
    if ((first & 0xf7) !== 0) {
      return this.#note("No such frame", this.#buffer.slice(start, start + 32));
    }
    const code = this.#codeOf(payload);
    if (code === undefined || !ROUTER_CODES.has(code)) {
      return this.#note("No message of a router", payload.slice(0, 64));
    }
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    this.#onCounted(false);
    this.onMessage(code, payload);
  }

  #codeOf(payload: Uint8Array): number | undefined {
    try {
      return codeOf(this.#serializer, payload);
    } catch {
      return undefined;
    }
  }

  #pong(payload: Uint8Array): void {
    if (payload.length !== 8) return;
    const key = payload.toHex();
    this.#waiting.get(key)?.(true);
    this.#waiting.delete(key);
  }

  #note(what: string, octets: Uint8Array): void {
    this.violation ??= `${what}: ${octets.toHex()}`;
  }
}

/** The code of a message that the router wrote, which writes it in one way. */
function codeOf(
  serializer: SerializerName,
  payload: Uint8Array,
): number | undefined {
  switch (serializer) {
    case "json": {
      const message: unknown = JSON.parse(STRICT_UTF8.decode(payload));
      return Array.isArray(message) ? message[0] : undefined;
    }
    case "msgpack":
      return (payload[0] & 0xf0) === 0x90 && payload[1] < 0x80
        ? payload[1]
        : undefined;
    case "cbor": {
      if (payload[0] >> 5 !== 4 || payload[0] > 0x97) return undefined;
      if (payload[1] < 24) return payload[1];
      return payload[1] === 24 ? payload[2] : undefined;
    }
  }
}

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Whether an error says that the other side has closed. */
export function isEnd(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.InvalidData;
}
