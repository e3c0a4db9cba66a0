/**
 * Which questions a message raises where an authorizer decides (AZ-01, AZ-08).
 */
import type { SessionAuthorizer } from "../authz/session_authorizer.ts";
import { ADD_TESTAMENT } from "../router/meta/testament_procedures.ts";
import type { Peer } from "../router/peer.ts";
import type { Call, ClientMessage } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import {
  type Dict,
  EMPTY_DICT,
  type RegisterOptions,
  type SubscribeOptions,
} from "../wamp/options.ts";
import {
  isReservedUri,
  isRouterUri,
  isValidUri,
  type UriCheck,
} from "../wamp/uri.ts";
import { readValues } from "../wamp/values.ts";
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
  check: UriCheck,
): Promise<void> | undefined {
  switch (message.code) {
    case MessageCode.PUBLISH: {
      const { topic, options } = message;
      if (!isOpenUri(topic, check)) return undefined;
      return authorizer.consult("publish", topic, "exact", options);
    }
    case MessageCode.CALL:
      return consultCall(authorizer, message, peer, check);
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
  check: UriCheck,
): Promise<void> | undefined {
  const { procedure, options } = message;
  if (isPiece(peer, message)) return undefined;
  if (!isValidUri(procedure, "exact", check)) return undefined;
  return testamentWait(authorizer, message, check) ??
    authorizer.consult("call", procedure, "exact", options);
}

/** Adding a testament needs the right to publish it too (TS-05). */
function testamentWait(
  authorizer: SessionAuthorizer,
  message: Call,
  check: UriCheck,
): Promise<void> | undefined {
  if (message.procedure !== ADD_TESTAMENT) return undefined;
  const { args, kwargs } = readValues(message.payload);
  const [topic] = args;
  if (typeof topic !== "string" || !isOpenUri(topic, check)) return undefined;
  const options = kwargs["publish_options"];
  return authorizer.consultTestament(
    topic,
    typeof options === "object" && options !== null
      ? options as Dict
      : EMPTY_DICT,
  );
}

/** Whether clients may publish to `topic` at all (UR-02, UR-09). */
function isOpenUri(topic: string, check: UriCheck): boolean {
  return isValidUri(topic, "exact", check) && !isReservedUri(topic);
}
