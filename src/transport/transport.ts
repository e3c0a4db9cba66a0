import type { Ledger } from "../base/ledger.ts";
import type { Logger } from "../base/log.ts";
import type { Timers } from "../base/timers.ts";
import { AcceptFaults } from "./accept_faults.ts";
import type { ConnectionLimit } from "./connection_limit.ts";
import { LastingListener } from "./lasting_listener.ts";
import type { Listener, StreamConn } from "./listener.ts";
import type { ConnectionOwner, OpenConnection } from "./open_connection.ts";
import { describeAddress } from "./peer_address.ts";
import type { Turns } from "./turns.ts";

/** Accepting pauses so long where the system has no descriptor left. */
const ACCEPT_RETRY_MS = 100;

/** After so many that had left, everybody else has a turn of the event loop. */
const LEFT_IN_A_ROW = 32;

/** What a transport needs beside its listener. */
export interface TransportOptions {
  readonly limit: ConnectionLimit<OpenConnection>;
  readonly ledger: Ledger;
  readonly turns: Turns;
  readonly timers: Timers;
  readonly log: Logger;
  /** Serves a client that was accepted. */
  serve(conn: StreamConn, owner: ConnectionOwner): OpenConnection;
  /** Called when no connection is open any more, and none will be. */
  ended(): Promise<void>;
  /** Told when a connection was one too many. */
  connectionRefused(): void;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/** One listening socket and the connections that it accepted. */
export class Transport {
  readonly #listener: LastingListener;
  readonly #log: Logger;
  readonly #options: TransportOptions;
  readonly #connections: Set<OpenConnection>;
  readonly #limit: ConnectionLimit<OpenConnection>;
  readonly #owner: ConnectionOwner;
  readonly #faults: AcceptFaults;
  readonly #accepting: Promise<void>;
  #closing = false;
  #onEmpty: (() => void) | undefined = undefined;

  /** @param connections Kept up to date; the owner may count it. */
  constructor(
    listener: Listener,
    connections: Set<OpenConnection>,
    options: TransportOptions,
  ) {
    this.#log = options.log;
    this.#connections = connections;
    this.#options = options;
    this.#limit = options.limit;
    this.#owner = {
      exceededLimit: (connection) => this.#exceededLimit(connection),
      identified: (connection) => this.#limit.identified(connection),
      moved: (connection, host) => this.#limit.move(connection, host),
      replaced: (from, to) => this.#replace(from, to),
      closed: (connection) => this.#forget(connection),
    };
    this.#faults = new AcceptFaults(
      options.log,
      options.timers,
      options.nowMs,
    );
    this.#listener = new LastingListener(listener, this.#faults);
    this.#accepting = this.#accept();
  }

  /** Where it listens. */
  get address(): string {
    return this.#listener.address;
  }

  /** How many connections are open. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Octets that wait in all outboxes. */
  get pendingBytes(): number {
    let sum = 0;
    for (const connection of this.#connections) sum += connection.pendingBytes;
    return sum;
  }

  /** Those that are open. */
  get connections(): ReadonlySet<OpenConnection> {
    return this.#connections;
  }

  /**
   * The connection that is in the way most; undefined where nothing waits: who
   * takes nothing before who reads, and who has most waiting before who has less.
   */
  get fullest(): OpenConnection | undefined {
    return fullestOf(this.#connections);
  }

  /** Accepts no more, and has every session say good-bye (SL-13). */
  shutDown(): void {
    this.#closing = true;
    this.#faults.close();
    const left = this.#listener.close();
    if (left !== undefined) this.#log.warn(left);
    for (const connection of this.#connections) connection.shutDown();
  }

  /** Resolves when the last connection is closed. */
  async empty(): Promise<void> {
    await this.#accepting;
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => this.#onEmpty = resolve);
  }

  /** Ends what is still open, at once. */
  abort(): void {
    for (const connection of this.#connections) {
      connection.abort("the router has stopped");
    }
  }

  /** Ends what served the connections, once none is open. */
  async close(): Promise<void> {
    await this.#options.ended();
  }

  async #accept(): Promise<void> {
    const { turns } = this.#options;
    let leftCount = 0;
    while (!this.#closing) {
      try {
        const conn = await this.#listener.accept();
        const beganMs = turns.nowMs();
        this.#take(conn);
        const wait = turns.worked(beganMs, turns.nowMs());
        if (wait !== undefined) await wait;
      } catch (error) {
        if (this.#closing) return;
        if (hasLeft(error)) {
          // To find that out takes no turn of the event loop.
          if (++leftCount % LEFT_IN_A_ROW === 0) await turn();
          continue;
        }
        this.#faults.report(error, this.#connections.size);
        await turn(ACCEPT_RETRY_MS);
      }
    }
  }

  #take(conn: StreamConn): void {
    const { isTight } = this.#options.ledger;
    if (!this.#closing && !isTight && this.#limit.hasRoom) {
      const connection = this.#options.serve(conn, this.#owner);
      this.#connections.add(connection);
      this.#limit.add(connection, connection.remoteHost());
      return;
    }
    conn.close();
    if (this.#closing) return;
    this.#options.connectionRefused();
    if (isTight) return this.#refuseForMemory(conn);
    this.#log.warn("too many connections: a new one is closed unread", {
      peer: describeAddress(conn.remoteAddr),
      connections: this.#connections.size,
      key: "max_connections, max_connections_per_source",
    });
  }

  #refuseForMemory(conn: StreamConn): void {
    const { limits, router } = this.#options.ledger;
    this.#log.warn(
      "too little memory is left: a new connection is closed unread",
      {
        peer: describeAddress(conn.remoteAddr),
        held_bytes: router.bytes,
        max_memory_bytes: limits.maxBytes,
      },
    );
  }

  #exceededLimit(connection: OpenConnection): string | undefined {
    const key = this.#limit.exceededBy(connection);
    if (key !== undefined) this.#options.connectionRefused();
    return key;
  }

  #replace(from: OpenConnection, to: OpenConnection): void {
    this.#connections.delete(from);
    this.#connections.add(to);
    this.#limit.replace(from, to);
  }

  #forget(connection: OpenConnection): void {
    this.#connections.delete(connection);
    this.#limit.delete(connection);
    if (this.#connections.size === 0) this.#onEmpty?.();
  }
}

function turn(delayMs = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Whether it left before it was accepted, which must not hold up the others. */
function hasLeft(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset;
}

/** The one of `connections` that is in the way most, as {@linkcode Transport.fullest}. */
export function fullestOf(
  connections: Iterable<OpenConnection>,
): OpenConnection | undefined {
  let fullest: OpenConnection | undefined;
  for (const connection of connections) {
    if (connection.pendingBytes === 0) continue;
    if (fullest === undefined || isFuller(connection, fullest)) {
      fullest = connection;
    }
  }
  return fullest;
}

function isFuller(one: OpenConnection, other: OpenConnection): boolean {
  return one.isStalled === other.isStalled
    ? one.pendingBytes > other.pendingBytes
    : one.isStalled;
}
