/**
 * Messages of established sessions on their way to the realm, and the request IDs that
 * they use (checklist ID-05, PG-08).
 */
import { type CallEnding, isPiece } from "../router/calls.ts";
import type { Peer } from "../router/model.ts";
import type { Realm } from "../router/realm.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import { nextSessionScopeId } from "../wamp/id.ts";
import type { Call, ClientMessage } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";

/**
 * Hands a message of an established session to its realm.
 *
 * @param receivedMs When it came; 0: just now.
 * @param ended What has already ended it, if it is a CALL.
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
      realm.calls.yield(peer, message);
      return true;
    case MessageCode.ERROR:
      realm.calls.error(peer, message);
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

/** The request IDs of one session. */
export class RequestSequence {
  readonly #isStrict: boolean;
  #last = 0;

  /** @param isStrict Whether each must be the one before plus one. */
  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }

  /** Another session begins. */
  restart(): void {
    this.#last = 0;
  }

  /**
   * Takes the ID of a CALL. That of a call in pieces comes once for each piece;
   * the dealer, which has to know whether a call is new, notes it.
   *
   * @throws {ProtocolError} Where it is out of sequence.
   */
  noteCall(peer: Peer, message: Call): void {
    if (this.#isStrict && isPiece(peer, message)) return;
    this.#check(message.request);
  }

  /**
   * Takes the ID of any other request.
   *
   * @throws {ProtocolError} Where it is out of sequence.
   */
  note(peer: Peer, request: number): void {
    peer.noteRequest(request);
    this.#check(request);
  }

  #check(request: number): void {
    if (!this.#isStrict) return;
    const due = nextSessionScopeId(this.#last);
    if (request !== due) {
      throw new ProtocolError(
        `Request ID ${request} is out of sequence: expected ${due}`,
        undefined,
        "strict_request_ids",
      );
    }
    this.#last = request;
  }
}
