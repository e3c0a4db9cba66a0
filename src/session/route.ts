import type { CallEnding } from "../router/call_ending.ts";
import type { Peer } from "../router/peer.ts";
import type { Realm } from "../router/realm.ts";
import type { ClientMessage } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import type { RequestSequence } from "./request_sequence.ts";

/**
 * Hands a message of an established session to its realm.
 *
 * @param receivedMs When it came; 0: just now.
 * @param ended What has ended it already, where it is a CALL.
 * @returns False where it is not for the realm, but for the session.
 * @throws {ProtocolError} Where the protocol forbids it.
 */
export function route(
  message: ClientMessage,
  peer: Peer,
  realm: Realm,
  sequence: RequestSequence,
  receivedMs: number,
  ended: CallEnding | undefined,
): boolean {
  switch (message.code) {
    case MessageCode.PUBLISH:
      sequence.note(peer, message.request);
      realm.broker.publish(peer, message);
      return true;
    case MessageCode.CALL:
      sequence.noteCall(peer, message);
      realm.dealer.call(peer, message, receivedMs, ended);
      return true;
    case MessageCode.YIELD:
      realm.answers.yield(peer, message);
      return true;
    case MessageCode.ERROR:
      realm.answers.error(peer, message);
      return true;
    case MessageCode.CANCEL:
      realm.calls.cancel(peer, message);
      return true;
    case MessageCode.SUBSCRIBE:
      sequence.note(peer, message.request);
      realm.broker.subscribe(peer, message);
      return true;
    case MessageCode.UNSUBSCRIBE:
      sequence.note(peer, message.request);
      realm.broker.unsubscribe(peer, message);
      return true;
    case MessageCode.REGISTER:
      sequence.note(peer, message.request);
      realm.dealer.register(peer, message);
      return true;
    case MessageCode.UNREGISTER:
      sequence.note(peer, message.request);
      realm.dealer.unregister(peer, message);
      return true;
    default:
      return false;
  }
}
