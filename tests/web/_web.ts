/** A web server on a real socket, and a client that speaks octets. */
import { assertEquals } from "@std/assert";
import type { Ledger } from "../../src/base/ledger.ts";
import type { Logger } from "../../src/base/log.ts";
import type { WebConfig } from "../../src/config/config.ts";
import { WebServer, type WebServerOptions } from "../../src/web/web_server.ts";
import type { HttpConnection } from "../../src/web/http_connection.ts";
import { within } from "../support/deadline.ts";
import { TestSession } from "./_bridge.ts";
import { wideLedger } from "../support/wide_ledger.ts";
import { ManualTime } from "../support/manual_time.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A log that keeps its lines. */
export class KeptLog implements Logger {
  readonly lines: string[] = [];

  debug(message: string, fields = {}): void {
    this.#keep("debug", message, fields);
  }

  info(message: string, fields = {}): void {
    this.#keep("info", message, fields);
  }

  warn(message: string, fields = {}): void {
    this.#keep("warn", message, fields);
  }

  error(message: string, fields = {}): void {
    this.#keep("error", message, fields);
  }

  /** Lines of a level that say `text`. */
  found(level: string, text: string): string[] {
    return this.lines.filter((line) =>
      line.startsWith(`${level} `) && line.includes(text)
    );
  }

  #keep(level: string, message: string, fields: object): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }
}

/** What a test says of its server; the rest has defaults. */
export interface TestWebOptions extends Partial<WebServerOptions> {
  readonly paths?: WebConfig["paths"];
  readonly web?: Partial<WebConfig>;
  /** How much of each connection is read before the server is given it. */
  readonly aheadBytes?: number;
}

/** A server for one test. */
export class TestWeb {
  readonly log = new KeptLog();
  readonly time = new ManualTime();
  readonly server: Promise<WebServer>;
  readonly connections = new Set<HttpConnection>();
  readonly ledger: Ledger;
  /** In whose name bridges act. */
  readonly session = new TestSession();
  /** How many connections have ended. */
  ended = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #accepting: Promise<void>;

  constructor({ paths, web, aheadBytes = 0, ...options }: TestWebOptions) {
    this.ledger = options.ledger ?? wideLedger();
    this.server = WebServer.create({
      config: {
        paths: paths ?? new Map(),
        accessLog: false,
        idleTimeoutMs: 5000,
        headTimeoutMs: 3000,
        requestTimeoutMs: 10_000,
        ...web,
      },
      isSecure: false,
      clientOf: () => undefined,
      webSocketAt: () => undefined,
      upgraded: () => {
        throw new Error("Nothing is to be upgraded");
      },
      facts: () => ({ version: "1.2.3", uptimeMs: 0, transports: [] }),
      bridge: () => this.session,
      log: this.log,
      timers: this.time,
      clock: this.time,
      ledger: this.ledger,
      ...options,
    });
    this.#accepting = this.#accept(aheadBytes);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** The URL of `path`, which starts with a slash. */
  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async connect(): Promise<RawHttp> {
    const { port } = this;
    return new RawHttp(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends `text` on a new connection: all that comes back until it is closed. */
  async exchange(text: string): Promise<string> {
    using client = await this.connect();
    await client.send(text);
    return await client.readAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    const server = await this.server;
    await within(server.close(), "the web server to close");
    assertEquals(this.ledger.router.bytes, 0);
    assertEquals(this.ledger.frames.bytes, 0);
    assertEquals(this.ledger.sourceCount, 0);
  }

  async #accept(aheadBytes: number): Promise<void> {
    const server = await this.server;
    for await (const conn of this.#listener) {
      conn.setNoDelay(true);
      const ahead = await readOctets(conn, aheadBytes);
      const connection = server.take(conn, ahead, () => {
        this.ended++;
        this.connections.delete(connection);
      });
      this.connections.add(connection);
    }
  }
}

async function readOctets(conn: Deno.Conn, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let start = 0; start < count;) {
    start += await conn.read(bytes.subarray(start)) ?? count;
  }
  return bytes;
}

/** A response as it came. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A client that sends what a test wants, right or wrong. */
export class RawHttp {
  readonly conn: Deno.TcpConn;
  #came = "";
  #isOver = false;

  constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  /** Sends `text`, of Latin-1 characters, as one octet each. */
  async send(text: string): Promise<void> {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    for (let start = 0; start < bytes.length;) {
      start += await this.conn.write(bytes.subarray(start));
    }
  }

  /** All that comes until the server closes. */
  async readAll(): Promise<string> {
    while (await this.#readMore());
    const all = this.#came;
    this.#came = "";
    return all;
  }

  /** The next response, whose length its head tells. */
  async readResponse(method = "GET"): Promise<RawResponse> {
    const head = await this.#take(() => {
      const end = this.#came.indexOf("\r\n\r\n");
      return end < 0 ? undefined : end + 4;
    });
    const [statusLine, ...lines] = head.trimEnd().split("\r\n");
    const headers = new Headers(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
    );
    const status = Number(statusLine.split(" ")[1]);
    const hasBody = method !== "HEAD" && status !== 304 && status >= 200;
    const length = hasBody ? Number(headers.get("content-length") ?? 0) : 0;
    const body = await this.#take(() =>
      this.#came.length >= length ? length : undefined
    );
    return { status, headers, body };
  }

  [Symbol.dispose](): void {
    try {
      this.conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #take(lengthOf: () => number | undefined): Promise<string> {
    for (;;) {
      const length = lengthOf();
      if (length !== undefined) {
        const taken = this.#came.slice(0, length);
        this.#came = this.#came.slice(length);
        return taken;
      }
      if (!await this.#readMore()) {
        throw new Error(
          `The server closed after ${JSON.stringify(this.#came)}`,
        );
      }
    }
  }

  /** @returns False where the server has closed. */
  async #readMore(): Promise<boolean> {
    if (this.#isOver) return false;
    const bytes = new Uint8Array(65_536);
    const count = await within(
      this.conn.read(bytes),
      `more than ${JSON.stringify(this.#came.slice(0, 200))}`,
    );
    if (count === null) {
      this.#isOver = true;
      return false;
    }
    this.#came += decodeLatin1(bytes.subarray(0, count));
    return true;
  }
}

/** One character for each octet. */
function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Texts as octets and back. */
export const utf8 = {
  encode: (text: string) => encoder.encode(text),
  decode: (bytes: Uint8Array) => decoder.decode(bytes),
};
