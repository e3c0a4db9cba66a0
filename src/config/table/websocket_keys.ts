/**
 * The table: WAMP over WebSocket.
 *
 * @module
 */

import {
  accepted,
  noted,
  optional,
  refusedIgnorable,
  required,
  withDefault,
} from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import {
  anything,
  boolean,
  booleanOnly,
  choice,
  integer,
  list,
  text,
  type Type,
} from "../../schema/value_types.ts";
import { ENDPOINT } from "./endpoint_keys.ts";
import { HOUR_MS, MESSAGE_BYTES_MAX, OVERRIDES } from "./limit_keys.ts";
import { PROXY_KEYS } from "./proxy_keys.ts";
import { ID, SPEECH } from "./speech_keys.ts";

/** The shortest piece in which a long message is sent. */
const FRAGMENT_BYTES_MIN = 256;

/** RFC 6455 section 5.5: what a PING can carry. */
const PING_BYTES_MAX = 125;

/** RFC 7692 section 7.1.2, less 8, which zlib does not have. */
const windowBits = integer(9, 15);

/** `options.compression.deflate`. */
export const DEFLATE = object({
  name: "deflate",
  help:
    "permessage-deflate (RFC 7692). Each message is compressed by itself, both ways: nothing is kept between messages.",
  keys: {
    max_window_bits: withDefault(
      windowBits,
      15,
      "The window for what the router sends, as a power of two.",
    ),
    memory_level: withDefault(
      integer(1, 9),
      8,
      "How much memory compressing may take: 9 is most.",
    ),
    request_max_window_bits: optional(
      choice([0, 9, 10, 11, 12, 13, 14, 15]),
      "The window that clients are asked to keep to. 0 or absent: they are not asked.",
    ),
    no_context_takeover: accepted(
      boolean(),
      "No effect: nothing is kept between messages.",
    ),
    request_no_context_takeover: accepted(
      boolean(),
      "No effect: clients are always asked to keep nothing between messages.",
    ),
    max_message_size: accepted(
      integer(0, MESSAGE_BYTES_MAX),
      "No effect: `max_message_size` of the options counts, after inflating.",
    ),
  },
});

/** `options.compression`. */
export const COMPRESSION = object({
  name: "compression",
  help: "How messages are compressed for clients that can do so.",
  keys: {
    deflate: optional(DEFLATE, "By permessage-deflate."),
    bzip2: refusedIgnorable("compression by bzip2 is not served"),
    snappy: refusedIgnorable("compression by snappy is not served"),
    brotli: refusedIgnorable("compression by brotli is not served"),
  },
});

const BREAKS_PROTOCOL = "breaks the protocol, so that no client could join";

