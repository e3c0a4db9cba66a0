/**
 * Which questions a message raises where an authorizer decides (AZ-01, AZ-08).
 */
import type { SessionAuthorizer } from "../authz/session_authorizer.ts";
import { GET_EVENTS } from "../router/meta/event_history_query.ts";
import { ADD_TESTAMENT } from "../router/meta/testament_procedures.ts";
import type { Peer } from "../router/peer.ts";
import type { Realm } from "../router/realm.ts";
import type { Call, ClientMessage } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import {
  type Dict,
  EMPTY_DICT,
  type RegisterOptions,
  type SubscribeOptions,
} from "../wamp/options.ts";
import { isRouterUri, isValidUri, type UriCheck } from "../wamp/uri.ts";
import type { Payload } from "../wamp/payload.ts";
import { UnsupportedValueError } from "../wamp/value_sink.ts";
import { type PayloadValues, readValues } from "../wamp/values.ts";
import { isPiece } from "./request_sequence.ts";

/**
 * Asks what `message` of `peer` makes necessary. What is wrong whatever the
 * decision is not asked about (AZ-05).
 *
 * @returns Undefined where all is decided; else `message` has to wait.
 */
export function consult(
  authorizer: SessionAuthorizer,
  message: ClientMessage,
  peer: Peer,
  realm: Realm,
): Promise<void> | undefined {
  const check = realm.uriCheck;
  switch (message.code) {
    case MessageCode.PUBLISH: {
      const { topic, options } = message;
      if (!isOpenUri(topic, check)) return undefined;
      return authorizer.consult("publish", topic, "exact", options);
    }
    case MessageCode.CALL:
      return consultCall(authorizer, message, peer, realm);
    case MessageCode.SUBSCRIBE: {
      const { topic, options } = message;
      const match = (options as SubscribeOptions).match ?? "exact";
      if (!isValidUri(topic, match, check)) return undefined;
      const told = { ...options, match };
      return authorizer.consult("subscribe", topic, match, told);
    }
    case MessageCode.REGISTER: {
      const { procedure, options } = message;
      const match = (options as RegisterOptions).match ?? "exact";
      if (!isValidUri(procedure, match, check) || isRouterUri(procedure)) {
        return undefined;
      }
      const told = { ...options, match };
      return authorizer.consult("register", procedure, match, told);
    }
    default:
      return undefined;
  }
}

function consultCall(
  authorizer: SessionAuthorizer,
  message: Call,
  peer: Peer,
  realm: Realm,
): Promise<void> | undefined {
  const { procedure, options } = message;
  const check = realm.uriCheck;
  if (isPiece(peer, message)) return undefined;
  if (!isValidUri(procedure, "exact", check)) return undefined;
  return testamentWait(authorizer, message, check) ??
    historyWait(authorizer, message, peer, realm) ??
    authorizer.consult("call", procedure, "exact", options);
}

/** Adding a testament needs the right to publish it too (TS-05). */
function testamentWait(
  authorizer: SessionAuthorizer,
  message: Call,
  check: UriCheck,
): Promise<void> | undefined {
  if (message.procedure !== ADD_TESTAMENT) return undefined;
  const values = tryReadValues(message.payload);
  // The procedure will say so.
  if (values === undefined) return undefined;
  const { args: [topic], kwargs } = values;
  if (typeof topic !== "string" || !isOpenUri(topic, check)) return undefined;
  const options = kwargs["publish_options"];
  return authorizer.consultTestament(
    topic,
    typeof options === "object" && options !== null
      ? options as Dict
      : EMPTY_DICT,
  );
}

/** Reading a history needs the right to subscribe too, or a subscription (EH-10). */
function historyWait(
  authorizer: SessionAuthorizer,
  message: Call,
  peer: Peer,
  { broker }: Realm,
): Promise<void> | undefined {
  if (message.procedure !== GET_EVENTS) return undefined;
  const id = tryReadValues(message.payload)?.args[0];
  const subscription = typeof id === "number"
    ? broker.subscriptions.get(id)
    : undefined;
  if (subscription === undefined || peer.subscriptions.has(subscription.id)) {
    return undefined;
  }
  const { uri, match } = subscription;
  return authorizer.consultHistory(uri, match, { match });
}

function tryReadValues(payload: Payload): PayloadValues | undefined {
  try {
    return readValues(payload);
  } catch (error) {
    if (error instanceof UnsupportedValueError) return undefined;
    throw error;
  }
}

/** Whether clients may publish to `topic` at all (UR-02, UR-09). */
function isOpenUri(topic: string, check: UriCheck): boolean {
  return isValidUri(topic, "exact", check) && !isRouterUri(topic);
}
