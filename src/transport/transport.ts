import type { Logger } from "../base/log.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { Listener } from "./listener.ts";

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
}

/** One listening socket and the connections that it accepted. */
export class Transport {
  readonly #listener: Listener;
  readonly #log: Logger;
  readonly #options: ConnectionOptions;
  readonly #connections: Set<Connection>;
  readonly #connectionsMax: number;
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
    this.#connectionsMax = options.maxConnections + REFUSALS_MAX;
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
    while (!this.#closing) {
      try {
        const conn = await this.#listener.accept();
        const isTooMany = this.#connections.size >= this.#connectionsMax;
        if (this.#closing || isTooMany) conn.close();
        else this.#connections.add(new Connection(conn, this.#options));
      } catch (error) {
        if (this.#closing) return;
        // It left before it was accepted, which must not hold up the others.
        if (error instanceof Deno.errors.NotConnected) continue;
        this.#log.error("cannot accept a connection", {
          detail: error instanceof Error ? error.message : String(error),
        });
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MS));
      }
    }
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#onEmpty?.();
  }
}
