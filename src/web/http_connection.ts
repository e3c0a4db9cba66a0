/**
 * One HTTP connection: its requests in their order, one at a time, and the times
 * that it may take.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Ledger } from "../base/ledger.ts";
import { type LogFields, type Logger, withFields } from "../base/log.ts";
import { Alarm, type Timers } from "../base/timers.ts";
import { ConnectionMemory } from "../transport/connection_memory.ts";
import type { StreamConn } from "../transport/listener.ts";
import type { OpenConnection } from "../transport/open_connection.ts";
import { describeAddress, hostOf } from "../transport/peer_address.ts";
import { writeReply } from "../websocket/http_reply.ts";
import { Exchange } from "./exchange.ts";
import { HttpStream, type StreamOwner } from "./http_stream.ts";
import { headFault, parserFault, type RequestFault } from "./request_fault.ts";

/** What all connections of a server have in common. */
export interface HttpConnectionOptions {
  readonly log: Logger;
  readonly timers: Timers;
  /** Where it is noted what its connections have in memory. */
  readonly ledger: Ledger;
  readonly accessLog: boolean;
  readonly idleTimeoutMs: number;
  readonly headTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly isSecure: boolean;
  /** Headers of all answers, beside `X-Content-Type-Options`. */
  readonly commonHeaders: Readonly<Record<string, string>>;
  /** The address of the client that a request is from. */
  clientOf(
    request: IncomingMessage,
    remoteHost: string | undefined,
  ): string | undefined;
  /** Answers a request. */
  serve(exchange: Exchange): Promise<void>;
}

/**
 * An idle connection beside its buffers, measured, and beside what is counted for
 * each connection: the stream, and a parser once something was asked.
 */
const STATE_BYTES = 21_000;

/** A request that waits, with its answer, measured. */
const REQUEST_BYTES = 1000;

/** One client's HTTP connection. */
export class HttpConnection implements OpenConnection, StreamOwner {
  readonly stream: HttpStream;
  readonly #conn: StreamConn;
  readonly #options: HttpConnectionOptions;
  readonly #ended: () => void;
  readonly #deadline: Alarm;
  readonly #gone = new AbortController();
  readonly #memory: ConnectionMemory;
  /** Requests that are not answered yet; the first is at work. */
  readonly #exchanges: Exchange[] = [];
  /** Whether the head of a request has begun. */
  #isInHead = false;
  #isClosing = false;
  /** Octets of a body in memory. */
  #bodyBytes = 0;
  /** What the next answer is, whatever comes. */
  #fault: RequestFault | undefined = undefined;

