/**
 * The HTTP side of a transport: services by path, over connections of which
 * octets may have been read already.
 *
 * @module
 */

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import type { Ledger } from "../base/ledger.ts";
import type { Timers } from "../base/timers.ts";
import type { WebConfig } from "../config/config.ts";
import type { StreamConn } from "../transport/listener.ts";
import { buildServices, type ServiceOptions } from "./build_services.ts";
import type { Exchange, Service } from "./exchange.ts";
import { htmlPage, sendHtml } from "./html.ts";
import { HttpConnection } from "./http_connection.ts";
import { HEAD_BYTES_MAX } from "./request_fault.ts";
import { parseTarget } from "./route_path.ts";

/** What a server needs beside its config. */
export interface WebServerOptions extends ServiceOptions {
  readonly config: WebConfig;
  /** Whether clients speak TLS. */
  readonly isSecure: boolean;
  /**
   * The address of the client for whom a proxy sent a request.
   *
   * @param peer Who sent it; undefined on a Unix socket.
   * @param forwardedFor All of its header `X-Forwarded-For`; undefined: it has none.
   * @returns Undefined where `peer` is no such proxy.
   */
  clientOf(
    peer: string | undefined,
    forwardedFor: string | undefined,
  ): string | undefined;
  /**
   * What is said to a request for a page at `path` where a WebSocket is served;
   * undefined: none is served there.
   */
  webSocketAt(path: string): { readonly enableWebstatus: boolean } | undefined;
  /**
   * Takes a connection on which a WebSocket was asked for; the server forgets it.
   *
   * @param ahead That request, as it came, and all that was read behind it.
   */
  upgraded(conn: StreamConn, ahead: Uint8Array): void;
  readonly timers: Timers;
  /** Where it is noted what its connections have in memory. */
  readonly ledger: Ledger;
}

/** Serves HTTP on connections that it is given. */
export class WebServer {
  readonly #options: WebServerOptions;
  readonly #services: Service;
  readonly #commonHeaders: Readonly<Record<string, string>>;
  readonly #server: Server;
  readonly #connections = new Map<Duplex, HttpConnection>();
  #onEmpty: (() => void) | undefined = undefined;

  private constructor(options: WebServerOptions, services: Service) {
    this.#options = options;
    this.#services = services;
    this.#commonHeaders = commonHeaders(options);
    this.#server = this.#createServer();
  }

  /**
   * Makes a server, which has no connection yet.
   *
   * @throws {Error} Where a secret of its config cannot be read.
   */
  static async create(options: WebServerOptions): Promise<WebServer> {
    const services = await buildServices(options.config.paths, options);
    return new WebServer(options, services);
  }

  /**
   * Serves HTTP on a connection.
   *
   * @param ahead Octets of it that were read already.
   * @param ended Called once, when it is closed or was given to
   * {@linkcode WebServerOptions.upgraded}.
   */
  take(
    conn: StreamConn,
    ahead: Uint8Array,
    ended: () => void,
  ): HttpConnection {
    const { config, ...options } = this.#options;
    const connection = new HttpConnection(
      conn,
      ahead,
      () => this.#forget(connection, ended),
      {
        ...options,
        accessLog: config.accessLog,
        idleTimeoutMs: config.idleTimeoutMs,
        headTimeoutMs: config.headTimeoutMs,
        requestTimeoutMs: config.requestTimeoutMs,
        commonHeaders: this.#commonHeaders,
        clientOf: (request, host) => this.#clientOf(request, host),
        serve: (exchange) => this.#serve(exchange),
      },
    );
    this.#connections.set(connection.stream, connection);
    this.#server.emit("connection", connection.stream);
    return connection;
  }

  /** Ends all connections, at once; resolves when they are closed. */
  async close(): Promise<void> {
    for (const connection of this.#connections.values()) {
      connection.abort("the router has stopped");
    }
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => this.#onEmpty = resolve);
  }

