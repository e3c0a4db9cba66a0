/**
 * The table: realms, roles and permissions.
 *
 * @module
 */

import {
  accepted,
  notYetIgnorable,
  optional,
  refusedIgnorable,
  required,
  withDefault,
} from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import { uri } from "../../schema/special_types.ts";
import {
  boolean,
  booleanNotYet,
  choice,
  integer,
  list,
  text,
} from "../../schema/value_types.ts";
import { QUOTAS } from "./quota_keys.ts";
import { STORE } from "./store_keys.ts";
import { OVERLOADS } from "../../wamp/overload.ts";

/** A day: what takes longer is no call. */
const CALL_TIMEOUT_MAX_MS = 86_400_000;

function callTimeout(whose: string, absent: string) {
  return optional(
    integer(0, CALL_TIMEOUT_MAX_MS),
    `How long a call of ${whose} may take that names no \`timeout\`, or 0. After that it ends with \`wamp.error.timeout\`, and its callee is interrupted. This is a default and no upper limit: a call's own \`timeout\` counts, shorter or longer. 0: no default. ${absent}`,
    { origin: "sluice" },
  );
}

/** `allow` of a permission. */
export const ALLOW = object({
  name: "allow",
  help: "The actions that a permission allows.",
  keys: {
    call: withDefault(boolean(), false, "Calling procedures."),
    register: withDefault(boolean(), false, "Registering procedures."),
    publish: withDefault(boolean(), false, "Publishing to topics."),
    subscribe: withDefault(boolean(), false, "Subscribing to topics."),
    force_reregister: withDefault(
      boolean(),
      false,
      "Beside `register`: taking a procedure by `REGISTER.Options.force_reregister` from sessions of others that did not register it with that option themselves. It has to be written: no rule has it by default.",
      { origin: "sluice" },
    ),
  },
});

/** `disclose` of a permission. */
export const DISCLOSE = object({
  name: "disclose",
  help: "Whether callees and subscribers learn who called or published.",
  keys: {
    caller: withDefault(boolean(), false, "Of callers to callees."),
    publisher: withDefault(boolean(), false, "Of publishers to subscribers."),
  },
});

