/**
 * What a role may do, told before any session has it.
 */
import type { Rule } from "../authz/compile_rules.ts";
import { StaticRules, type Why } from "../authz/static_rules.ts";
import type { ActionName, RealmConfig, RoleConfig } from "../config/config.ts";
import { isReservedUri, isValidUri, type MatchPolicy } from "../wamp/uri.ts";

/** What a session asks for. */
export interface Request {
  readonly action: ActionName;
  readonly uri: string;
  /** `exact` for calls and publications. */
  readonly match: MatchPolicy;
}

/** What a decision rests on. */
export type Reason =
  | Why
  /** The URI breaks the rules for URIs, before those of any role (AZ-05). */
  | "invalid_uri"
  /** Registering and publishing below `wamp.` is the router's alone (UR-09). */
  | "reserved_uri";

/** A decision of the router. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: Reason;
  /** The rule that made it, if one did. */
  readonly rule: Rule | undefined;
}

/** Decides for one role of one realm. */
export class RoleReview {
  readonly #uriCheck: RealmConfig["uriCheck"];
  readonly #rules: StaticRules;

  constructor(realm: RealmConfig, role: RoleConfig) {
    this.#uriCheck = realm.uriCheck;
    this.#rules = new StaticRules(role.permissions, role.trustLevel);
  }

  /**
   * The decision on `request`, as the router would make it. A role that leaves
   * decisions to anything but its rules must say here that they are not known.
   */
  decide({ action, uri, match }: Request): Decision {
    if (!isValidUri(uri, match, this.#uriCheck)) return refused("invalid_uri");
    const isOwn = action === "register" || action === "publish";
    if (isOwn && isReservedUri(uri)) return refused("reserved_uri");
    const { allowed, why, rule } = this.#rules.explain(action, uri, match);
    return { allowed, reason: why, rule };
  }
}

function refused(reason: Reason): Decision {
  return { allowed: false, reason, rule: undefined };
}
