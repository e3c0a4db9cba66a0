/**
 * Plain HTTP on one transport: requests that are for no WebSocket, and the sessions
 * in whose names they call and publish.
 */
import { AnonymousMethod } from "../auth/anonymous.ts";
import { Authentication } from "../auth/authentication.ts";
import type { WebConfig } from "../config/config.ts";
import type { SessionOptions } from "../session/session.ts";
import type { HandedConnection } from "../transport/connection.ts";
import type { StreamConn } from "../transport/listener.ts";
import type {
  ConnectionOwner,
  OpenConnection,
} from "../transport/open_connection.ts";
import { WebServer } from "../web/web_server.ts";
import { LocalSession } from "./local_session.ts";
import type { ServicePlace } from "./wamp_service.ts";

/** Takes a connection whose client asks for a WebSocket after all. */
export type Connect = (
  conn: StreamConn,
  owner: ConnectionOwner,
  ahead: Uint8Array<ArrayBuffer>,
) => OpenConnection;

/** A connection that speaks HTTP. */
interface Taken {
  readonly owner: ConnectionOwner;
  readonly connection: OpenConnection;
}

/** The HTTP server of one transport. */
export class HttpSide {
  readonly #place: ServicePlace;
  readonly #connect: Connect;
  readonly #sessions: LocalSession[] = [];
  readonly #taken = new Map<StreamConn, Taken>();
  #server: WebServer | undefined = undefined;

  private constructor(place: ServicePlace, connect: Connect) {
    this.#place = place;
    this.#connect = connect;
  }

  /**
   * Makes the server.
   *
   * @throws {Error} Where a file with a secret cannot be used.
   */
  static async open(
    config: WebConfig,
    place: ServicePlace,
    connect: Connect,
  ): Promise<HttpSide> {
    const side = new HttpSide(place, connect);
    side.#server = await side.#newServer(config);
    return side;
  }

  /** Serves a connection from now on. */
  take({ conn, ahead, owner }: HandedConnection): OpenConnection {
    const server = this.#server as WebServer;
    const connection = server.take(conn, ahead, () => this.#ended(conn));
    this.#taken.set(conn, { owner, connection });
    return connection;
  }

  /** Ends all. */
  async close(): Promise<void> {
    for (const session of this.#sessions) session.close();
    await this.#server?.close();
  }

  #newServer(config: WebConfig): Promise<WebServer> {
    const { transport, trustedProxies, log, shared } = this.#place;
    const { endpoint, websockets } = transport;
    return WebServer.create({
      config,
      isSecure: endpoint.type === "tcp" && endpoint.tls !== undefined,
      clientOf: (peer, forwardedFor) =>
        trustedProxies?.clientOf(peer, forwardedFor),
      webSocketAt: (path) => websockets.find((one) => one.path === path),
      upgraded: (conn, ahead) => this.#upgraded(conn, ahead),
      facts: shared.facts,
      bridge: (realm, role) => this.#session(realm, role),
      clock: shared.clock,
      timers: shared.timers,
      ledger: shared.ledger,
      log,
    });
  }

  #upgraded(conn: StreamConn, ahead: Uint8Array): void {
    const taken = this.#taken.get(conn);
    if (taken === undefined) return;
    this.#taken.delete(conn);
    const { owner, connection } = taken;
    const next = this.#connect(conn, owner, new Uint8Array(ahead));
    owner.replaced(connection, next);
  }

  #ended(conn: StreamConn): void {
    const taken = this.#taken.get(conn);
    this.#taken.delete(conn);
    taken?.owner.closed(taken.connection);
  }

  #session(realm: string, role: string): LocalSession {
    const { log, shared } = this.#place;
    const options = this.#sessionOptions(role);
    const session = new LocalSession(realm, options, shared.ledger.router, log);
    this.#sessions.push(session);
    return session;
  }

  /** Of a session that is let in under `role` without a question. */
  #sessionOptions(role: string): SessionOptions {
    const { transport: { limits }, shared } = this.#place;
    const { router, timers, limiter, counters, nowMs } = shared;
    return {
      router,
      auth: new Authentication({
        methods: [new AnonymousMethod({ role }, router.ids)],
        limiter,
        maxFailures: limits.maxAuthFailures,
        timers,
        counters,
      }),
      timers,
      limits,
      helloTimeoutMs: limits.helloTimeoutMs,
      authenticateTimeoutMs: limits.authenticateTimeoutMs,
      goodbyeTimeoutMs: limits.goodbyeTimeoutMs,
      strictRequestIds: false,
      nowMs,
      debug: false,
    };
  }
}
