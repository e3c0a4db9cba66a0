/**
 * Which method a client is authenticated by (checklist AU-01 to AU-04), and
 * what comes of it.
 */
import { ErrorUri } from "../wamp/error_uri.ts";
import type { Identity } from "../wamp/identity.ts";
import type { AnonymousAuthenticator } from "./anonymous.ts";

/** The methods that a transport allows. */
export interface AuthMethods {
  readonly anonymous: AnonymousAuthenticator | undefined;
}

/** Who the client is, or why it may not join: reason and text of the ABORT. */
export type AuthOutcome =
  | { readonly accepted: true; readonly identity: Identity }
  | {
    readonly accepted: false;
    readonly reason: string;
    readonly message: string;
  };

/**
 * Authenticates a client that offers `offered`, in its order; none counts as
 * `anonymous` (AU-02). Methods that are unknown or not allowed are skipped
 * (AU-04).
 */
export function authenticate(
  methods: AuthMethods,
  offered: readonly string[],
): AuthOutcome {
  const wanted = offered.length === 0 ? ["anonymous"] : offered;
  for (const method of wanted) {
    if (method === "anonymous" && methods.anonymous !== undefined) {
      return { accepted: true, identity: methods.anonymous.identify() };
    }
  }
  if (wanted.every((method) => method === "anonymous")) {
    return {
      accepted: false,
      reason: ErrorUri.AUTHENTICATION_REQUIRED,
      message: "Anonymous sessions are not allowed here",
    };
  }
  return {
    accepted: false,
    reason: ErrorUri.NO_MATCHING_AUTH_METHOD,
    message: "None of the offered authmethods is allowed here",
  };
}
