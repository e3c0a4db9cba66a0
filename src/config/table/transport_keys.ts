/**
 * The table: transports.
 *
 * @module
 */

import { accepted, optional, required, withDefault } from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import {
  anything,
  boolean,
  choice,
  integer,
  list,
  text,
} from "../../schema/value_types.ts";
import { variants } from "../../schema/variant_type.ts";
import { AUTH } from "./auth_keys.ts";
import { ENDPOINT } from "./endpoint_keys.ts";
import {
  MESSAGE_BYTES_DEFAULT,
  MESSAGE_BYTES_MAX,
  TRANSPORT_OPTIONS,
} from "./limit_keys.ts";

/** All serializers, in the order in which they are listed. */
export const SERIALIZERS = ["json", "msgpack", "cbor"] as const;

/** A way of writing WAMP messages as bytes. */
export type SerializerName = typeof SERIALIZERS[number];

const serializer = choice(SERIALIZERS, {
  unsupported: {
    ubjson: "is not served: no client in wide use needs it",
    flatbuffers: "is not served: no client in wide use needs it",
  },
});

const ID = optional(
  text({
    pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/u,
    wanted: "1 to 64 letters, digits, _ . or -",
  }),
  "Names the transport in logs and errors; unique in the router. Absent: `transportN`, N being its place in the list, from 1.",
  { aliases: ["name"] },
);

/** What a transport speaks, apart from where it listens. */
export const SPEECH = {
  serializer: optional(
    serializer,
    "What the transport speaks.",
    { origin: "sluice" },
  ),
  serializers: optional(
    list(serializer, { min: 1, unique: true }),
    "In place of `serializer`: several on one address, told apart by the client's handshake.",
  ),
  max_message_size: optional(
    integer(1, MESSAGE_BYTES_MAX),
    "The largest message taken from a client, in bytes. The handshake announces the largest power of two that is not above it, at least 512 bytes and at most 16 MiB.",
    {
      origin: "sluice",
      aliases: ["max_size", "max_message_length"],
      property: "maxMessageBytes",
      written: MESSAGE_BYTES_DEFAULT,
    },
  ),
  options: optional(TRANSPORT_OPTIONS, "Limits of this transport."),
  auth: optional(
    AUTH,
    "How clients authenticate. Absent: anyone joins with role `anonymous`, with a warning when others than this machine can connect.",
    { aliases: ["authentication"] },
  ),
  debug: withDefault(
    boolean(),
    false,
    "Logs handshakes, the types, ids and URIs of messages, and closings with their reasons. Never payloads, never secrets.",
  ),
};

const RAWSOCKET_KEYS = {
  id: ID,
  type: required(choice(["rawsocket"]), "The kind of transport."),
  endpoint: required(ENDPOINT, "Where the transport listens."),
  ...SPEECH,
};

/** A transport of type `rawsocket`. */
export const RAWSOCKET = object({
  name: "rawsocket transport",
  help: "WAMP over RawSocket.",
  keys: RAWSOCKET_KEYS,
  schema: {
    oneOf: [{ required: ["serializer"] }, { required: ["serializers"] }],
  },
});

/** The same in a Crossbar.io config, where all serializers are the default. */
export const CROSSBAR_RAWSOCKET = object({
  name: "rawsocket transport of Crossbar.io",
  help:
    "As a rawsocket transport, but speaks all serializers unless it has a list.",
  keys: RAWSOCKET_KEYS,
  schema: { not: { required: ["serializer", "serializers"] } },
});

/** The RawSocket part of a transport of type `universal`. */
export const UNIVERSAL_PART = object({
  name: "rawsocket part of a universal transport",
  help: "The part of a universal transport that is served.",
  keys: {
    type: optional(choice(["rawsocket"]), "The kind of the part."),
    ...SPEECH,
  },
  schema: { not: { required: ["serializer", "serializers"] } },
});

const UNSERVED_PART = accepted(
  anything(),
  "Not served: a warning says so.",
);

/** A transport of type `universal`, as Crossbar.io has it. */
export const UNIVERSAL = object({
  name: "universal transport",
  help: "Several protocols on one address; the RawSocket part is served.",
  keys: {
    id: ID,
    type: required(choice(["universal"]), "The kind of transport."),
    endpoint: required(ENDPOINT, "Where the transport listens."),
    rawsocket: optional(UNIVERSAL_PART, "The part that is served."),
    websocket: UNSERVED_PART,
    mqtt: UNSERVED_PART,
    web: UNSERVED_PART,
  },
});

const OTHER_TYPES = {
  what: "a transport",
  isIgnorable: true,
  unsupported: {
    websocket: "is not served: Sluice speaks RawSocket",
    web: "is not served: Sluice speaks RawSocket",
    mqtt: "is not served: Sluice speaks RawSocket",
    flashpolicy: "is not served: Sluice speaks RawSocket",
    stream: "is not served: Sluice speaks RawSocket",
  },
};

/** A transport in a file of ours. */
export const TRANSPORT = variants(
  { rawsocket: RAWSOCKET, universal: UNIVERSAL },
  OTHER_TYPES,
);

/** A transport in a Crossbar.io config. */
export const CROSSBAR_TRANSPORT = variants(
  { rawsocket: CROSSBAR_RAWSOCKET, universal: UNIVERSAL },
  OTHER_TYPES,
);
