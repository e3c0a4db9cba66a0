/**
 * `wamp.session.add_testament` and `flush_testaments` (checklist TS-01 to
 * TS-03): of the calling session only.
 */
import { ErrorUri, ProtocolError } from "../../wamp/error_uri.ts";
import { ClientFeature } from "../../wamp/features.ts";
import { MessageCode } from "../../wamp/message_code.ts";
import {
  checkDict,
  type Dict,
  EMPTY_DICT,
  isPassthru,
  PUBLISH_OPTIONS,
} from "../../wamp/options.ts";
import { NO_PAYLOAD, type Payload } from "../../wamp/payload.ts";
import { uriFault } from "../../wamp/router_uris.ts";
import { sizeOfPayload, sizeOfValue } from "../../wamp/value_size.ts";
import type { PayloadValues } from "../../wamp/values.ts";
import type { Peer } from "../model.ts";
import type { Realm } from "../realm.ts";
import type { Testament, TestamentScope } from "../testaments.ts";
import { dictOf, keyword, listOf, textOf } from "./argument_types.ts";
import {
  type FindSecondRight,
  invalidArgument,
  type MetaError,
  type MetaTable,
  NO_RESULT,
} from "./meta_procedures.ts";

/** What a testament takes beside its parts of any length, about. */
const TESTAMENT_BYTES = 256;

/** The procedures about testaments. */
export function testamentProcedures(realm: Realm): MetaTable {
  const { access, testaments } = realm;
  return {
    "wamp.session.add_testament": (caller, values, payload) => {
      const scope = scopeOf(values);
      if (scope === undefined) return badScope();
      const testament = testamentOf(values, payload);
      if ("error" in testament) return testament;
      const refusal = refuse(caller, testament, realm);
      if (refusal !== undefined) return refusal;
      if (testaments.add(caller, scope, testament)) return NO_RESULT;
      const { maxTestaments, maxTestamentBytes } = caller.limits;
      const own = "max_testaments, max_testament_bytes";
      const { key, text } = caller.hasBytesLeft
        ? {
          key: own,
          text:
            `Limit of ${maxTestaments} testaments, of ${maxTestamentBytes} bytes together, per session reached (${own})`,
        }
        : caller.bytesReached;
      access.limitReached(caller, key, text);
      return { error: ErrorUri.LIMIT_REACHED, text };
    },
    "wamp.session.flush_testaments": (caller, values) => {
      const scope = scopeOf(values);
      if (scope === undefined) return badScope();
      testaments.flush(caller, scope);
      return NO_RESULT;
    },
  };
}

/** Who leaves a testament needs the right to publish it (TS-05). */
export function testamentRight({ uriCheck }: Realm): FindSecondRight {
  return (_caller, values) => {
    const topic = textOf(values.args[0]);
    if (
      topic === undefined ||
      uriFault("publish", topic, "exact", uriCheck) !== undefined
    ) return undefined;
    const options = publishOptionsOf(values) ?? EMPTY_DICT;
    return { uri: topic, match: "exact", options };
  };
}

function publishOptionsOf({ kwargs }: PayloadValues): Dict | undefined {
  return dictOf(keyword(kwargs, "publish_options") ?? EMPTY_DICT);
}

function scopeOf({ kwargs }: PayloadValues): TestamentScope | undefined {
  const scope = keyword(kwargs, "scope") ?? "destroyed";
  return scope === "destroyed" || scope === "detached" ? scope : undefined;
}

function badScope(): MetaError {
  return invalidArgument('scope must be "destroyed" or "detached"');
}

/** From `(topic, args, kwargs, publish_options=)`, or why that is wrong. */
function testamentOf(
  values: PayloadValues,
  call: Payload,
): Testament | MetaError {
  if (values.args.length > 3) {
    return invalidArgument(
      "There are more than three arguments: publish_options and scope are keyword arguments",
    );
  }
  const publication = publicationOf(values, call);
  const options = publishOptionsOf(values);
  if (publication === undefined) {
    return invalidArgument(
      "The arguments must be a topic, a list of arguments and a dict of keyword arguments, with strings as keys",
    );
  }
  if (options === undefined || !arePublishOptions(options)) {
    return invalidArgument("publish_options must be options of PUBLISH");
  }
  const [topic, view] = publication;
  const payload = view.kept();
  const bytes = TESTAMENT_BYTES + sizeOfPayload(payload) +
    sizeOfValue([topic, options]);
  return { topic, options, payload, bytes };
}

/**
 * The topic and the payload in the bytes that came (SE-11); undefined where
 * they are no arguments of a testament.
 */
function publicationOf(
  { args: [topic, args, kwargs] }: PayloadValues,
  call: Payload,
): [topic: string, payload: Payload] | undefined {
  // Null would do in a message, as empty (MF-12): here an argument is missing.
  if (
    textOf(topic) === undefined || listOf(args) === undefined ||
    dictOf(kwargs) === undefined
  ) return undefined;
  try {
    const [list] = call.format?.elements(call) ?? [];
    const items = list && call.format?.openList(list);
    return items?.next() ? [items.text(), items.payload()] : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** A wrong option in an argument harms nobody: it is no protocol violation. */
function arePublishOptions(options: Dict): boolean {
  try {
    checkDict(options, PUBLISH_OPTIONS, "publish_options");
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

/** Why `caller` may not publish it now; it is asked again when it is due (TS-05). */
function refuse(
  caller: Peer,
  { topic, options }: Testament,
  realm: Realm,
): MetaError | undefined {
  if (
    isPassthru(options) && !caller.announced(ClientFeature.PUBLISHER_PASSTHRU)
  ) {
    return {
      error: ErrorUri.FEATURE_NOT_SUPPORTED,
      text: "The session did not announce payload_passthru_mode as publisher",
    };
  }
  const refusal = realm.broker.refusePublish(caller, {
    code: MessageCode.PUBLISH,
    request: 0,
    options,
    topic,
    payload: NO_PAYLOAD,
  });
  return refusal && { error: refusal.error, text: refusal.text ?? "" };
}
