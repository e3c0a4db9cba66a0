/**
 * What the router needs of the world around it. Implemented by other folders,
 * declared here, where they are used.
 */
import type { RouterMessage } from "../wamp/message.ts";
import type { SendOutcome } from "../wamp/send_outcome.ts";
import type { MatchPolicy } from "../wamp/uri.ts";

/** The way to a client. */
export interface Outlet {
  /**
   * Puts `message` behind what was sent before. Never blocks and never calls
   * back into the router.
   */
  send(message: RouterMessage): SendOutcome;
}

/** The four things a session needs a permission for (AZ-01). */
export type Action = "call" | "register" | "publish" | "subscribe";

/** Decides for one role of one realm. */
export interface Authorizer {
  /**
   * Whether `action` is allowed on every URI that `uri` under `match` stands
   * for (AZ-07).
   */
  allows(action: Action, uri: string, match: MatchPolicy): boolean;
}

/** Counts what no client is told about; read by {@linkcode Counters} users. */
export interface Counters {
  /** Adds one to the counter `name`. */
  increment(name: CounterName): void;
}

/** Each thing that is counted. */
export type CounterName =
  /** EVENTs not sent because longer than the subscriber's limit (FR-15). */
  | "events_too_long"
  /** EVENTs not sent because the payload has no form in the subscriber's serializer. */
  | "events_unsupported_value"
  /** Calls answered with an error because a message was above a peer's limit (FR-16, FR-17). */
  | "calls_too_long"
  /** Connections closed because their peer did not read (FR-21). */
  | "outbox_overflows";
