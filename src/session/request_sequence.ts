/**
 * The request IDs that a session uses (checklist ID-05, PG-08).
 */
import type { Peer } from "../router/peer.ts";
import { nextSessionScopeId } from "../wamp/id.ts";
import type { Call } from "../wamp/message.ts";
import { ProtocolError } from "../wamp/error_uri.ts";

/** Those of one session. */
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
        `Request ID ${request} is out of sequence: ${due} is due`,
        undefined,
        "strict_request_ids",
      );
    }
    this.#last = request;
  }
}

/** Whether a CALL continues one, or comes too late to (PG-09 to PG-11). */
export function isPiece(peer: Peer, { request, procedure }: Call): boolean {
  const pending = peer.calls.get(request);
  return pending === undefined
    ? peer.isEndedCall(request)
    : pending.message.procedure === procedure;
}