/** `options` of a WebSocket service. */
export const WEBSOCKET_OPTIONS = object({
  name: "websocket options",
  help:
    "How WebSocket is spoken, and limits, each of which takes the place of the router's. Times without `_ms` in their names are in milliseconds as well.",
  keys: {
    max_message_size: optional(
      integer(0, MESSAGE_BYTES_MAX),
      "As `max_message_size` beside `options`, where Crossbar.io has it. 0: its default.",
    ),
    allowed_origins: optional(
      list(text()),
      'The origins of pages that may connect, such as `"https://*.example.com"`, in which `*` stands for any text; `"*"` for all. Absent: those of the same host and port. Clients that are no browsers send none, and may always connect.',
    ),
    allow_null_origin: withDefault(
      boolean(),
      false,
      'Whether pages may connect whose origin is "null", such as local files.',
    ),
    max_frame_size: optional(
      integer(0, MESSAGE_BYTES_MAX),
      "The longest frame that is taken from a client, in bytes. 0 or absent: as long as a message may be.",
    ),
    auto_fragment_size: optional(
      zeroOr(FRAGMENT_BYTES_MIN, MESSAGE_BYTES_MAX),
      "Longer messages are sent in frames of so many bytes. 0 or absent: each in one frame.",
    ),
    open_handshake_timeout: optional(
      integer(0, HOUR_MS),
      "As `handshake_timeout_ms`. 0: its default.",
    ),
    close_handshake_timeout: withDefault(
      integer(0, HOUR_MS),
      3000,
      "A connection whose close frame is not answered after this time is cut off. 0: the default.",
    ),
    auto_ping_interval: optional(
      integer(0, HOUR_MS),
      "As `auto_ping_interval_ms`, for all clients. 0: no PINGs are sent.",
    ),
    auto_ping_timeout: optional(
      integer(0, HOUR_MS),
      "As `auto_ping_timeout_ms`. 0: its default.",
    ),
    auto_ping_size: withDefault(
      integer(4, PING_BYTES_MAX),
      16,
      "How many bytes a PING carries.",
    ),
    compression: optional(
      COMPRESSION,
      "Compression of messages. Absent: none.",
    ),
    require_websocket_subprotocol: withDefault(
      boolean(),
      true,
      "Whether clients must name a subprotocol, such as `wamp.2.json`. Else one that names none speaks JSON.",
    ),
    fail_by_drop: withDefault(
      boolean(),
      false,
      "Whether a client that breaks the protocol is cut off without a close frame.",
    ),
    echo_close_codereason: withDefault(
      boolean(),
      false,
      "Whether a client's close frame is answered with its own code and reason.",
    ),
    enable_webstatus: withDefault(
      boolean(),
      false,
      "Whether a browser that opens the address is shown a page, in place of one line.",
    ),
    validate_utf8: accepted(
      boolean(),
      "No effect: text that is no UTF-8 is never taken.",
    ),
    require_masked_client_frames: withDefault(
      boolean(),
      true,
      "Whether frames of clients must be masked, as the protocol asks.",
    ),
    enable_rfc6455: accepted(
      booleanOnly(true, BREAKS_PROTOCOL),
      "Whether WebSocket is served.",
    ),
    mask_server_frames: accepted(
      booleanOnly(false, BREAKS_PROTOCOL),
      "Whether the router's own frames are masked.",
    ),
    apply_mask: accepted(
      booleanOnly(true, BREAKS_PROTOCOL),
      "Whether masks are applied.",
    ),
    enable_hybi10: noted(
      boolean(),
      "only the final version of the protocol is served, RFC 6455",
    ),
    enable_hixie76: noted(
      boolean(),
      "only the final version of the protocol is served, RFC 6455",
    ),
    auto_ping_restart_on_any_traffic: noted(
      boolean(),
      "a client that says or reads anything is there",
    ),
    enable_flash_policy: noted(boolean(), "Flash is not served"),
    flash_policy: noted(anything(), "Flash is not served"),
    show_server_version: noted(
      boolean(),
      "clients are not told the version before they join",
    ),
    tcp_nodelay: noted(
      boolean(),
      "what is sent is never held back for more",
    ),
    external_port: noted(
      anything(),
      "origins are compared with the host and port that the client asked for",
    ),
    ...OVERRIDES,
  },
});

const WEBSOCKET_KEYS = {
  ...SPEECH,
  options: optional(WEBSOCKET_OPTIONS, "How it is spoken, and limits."),
  url: accepted(
    text({
      pattern: /^(ws|wss|rs|rss):\/\/[^\s]+$/u,
      wanted: 'a URL, such as "ws://example.com/ws"',
    }),
    "Where clients find it. No effect.",
  ),
  cookie: refusedIgnorable(
    "tracking by cookie is not served: a browser sends a cookie for every page that connects, also for those of others",
  ),
};

const NO_DOUBLES = { not: { required: ["serializer", "serializers"] } };

/** A transport of type `websocket`. */
export const WEBSOCKET = object({
  name: "websocket transport",
  help:
    "WAMP over WebSocket, at any path. Speaks all serializers unless it has a list. PINGs go to all clients, every 10 s, with 5 s for the answer, unless the file says otherwise.",
  keys: {
    id: ID,
    type: required(choice(["websocket"]), "The kind of transport."),
    endpoint: required(ENDPOINT, "Where the transport listens."),
    ...WEBSOCKET_KEYS,
    ...PROXY_KEYS,
  },
  schema: NO_DOUBLES,
});

/** WebSocket at one path of a `web` or `universal` transport. */
export const WEBSOCKET_SERVICE = object({
  name: "websocket service",
  help: "WAMP over WebSocket, at one path.",
  keys: {
    id: accepted(text(), "No effect."),
    type: optional(choice(["websocket"]), "The kind of service."),
    ...WEBSOCKET_KEYS,
  },
  schema: NO_DOUBLES,
});

function zeroOr(min: number, max: number): Type<number> {
  const type = integer(min, max);
  return {
    text: `0, or ${type.text}`,
    check: (node, context) => node.value === 0 ? 0 : type.check(node, context),
    schema: (definitions) => ({
      anyOf: [{ const: 0 }, type.schema(definitions)],
    }),
  };
}
