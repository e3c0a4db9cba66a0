/** A WebSocket client that sends whatever a test wants, and shows what came. */
import { within } from "../support/deadline.ts";
import { concat, utf8 } from "../support/hex.ts";
import { clientFrame, type FrameOptions } from "./_parse.ts";

/** A frame of the router's. */
export interface ServerFrame {
  readonly first: number;
  readonly payload: Uint8Array;
}

/** One connection to a port. */
export class RawWebSocket {
  readonly #conn: Deno.Conn;
  #came = new Uint8Array(0);
  #isClosed = false;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Connects to `tcp://…`, and sends nothing. */
  static async connect(address: string): Promise<RawWebSocket> {
    const { hostname, port } = new URL(address);
    const conn = await Deno.connect({ hostname, port: Number(port) });
    return new RawWebSocket(conn);
  }

  /** Connects, and asks for a WebSocket; `fields` are lines beside the usual ones. */
  static async open(
    address: string,
    subprotocol: string = "wamp.2.json",
    fields: readonly string[] = [],
  ): Promise<RawWebSocket> {
    const client = await RawWebSocket.connect(address);
    await client.send(requestOf(subprotocol, fields));
    const head = await client.readHead();
    if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(head);
    return client;
  }

  /** The same, and a session in JSON. */
  static async join(
    address: string,
    fields: readonly string[] = [],
  ): Promise<RawWebSocket> {
    const client = await RawWebSocket.open(address, "wamp.2.json", fields);
    await client.say([1, "realm1", { roles: { caller: {}, publisher: {} } }]);
    await client.readFrame();
    return client;
  }

  async send(bytes: Uint8Array): Promise<void> {
    let sent = 0;
    while (sent < bytes.length) {
      sent += await this.#conn.write(bytes.subarray(sent));
    }
  }

  async sendFrame(
    first: number,
    payload: Uint8Array,
    options?: FrameOptions,
  ): Promise<void> {
    await this.send(clientFrame(first, payload, options));
  }

  /** Sends a message in JSON. */
  async say(message: unknown): Promise<void> {
    await this.sendFrame(0x81, utf8(JSON.stringify(message)));
  }

  /** The head of the answer to the request. */
  async readHead(): Promise<string> {
    while (true) {
      const text = new TextDecoder("latin1").decode(this.#came);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.#came = this.#came.slice(end + 4);
        return text.slice(0, end + 4);
      }
      await this.#more();
    }
  }

  async readFrame(): Promise<ServerFrame> {
    while (this.#came.length < 2) await this.#more();
    const short = this.#came[1];
    const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    while (this.#came.length < headBytes) await this.#more();
    const view = new DataView(this.#came.buffer);
    const size = short < 126
      ? short
      : short === 126
      ? view.getUint16(2)
      : Number(view.getBigUint64(2));
    while (this.#came.length < headBytes + size) await this.#more();
    const [first] = this.#came;
    const payload = this.#came.slice(headBytes, headBytes + size);
    this.#came = this.#came.slice(headBytes + size);
    return { first, payload };
  }

  /** The next message, in JSON. */
  async hear(): Promise<unknown[]> {
    const { payload } = await this.readFrame();
    return JSON.parse(new TextDecoder().decode(payload));
  }

  /** All until the router's side ends, its end included. */
  async readToEnd(): Promise<Uint8Array> {
    while (await this.#read() !== null);
    return this.#came;
  }

  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #more(): Promise<void> {
    if (await this.#read() === null) {
      throw new Error(`The router closed after ${this.#came.toHex()}`);
    }
  }

  async #read(): Promise<number | null> {
    const chunk = new Uint8Array(65_536);
    try {
      const count = await within(this.#conn.read(chunk), "the router's answer");
      if (count !== null) {
        this.#came = concat(this.#came, chunk.subarray(0, count));
      }
      return count;
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    }
  }
}

/** The head of a request for a WebSocket. */
export function requestOf(
  subprotocol: string,
  fields: readonly string[] = [],
): Uint8Array {
  return utf8([
    "GET /ws HTTP/1.1",
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    ...fields,
    "",
    "",
  ].join("\r\n"));
}
