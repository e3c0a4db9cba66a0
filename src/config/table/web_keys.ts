/**
 * The table: what is served over HTTP.
 *
 * @module
 */

import {
  accepted,
  noted,
  optional,
  refused,
  refusedIgnorable,
  required,
  withDefault,
} from "../../schema/key.ts";
import { named, type NamedEntry } from "../../schema/map_type.ts";
import { object } from "../../schema/object_type.ts";
import { TEXT_SECRET } from "../../schema/secret_forms.ts";
import { secret } from "../../schema/secret_type.ts";
import { network, path, uri } from "../../schema/special_types.ts";
import {
  anything,
  boolean,
  choice,
  integer,
  jsonValue,
  list,
  text,
  type Type,
} from "../../schema/value_types.ts";
import { variants } from "../../schema/variant_type.ts";
import { ENDPOINT } from "./endpoint_keys.ts";
import { OVERRIDES } from "./limit_keys.ts";
import { PROXY_KEYS } from "./proxy_keys.ts";
import { ID } from "./speech_keys.ts";
import { WEBSOCKET_SERVICE } from "./websocket_keys.ts";

const DAY_S = 86_400;
const YEAR_S = 365 * DAY_S;

/** The longest body of a request that the table allows. */
const BODY_BYTES_MAX = 2 ** 20;

const SERVICE_ID = accepted(text(), "No effect.");

function typeOf<const T extends string>(type: T) {
  return required(choice([type]), "The kind of service.");
}

/** `options` of a service of type `static`. */
export const STATIC_OPTIONS = object({
  name: "static options",
  help: "How files are served.",
  keys: {
    enable_directory_listing: withDefault(
      boolean(),
      false,
      "Whether a folder without `index.html` is listed.",
    ),
    mime_types: optional(
      named("by ending: content type", () => text(), {
        pattern: /^\.[^/\s]+$/u,
        wanted: 'the end of file names with its dot, such as ".svg"',
      }),
      "The content types of files whose names end so, before those that are known.",
    ),
    cache_timeout: optional(
      orNull(integer(0, 10 * YEAR_S)),
      "For how many seconds browsers may show a file without asking again. Absent or null: they ask each time, and get it when it is another.",
    ),
    default_file: optional(
      text({
        pattern: /^(?!.*(^|\/)\.\.?(\/|$))[^\0\\]+$/u,
        wanted: "the path of a file in the folder",
      }),
      "The file of the folder that is served where there is none of the name that was asked for. Absent: 404.",
    ),
    allow_cross_origin: accepted(
      boolean(),
      "No effect: pages of other origins are not given more than browsers give them.",
    ),
  },
});

/** A service of type `static`. */
export const STATIC = object({
  name: "static service",
  help: "Files of a folder, and never of another.",
  keys: {
    id: SERVICE_ID,
    type: typeOf("static"),
    directory: optional(
      path(),
      "The folder. A relative path starts at the config's folder.",
    ),
    options: optional(STATIC_OPTIONS, "How they are served."),
    package: refusedIgnorable(
      'files of a Python package are not served: write their folder as "directory"',
    ),
    resource: refusedIgnorable(
      'files of a Python package are not served: write their folder as "directory"',
    ),
  },
  schema: { required: ["type", "directory"] },
});

/** A service of type `nodeinfo`. */
export const NODEINFO = object({
  name: "nodeinfo service",
  help: "A page about the router: version, uptime, transports. No secrets.",
  keys: { id: SERVICE_ID, type: typeOf("nodeinfo") },
});

/** A service of type `json`. */
export const JSON_SERVICE = object({
  name: "json service",
  help: "A JSON document.",
  keys: {
    id: SERVICE_ID,
    type: typeOf("json"),
    value: required(jsonValue(), "What is answered."),
    options: accepted(anything(), "No effect."),
  },
});

/** A service of type `redirect`. */
export const REDIRECT = object({
  name: "redirect service",
  help: "Another address: browsers go there.",
  keys: {
    id: SERVICE_ID,
    type: typeOf("redirect"),
    url: required(
      text({
        pattern: /^(https?:\/\/|\/)?[^\s\\]+$/u,
        wanted: 'a URL, such as "https://example.com/"',
      }),
      "Where they are sent.",
    ),
  },
});

