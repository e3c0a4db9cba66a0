/**
 * How many connections a transport takes, and how many of them from one source.
 */
import { sourceOf } from "../base/source_address.ts";

/**
 * So many connections above the limits are taken, to be refused with a word
 * (RS-11). Without an end to it, those who never ask could be any number.
 */
const REFUSALS_MAX = 256;

/** Shares of `max_connections` that one source has by default. */
const SHARE = 0.5;
const LOOPBACK_SHARE = 0.9;

/** Options for {@linkcode ConnectionLimit}. */
export interface ConnectionLimitOptions {
  /** From so many on, handshakes are refused. */
  readonly maxConnections: number;
  /**
   * So many of one source may not have proven who they are. Undefined: a half of
   * `maxConnections`, of a loopback address nine tenths.
   */
  readonly maxConnectionsPerSource?: number | undefined;
}

/** The config key of a limit. */
export type ConnectionLimitKey =
  | "max_connections"
  | "max_connections_per_source";

/**
 * Counts connections. Those above the share of their source take no place from
 * the others, so that one source cannot keep all others away.
 */
export class ConnectionLimit<Connection> {
  readonly #max: number;
  readonly #maxPerSource: number | undefined;
  /** Of those that count for their source. */
  readonly #sources = new Map<Connection, string>();
  readonly #counts = new Map<string, number>();
  #total = 0;
  /** Without those above the share of their source. */
  #placed = 0;

  constructor(options: ConnectionLimitOptions) {
    this.#max = options.maxConnections;
    this.#maxPerSource = options.maxConnectionsPerSource;
  }

  /** Whether one more can be taken, be it only to be refused. */
  get hasRoom(): boolean {
    return this.#total - Math.min(this.#placed, this.#max) < REFUSALS_MAX;
  }

  /** @param host Its address; undefined on a Unix socket, which has no source. */
  add(connection: Connection, host: string | undefined): void {
    this.#total++;
    if (host === undefined) {
      this.#placed++;
      return;
    }
    const source = sourceOf(host);
    const count = (this.#counts.get(source) ?? 0) + 1;
    this.#sources.set(connection, source);
    this.#counts.set(source, count);
    if (count <= this.#shareOf(source)) this.#placed++;
  }

  /** The limit by which it is to be refused; undefined where it may stay. */
  exceededBy(connection: Connection): ConnectionLimitKey | undefined {
    const source = this.#sources.get(connection);
    if (source !== undefined && this.#isOver(source)) {
      return "max_connections_per_source";
    }
    return this.#placed > this.#max ? "max_connections" : undefined;
  }

  /** Its client has proven who it is: its source is free for others. */
  identified(connection: Connection): void {
    const source = this.#sources.get(connection);
    if (source === undefined) return;
    if (this.#isOver(source)) this.#placed++;
    this.#leave(connection, source);
  }

  /** It counts for the source `host` from now on. */
  move(connection: Connection, host: string): void {
    this.delete(connection);
    this.add(connection, host);
  }

  /** `to` has the place of `from`. */
  replace(from: Connection, to: Connection): void {
    const source = this.#sources.get(from);
    if (source === undefined) return;
    this.#sources.delete(from);
    this.#sources.set(to, source);
  }

  delete(connection: Connection): void {
    this.#total--;
    const source = this.#sources.get(connection);
    if (source === undefined || !this.#isOver(source)) this.#placed--;
    if (source !== undefined) this.#leave(connection, source);
  }

  #leave(connection: Connection, source: string): void {
    this.#sources.delete(connection);
    const left = (this.#counts.get(source) ?? 0) - 1;
    if (left > 0) this.#counts.set(source, left);
    else this.#counts.delete(source);
  }

  #isOver(source: string): boolean {
    return (this.#counts.get(source) ?? 0) > this.#shareOf(source);
  }

  #shareOf(source: string): number {
    const part = isLoopback(source) ? LOOPBACK_SHARE : SHARE;
    const share = this.#maxPerSource ?? Math.ceil(this.#max * part);
    // Who may have all places is told of the limit of all.
    return share < this.#max ? share : Infinity;
  }
}

const LOOPBACK_V6 = sourceOf("::1");

function isLoopback(source: string): boolean {
  return source.startsWith("127.") || source === LOOPBACK_V6;
}
