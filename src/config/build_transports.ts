/**
 * From checked transports to the typed config: ids, serializers, sizes, limits.
 *
 * @module
 */

import { buildAuth, type BuiltAuth, impliedAuth } from "./build_auth.ts";
import { buildEndpoint, type EndpointSection } from "./build_endpoint.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { TransportConfig, WampServiceConfig } from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { LimitValues, RouterPart, TransportSection } from "./forms.ts";
import type { PlacedTransport } from "./placed_transport.ts";
import {
  configOf,
  has,
  nodeOf,
  propertiesOf,
  type Section,
} from "../schema/object_type.ts";
import {
  HANDSHAKE_BYTES_MIN,
  type LimitName,
  LIMITS,
  MESSAGE_BYTES_DEFAULT,
  type TransportLimits,
} from "./table/limit_keys.ts";
import {
  type SerializerName,
  SERIALIZERS,
  type UNIVERSAL_PART,
} from "./table/transport_keys.ts";

type SpeechSection = Section<typeof UNIVERSAL_PART.keys>;

/** A transport of either type, as one. */
interface TransportParts {
  readonly type: TransportConfig["type"];
  readonly node: ConfigNode;
  readonly id: string | undefined;
  readonly idNode: ConfigNode;
  readonly endpoint: EndpointSection | undefined;
  readonly endpointNode: ConfigNode;
  readonly speech: SpeechSection;
  /** Whether a serializer must be named; else all are spoken. */
  readonly mustChoose: boolean;
}

/** The transports of the file, less those that are wrong. */
export function buildTransports(
  routerParts: readonly RouterPart[],
  limits: LimitValues | undefined,
  context: CheckContext,
): PlacedTransport[] {
  const ids = new Map<string, ConfigNode>();
  const transports: PlacedTransport[] = [];
  let count = 0;
  for (const part of routerParts) {
    const realms = routerParts.length > 1 ? realmNames(part) : undefined;
    for (const section of part.transports) {
      count++;
      const parts = section && readParts(section, context);
      if (parts === undefined) continue;
      const id = parts.id ?? `transport${count}`;
      checkId(id, parts, ids, context);
      const built = buildTransport(id, parts, limits, context);
      if (built === undefined) continue;
      const config = { ...built.config, ...(realms && { realms }) };
      transports.push({ ...built, config, part });
    }
  }
  return transports;
}

function realmNames({ realms = [] }: RouterPart): readonly string[] {
  return realms.flatMap((realm) => realm?.values.name ?? []);
}

function readParts(
  { variant, section }: TransportSection,
  context: CheckContext,
): TransportParts | undefined {
  const { node } = section;
  const at = (name: string) => node.entries.get(name)?.node ?? node;
  const { id, endpoint } = section.values;
  const common = {
    type: variant,
    node,
    id,
    idNode: at("id"),
    endpoint,
    endpointNode: at("endpoint"),
  };
  if (variant === "rawsocket") {
    const mustChoose = context.form !== "crossbar";
    return { ...common, speech: section, mustChoose };
  }
  for (const name of ["websocket", "mqtt", "web"]) {
    const part = node.entries.get(name);
    if (part === undefined) continue;
    context.warn(
      part.place,
      "this part is not served: Sluice speaks RawSocket",
    );
  }
  const { rawsocket } = section.values;
  if (rawsocket !== undefined) {
    return { ...common, speech: rawsocket, mustChoose: false };
  }
  if (!node.entries.has("rawsocket")) {
    context.unsupported(node, "a universal transport without a rawsocket part");
  }
  return undefined;
}

function checkId(
  id: string,
  parts: TransportParts,
  ids: Map<string, ConfigNode>,
  context: CheckContext,
): void {
  const first = ids.get(id);
  if (first === undefined) {
    ids.set(id, parts.node);
    return;
  }
  const wrong = parts.id === undefined
    ? `the id "${id}", which this has by default, is already that of ${first.path}`
    : `"${id}" is already the id of ${first.path}`;
  context.error(parts.idNode, wrong, "give each transport an id of its own");
}

function buildTransport(
  id: string,
  parts: TransportParts,
  routerLimits: LimitValues | undefined,
  context: CheckContext,
): Omit<PlacedTransport, "part"> | undefined {
  const { type, endpointNode } = parts;
  const endpoint = parts.endpoint && buildEndpoint(parts.endpoint, context);
  const service = buildService(parts, routerLimits, context);
  if (endpoint === undefined || service === undefined) return undefined;
  return {
    config: {
      id,
      type,
      endpoint,
      limits: service.config.limits,
      rawsocket: service.config,
      websockets: [],
      trustedProxies: [],
    },
    endpointNode,
    auths: [service.auth],
  };
}

/** A WAMP service, with the places that findings about its `auth` point to. */
interface PlacedService {
  readonly config: WampServiceConfig;
  readonly auth: BuiltAuth;
}

function buildService(
  parts: TransportParts,
  routerLimits: LimitValues | undefined,
  context: CheckContext,
): PlacedService | undefined {
  const { speech } = parts;
  const serializers = chooseSerializers(parts, context);
  const maxMessageBytes = chooseMessageSize(speech, context);
  const auth = chooseAuth(speech, context);
  const limits = mergeLimits(routerLimits, speech.values.options?.values);
  if (serializers.length === 0) return undefined;
  const config = {
    ...configOf(speech, {
      id: undefined,
      type: undefined,
      endpoint: undefined,
      serializer: undefined,
      serializers,
      maxMessageBytes,
      options: undefined,
      auth: auth.config,
    }),
    limits,
  };
  return { config, auth };
}

function chooseSerializers(
  { speech, mustChoose }: TransportParts,
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

const HANDSHAKE_BYTES_MAX = 2 ** 24;

function chooseMessageSize(
  speech: SpeechSection,
  context: CheckContext,
): number {
  const { max_message_size, options } = speech.values;
  const inner = options && has(options, "max_message_size")
    ? nodeOf(options, "max_message_size")
    : undefined;
  const outer = has(speech, "max_message_size")
    ? nodeOf(speech, "max_message_size")
    : undefined;
  if (inner !== undefined && outer !== undefined) {
    const wrong = `is also set at ${outer.path}`;
    context.error(inner, wrong, "keep one of them");
  }
  const size = max_message_size ?? options?.values.max_message_size;
  const place = outer ?? inner;
  if (size === undefined || place === undefined) {
    if (context.form === "crossbar") {
      context.note(
        speech.node,
        `max_message_size is ${MESSAGE_BYTES_DEFAULT} unless set, where Crossbar.io has ${HANDSHAKE_BYTES_MAX}: clients that send more are disconnected; "options" can set it`,
      );
    }
    return MESSAGE_BYTES_DEFAULT;
  }
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

function chooseAuth(speech: SpeechSection, context: CheckContext): BuiltAuth {
  const { auth } = speech.values;
  const node = nodeOf(speech, "auth");
  if (auth !== undefined) return buildAuth(auth, context);
  const implied = impliedAuth(node);
  if (!has(speech, "auth")) return implied;
  // It is wrong, which has been said: nothing must be taken for allowed.
  const config = { anonymous: undefined, implied: false };
  return { ...implied, config };
}

/** A transport's own limits come before those of the file. */
function mergeLimits(
  file: LimitValues | undefined,
  own: { readonly [Name in LimitName]: unknown } | undefined,
): TransportLimits {
  return propertiesOf(
    LIMITS,
    (name) => own?.[name] ?? file?.[name] ?? LIMITS[name].default,
  );
}
