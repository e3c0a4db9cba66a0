/**
 * A client that speaks octets: it sends whatever a test wants, right or wrong,
 * and shows exactly what came back.
 */
import { assertEquals } from "@std/assert";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { within } from "./deadline.ts";
import { spokenFraming } from "./spoken_framing.ts";
import { WebSocketConn } from "./websocket_conn.ts";
import { decodeValue, encodeValue, SERIALIZER_NUMBER } from "./wire_codec.ts";

/** A frame as it came. */
export interface ReceivedFrame {
  /** The first octet of the prefix: T, X and R bits. */
  readonly first: number;
  readonly payload: Uint8Array;
}

/** A message as it came: type code first. */
// deno-lint-ignore no-explicit-any
export type WireMessage = any[];

/** All four client roles, with the features that a test wants announced. */
export function helloDetails(
  features: Record<string, Record<string, boolean>> = {},
): Record<string, unknown> {
  const roles = ["publisher", "subscriber", "caller", "callee"];
  return {
    roles: Object.fromEntries(
      roles.map((role) => [
        role,
        features[role] === undefined ? {} : { features: features[role] },
      ]),
    ),
  };
}

/** One connection to a router. */
export class RawClient {
  readonly conn: ClientConn;
  serializer: SerializerName = "json";
  /** WELCOME.Session, once joined. */
  sessionId = 0;
  /** What has come and was not taken yet is `#buffer[#start, #end)`. */
  #buffer = new Uint8Array(65_536);
  #start = 0;
  #end = 0;
  #lastRequest = 0;
  #closed = false;

  constructor(conn: ClientConn) {
    this.conn = conn;
  }

  /** Connects to `tcp://…`, `tls://…` or `unix:…`; sends nothing. */
  static async connect(address: string): Promise<RawClient> {
    return new RawClient(await within(dial(address), `connecting ${address}`));
  }

  /** Connects and does the handshake, offering to take 2^(9+limit) octets. */
  static async open(
    address: string,
    serializer: SerializerName,
    limit: number = 15,
  ): Promise<RawClient> {
    const client = await RawClient.connect(address);
    const number = SERIALIZER_NUMBER[serializer];
    await client.sendBytes([0x7f, limit << 4 | number, 0, 0]);
    const reply = await client.readBytes(4);
    assertEquals(reply[0], 0x7f, "handshake reply");
    assertEquals(reply[1] & 0x0f, number, "serializer of the handshake reply");
    client.serializer = serializer;
    return client;
  }

  /** Connects, and joins a realm as an anonymous session. */
  static async join(
    address: string,
    serializer: SerializerName = "json",
    details: Record<string, unknown> = helloDetails(),
    realm: string = "realm1",
    limit: number = 15,
  ): Promise<RawClient> {
    const client = await RawClient.open(address, serializer, limit);
    await client.hello(details, realm);
    return client;
  }

  /** Sends HELLO and expects WELCOME, whose Details it returns. */
  async hello(
    details: Record<string, unknown> = helloDetails(),
    realm: string = "realm1",
  ): Promise<Record<string, unknown>> {
    await this.send([1, realm, details]);
    const welcome = await this.receive();
    assertEquals(welcome[0], 2, `WELCOME is due, not ${show(welcome)}`);
    this.sessionId = welcome[1];
    this.#lastRequest = 0;
    return welcome[2];
  }

  /** The next request ID in sequence. */
  nextRequest(): number {
    return ++this.#lastRequest;
  }

  /** Sends octets as they are. */
  async sendBytes(bytes: Uint8Array | readonly number[]): Promise<void> {
    const octets = new Uint8Array(bytes);
    let sent = 0;
    while (sent < octets.length) {
      const written = this.conn.write(octets.subarray(sent));
      sent += await within(written, "the router to read");
    }
  }

  /** Sends one frame, with a right length, around `payload`. */
  async sendFrame(first: number, payload: Uint8Array): Promise<void> {
    await this.sendBytes(frame(first, payload));
  }

  /** Sends one message. */
  async send(message: WireMessage): Promise<void> {
    await this.sendFrame(0, encodeValue(this.serializer, message));
  }

  /** Exactly `count` octets. */
  async readBytes(count: number): Promise<Uint8Array> {
    while (this.#end - this.#start < count) {
      if (!await this.#readMore(`${count} octets`)) {
        const come = this.#end - this.#start;
        throw new Error(`The router closed after ${come} of ${count} octets`);
      }
    }
    this.#start += count;
    return this.#buffer.slice(this.#start - count, this.#start);
  }

