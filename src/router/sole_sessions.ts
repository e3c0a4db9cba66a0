/**
 * Roles in which an authid has one session at most. Others are not looked at:
 * their sessions cost nothing here.
 */
import { ReusingMap } from "../base/reusing_map.ts";
import type { Identity } from "../wamp/features.ts";
import type { Peer } from "./model.ts";

/** Which of two sessions of one authid has to go: the new one, or the one before. */
export type DuplicatePolicy = "refuse" | "replace";

interface SoleRole {
  readonly policy: DuplicatePolicy;
  /** By authid. */
  readonly sessions: ReusingMap<Peer>;
}

/** The sessions of one realm in such roles. */
export class SoleSessions {
  readonly #roles = new Map<string, SoleRole>();

  /** @param policies By role name; absent: an authid has as many as it likes. */
  constructor(policies: ReadonlyMap<string, DuplicatePolicy>) {
    for (const [role, policy] of policies) {
      this.#roles.set(role, { policy, sessions: new ReusingMap() });
    }
  }

  /** The session that is in the way of one more; undefined where none is. */
  rivalOf({ authid, authrole }: Identity): Peer | undefined {
    return this.#roles.get(authrole)?.sessions.get(authid);
  }

  /** Whether one more is refused, so that its rival stays. */
  refuses({ authrole }: Identity): boolean {
    return this.#roles.get(authrole)?.policy === "refuse";
  }

  /** Notes a session, which has no rival. */
  add(peer: Peer): void {
    const { authid, authrole } = peer.identity;
    this.#roles.get(authrole)?.sessions.add(authid, peer);
  }

  /** Forgets a session that was noted. */
  remove(peer: Peer): void {
    const { authid, authrole } = peer.identity;
    this.#roles.get(authrole)?.sessions.remove(authid);
  }
}
