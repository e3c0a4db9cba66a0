/**
 * The table: transports.
 *
 * @module
 */

import { optional, refusedIgnorable, required } from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import { choice } from "../../schema/value_types.ts";
import { variants } from "../../schema/variant_type.ts";
import { ENDPOINT } from "./endpoint_keys.ts";
import { PORT_OPTIONS, TRANSPORT_OPTIONS } from "./limit_keys.ts";
import { PROXY_KEYS } from "./proxy_keys.ts";
import { ID, SPEECH } from "./speech_keys.ts";
import { WEB, WEB_PART, WEBSOCKET_PATHS } from "./web_keys.ts";
import { WEBSOCKET } from "./websocket_keys.ts";

const OPTIONS = optional(TRANSPORT_OPTIONS, "Limits of this transport.");

const RAWSOCKET_KEYS = {
  id: ID,
  type: required(choice(["rawsocket"]), "The kind of transport."),
  endpoint: required(ENDPOINT, "Where the transport listens."),
  ...SPEECH,
  options: OPTIONS,
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
export const RAWSOCKET_PART = object({
  name: "rawsocket part",
  help:
    "RawSocket on a universal transport. Speaks all serializers unless it has a list.",
  keys: {
    type: optional(choice(["rawsocket"]), "The kind of the part."),
    ...SPEECH,
    options: OPTIONS,
  },
  schema: { not: { required: ["serializer", "serializers"] } },
});

/** A transport of type `universal`. */
export const UNIVERSAL = object({
  name: "universal transport",
  help:
    "RawSocket, WebSocket and plain HTTP on one address, told apart by the first octet that a client sends and by its path.",
  keys: {
    id: ID,
    type: required(choice(["universal"]), "The kind of transport."),
    endpoint: required(ENDPOINT, "Where the transport listens."),
    rawsocket: optional(
      RAWSOCKET_PART,
      "RawSocket. Absent: such clients are turned away.",
    ),
    websocket: optional(
      WEBSOCKET_PATHS,
      "WebSocket, by the first part of the path.",
    ),
    web: optional(WEB_PART, "Plain HTTP, and WebSocket beside it."),
    options: optional(PORT_OPTIONS, "Limits of this transport.", {
      origin: "sluice",
    }),
    ...PROXY_KEYS,
    mqtt: refusedIgnorable("MQTT is not served"),
  },
});

const OTHER_TYPES = {
  what: "a transport",
  isIgnorable: true,
  unsupported: {
    mqtt: "is not served",
    flashpolicy: "is not served: nothing in use has Flash",
    stream: "is not served",
    "websocket.testee": "is not served",
    "stream.testee": "is not served",
  },
};

const HTTP_TRANSPORTS = {
  websocket: WEBSOCKET,
  universal: UNIVERSAL,
  web: WEB,
};

/** A transport in a file of ours. */
export const TRANSPORT = variants(
  { rawsocket: RAWSOCKET, ...HTTP_TRANSPORTS },
  OTHER_TYPES,
);

/** A transport in a Crossbar.io config. */
export const CROSSBAR_TRANSPORT = variants(
  { rawsocket: CROSSBAR_RAWSOCKET, ...HTTP_TRANSPORTS },
  OTHER_TYPES,
);