  /** The next frame. */
  async readFrame(): Promise<ReceivedFrame> {
    const prefix = await this.readBytes(4);
    const length = prefix[1] << 16 | prefix[2] << 8 | prefix[3];
    const size = (prefix[0] & 0x08) === 0 ? length : 2 ** 24;
    return { first: prefix[0], payload: await this.readBytes(size) };
  }

  /** The next message; any other frame is a failure. */
  async receive(): Promise<WireMessage> {
    const { first, payload } = await this.readFrame();
    assertEquals(first & 0x07, 0, "a message frame is due");
    return decodeValue(this.serializer, payload) as WireMessage;
  }

  /** Sends a request and returns the next message. */
  async request(message: WireMessage): Promise<WireMessage> {
    await this.send(message);
    return await this.receive();
  }

  /** SUBSCRIBE; the subscription ID. */
  async subscribe(topic: string, options = {}): Promise<number> {
    const request = this.nextRequest();
    const answer = await this.request([32, request, options, topic]);
    assertEquals(answer.slice(0, 2), [33, request], show(answer));
    return answer[2];
  }

  /** REGISTER; the registration ID. */
  async register(procedure: string, options = {}): Promise<number> {
    const request = this.nextRequest();
    const answer = await this.request([64, request, options, procedure]);
    assertEquals(answer.slice(0, 2), [65, request], show(answer));
    return answer[2];
  }

  /** Expects that nothing has been sent to us: the answer to a fence is next. */
  async expectNothing(): Promise<void> {
    const request = this.nextRequest();
    const answer = await this.request([
      16,
      request,
      { acknowledge: true },
      "test.fence",
    ]);
    assertEquals(answer.slice(0, 2), [17, request], show(answer));
  }

  /** Expects an ABORT with that reason, and then the connection's end. */
  async expectAbort(reason: string): Promise<WireMessage> {
    const message = await this.receive();
    assertEquals([message[0], message[2]], [3, reason], show(message));
    await this.expectClosed();
    return message;
  }

  /** Expects the connection's end and no octet before it. */
  async expectClosed(): Promise<void> {
    while (await this.#readMore("the connection's end"));
    const rest = this.#buffer.subarray(this.#start, this.#end);
    assertEquals([...rest], [], "no octets are due before the end");
    this.close();
  }

  /** Closes without a word. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #readMore(what: string): Promise<boolean> {
    if (this.#end === this.#buffer.length) this.#makeRoom();
    const room = this.#buffer.subarray(this.#end);
    const count = await within(this.#read(room), what);
    if (count === null) return false;
    this.#end += count;
    return true;
  }

  #makeRoom(): void {
    const waiting = this.#buffer.subarray(this.#start, this.#end);
    const size = Math.max(this.#buffer.length, waiting.length * 2);
    this.#buffer = new Uint8Array(size);
    this.#buffer.set(waiting);
    this.#start = 0;
    this.#end = waiting.length;
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.conn.read(buffer);
    } catch (error) {
      // A reset is an end as well; octets that were lost with it show.
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    }
  }
}

/** A frame's octets. */
export function frame(first: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const bytes = new Uint8Array(4 + length);
  bytes.set([first, length >> 16 & 0xff, length >> 8 & 0xff, length & 0xff]);
  bytes.set(payload, 4);
  return bytes;
}

/** A message for a failure's text. */
export function show(message: unknown): string {
  return Deno.inspect(message, { depth: 6 });
}

/** What tests use of a connection. */
export type ClientConn = Pick<
  Deno.Conn,
  "read" | "write" | "close" | "closeWrite" | "localAddr" | "remoteAddr"
>;

async function dial(address: string): Promise<ClientConn> {
  const conn = await dialStream(address);
  return spokenFraming() === "websocket" ? new WebSocketConn(conn) : conn;
}

async function dialStream(address: string): Promise<Deno.Conn> {
  if (address.startsWith("unix:")) {
    return await Deno.connect({ transport: "unix", path: address.slice(5) });
  }
  const { protocol, hostname, port } = new URL(address);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  // A second small write would wait for the router's delayed ACK.
  conn.setNoDelay(true);
  if (protocol === "tcp:") return conn;
  const ca = new URL("../fixtures/ca.crt", import.meta.url);
  const caCerts = [await Deno.readTextFile(ca)];
  return await Deno.startTls(conn, { hostname, caCerts });
}
