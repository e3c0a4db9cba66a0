/**
 * The table: times and limits, for the router and for one transport.
 *
 * @module
 */

import {
  type Key,
  optional,
  type ServedKey,
  withDefault,
} from "../../schema/key.ts";
import { type ConfigOf, defaultsOf, object } from "../../schema/object_type.ts";
import {
  boolean,
  choice,
  integer,
  type Type,
} from "../../schema/value_types.ts";
import { type Overload, OVERLOADS } from "../../wamp/overload.ts";

/** The longest time that the table allows. */
export const HOUR_MS = 3_600_000;

/** HELLO, its details, their roles, and each of these: with less nobody joins. */
const HELLO_DEPTH = 4;

/** What `overload` means, for transports and for roles. */
export const OVERLOAD_HELP =
  "What becomes of a client that does not read what it is sent, once `max_outbox_bytes` waits for it. `disconnect`: it is closed. `drop_events`: it gets no further events until it reads again; then `sluice.event.on_dropped`, if it has subscribed to it, says how many it did not get. `conflate`: the same, but it gets the newest event of each subscription then, as far as `max_outbox_bytes` allows. `pause_publisher`: those who send to it wait without `max_stall_ms`; it is closed after `slow_after_ms` in which it read nothing. Calls are never dropped: with `drop_events` and `conflate` a call of it ends with `sluice.error.limit_reached`; if twice `max_outbox_bytes` waits, it is closed all the same.";

function limit<T>(type: Type<T>, value: T, help: string): ServedKey<T> {
  return withDefault(type, value, help, { origin: "sluice" });
}

/** The keys that the router has at the top, with their defaults. */
export const LIMITS = {
  handshake_timeout_ms: limit(
    integer(1, HOUR_MS),
    10_000,
    "A connection that has not finished its handshake (TLS, then RawSocket's or WebSocket's, or the head of another HTTP request) after this time is closed.",
  ),
  hello_timeout_ms: limit(
    integer(1, HOUR_MS),
    10_000,
    "A connection that has not sent HELLO this long after its handshake is closed.",
  ),
  goodbye_timeout_ms: limit(
    integer(1, HOUR_MS),
    10_000,
    "A client that has not answered GOODBYE after this time is cut off.",
  ),
  authenticate_timeout_ms: limit(
    integer(1, HOUR_MS),
    10_000,
    "A client that has not answered CHALLENGE after this time is refused.",
  ),
  authenticator_timeout_ms: limit(
    integer(1, HOUR_MS),
    10_000,
    "How long the procedure of a dynamic method may take. After it the login is refused.",
  ),
  max_authenticator_calls: limit(
    integer(1, 100_000),
    100,
    "Procedures of dynamic methods that the router asks at a time, also for clients that have hung up meanwhile; logins beyond are refused.",
  ),
  auto_ping: limit(
    choice([true, false, "answering"]),
    "answering",
    "Which clients are sent PINGs where they are silent: all, none, or those that have sent a PING or a PONG themselves. PINGs break some client libraries: see docs/security.md. WebSocket: all, unless this is written.",
  ),
  auto_ping_interval_ms: limit(
    integer(1, HOUR_MS),
    30_000,
    "A client that has sent nothing for this time is sent a PING, where `auto_ping` says so. WebSocket: 10000, unless this is written.",
  ),
  auto_ping_timeout_ms: limit(
    integer(1, HOUR_MS),
    15_000,
    "A client that has not answered a PING after this time, and says and reads nothing else, is cut off. WebSocket: 5000, unless this is written.",
  ),
  max_auth_failures: limit(
    integer(1, 1_000_000),
    10,
    "Failed logins in a minute, of one address and as one authid. Beyond it, answers are looked at only after a wait that grows from 1 s, and refused unseen where it would be over 10 s.",
  ),
  max_outbox_bytes: limit(
    integer(1024, 2 ** 30),
    8 * 2 ** 20,
    "Bytes that may wait for one client that does not read. Over it the client is closed; one message always fits into an empty outbox, and so do the retained events that one SUBSCRIBE brings.",
  ),
  max_stall_ms: limit(
    integer(0, HOUR_MS),
    100,
    "For how long a client that does not read may hold up those whose messages go to it, in milliseconds, at each mark: when an eighth, a quarter and a half of `max_outbox_bytes` waits for it. One that reads in large steps may take up to 10 times as long. 0: nobody is held up.",
  ),
  slow_after_ms: limit(
    integer(1, HOUR_MS),
    10_000,
    "A client that has read nothing for this time, while more than an eighth of `max_outbox_bytes` waits for it, is closed.",
  ),
  overload: limit(
    choice(OVERLOADS),
    "disconnect" as Overload,
    OVERLOAD_HELP,
  ),
  max_depth: limit(
    integer(HELLO_DEPTH, 128),
    64,
    "How deep lists and dictionaries of a message may nest; the message itself is the first level. HELLO takes 4, and 5 where it names features, as most clients do.",
  ),
  max_connections: limit(
    integer(1, 1_000_000),
    20_000,
    "Connections that one transport holds at a time; more get handshake error 4.",
  ),
  max_connections_per_source: optional(
    integer(1, 1_000_000),
    "Connections of one address (IPv6: of one /64) to one transport whose clients have not proven who they are: before the login, and anonymous ones. More get handshake error 4. Without it, half of `max_connections`, or nine tenths from the machine's own 127.0.0.0/8 and ::1. Unix sockets have none. Behind a proxy all clients have one address: set it to `max_connections` then.",
    { origin: "sluice" },
  ),
  max_tls_handshakes: limit(
    integer(1, 1_000_000),
    1000,
    "TLS handshakes of one transport that have begun and are not finished; of one address at most half as many. More wait; `handshake_timeout_ms` does not end that.",
  ),
  max_subscriptions: limit(
    integer(1, 10_000_000),
    100_000,
    "Subscriptions of one session.",
  ),
  max_registrations: limit(
    integer(1, 10_000_000),
    100_000,
    "Registrations of one session.",
  ),
  max_pending_calls: limit(
    integer(1, 10_000_000),
    65_536,
    "Calls of one session that wait for their result.",
  ),
  max_testaments: limit(
    integer(0, 1_000_000),
    1000,
    "Testaments of one session: events that it leaves to be published when it ends.",
  ),
  max_testament_bytes: limit(
    integer(0, 2 ** 30),
    2 ** 20,
    "Bytes that the testaments of one session take in memory, roughly.",
  ),
  max_session_bytes: limit(
    integer(65_536, 2 ** 40),
    64 * 2 ** 20,
    "Bytes of memory that the router keeps for one session: subscriptions, registrations, pending calls and testaments, each with what they take in tables. Over it, further requests get `sluice.error.limit_reached`.",
  ),
  frame_timeout_ms: limit(
    integer(1, HOUR_MS),
    60_000,
    "A client that has begun to send a message and has not sent all of it after this time is cut off. Raise it where large messages come over slow links.",
  ),
  strict_request_ids: limit(
    boolean(),
    false,
    "Whether a session's request ids must count up from 1, one by one, as the protocol asks. Clients exist that use random ids.",
  ),
};

