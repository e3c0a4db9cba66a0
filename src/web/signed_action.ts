import type { BridgeAction } from "./bridge_service.ts";
import type { BridgeSession } from "./bridge_session.ts";
import type { Exchange } from "./exchange.ts";
import type { RequestFault } from "./request_fault.ts";
import type { RequestSignature } from "./request_signature.ts";

/** What a request that can be signed asks a session for. */
export abstract class SignedAction implements BridgeAction {
  protected readonly session: BridgeSession;
  readonly #signature: RequestSignature | undefined;

  /** @param signature Undefined: requests need not be signed. */
  constructor(session: BridgeSession, signature: RequestSignature | undefined) {
    this.session = session;
    this.#signature = signature;
  }

  signatureFault(
    { query }: Exchange,
    body: Uint8Array,
  ): RequestFault | undefined {
    return this.#signature?.fault(query, body);
  }

  abstract perform(
    exchange: Exchange,
    body: Uint8Array,
  ): Promise<RequestFault | undefined>;
}
