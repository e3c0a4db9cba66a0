import type { MatchPolicy } from "../wamp/uri.ts";
import type { HistoryKey } from "./event_store.ts";
import type { Peer } from "./peer.ts";

/** All subscribers of one topic or pattern under one policy (PS-03). */
export interface Subscription {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly created: Date;
  readonly subscribers: Set<Peer>;
  /** Its events are kept, and it stays without subscribers (EH-11). */
  readonly history: HistoryKey | undefined;
}
