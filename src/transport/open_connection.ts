/**
 * An accepted connection as its transport sees it, whatever is spoken on it.
 */
import type { LogFields } from "../base/log.ts";

/** What a transport counts, and can end. */
export interface OpenConnection {
  /** Bytes that wait to be written. */
  readonly pendingBytes: number;
  /** What it has in memory, with its session and what waits to be written. */
  readonly heldBytes: number;
  /** Bytes in memory of a message that is not whole. */
  readonly frameBytes: number;
  /** Whether its peer takes nothing of what waits. */
  readonly isStalled: boolean;
  /** The client's IP address; undefined on a Unix socket. */
  remoteHost(): string | undefined;
  /** Ends it because of what it has in memory. */
  runShort(reason: string, fields: LogFields): void;
  /**
   * Ends it because too much waits to be written (FR-21).
   *
   * @param limit The config key that decided, and its value.
   */
  overflow(message: string, limit: LogFields): void;
  /** The router stops: the client is told, then it ends. */
  shutDown(): void;
  /** Ends it at once. */
  abort(reason: string): void;
}

/** Who accepted a connection, and is told what becomes of it. */
export interface ConnectionOwner {
  /** The config key by which `connection` is one too many; undefined: none (RS-11). */
  exceededLimit(connection: OpenConnection): string | undefined;
  /** The client of `connection` has proven who it is. */
  identified(connection: OpenConnection): void;
  /** It is found out that the client of `connection` is at `host`. */
  moved(connection: OpenConnection, host: string): void;
  /** The client of `from` goes on as `to`. */
  replaced(from: OpenConnection, to: OpenConnection): void;
  /** `connection` is no more. */
  closed(connection: OpenConnection): void;
}
