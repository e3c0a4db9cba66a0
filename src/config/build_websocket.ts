/**
 * From checked WebSocket to the typed config.
 *
 * @module
 */

import {
  chooseAuth,
  chooseSerializers,
  noteMessageSize,
  type PlacedService,
  type ServicePlace,
  type SpeechSection,
  statedMessageSize,
} from "./build_speech.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { DeflateConfig, WebSocketConfig } from "./config.ts";
import { mergeLimits, type StatedLimits } from "./merge_limits.ts";
import { has, nodeOf, type Section, sectionOf } from "../schema/object_type.ts";
import {
  type LimitName,
  MESSAGE_BYTES_DEFAULT,
  WEBSOCKET_LIMITS,
} from "./table/limit_keys.ts";
import {
  type DEFLATE,
  WEBSOCKET_OPTIONS,
  type WEBSOCKET_SERVICE,
} from "./table/websocket_keys.ts";

/** WebSocket that was checked. */
export type WebSocketSection = Section<
  Omit<typeof WEBSOCKET_SERVICE.keys, "id" | "type">
>;

type Options = Section<typeof WEBSOCKET_OPTIONS.keys>;

/**
 * The service, or `undefined` if a part that it needs is wrong.
 *
 * @param path Of its URLs; undefined: any.
 */
export function buildWebSocket(
  section: WebSocketSection,
  path: string | undefined,
  { limits, mustChoose }: ServicePlace,
  context: CheckContext,
): PlacedService<WebSocketConfig> | undefined {
  const stated = section.values.options;
  const options = stated ?? sectionOf(section.node, WEBSOCKET_OPTIONS.keys);
  const serializers = chooseSerializers(section, mustChoose, context);
  const maxMessageBytes = chooseMessageSize(section, stated, context);
  const auth = chooseAuth(section, context);
  const own = limitsOf(options, context);
  if (serializers.length === 0) return undefined;
  return {
    config: {
      path,
      serializers,
      maxMessageBytes,
      auth: auth.config,
      debug: section.values.debug,
      limits: mergeLimits([own, ...limits, WEBSOCKET_LIMITS]),
      ...framingOf(options, context),
    },
    auth,
  };
}

function chooseMessageSize(
  speech: SpeechSection,
  options: Options | undefined,
  context: CheckContext,
): number {
  const stated = statedMessageSize(speech, options, context);
  if (stated === undefined) noteMessageSize(speech, "no limit", context);
  if (stated?.size === 0) {
    const shown = `the default of ${MESSAGE_BYTES_DEFAULT}`;
    context.note(stated.place, `0 would be no limit: ${shown} counts`);
  }
  return stated?.size || MESSAGE_BYTES_DEFAULT;
}

type Framing = Omit<
  WebSocketConfig,
  | "path"
  | "serializers"
  | "maxMessageBytes"
  | "auth"
  | "debug"
  | "limits"
>;

function framingOf(options: Options, context: CheckContext): Framing {
  const { values } = options;
  const { allowed_origins, max_frame_size, auto_fragment_size } = values;
  const deflate = values.compression?.values.deflate;
  warnOfSmall(options, "close_handshake_timeout", context);
  return {
    ...(allowed_origins !== undefined && {
      allowedOrigins: allowed_origins.flatMap((origin) => origin ?? []),
    }),
    allowNullOrigin: values.allow_null_origin,
    ...(max_frame_size && { maxFrameBytes: max_frame_size }),
    ...(auto_fragment_size && { autoFragmentBytes: auto_fragment_size }),
    closeHandshakeTimeoutMs: values.close_handshake_timeout ||
      WEBSOCKET_OPTIONS.keys.close_handshake_timeout.default,
    requireSubprotocol: values.require_websocket_subprotocol,
    failByDrop: values.fail_by_drop,
    echoCloseCode: values.echo_close_codereason,
    enableWebstatus: values.enable_webstatus,
    requireMasked: values.require_masked_client_frames,
    autoPingBytes: values.auto_ping_size,
    ...(deflate && { compression: { deflate: deflateOf(deflate) } }),
  };
}

function deflateOf({ values }: Section<typeof DEFLATE.keys>): DeflateConfig {
  const { request_max_window_bits: requested } = values;
  return {
    maxWindowBits: values.max_window_bits,
    memLevel: values.memory_level,
    ...(requested && { requestMaxWindowBits: requested }),
  };
}

/** Keys of Crossbar.io, and the limits that they are. */
const LIMIT_KEYS = [
  ["open_handshake_timeout", "handshake_timeout_ms"],
  ["auto_ping_interval", "auto_ping_interval_ms"],
  ["auto_ping_timeout", "auto_ping_timeout_ms"],
] as const;

function limitsOf(options: Options, context: CheckContext): StatedLimits {
  const stated: Partial<Record<LimitName, unknown>> = { ...options.values };
  for (const [theirs, ours] of LIMIT_KEYS) {
    const value = options.values[theirs];
    if (value === undefined) continue;
    const place = nodeOf(options, theirs);
    if (has(options, ours)) {
      const wrong = `is also set at ${nodeOf(options, ours).path}`;
      context.error(place, wrong, "keep one of them");
    }
    warnOfSmall(options, theirs, context);
    if (value > 0) stated[ours] = value;
    else if (theirs !== "auto_ping_interval") {
      context.note(place, `0 would be for ever: the default of ${ours} counts`);
    }
  }
  const { auto_ping_interval, auto_ping } = options.values;
  if (auto_ping_interval !== undefined) {
    stated.auto_ping = auto_ping ?? auto_ping_interval > 0;
  }
  return stated;
}

/** Somebody may have meant seconds. */
function warnOfSmall(
  options: Options,
  name: typeof LIMIT_KEYS[number][0] | "close_handshake_timeout",
  context: CheckContext,
): void {
  const value = options.values[name];
  if (!has(options, name) || !value || value >= 1000) return;
  context.warn(
    nodeOf(options, name),
    `is in milliseconds: ${value} is less than a second`,
  );
}