/** A permission. */
export const PERMISSION = object({
  name: "permission",
  help:
    "What a role may do with the URIs that a pattern covers. The most exact rule counts: exact before wildcard before the longest prefix. A pattern that a client subscribes or registers must be covered as a whole.",
  keys: {
    uri: required(
      text({
        pattern: /^[^\s#]*$/u,
        wanted: "a URI without white space and #",
      }),
      "The URI or pattern. Without `match`, a `*` at the end makes it a prefix, as in `com.x.*`, and a `*` as a component elsewhere a wildcard, as in `com.*.create`.",
    ),
    match: optional(
      choice(["exact", "prefix", "wildcard"]),
      "How `uri` is compared; a `*` is then an ordinary character. Absent: told by the stars in `uri`.",
    ),
    allow: optional(ALLOW, "The actions allowed. Absent: none."),
    disclose: optional(DISCLOSE, "Who learns of whom."),
    cache: accepted(boolean(), "No effect: looking a rule up is quick."),
    validate: notYetIgnorable("validation of payloads"),
  },
});

/** A role. */
export const ROLE = object({
  name: "role",
  help:
    "What sessions may do to which authentication gave this role. What no permission allows is denied.",
  keys: {
    name: required(text(), "The name, unique in the realm."),
    permissions: optional(list(PERMISSION), "The permissions."),
    "allow-by-default": withDefault(
      boolean(),
      false,
      "Allows everything that no permission speaks of.",
    ),
    trust_level: optional(
      integer(0, Number.MAX_SAFE_INTEGER),
      "How far the role's sessions are trusted, 0 least: told to callees and subscribers as `trustlevel`. Absent: not told.",
      { origin: "sluice" },
    ),
    authorizer: optional(
      uri("the URI of a procedure"),
      'A procedure of the realm that decides in place of `permissions`: called with `(session, uri, action, options)`, it returns a boolean, or a dict with `allow`, and as it likes `disclose` (boolean), `force_reregister` (boolean: whether REGISTER may take the procedure from anybody) and `cache`: whether the decision may be remembered, for this session (`true` or `"session"`), for the session\'s authid (`"authid"`) or for the role (`"role"`). Whoever registers it decides: only a role whose permissions have a rule for exactly its URI can.',
    ),
    authorizer_timeout_ms: withDefault(
      integer(1, 3_600_000),
      10_000,
      "How long the authorizer may take; after that the request is refused with `wamp.error.authorization_failed`. What the session sent after it waits meanwhile.",
      { origin: "sluice" },
    ),
    authorizer_cache: withDefault(
      integer(0, 10_000_000),
      10_000,
      "Requests about which decisions for an authid or the role are remembered, by URI and options; the longest unused are forgotten. 0: none.",
      { origin: "sluice" },
    ),
    quotas: optional(QUOTAS, "What the role's sessions may have together.", {
      origin: "sluice",
    }),
    on_duplicate_authid: optional(
      choice(["allow", "refuse", "replace"]),
      "What happens when a client joins whose authid has a session in the realm under this role. `allow`: it has both. `refuse`: the client is refused with `sluice.error.authid_in_use`. `replace`: the client is let in, and the session before is ended by GOODBYE `sluice.close.replaced`, with all that it has; so a client whose connection was lost unnoticed is not kept out by what is left of it. Whoever can join as an authid can then end that one's session.",
      { origin: "sluice", written: "allow" },
    ),
    overload: optional(
      choice(OVERLOADS),
      "As `overload` of the router, for this role's sessions. Absent: as the transport has it.",
      { origin: "sluice" },
    ),
    call_timeout_ms: callTimeout(
      "the role's sessions",
      "Absent: that of the realm.",
    ),
    id: accepted(text(), "No effect."),
  },
  hasLooseKeys: true,
});

/** `options` of a realm. */
export const REALM_OPTIONS = object({
  name: "realm options",
  help: "How a realm works.",
  keys: {
    uri_check: withDefault(
      choice(["loose", "strict"]),
      "loose",
      "`strict`: clients may use only lower case letters, digits and `_` in URIs.",
    ),
    allow_disclose: withDefault(
      boolean(),
      true,
      "Whether clients may ask for disclosure of identities (`disclose_me`, `disclose_caller`).",
      { origin: "sluice", property: "allowsDisclosure" },
    ),
    call_queue: withDefault(
      integer(0, 1_000_000),
      0,
      "Calls that may wait at one registration while all its callees have as many invocations as their `concurrency` allows.",
      { origin: "sluice", property: "callQueueLength" },
    ),
    enable_meta_api: withDefault(
      boolean(),
      true,
      "Whether the realm has the procedures and events below `wamp.`. Procedures that end what other sessions have (`wamp.session.kill`, `wamp.registration.remove_callee`, …) can be called only by roles with a permission whose own `uri` begins with `wamp.`; an allowed `*` is not enough.",
      { property: "hasMetaApi" },
    ),
    bridge_meta_api: accepted(
      booleanNotYet(false),
      "Whether the meta API can be had from other routers.",
    ),
    event_dispatching_chunk_size: accepted(
      integer(1, Number.MAX_SAFE_INTEGER),
      "No effect: events leave in batches of their own.",
    ),
  },
});

/** A realm. */
export const REALM = object({
  name: "realm",
  help:
    "A routing domain: its sessions see each other and none of another realm.",
  keys: {
    name: required(
      uri(),
      "The name that clients join by, unique in the router.",
    ),
    roles: required(list(ROLE, { min: 1 }), "The roles."),
    options: optional(REALM_OPTIONS, "Options."),
    store: optional(
      STORE,
      "Where histories and retained events are kept. Absent: in memory, and no history.",
    ),
    quotas: optional(
      QUOTAS,
      "What the sessions of each role may have together, unless the role says otherwise.",
      { origin: "sluice" },
    ),
    call_timeout_ms: callTimeout(
      "the sessions of each role that does not say otherwise",
      "Absent: they have no time limit.",
    ),
    inventory: notYetIgnorable("an inventory of interfaces"),
    rlinks: notYetIgnorable("links to other routers"),
    uplinks: notYetIgnorable("links to other routers"),
    stats: refusedIgnorable(
      "statistics of a realm are not published; `wamp.session.count` and the like tell what there is",
    ),
    trace: refusedIgnorable(
      "traces of a realm are not kept; `debug` of a transport logs its messages",
    ),
    activations: refusedIgnorable(
      "activations of a realm are not served: they are for XBR",
    ),
    features: refusedIgnorable(
      "features of a realm cannot be chosen: all that the router has are announced",
    ),
    template: refusedIgnorable(
      "templates of realms are not served: write the realm itself",
    ),
    id: accepted(text(), "No effect."),
  },
  hasLooseKeys: true,
});

/** Realms that are created when a client asks for them. */
export const AUTO_REALMS = object({
  name: "auto realms",
  help:
    "Realms that are created when a client whose login has succeeded joins one that is not there, and go when their last session leaves, with all retained events, of which each keeps those of 1000 topics and 1 MiB at most. Whoever may join any can make some, and so can strangers where a transport lets them in with a role of these, which is a warning: mind `auth` and `max_realms`.",
  keys: {
    prefix: withDefault(
      text({
        pattern: /^[^\s#]*$/u,
        wanted: "a text without white space and #",
      }),
      "",
      "How their names begin. Names have at most 255 characters, and are not `wamp` or below it.",
      { origin: "sluice" },
    ),
    max_realms: withDefault(
      integer(1, 1_000_000),
      1000,
      "How many there can be at a time; a login beyond is refused with `sluice.error.limit_reached`.",
      { origin: "sluice" },
    ),
    roles: required(list(ROLE, { min: 1 }), "The roles.", { origin: "sluice" }),
    options: optional(REALM_OPTIONS, "Options.", { origin: "sluice" }),
    quotas: optional(
      QUOTAS,
      "What the sessions of each role may have together, in one realm, unless the role says otherwise.",
      { origin: "sluice" },
    ),
    call_timeout_ms: callTimeout(
      "the sessions of each role that does not say otherwise",
      "Absent: they have no time limit.",
    ),
  },
});
