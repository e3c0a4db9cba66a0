/**
 * What peers announce in HELLO and WELCOME (checklist HW).
 */
import { type Dict, EMPTY_DICT } from "./options.ts";
import { ProtocolError } from "./protocol_error.ts";

/**
 * WELCOME.Details.roles: only what works (HW-05, HW-13, HW-14).
 */
export const ROUTER_ROLES: Dict = {
  broker: {
    features: {
      publisher_exclusion: true,
      pattern_based_subscription: true,
    },
  },
  dealer: {
    features: {
      call_canceling: true,
      pattern_based_registration: true,
    },
  },
};

const CLIENT_ROLES = ["publisher", "subscriber", "caller", "callee"] as const;

/** What a client announced that changes what the router does. */
export interface ClientFeatures {
  /** The callee takes INTERRUPT (CX-06); both spellings count (HW-04). */
  readonly calleeCanceling: boolean;
}

/**
 * Reads HELLO.Details.roles. Unknown roles and features are ignored (HW-03).
 *
 * @throws {ProtocolError} Where no known role is announced (HW-02), or one is no dict.
 */
export function readClientFeatures(roles: unknown): ClientFeatures {
  if (!isDict(roles)) {
    throw new ProtocolError("HELLO.Details.roles must be a dict of roles");
  }
  let known = 0;
  for (const role of CLIENT_ROLES) {
    if (!Object.hasOwn(roles, role) || roles[role] === null) continue;
    if (!isDict(roles[role])) {
      throw new ProtocolError(`HELLO.Details.roles.${role} must be a dict`);
    }
    known++;
  }
  if (known === 0) {
    throw new ProtocolError(
      `HELLO.Details.roles must name one of ${CLIENT_ROLES.join(", ")}`,
    );
  }
  const callee = featuresOf(roles, "callee");
  return {
    calleeCanceling: callee["call_canceling"] === true ||
      callee["call_cancelling"] === true,
  };
}

/**
 * Refuses what needs a feature that {@linkcode ROUTER_ROLES} does not announce,
 * and that the protocol does not let a router ignore.
 *
 * @throws {ProtocolError} On payload passthru mode (PP-02, PP-09) and on a
 * progressive call invocation (PG-02).
 */
export function checkAnnounced(
  options: Dict,
  message: "CALL" | "PUBLISH" | "YIELD",
): void {
  if (options === EMPTY_DICT) return;
  const scheme = options["ppt_scheme"];
  if (typeof scheme === "string" && scheme !== "") {
    throw new ProtocolError(
      `${message}.Options.ppt_scheme: the router did not announce payload_passthru_mode`,
    );
  }
  if (message === "CALL" && options["progress"] === true) {
    throw new ProtocolError(
      "CALL.Options.progress: the router did not announce progressive_call_invocations",
    );
  }
}

function featuresOf(roles: Dict, role: string): Dict {
  const value = Object.hasOwn(roles, role) ? roles[role] : undefined;
  const features = isDict(value) ? value["features"] : undefined;
  return isDict(features) ? features : EMPTY_DICT;
}

function isDict(value: unknown): value is Dict {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && !(value instanceof Uint8Array);
}
