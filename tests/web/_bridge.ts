/** A session that keeps what it is asked for, and says what a test wants. */
import type {
  BridgeOutcome,
  BridgeRequest,
  BridgeSession,
} from "../../src/web/bridge_session.ts";

/** In place of the router. */
export class TestSession implements BridgeSession {
  readonly calls: BridgeRequest[] = [];
  readonly publications: BridgeRequest[] = [];
  readonly signals: AbortSignal[] = [];
  /** What comes of the next calls. */
  answer: (request: BridgeRequest) => BridgeOutcome | Promise<BridgeOutcome> = (
    { args, kwargs },
  ) => ({ ok: true, args, kwargs });

  async call(
    request: BridgeRequest,
    signal: AbortSignal,
  ): Promise<BridgeOutcome> {
    this.calls.push(request);
    this.signals.push(signal);
    return await this.answer(request);
  }

  async publish(request: BridgeRequest): Promise<BridgeOutcome> {
    this.publications.push(request);
    return await this.answer(request);
  }
}