const BRIDGE_KEYS = {
  id: SERVICE_ID,
  realm: required(uri("the name of a realm"), "The realm."),
  role: required(text(), "The role of the requests; the realm must have it."),
};

const BODY_LIMIT = withDefault(
  integer(0, BODY_BYTES_MAX),
  131_072,
  "The longest body of a request, in bytes. 0: the default.",
);

const BRIDGE_DEBUG = withDefault(
  boolean(),
  false,
  "Logs requests. Never their bodies.",
);

/** `options` of services of types `caller` and `publisher`. */
export const BRIDGE_OPTIONS = object({
  name: "bridge options",
  help: "Whose requests are taken.",
  keys: {
    key: optional(
      text(),
      "With `secret`: the name of the secret that requests must be signed with. Absent: signatures are not asked for.",
    ),
    secret: optional(
      secret(TEXT_SECRET),
      "What requests are signed with, by HMAC-SHA256.",
    ),
    timestamp_delta_limit: optional(
      integer(0, DAY_S),
      "By how many seconds the time in a signed request may differ from the router's. 0 or absent: by any; a request that somebody has seen can then be sent again.",
    ),
    require_ip: optional(
      list(network(), { min: 1 }),
      "The addresses and networks from which requests are taken. Absent: all.",
    ),
    require_tls: withDefault(
      boolean(),
      false,
      "Whether requests must come over TLS.",
    ),
    post_body_limit: BODY_LIMIT,
    debug: BRIDGE_DEBUG,
  },
  schema: { dependencies: { key: ["secret"], secret: ["key"] } },
});

function bridge<const T extends "caller" | "publisher">(
  type: T,
  help: string,
) {
  return object({
    name: `${type} service`,
    help,
    keys: {
      type: typeOf(type),
      ...BRIDGE_KEYS,
      options: optional(BRIDGE_OPTIONS, "Whose requests are taken."),
    },
  });
}

/** A service of type `caller`. */
export const CALLER = bridge(
  "caller",
  "POST of JSON (`procedure`, `args`, `kwargs`) becomes a call; the answer has its result.",
);

/** A service of type `publisher`. */
export const PUBLISHER = bridge(
  "publisher",
  "POST of JSON (`topic`, `args`, `kwargs`, `options`) becomes an event.",
);

/** `options` of a service of type `webhook`. */
export const WEBHOOK_OPTIONS = object({
  name: "webhook options",
  help: "What becomes of requests.",
  keys: {
    topic: required(
      uri("the URI of a topic"),
      "Where what is posted is published.",
    ),
    success_response: withDefault(
      text(),
      "OK",
      "The answer where that was done.",
    ),
    error_response: withDefault(
      text(),
      "NOT OK",
      "The answer where it was not.",
    ),
    github_secret: optional(
      secret(TEXT_SECRET),
      "What GitHub signs its requests with. Absent: signatures are not asked for.",
    ),
    post_body_limit: BODY_LIMIT,
    debug: BRIDGE_DEBUG,
  },
});

/** A service of type `webhook`. */
export const WEBHOOK = object({
  name: "webhook service",
  help:
    "Each POST becomes an event, whose only argument has the body and the headers.",
  keys: {
    type: typeOf("webhook"),
    ...BRIDGE_KEYS,
    options: required(WEBHOOK_OPTIONS, "What becomes of requests."),
  },
});

const SERVICE_PATH = {
  pattern: /^([A-Za-z0-9_-]+|\/)$/u,
  wanted:
    'one part of a path, of letters, digits, _ and -, without slashes; or "/" for what no other has',
};

/** A service by the next part of its path. */
export type ServiceEntry = NamedEntry<WebServiceSection>;

const PATHS: Type<readonly ServiceEntry[]> = named(
  "by path: a service",
  () => WEB_SERVICE,
  SERVICE_PATH,
);

