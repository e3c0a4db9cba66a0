import type { MatchPolicy } from "../wamp/uri.ts";
import type { Peer } from "./peer.ts";

/** All subscribers of one topic or pattern under one policy (PS-03). */
export interface Subscription {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly subscribers: Set<Peer>;
}
