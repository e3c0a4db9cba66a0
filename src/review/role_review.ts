/**
 * What a role may do, and why, before any session has it.
 */
import {
  describeRuleDecision,
  describeTrusted,
  type RuleDecision,
} from "../authz/rule_decision.ts";
import { StaticRules } from "../authz/static_rules.ts";
import type {
  ActionName,
  RealmConfig,
  RoleConfig,
  RouterConfig,
} from "../config/config.ts";
import { trustedProcedures } from "../config/trusted_procedures.ts";
import { routerPrefixOf, uriFault } from "../wamp/router_uris.ts";
import type { MatchPolicy } from "../wamp/uri.ts";

/** What a session asks for. */
export interface AccessRequest {
  readonly action: ActionName;
  readonly uri: string;
  /** `exact` for calls and publications. */
  readonly match: MatchPolicy;
}

/** What the router would decide, and by what. */
export type Explanation =
  | RuleDecision
  | {
    readonly allowed: false;
    /**
     * Decided before the rules of any role: the URI is not valid (AZ-05), or only
     * the router may register and publish there (UR-09).
     */
    readonly reason: "invalid_uri" | "reserved_uri";
    readonly rule?: undefined;
  }
  | {
    /** The authorizer decides on each request. */
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
    this.#authorizer = role.authorizer;
  }

  /** What the router would decide on `request`. */
  explain({ action, uri, match }: AccessRequest): Explanation {
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

/** A decision as one word. */
export type Outcome = "allowed" | "denied" | "asked";

/** `allowed` in one word; undefined: an authorizer decides. */
export function outcomeOf(allowed: boolean | undefined): Outcome {
  if (allowed === undefined) return "asked";
  return allowed ? "allowed" : "denied";
}

/** Why the router would decide so, as a clause. */
export function describeReason(
  explanation: Explanation,
  request: AccessRequest,
): string {
  const { action, uri, match } = request;
  switch (explanation.reason) {
    case "invalid_uri":
      return match === "exact"
        ? "the URI is not valid under the realm's uri_check"
        : `the ${match} pattern is not valid under the realm's uri_check`;
    case "reserved_uri":
      return `only the router can ${
        action === "publish" ? action : "register"
      } below "${routerPrefixOf(uri)}"`;
    case "authorizer":
      return `the authorizer "${explanation.authorizer}" decides on each request`;
    case "guarded":
      return explanation.rule === undefined
        ? describeTrusted("an authorizer cannot")
        : describeRuleDecision(explanation, request);
    default:
      return describeRuleDecision(explanation, request);
  }
}