  /**
   * @param ahead Octets that were read already.
   * @param ended Called once, when the connection is closed or handed over.
   */
  constructor(
    conn: StreamConn,
    ahead: Uint8Array,
    ended: () => void,
    options: HttpConnectionOptions,
  ) {
    this.#conn = conn;
    this.#options = options;
    this.#ended = ended;
    this.#deadline = new Alarm(options.timers);
    this.#memory = new ConnectionMemory(this.remoteHost(), options.ledger);
    this.stream = new HttpStream(conn, ahead, this, {
      timers: options.timers,
      writeTimeoutMs: options.requestTimeoutMs,
    });
    this.stream.on("error", (error) => this.#broke(error));
    this.#awaitRequest();
  }

  /** Octets that wait to be written. */
  get pendingBytes(): number {
    return this.stream.writableLength;
  }

  /** Bytes in memory. */
  get heldBytes(): number {
    return this.#memory.bytes;
  }

  /** Bytes in memory of a request that is not whole. */
  get frameBytes(): number {
    return this.#bodyBytes;
  }

  /** Whether its peer takes nothing of what waits. */
  get isStalled(): boolean {
    return this.stream.isStalled;
  }

  /** The IP address at the other end; undefined on a Unix socket. */
  remoteHost(): string | undefined {
    return hostOf(this.#conn.remoteAddr);
  }

  /** Ends the connection because of what it has in memory. */
  runShort(reason: string, fields: LogFields): void {
    this.#log().warn(reason, fields);
    this.abort(reason);
  }

  /**
   * Ends the connection because too much waits for it.
   *
   * @param limit The config key that decided, and its value.
   */
  overflow(message: string, limit: LogFields): void {
    this.#log().warn(message, { pending_bytes: this.pendingBytes, ...limit });
    this.abort(message);
  }

  /** Answers what is at work, and closes. */
  shutDown(): void {
    this.#isClosing = true;
    for (const exchange of this.#exchanges) exchange.isLast = true;
    if (this.#exchanges.length === 0) this.#close();
  }

  /** Ends the connection at once. */
  abort(reason: string): void {
    if (this.stream.destroyed) return;
    this.#log().debug("connection closed", { reason });
    this.stream.destroy();
  }

  get takesMore(): boolean {
    if (this.#isClosing || this.#fault !== undefined) return false;
    return this.#exchanges.at(-1)?.request.complete !== true;
  }

  get isInBody(): boolean {
    return this.#exchanges.at(-1)?.request.complete === false;
  }

  bufferChanged(): void {
    if (this.stream.destroyed) return;
    const bytes = STATE_BYTES + this.stream.bufferBytes +
      this.#exchanges.length * REQUEST_BYTES;
    if (!this.#memory.note(bytes, this.#bodyBytes)) return;
    const { maxSourceBytes } = this.#options.ledger.limits;
    this.runShort("HTTP clients of one address hold too much memory", {
      max_source_bytes: maxSourceBytes,
    });
  }

  parsing(): void {
    if (this.#isInHead || this.#exchanges.length > 0) return;
    this.#isInHead = true;
    this.#deadline.set(this.#options.headTimeoutMs, () =>
      this.#refuse({
        status: 408,
        text: "the head of the request did not come in time",
      }));
  }

  peerEnded(): void {
    // Its request is answered all the same; but nobody waits for a call for long.
    this.#gone.abort(new Error("the client has left"));
  }

  failed(error: unknown): void {
    this.#log().error("an HTTP connection failed", { error: String(error) });
    this.abort("it failed");
  }

  streamClosed(): void {
    this.#deadline.clear();
    this.#memory.close();
    this.#exchanges.length = 0;
    this.#gone.abort(new Error("the connection is closed"));
    this.#ended();
  }

  /** Takes a request whose head has come. */
  requested(request: IncomingMessage, response: ServerResponse): void {
    this.#isInHead = false;
    const exchange = new Exchange({
      request,
      response,
      client: this.#options.clientOf(request, this.remoteHost()),
      isSecure: this.#options.isSecure,
      gone: this.#gone.signal,
      commonHeaders: this.#options.commonHeaders,
      bodyHeld: (bytes) => {
        this.#bodyBytes = bytes;
        this.bufferChanged();
      },
    });
    exchange.isLast = this.#isClosing;
    this.#exchanges.push(exchange);
    this.#deadline.set(this.#options.requestTimeoutMs, () =>
      exchange.breakOff({
        status: 408,
        text: "the body of the request did not come in time",
      }));
    const beganMs = this.#options.timers.nowMs;
    response.once("close", () => this.#answered(exchange, beganMs));
    if (this.#exchanges.length === 1) this.#serve(exchange);
  }

  /** Takes the parser's complaint about what comes next. */
  parserFailed(error: Error & { readonly code?: string }): void {
    if (this.stream.destroyed) return;
    this.#log().debug("this is no HTTP request", { error: error.message });
    const fault = parserFault(error.code);
    this.#exchanges.at(-1)?.breakOff(fault);
    this.#refuse(fault);
  }

  /**
   * Takes a request that wants to leave HTTP for what is not served.
   *
   * @param fault What it is answered.
   */
  upgradeRefused(fault: RequestFault): void {
    // The parser has let go of the stream: answers before this one could hang.
    if (this.#exchanges.length > 0) {
      return this.abort("a request to change the protocol was not waited with");
    }
    this.#refuse(fault);
  }

  /**
   * Gives the connection away, at a request that wants to leave HTTP for WebSocket.
   *
   * @param rest What the parser read behind the request.
   * @param take Is given the request as it came, and all behind it.
   */
  handOver(
    request: IncomingMessage,
    rest: Uint8Array,
    take: (conn: StreamConn, ahead: Uint8Array) => void,
  ): void {
    if (this.#exchanges.length > 0) {
      return this.abort("a WebSocket was asked for before all was answered");
    }
    const unparsed = this.stream.release();
    const head = Buffer.from(headText(request), "latin1");
    take(this.#conn, Buffer.concat([head, rest, unparsed]));
    this.stream.destroy();
  }

  async #serve(exchange: Exchange): Promise<void> {
    // By then the parser has come to the end of a request without a body.
    await Promise.resolve();
    try {
      const fault = headFault(exchange.request);
      if (fault === undefined) await this.#options.serve(exchange);
      else exchange.sendFault(fault);
    } catch (error) {
      this.#failed(exchange, error);
    }
  }

  #failed(exchange: Exchange, error: unknown): void {
    if (isOfLeaver(error)) {
      return this.#log().debug("the client left before the end of its answer");
    }
    this.#log().error("a request could not be answered", {
      method: exchange.method,
      target: exchange.request.url ?? "",
      error: String(error),
    });
    if (exchange.response.headersSent) this.abort("its answer broke off");
    else exchange.sendFault({ status: 500, text: "internal error" });
  }

  #answered(exchange: Exchange, beganMs: number): void {
    if (this.#options.accessLog) this.#logAccess(exchange, beganMs);
    if (this.stream.destroyed) return;
    this.#exchanges.shift();
    this.#bodyBytes = 0;
    this.bufferChanged();
    this.#deadline.clear();
    if (!exchange.response.shouldKeepAlive) return void this.stream.end();
    const [next] = this.#exchanges;
    if (next !== undefined) this.#serve(next);
    else if (this.#fault !== undefined) this.#refuse(this.#fault);
    else if (this.#isClosing) this.#close();
    else {
      this.#awaitRequest();
      this.stream.goOn();
    }
  }

  #logAccess({ request, response }: Exchange, beganMs: number): void {
    this.#log().info("HTTP request", {
      method: request.method ?? "",
      target: request.url ?? "",
      status: response.statusCode,
      ms: Math.round(this.#options.timers.nowMs - beganMs),
    });
  }

  #awaitRequest(): void {
    this.#deadline.set(this.#options.idleTimeoutMs, () => this.#close());
  }

  /** Answers `fault` once all before it is answered, and closes. */
  #refuse(fault: RequestFault): void {
    this.#fault ??= fault;
    if (this.#exchanges.length > 0 || this.stream.writableEnded) return;
    this.#deadline.clear();
    const { status, text } = this.#fault;
    const headers = Object.entries(this.#options.commonHeaders)
      .map(([name, value]) => `${name}: ${value}`);
    this.stream.end(writeReply({ status, sentence: text, headers }, ""));
  }

  #close(): void {
    this.#isClosing = true;
    this.#deadline.clear();
    this.stream.end();
  }

  #broke(error: Error): void {
    this.#log().debug("the connection broke", { error: error.message });
  }

  /** A log whose lines name the client's address. */
  #log(): Logger {
    const peer = describeAddress(this.#conn.remoteAddr);
    return withFields(this.#options.log, { peer });
  }
}

/** Whether an answer ended for no other reason than that nobody takes it. */
function isOfLeaver(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "ERR_STREAM_PREMATURE_CLOSE" ||
    code === "ERR_STREAM_DESTROYED";
}

/** The head of `request`, as it was on the wire but for white space. */
function headText(request: IncomingMessage): string {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    text += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  }
  return `${text}\r\n`;
}