  #createServer(): Server {
    const server = createServer({
      maxHeaderSize: HEAD_BYTES_MAX,
      // All times are those of the connection.
      keepAliveTimeout: 0,
      // What it would answer says nothing: `headFault` looks at it.
      requireHostHeader: false,
    });
    // A server that does not listen takes itself for one that is being closed, and
    // would end each connection after its first answer.
    Object.defineProperty(server, "listening", { value: true });
    const requested = (request: IncomingMessage, response: ServerResponse) =>
      this.#of(request.socket)?.requested(request, response);
    server.on("request", requested);
    server.on("checkContinue", requested);
    server.on("checkExpectation", requested);
    server.on(
      "clientError",
      (error, stream) => this.#of(stream)?.parserFailed(error),
    );
    server.on(
      "connect",
      (_request, stream) =>
        this.#of(stream)?.upgradeRefused({
          status: 405,
          text: "CONNECT is not served here",
        }),
    );
    server.on("upgrade", (request, stream, rest) => {
      this.#upgrade(request, stream, rest);
    });
    return server;
  }

  #of(stream: Duplex): HttpConnection | undefined {
    return this.#connections.get(stream);
  }

  #upgrade(request: IncomingMessage, stream: Duplex, rest: Uint8Array): void {
    const connection = this.#of(stream);
    const protocol = request.headers.upgrade ?? "";
    if (protocol.toLowerCase() !== "websocket") {
      return connection?.upgradeRefused({
        status: 400,
        text: "the only protocol to change to is websocket",
      });
    }
    const [path] = (request.url ?? "").split("?");
    if (this.#options.webSocketAt(path) === undefined) {
      return connection?.upgradeRefused({
        status: 404,
        text: "no WebSocket is served at this path",
      });
    }
    connection?.handOver(
      request,
      rest,
      (conn, ahead) => this.#options.upgraded(conn, ahead),
    );
  }

  async #serve(exchange: Exchange): Promise<void> {
    const target = parseTarget(exchange.request.url ?? "");
    if (target === undefined) {
      return exchange.sendFault({
        status: 400,
        text: "the target of the request is no path",
      });
    }
    exchange.path = target.segments;
    exchange.query = target.query;
    const webSocket = this.#options.webSocketAt(
      `/${target.segments.join("/")}`,
    );
    if (webSocket !== undefined) tellOfWebSocket(exchange, webSocket);
    else await this.#services.serve(exchange, target.segments);
  }

  #clientOf(
    request: IncomingMessage,
    remoteHost: string | undefined,
  ): string | undefined {
    const forwarded = request.headers["x-forwarded-for"];
    const values = Array.isArray(forwarded) ? forwarded.join() : forwarded;
    return this.#options.clientOf(remoteHost, values) ?? remoteHost;
  }

  #forget(connection: HttpConnection, ended: () => void): void {
    this.#connections.delete(connection.stream);
    ended();
    if (this.#connections.size === 0) this.#onEmpty?.();
  }
}

function commonHeaders(
  { config: { hstsMaxAgeS }, isSecure }: WebServerOptions,
): Record<string, string> {
  // Over plain HTTP it would not count (RFC 6797 section 7.2).
  if (!isSecure || hstsMaxAgeS === undefined) return {};
  return { "Strict-Transport-Security": `max-age=${hstsMaxAgeS}` };
}

/** Answers who opens the address of a WebSocket as a page (RFC 9110 section 15.5.22). */
function tellOfWebSocket(
  exchange: Exchange,
  { enableWebstatus }: { readonly enableWebstatus: boolean },
): void {
  const text =
    "this is the address of a WebSocket: connect to it with a WAMP client";
  const headers = { Upgrade: "websocket", Connection: "Upgrade, close" };
  if (enableWebstatus) {
    sendHtml(exchange, 426, htmlPage("Sluice", `<p>${text}</p>`), headers);
  } else exchange.sendText(426, text, headers);
}
