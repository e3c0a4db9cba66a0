/**
 * What the bridge asks of the router: calls and publications under a role.
 *
 * @module
 */

import type { Dict } from "../wamp/options.ts";

/** A session of the router's own, in whose name HTTP requests call and publish. */
export interface BridgeSession {
  /** @param signal Aborted when nobody waits for the result any more. */
  call(request: BridgeRequest, signal: AbortSignal): Promise<BridgeOutcome>;
  /** Resolves when it is published, or refused. */
  publish(request: BridgeRequest): Promise<BridgeOutcome>;
}

/** What is called or published. */
export interface BridgeRequest {
  /** A procedure or a topic, as it was written: it may be none. */
  readonly uri: string;
  readonly options: Dict;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** What came of it. */
export type BridgeOutcome =
  | {
    readonly ok: true;
    readonly args: readonly unknown[];
    readonly kwargs: Readonly<Record<string, unknown>>;
    /** Of a publication: its id. */
    readonly publication?: number;
  }
  | {
    readonly ok: false;
    /** A URI. */
    readonly error: string;
    readonly args: readonly unknown[];
    readonly kwargs: Readonly<Record<string, unknown>>;
  };
