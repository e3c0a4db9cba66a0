import { ClientFeature } from "../../src/wamp/features.ts";

/** What a client can announce, as far as the model looks at it. */
export interface NaiveFeatures {
  readonly canceling: boolean;
  readonly calleeProgress: boolean;
  readonly callerProgress: boolean;
  readonly calleeChunks: boolean;
  readonly callerChunks: boolean;
  readonly reroute: boolean;
  readonly timeout: boolean;
  readonly registrationRevocation: boolean;
  readonly subscriptionRevocation: boolean;
}

/** The bit of the router's for each of them. */
const BITS: Readonly<Record<keyof NaiveFeatures, number>> = {
  canceling: ClientFeature.CALLEE_CANCELING,
  calleeProgress: ClientFeature.CALLEE_PROGRESSIVE_RESULTS,
  callerProgress: ClientFeature.CALLER_PROGRESSIVE_RESULTS,
  calleeChunks: ClientFeature.CALLEE_PROGRESSIVE_INVOCATIONS,
  callerChunks: ClientFeature.CALLER_PROGRESSIVE_INVOCATIONS,
  reroute: ClientFeature.CALLEE_REROUTE,
  timeout: ClientFeature.CALLEE_TIMEOUT,
  registrationRevocation: ClientFeature.CALLEE_REVOCATION,
  subscriptionRevocation: ClientFeature.SUBSCRIBER_REVOCATION,
};

/** All names, for choosing some at random. */
export const FEATURE_NAMES = Object.keys(BITS) as (keyof NaiveFeatures)[];

/** The router's bits for `features`. */
export function featureBits(features: NaiveFeatures): number {
  return FEATURE_NAMES.reduce(
    (bits, name) => features[name] ? bits | BITS[name] : bits,
    0,
  );
}

/** A session as the model sees it, with what it must be sent. */
export class NaiveClient {
  readonly session: number;
  readonly authid: string;
  readonly features: NaiveFeatures;
  /** INVOCATION.Request sent last. */
  lastInvocation = 0;
  #due: string[] = [];

  constructor(session: number, authid: string, features: NaiveFeatures) {
    this.session = session;
    this.authid = authid;
    this.features = features;
  }

  /** The keys that tell who it is. */
  disclosure(who: "caller" | "publisher"): Record<string, unknown> {
    return {
      [who]: this.session,
      [`${who}_authid`]: this.authid,
      [`${who}_authrole`]: "all",
    };
  }

  /** It must be sent this. */
  due(line: string): void {
    this.#due.push(line);
  }

  /** What it must have been sent since this was called before. */
  take(): string[] {
    return this.#due.splice(0);
  }
}
