/**
 * What a role may do, told before any session has it.
 */
import type { RuleDecision } from "../authz/rule_decision.ts";
import { StaticRules } from "../authz/static_rules.ts";
import type {
  ActionName,
  RealmConfig,
  RoleConfig,
  RouterConfig,
} from "../config/config.ts";
import { trustedProcedures } from "../config/trusted_procedures.ts";
import { uriFault } from "../wamp/router_uris.ts";
import type { MatchPolicy } from "../wamp/uri.ts";

/** What a session asks for. */
export interface Request {
  readonly action: ActionName;
  readonly uri: string;
  /** `exact` for calls and publications. */
  readonly match: MatchPolicy;
}

/** A decision of the router. */
export type ReviewedDecision =
  | RuleDecision
  | {
    readonly allowed: false;
    /**
     * The URI breaks the rules for URIs, before those of any role (AZ-05); or
     * registering and publishing there is the router's alone (UR-09).
     */
    readonly reason: "invalid_uri" | "reserved_uri";
    readonly rule?: undefined;
  }
  | {
    /** It is not known beforehand. */
    readonly allowed: undefined;
    readonly reason: "authorizer";
    readonly authorizer: string;
    readonly rule?: undefined;
  }
  | {
    readonly allowed: false;
    /** Only a rule can allow it, and the role has an authorizer. */
    readonly reason: "guarded";
    readonly rule?: undefined;
  };

/** Decides for one role of one realm. */
export class RoleReview {
  readonly #uriCheck: RealmConfig["uriCheck"];
  readonly #rules: StaticRules;
  readonly #authorizer: string | undefined;
  readonly #trustedProcedures: ReadonlySet<string>;

  constructor(
    config: Pick<RouterConfig, "transports">,
    realm: RealmConfig,
    role: RoleConfig,
  ) {
    this.#uriCheck = realm.uriCheck;
    this.#trustedProcedures = trustedProcedures(config, realm);
    this.#rules = new StaticRules(
      role.permissions,
      role.trustLevel,
      this.#trustedProcedures,
    );
    this.#authorizer = role.authorizer?.procedure;
  }

  /** The decision on `request`, as the router would make it. */
  decide({ action, uri, match }: Request): ReviewedDecision {
    const fault = uriFault(action, uri, match, this.#uriCheck);
    if (fault !== undefined) return { allowed: false, reason: fault };
    if (this.#authorizer === undefined) {
      return this.#rules.explain(action, uri, match);
    }
    return isRegistering(action) && this.#trustedProcedures.has(uri)
      ? { allowed: false, reason: "guarded" }
      : {
        allowed: undefined,
        reason: "authorizer",
        authorizer: this.#authorizer,
      };
  }
}

function isRegistering(action: ActionName): boolean {
  return action === "register" || action === "force_reregister";
}
