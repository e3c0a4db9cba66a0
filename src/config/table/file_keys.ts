/**
 * The table: what a file holds at its top, in each of the three forms.
 *
 * @module
 */

import {
  accepted,
  notYetIgnorable,
  optional,
  required,
  withDefault,
} from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import {
  anything,
  boolean,
  choice,
  integer,
  list,
  text,
  type Type,
} from "../../schema/value_types.ts";
import { variants } from "../../schema/variant_type.ts";
import { EXPECTATION } from "./expect_keys.ts";
import { LIMITS } from "./limit_keys.ts";
import { AUTO_REALMS, REALM } from "./realm_keys.ts";
import { CROSSBAR_TRANSPORT, TRANSPORT } from "./transport_keys.ts";

const EXPECT = optional(
  list(EXPECTATION),
  "Decisions that the permissions must come to: where one is another, `check` fails and the router does not start.",
  { origin: "sluice" },
);

const SCHEMA = accepted(text(), "For editors: where the JSON Schema is.");

/** What concerns the router as a whole, with its defaults. */
export const FILE = {
  shutdown_timeout_ms: withDefault(
    integer(1, 3_600_000),
    5_000,
    "How long stopping may take: GOODBYE to all sessions and what waits for them. What is left then is cut off.",
    { origin: "sluice" },
  ),
  max_memory_bytes: optional(
    integer(2 ** 24, 2 ** 44),
    "Bytes of memory that all clients together may have the router keep. From nine tenths of it on no new connections are taken; over it the connection that holds most is ended, then the next. Without it, half of the least of the machine's memory, the container's limit and what JavaScript's heap may grow to (`--v8-flags=--max-old-space-size`), as far as Deno's permissions let the router see them.",
    { origin: "sluice" },
  ),
  max_source_bytes: withDefault(
    integer(2 ** 20, 2 ** 40),
    2 ** 26,
    "Bytes of memory that connections of one address (IPv6: of one /64) may take together before their login. Over it the connection that took more is closed. All Unix sockets are one address.",
    { origin: "sluice" },
  ),
  max_total_frame_bytes: withDefault(
    integer(2 ** 20, 2 ** 40),
    2 ** 28,
    "Bytes of memory that messages of all connections may take that have begun and are not whole. Over it the connection with the largest is closed.",
    { origin: "sluice" },
  ),
  max_total_outbox_bytes: withDefault(
    integer(2 ** 20, 2 ** 40),
    2 ** 29,
    "Bytes that may wait for all slow clients together. Over it the one for which most waits is closed.",
    { origin: "sluice" },
  ),
};

/** A file with `realms` and `transports`. */
export const ROUTER = object({
  name: "router",
  help:
    "The whole router. The limits here hold for every transport that does not set its own in `options`.",
  keys: {
    $schema: SCHEMA,
    realms: optional(
      list(REALM, { min: 1 }),
      "The realms. Absent: one named `realm1` with role `anonymous`, which may do everything; only when nobody but this machine can connect.",
    ),
    auto_realms: optional(
      AUTO_REALMS,
      "Realms that are created when a client asks for them. Absent: none are.",
      { origin: "sluice" },
    ),
    transports: required(list(TRANSPORT, { min: 1 }), "The transports."),
    expect: EXPECT,
    ...FILE,
    ...LIMITS,
  },
});

/** A worker of type `router` in a Crossbar.io config. */
export const ROUTER_WORKER = object({
  name: "router worker",
  help: "The part of a Crossbar.io node that is served.",
  keys: {
    type: required(choice(["router"]), "The kind of worker."),
    id: accepted(text(), "No effect."),
    options: accepted(
      anything(),
      "No effect, but for `disabled`: true leaves the worker out, with a warning.",
    ),
    realms: optional(list(REALM), "The realms."),
    transports: optional(list(CROSSBAR_TRANSPORT), "The transports."),
    manhole: notYetIgnorable("a manhole"),
    components: optional(
      emptyList("components inside the router are not served"),
      "Components to run inside the router: not served.",
    ),
    connections: optional(
      emptyList("connections to databases are not served"),
      "Connections for components: not served.",
    ),
  },
});

const WORKER = unlessDisabled(variants({ router: ROUTER_WORKER }, {
  what: "a worker",
  isIgnorable: true,
  unsupported: {
    container: "is not served: run its components as clients",
    guest: "is not served: run the program beside the router",
    websocket_testee: "is not served",
    "websocket-testee": "is not served",
    proxy: "is not served: Sluice speaks RawSocket by itself",
    marketplace: "is not served",
    xbrmm: "is not served",
    hostmonitor: "is not served",
  },
}));

/** A Crossbar.io node config. */
export const CROSSBAR_NODE = object({
  name: "crossbar node",
  help:
    "A node config of Crossbar.io. Its router workers are served together, each with realms of its own.",
  keys: {
    version: required(choice([2]), "The version of the form."),
    $schema: SCHEMA,
    controller: accepted(anything(), "No effect."),
    workers: required(
      list(WORKER),
      "The workers; those of type `router` are served.",
    ),
    expect: EXPECT,
  },
});

/** A list that must be empty, or is left out on demand. */
function emptyList(reason: string): ReturnType<typeof list<true>> {
  const base = list(anything());
  return {
    text: "list",
    check(node, context) {
      const items = base.check(node, context);
      if (items !== undefined && items.length > 0) {
        context.unsupported(node, reason);
      }
      return items;
    },
    schema: () => ({ type: "array", maxItems: 0 }),
  };
}

/** A worker that is switched off is left out, whatever else it holds. */
function unlessDisabled<T>(worker: Type<T>): Type<T> {
  return {
    ...worker,
    check(node, context) {
      const disabled = node.entries.get("options")?.node.entries.get(
        "disabled",
      );
      if (disabled === undefined) return worker.check(node, context);
      const isDisabled = boolean().check(disabled.node, context);
      if (isDisabled === false) return worker.check(node, context);
      if (isDisabled) context.warn(node, "this worker is disabled; left out");
      return undefined;
    },
  };
}