/** A service of type `path`. */
export const PATH_SERVICE = object({
  name: "path service",
  help: "Services by the next part of the path.",
  keys: {
    id: SERVICE_ID,
    type: typeOf("path"),
    paths: required(PATHS, "The services."),
  },
});

const WEB_SERVICE = variants({
  websocket: WEBSOCKET_SERVICE,
  static: STATIC,
  nodeinfo: NODEINFO,
  json: JSON_SERVICE,
  redirect: REDIRECT,
  path: PATH_SERVICE,
  caller: CALLER,
  publisher: PUBLISHER,
  webhook: WEBHOOK,
}, {
  what: "a service",
  isIgnorable: true,
  unsupported: {
    pusher: 'is not served: Crossbar.io calls it "publisher" now',
    longpoll: "is not served: clients need WebSocket",
    wsgi: "is not served: run the program beside the router",
    cgi: "is not served: run the program beside the router",
    resource: "is not served: it names a class in Python",
    reverseproxy: "is not served: put a proxy in front of the router",
    websocket_reverseproxy: "is not served: put a proxy in front of the router",
    "websocket-reverseproxy":
      "is not served: put a proxy in front of the router",
    upload: "is not served",
    archive: "is not served",
    wap: "is not served",
    catalog: "is not served",
    schema: "is not served",
    pairme: "is not served",
    registerme: "is not served",
  },
});

/** A service at a path that was checked. */
export type WebServiceSection = NonNullable<
  ReturnType<typeof WEB_SERVICE.check>
>;

/** `options` of a transport of type `web`. */
export const WEB_OPTIONS = object({
  name: "web options",
  help:
    "How HTTP is spoken, and limits of the transport, each of which takes the place of the router's.",
  keys: {
    access_log: withDefault(boolean(), false, "Logs each request."),
    hsts: withDefault(
      boolean(),
      false,
      "Whether browsers are told to come over TLS only (`Strict-Transport-Security`). Only over TLS.",
    ),
    hsts_max_age: withDefault(
      integer(0, 10 * YEAR_S),
      YEAR_S,
      "For how many seconds.",
    ),
    client_timeout: optional(
      orNull(integer(1, DAY_S)),
      "For how many seconds a connection may wait for its next request. Absent or null: 60.",
    ),
    display_tracebacks: noted(
      boolean(),
      "clients are told what failed, and the log why",
    ),
    debug: noted(boolean(), '"access_log" logs requests'),
    ...OVERRIDES,
  },
});

const WEB_KEYS = {
  paths: required(
    PATHS,
    'The services. `"/"` is for what no other has; without it such requests get 404.',
  ),
  options: optional(WEB_OPTIONS, "How HTTP is spoken, and limits."),
};

/** A transport of type `web`. */
export const WEB = object({
  name: "web transport",
  help: "WebSocket and plain HTTP, by the first part of the path.",
  keys: {
    id: ID,
    type: required(choice(["web"]), "The kind of transport."),
    endpoint: required(ENDPOINT, "Where the transport listens."),
    ...WEB_KEYS,
    ...PROXY_KEYS,
    auth: refused(
      'logins are those of a websocket service: write "auth" there',
    ),
  },
});

/** The web part of a transport of type `universal`. */
export const WEB_PART = object({
  name: "web part",
  help: "Plain HTTP on a universal transport.",
  keys: {
    id: SERVICE_ID,
    type: optional(choice(["web"]), "The kind of the part."),
    ...WEB_KEYS,
  },
});

/** WebSocket by path, on a transport of type `universal`. */
export const WEBSOCKET_PATHS = named(
  `by path: object: ${WEBSOCKET_SERVICE.name}`,
  () => WEBSOCKET_SERVICE,
  SERVICE_PATH,
);

/** In some keys null says what an absent one does. */
function orNull<T>(type: Type<T>): Type<T> {
  return {
    text: `${type.text}, or null`,
    check: (node, context) =>
      node.kind === "null" ? undefined : type.check(node, context),
    schema: (definitions) => ({
      anyOf: [type.schema(definitions), { type: "null" }],
    }),
  };
}
