/**
 * A role about whose sessions a procedure decides (checklist AZ-08 to AZ-10),
 * with Crossbar.io's contract.
 */
import type { Action, Authorizer, Role } from "../router/ports.ts";
import type { Identity } from "../wamp/features.ts";
import type { Dict } from "../wamp/options.ts";
import { type Decision, type DecisionBits, isDecided } from "./decision.ts";
import { DecisionCache } from "./decision_cache.ts";
import { SessionAuthorizer } from "./session_authorizer.ts";

/**
 * Calls the authorizer, and gives its first positional result. Rejects where it
 * is not registered, answers with an ERROR, goes away or is late.
 *
 * @param signal Aborted when nobody waits for the answer any more.
 */
export type AskAuthorizer = (
  args: readonly [session: Dict, uri: string, action: Action, options: Dict],
  signal: AbortSignal,
) => Promise<unknown>;

/** Options for {@linkcode DynamicRole}. */
export interface DynamicRoleOptions {
  readonly realm: string;
  /** The authorizer's URI. */
  readonly procedure: string;
  readonly ask: AskAuthorizer;
  /** Requests about which decisions are remembered for several sessions. */
  readonly cacheSize: number;
  readonly trustLevel: number | undefined;
  /** Procedures of clients whose word the router takes: nobody is asked about them. */
  readonly trustedProcedures: ReadonlySet<string>;
}

/** What the sessions of the role have in common. */
export class DynamicRole implements Role {
  readonly options: DynamicRoleOptions;
  readonly #cache: DecisionCache;

  constructor(options: DynamicRoleOptions) {
    this.options = options;
    this.#cache = new DecisionCache(options.cacheSize);
  }

  authorizerOf(session: number, identity: Identity): Authorizer {
    return new SessionAuthorizer(this, session, identity);
  }

  /** What is remembered under `key` for sessions of `authid`; 0: nothing. */
  remembered(authid: string, action: Action, key: string): DecisionBits {
    // What was decided for it in particular comes before what was for all.
    const own = this.#cache.get(authidKey(authid, key));
    return isDecided(own, action) ? own : this.#cache.get(key);
  }

  /** Remembers what was decided for more than one session. */
  remember(
    authid: string,
    action: Action,
    key: string,
    decision: Decision,
  ): void {
    const { scope } = decision;
    if (scope === "role") this.#cache.set(key, action, decision);
    else if (scope === "authid") {
      this.#cache.set(authidKey(authid, key), action, decision);
    }
  }

  forget(authid: string | undefined): number {
    if (authid === undefined) return this.#cache.forget();
    const start = authidKey(authid, "");
    return this.#cache.forget((key) => key.startsWith(start));
  }
}

/** A line break ends the authid: what follows has none. */
function authidKey(authid: string, key: string): string {
  return `${authid}\n${key}`;
}
