import type { MatchPolicy } from "../wamp/uri.ts";
import type { Peer } from "./peer.ts";

/** A procedure or pattern under one policy, and who serves it. */
export interface Registration {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly callee: Peer;
}
