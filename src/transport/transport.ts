import type { Logger } from "../base/log.ts";
import { AcceptFaults } from "./accept_faults.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { Listener, StreamConn } from "./listener.ts";

/** Accepting pauses so long where the system has no descriptor left. */
const ACCEPT_RETRY_MS = 100;

/**
 * So many connections above the limit are taken, to be refused with a word
 * (RS-11). Without an end to it, those who never ask could be any number.
 */
const REFUSALS_MAX = 256;

/** What a transport needs beside its listener. */
export interface TransportOptions extends Omit<ConnectionOptions, "closed"> {
  /** From so many on, handshakes are refused. */
  readonly maxConnections: number;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/** One listening socket and the connections that it accepted. */
export class Transport {
  readonly #listener: Listener;
  readonly #log: Logger;
  readonly #options: ConnectionOptions;
  readonly #connections: Set<Connection>;
  readonly #maxConnections: number;
  readonly #faults: AcceptFaults;
  readonly #accepting: Promise<void>;
  #closing = false;
  #onEmpty: (() => void) | undefined = undefined;

  /** @param connections Kept up to date; the owner may count it. */
  constructor(
    listener: Listener,
    connections: Set<Connection>,
    options: TransportOptions,
  ) {
    this.#listener = listener;
    this.#log = options.log;
    this.#connections = connections;
    this.#options = {
      ...options,
      closed: (connection) => this.#forget(connection),
    };
    this.#maxConnections = options.maxConnections;
    this.#faults = new AcceptFaults(
      options.log,
      options.timers,
      options.nowMs,
    );
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

  /** The connection for which most waits; undefined where nothing waits. */
  get fullest(): Connection | undefined {
    let fullest: Connection | undefined;
    for (const connection of this.#connections) {
      if (connection.pendingBytes > (fullest?.pendingBytes ?? 0)) {
        fullest = connection;
      }
    }
    return fullest;
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

  /** Ends the pipeline, once no connection is open. */
  async close(): Promise<void> {
    await this.#options.pipeline.close();
  }

  async #accept(): Promise<void> {
    const { turns } = this.#options;
    while (!this.#closing) {
      try {
        const conn = await this.#listener.accept();
        const beganMs = turns.nowMs();
        this.#take(conn);
        const wait = turns.worked(beganMs, turns.nowMs());
        if (wait !== undefined) await wait;
      } catch (error) {
        if (this.#closing) return;
        if (hasLeft(error)) continue;
        this.#faults.report(error, this.#connections.size);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MS));
      }
    }
  }

  #take(conn: StreamConn): void {
    const count = this.#connections.size;
    if (!this.#closing && count < this.#maxConnections + REFUSALS_MAX) {
      this.#connections.add(new Connection(conn, this.#options));
      return;
    }
    conn.close();
    if (this.#closing) return;
    this.#log.warn("too many connections: a new one is closed unread", {
      connections: count,
      max_connections: this.#maxConnections,
    });
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#onEmpty?.();
  }
}

/** Whether it left before it was accepted, which must not hold up the others. */
function hasLeft(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset;
}
