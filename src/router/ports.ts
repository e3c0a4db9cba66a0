/**
 * What the router needs of the world around it. Implemented by other folders,
 * declared here, where it is used. Nothing here knows sessions, subscriptions or
 * registrations.
 */
import type { Identity } from "../wamp/features.ts";
import type { RouterMessage, SendOutcome } from "../wamp/message.ts";
import type { Dict } from "../wamp/options.ts";
import type { Action, Right } from "../wamp/router_uris.ts";
import type { Account } from "../base/ledger.ts";
import type { PayloadFormat } from "../wamp/payload.ts";
import type { MatchPolicy } from "../wamp/uri.ts";

/** The way to a client that has joined, and to its session. */
export interface Outlet {
  /**
   * Puts `message` behind what was sent before. Never blocks and never calls
   * back into the router.
   */
  send(message: RouterMessage): SendOutcome;
  /**
   * Does `work`, which sends what the client asked for all at once: however much
   * that is, it does not make the client a slow one.
   */
  burst(work: () => void): void;
  /**
   * Does `work`, which comes later than the message that caused it, as if it came
   * with one: what it throws ends the session, or the connection.
   */
  enter(work: () => void): void;
  /**
   * Ends the session by GOODBYE: nothing that is sent after reaches the client.
   * The realm sees to the session's leaving itself.
   *
   * @param reason A URI (GB-03).
   * @param message For people; undefined: none.
   */
  kill(reason: string, message: string | undefined): void;
  /** What its connection knows of the client, for the session's details. */
  linkDetails?(): Dict;
  /** The longest message that the client takes, in bytes; undefined: any. */
  readonly maxMessageBytes?: number;
  /** Where it is noted what the client has the router keep. */
  readonly account?: Account;
  /** How the client keeps up; undefined: that is not known. */
  readonly load?: OutletLoad | undefined;
  /** The format of the payload that it takes; undefined: not known. */
  readonly payloadFormat?: PayloadFormat | undefined;
}

/** How long the router may work in one go, so that others are served in between. */
export interface TurnBudget {
  /** Whether so much was done in this turn of the event loop that the rest has to wait. */
  isSpent(): boolean;
  /** Does `work` in a later turn. */
  later(work: () => void): void;
  /** For whom messages are sent at present; absent: nobody is held for it. */
  owner?(): WorkOwner;
}

/** For whom long work sends messages: held where they are not read (FR-21). */
export interface WorkOwner {
  /** Whether those to whom it sends have too much to read. */
  readonly isHeld: boolean;
  /** Calls `goOn` once when they have read it. */
  whenReleased(goOn: () => void): void;
  /** Does `work`, which sends messages. */
  act<Result>(work: () => Result): Result;
}

/** How a client keeps up with what it is sent, and others with what it sends. */
export interface OutletLoad {
  /** Bytes that wait to be read. */
  readonly waitingBytes: number;
  /** The most that ever waited on this connection. */
  readonly mostWaitingBytes: number;
  /** Events that it did not get because it did not read. */
  readonly eventsDropped: number;
  /** How often it had to wait because those that it sent to did not read. */
  readonly timesHeld: number;
}

/** Whose identity is told to whom without being asked (PI-03, CI-02). */
export type Disclosure = "caller" | "publisher";

/** What a role of a realm may do. */
export interface Role {
  /** Who decides for a session that joins under the role. */
  authorizerOf(session: number, identity: Identity): Authorizer;
  /**
   * Forgets decisions that are remembered for several sessions.
   *
   * @param authid Only those for sessions of this authid; undefined: all.
   * @returns How many requests they were about.
   */
  forget(authid: string | undefined): number;
}

/** Decides for one session. */
export interface Authorizer {
  /** How far the role is trusted, 0 least (PT-01, CT-01); undefined: not told. */
  readonly trustLevel: number | undefined;
  /**
   * Whether the session has `right` on every URI that `uri` under `match` stands
   * for (AZ-07).
   */
  allows(right: Right, uri: string, match: MatchPolicy): boolean;
  /** Why that is not allowed; asked right after {@linkcode allows} said no. */
  denial(action: Action, uri: string, match: MatchPolicy): Denial;
  /** Whether the session is disclosed on `uri`. */
  discloses(who: Disclosure, uri: string): boolean;
  /** Forgets decisions that are remembered for this session; tells how many. */
  forget(): number;
  /** A testament for `topic` was accepted: it is to be allowed when it is due (TS-05). */
  testamentAdded?(topic: string): void;
  /** There are no testaments for `topics` any more. */
  testamentsFlushed?(topics: Iterable<string>): void;
}

/** Why something is not allowed. */
export interface Denial {
  /** `not_authorized`; `authorization_failed` where there was no decision (AZ-04). */
  readonly error: string;
  /** For people; the URI is put behind it. */
  readonly text: string;
  /** What decided: for the operator only. */
  readonly decider: string;
}

/** Counts what no client is told about; read by {@linkcode Counters} users. */
export interface Counters {
  /** Adds one to the counter `name`. */
  increment(name: CounterName): void;
}

/** Each thing that is counted. */
export type CounterName =
  /** EVENTs sent without payload because longer than the subscriber's limit (FR-15). */
  | "events_too_long"
  /** The same because the payload has no form in the subscriber's serializer. */
  | "events_unsupported_value"
  /** Of both: EVENTs of which the subscriber could be told nothing. */
  | "events_lost"
  /** Events that subscribers did not get because they did not read (`overload`). */
  | "events_dropped"
  /** Calls ended because their callee did not read (`overload`). */
  | "calls_refused_overload"
  /** Calls answered with an error because a message was above a peer's limit (FR-16, FR-17). */
  | "calls_too_long"
  /** Events that left a history because it was at its bounds. */
  | "history_events_evicted"
  /** Retained events that left because the bounds of retention were reached. */
  | "retained_events_evicted"
  /** Events not kept: larger than the bounds, or the store could not write them. */
  | "events_not_stored"
  /** Requests and logins refused because of a limit or a quota. */
  | "limits_reached"
  /** Times that a connection was not read on because of a quota's rate. */
  | "reads_paused"
  /** Times that a connection waited for those that it sends to. */
  | "producers_held"
  /** Connections closed because their peer did not answer a PING. */
  | "peers_lost"
  /** A connection was one too many, for its transport or its source. */
  | "connections_refused"
  /** Connections ended because memory ran short. */
  | "memory_shortages"
  /** Requests that a session is not authorized for. */
  | "authorizations_denied"
  /** Requests refused because their authorizer broke or was late (AZ-04). */
  | "authorizations_failed"
  /** Times that the store could not be read or written. */
  | "store_errors"
  /** Connections closed because their peer did not read (FR-21). */
  | "outbox_overflows";
