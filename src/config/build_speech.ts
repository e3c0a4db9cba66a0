/**
 * From what all WAMP services have to the typed config: serializers, sizes, logins.
 *
 * @module
 */

import { buildAuth, type BuiltAuth, impliedAuth } from "./build_auth.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { WampServiceConfig } from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import { has, nodeOf, type Section } from "../schema/object_type.ts";
import type { StatedLimits } from "./merge_limits.ts";
import {
  HANDSHAKE_BYTES_MIN,
  MESSAGE_BYTES_DEFAULT,
  type TRANSPORT_OPTIONS,
} from "./table/limit_keys.ts";
import {
  type SerializerName,
  SERIALIZERS,
  type SPEECH,
} from "./table/speech_keys.ts";
import type { WEBSOCKET_OPTIONS } from "./table/websocket_keys.ts";

/** What is said of any WAMP service. */
export type SpeechSection = Section<typeof SPEECH>;

/** A WAMP service, with the places that findings about its `auth` point to. */
export interface PlacedService<Config extends WampServiceConfig> {
  readonly config: Config;
  readonly auth: BuiltAuth;
}

/** What a service is built with that stands elsewhere. */
export interface ServicePlace {
  /** Those behind its own; the first that states a limit counts. */
  readonly limits: readonly (StatedLimits | undefined)[];
  /** Whether a serializer must be named; else all are spoken. */
  readonly mustChoose: boolean;
}

/** The serializers; none where something is wrong with them. */
export function chooseSerializers(
  speech: SpeechSection,
  mustChoose: boolean,
  context: CheckContext,
): readonly SerializerName[] {
  const { serializer, serializers } = speech.values;
  const one = has(speech, "serializer");
  const several = has(speech, "serializers");
  const all = SERIALIZERS.map((name) => `"${name}"`).join(", ");
  if (one && several) {
    const wrong = 'cannot be combined with "serializer"';
    context.error(nodeOf(speech, "serializers"), wrong, "keep one of them");
    return [];
  }
  if (one) return serializer === undefined ? [] : [serializer];
  if (several) {
    const usable = (serializers ?? []).flatMap((name) => name ?? []);
    if (usable.length === 0 && context.leavesOut) {
      const place = nodeOf(speech, "serializers");
      context.error(place, "no serializer is left", `write some of ${all}`);
    }
    return usable;
  }
  if (!mustChoose) return SERIALIZERS;
  const right = `add it: one of ${all}; or "serializers" with a list of them`;
  context.error(speech.node, '"serializer" is missing', right);
  return [];
}

type Options = Section<
  Pick<
    typeof TRANSPORT_OPTIONS.keys | typeof WEBSOCKET_OPTIONS.keys,
    "max_message_size"
  >
>;

/** The size that the config states, and where. */
export function statedMessageSize(
  speech: SpeechSection,
  options: Options | undefined,
  context: CheckContext,
): { readonly size: number; readonly place: ConfigNode } | undefined {
  const outer = has(speech, "max_message_size")
    ? nodeOf(speech, "max_message_size")
    : undefined;
  const inner = options && has(options, "max_message_size")
    ? nodeOf(options, "max_message_size")
    : undefined;
  if (inner !== undefined && outer !== undefined) {
    const wrong = `is also set at ${outer.path}`;
    context.error(inner, wrong, "keep one of them");
  }
  const size = speech.values.max_message_size ??
    options?.values.max_message_size;
  const place = outer ?? inner;
  return size === undefined || place === undefined
    ? undefined
    : { size, place };
}

/** Notes what a service takes that states no size, where that is less than before. */
export function noteMessageSize(
  speech: SpeechSection,
  theirs: string,
  context: CheckContext,
): void {
  if (context.form !== "crossbar") return;
  context.note(
    speech.node,
    `max_message_size is ${MESSAGE_BYTES_DEFAULT} unless set, where Crossbar.io has ${theirs}: clients that send more are disconnected; "options" can set it`,
  );
}

const HANDSHAKE_BYTES_MAX = 2 ** 24;

/** The largest message of a RawSocket service. */
export function chooseRawSocketSize(
  speech: SpeechSection,
  options: Options | undefined,
  context: CheckContext,
): number {
  const stated = statedMessageSize(speech, options, context);
  if (stated === undefined) {
    noteMessageSize(speech, String(HANDSHAKE_BYTES_MAX), context);
    return MESSAGE_BYTES_DEFAULT;
  }
  const { size, place } = stated;
  if (size < HANDSHAKE_BYTES_MIN) {
    context.warn(
      place,
      `the handshake cannot announce less than ${HANDSHAKE_BYTES_MIN}: clients that keep to what it announces, and send more than ${size} bytes at once, are sent ABORT and closed`,
    );
  }
  if (size > HANDSHAKE_BYTES_MAX) {
    context.note(
      place,
      `${size} is more than RawSocket can carry: its own limit of ${HANDSHAKE_BYTES_MAX} (16 MiB) counts`,
    );
  }
  return size;
}

/** The logins of a service. */
export function chooseAuth(
  speech: SpeechSection,
  context: CheckContext,
): BuiltAuth {
  const { auth } = speech.values;
  const node = nodeOf(speech, "auth");
  if (auth !== undefined) return buildAuth(auth, context);
  const implied = impliedAuth(node);
  if (!has(speech, "auth")) return implied;
  // It is wrong, which has been said: nothing must be taken for allowed.
  const config = { anonymous: undefined, implied: false };
  return { ...implied, config };
}
