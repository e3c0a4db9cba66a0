/**
 * One HTTP request, and the answer to it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from "node:http";
import type { RequestFault } from "./request_fault.ts";

/** Answers requests below one path. */
export interface Service {
  /**
   * Answers `exchange`.
   *
   * @param rest The segments of its path behind those that led here, decoded.
   */
  serve(exchange: Exchange, rest: readonly string[]): Promise<void> | void;
}

/** What an exchange is made of. */
export interface ExchangeParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client's address; undefined on a Unix socket. */
  readonly client: string | undefined;
  /** Whether the client speaks TLS. */
  readonly isSecure: boolean;
  /** Aborted when the client has left. */
  readonly gone: AbortSignal;
  /** Headers of all answers, beside `X-Content-Type-Options`. */
  readonly commonHeaders: Readonly<Record<string, string>>;
  /** Told how many octets of a body are in memory. */
  bodyHeld(bytes: number): void;
}

/** One request, and the answer to it. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly client: string | undefined;
  readonly isSecure: boolean;
  readonly gone: AbortSignal;
  readonly response: ServerResponse;
  /** All segments of the path, decoded; set when the target was understood. */
  path: readonly string[] = [];
  /** What stands behind the question mark. */
  query = "";
  /** Whether this is the last answer on its connection. */
  isLast = false;
  readonly #parts: ExchangeParts;
  /** Why the body does not come to its end. */
  #brokenOff: RequestFault | undefined = undefined;
  /** Ends the reading of the body. */
  #bodyEnded: ((body: Uint8Array | RequestFault) => void) | undefined =
    undefined;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.request = parts.request;
    this.response = parts.response;
    this.client = parts.client;
    this.isSecure = parts.isSecure;
    this.gone = parts.gone;
  }

  get method(): string {
    return this.request.method ?? "";
  }

  /** A header that must not be there twice: its value, if there is one. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  /** Whether one of `methods` was asked for; else that is answered (405). */
  allows(...methods: readonly string[]): boolean {
    if (methods.includes(this.method)) return true;
    this.sendText(405, `${this.method} is not served here`, {
      Allow: methods.join(", "),
    });
    return false;
  }

  /**
   * Begins the answer.
   *
   * A connection is closed after it where the request's body was not read to its end:
   * its rest would have to be read, whatever its length.
   */
  begin(status: number, headers: OutgoingHttpHeaders): ServerResponse {
    const { request, response } = this;
    if (this.isLast || !request.complete) response.shouldKeepAlive = false;
    return response.writeHead(status, {
      "X-Content-Type-Options": "nosniff",
      ...this.#parts.commonHeaders,
      ...headers,
    });
  }

  /** Answers with `body` of the content type `type`. */
  send(
    status: number,
    { type, body, headers }: {
      readonly type: string;
      readonly body: string | Uint8Array;
      readonly headers?: OutgoingHttpHeaders;
    },
  ): void {
    this.begin(status, {
      "Content-Type": type,
      "Content-Length": Buffer.byteLength(body),
      ...headers,
    }).end(body);
  }

  /** Answers with a line of text. */
  sendText(status: number, text: string, headers?: OutgoingHttpHeaders): void {
    this.send(status, {
      type: "text/plain; charset=utf-8",
      body: `${text}\n`,
      headers: { "Cache-Control": "no-store", ...headers },
    });
  }

  /** Answers that there is nothing at this path. */
  sendNotFound(): void {
    this.sendText(404, "nothing is served at this path");
  }

  /** Answers a fault, and has the connection closed. */
  sendFault({ status, text }: RequestFault): void {
    this.isLast = true;
    this.sendText(status, text);
  }

  /**
   * Reads the request's body.
   *
   * @param maxBytes The longest that is taken.
   * @returns The whole body, or what to answer where it cannot be had.
   */
  readBody(maxBytes: number): Promise<Uint8Array | RequestFault> {
    const { request, response } = this;
    const tooLong = {
      status: 413,
      text: `the body is longer than ${maxBytes} octets`,
    };
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      return Promise.resolve(tooLong);
    }
    if (this.#brokenOff !== undefined) return Promise.resolve(this.#brokenOff);
    if (request.headers.expect !== undefined) response.writeContinue();
    return new Promise((resolve) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      const onData = (chunk: Uint8Array) => {
        length += chunk.length;
        if (length > maxBytes) return this.#bodyEnded?.(tooLong);
        chunks.push(chunk);
        this.#parts.bodyHeld(length);
      };
      const onEnd = () => this.#bodyEnded?.(Buffer.concat(chunks));
      this.#bodyEnded = (body) => {
        this.#bodyEnded = undefined;
        request.off("data", onData).off("end", onEnd).pause();
        resolve(body);
      };
      request.on("data", onData).on("end", onEnd);
      request.once("close", () => this.breakOff(BROKEN_OFF));
    });
  }

  /** No more of the body comes: where it is not whole, its reader is told `fault`. */
  breakOff(fault: RequestFault): void {
    if (this.request.complete) return;
    this.#brokenOff ??= fault;
    this.#bodyEnded?.(fault);
  }
}

const BROKEN_OFF = { status: 400, text: "the body breaks off" };