/** What WebSocket has in place of that, unless a config says otherwise. */
export const WEBSOCKET_LIMITS = {
  auto_ping: true,
  auto_ping_interval_ms: 10_000,
  auto_ping_timeout_ms: 5_000,
};

/** Limits of a listening socket, whatever is served on it. */
export const PORT_LIMITS = [
  "max_connections",
  "max_connections_per_source",
  "max_tls_handshakes",
] as const;

/** Names of limits. */
export type LimitName = keyof typeof LIMITS;

/** The limits of one transport: a property for each key above. */
export type TransportLimits = ConfigOf<typeof LIMITS>;

/** What they are where a config says nothing. */
export const DEFAULT_LIMITS: TransportLimits = defaultsOf(LIMITS);

/** The same keys for one transport: absent means as the router has it. */
type LimitOverrides = {
  readonly [Name in LimitName]: ServedKey<
    typeof LIMITS[Name]["default"] | undefined
  >;
};

function overrides(): LimitOverrides {
  const rows = Object.entries<Key<unknown>>(LIMITS).map(([name, row]) => [
    name,
    {
      ...row,
      default: undefined,
      written: undefined,
      help: `As the router's \`${name}\`, for this transport alone.`,
    },
  ]);
  return Object.fromEntries(rows) as LimitOverrides;
}

/** Limits as keys of `options`. */
export const OVERRIDES: LimitOverrides = overrides();

/** What the handshake announces at the least: clients may send as much. */
export const HANDSHAKE_BYTES_MIN = 512;

/** The largest message that the table allows. */
export const MESSAGE_BYTES_MAX = 67_108_864;

/** The largest message unless the config says otherwise. */
export const MESSAGE_BYTES_DEFAULT = 131_072;

/** `options` of a transport. */
export const TRANSPORT_OPTIONS = object({
  name: "transport options",
  help: "Limits of one transport. Each limit takes the place of the router's.",
  keys: {
    max_message_size: optional(
      integer(1, MESSAGE_BYTES_MAX),
      "As `max_message_size` of the transport, where Crossbar.io has it.",
    ),
    ...OVERRIDES,
  },
});

/** `options` of a transport of type `universal`. */
export const PORT_OPTIONS = object({
  name: "universal options",
  help:
    "Limits of a transport. Each takes the place of the router's; those of its parts come first.",
  keys: OVERRIDES,
});
