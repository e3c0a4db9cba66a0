/**
 * Calls of the procedures that the config names as authenticators.
 */
import {
  type Authenticator,
  AuthenticatorCalls,
  AuthenticatorError,
  type AuthenticatorSlots,
} from "../auth/authenticator.ts";
import type { Timers } from "../base/timers.ts";
import type { DynamicConfig } from "../auth/dynamic_form.ts";
import type { MethodName } from "../auth/methods.ts";
import type { WampServiceConfig } from "../config/config.ts";
import { CalleeError, type RouterCaller } from "./router_caller.ts";

/** What the authenticators of all transports share. */
export interface AuthenticatorParts {
  readonly timers: Timers;
  readonly slots: AuthenticatorSlots;
  readonly caller: RouterCaller;
}

/** The calls about one method of a service; undefined where none are made. */
export function authenticatorCalls(
  authmethod: MethodName,
  { auth, limits }: WampServiceConfig,
  { timers, slots, caller }: AuthenticatorParts,
): AuthenticatorCalls | undefined {
  const config = auth.dynamic?.[authmethod];
  return config && new AuthenticatorCalls({
    authmethod,
    authenticator: authenticatorOf(config, caller),
    defaultRole: config.defaultRole,
    timeoutMs: limits.authenticatorTimeoutMs,
    maxCalls: limits.maxAuthenticatorCalls,
    slots,
    timers,
  });
}

function authenticatorOf(
  config: DynamicConfig,
  caller: RouterCaller,
): Authenticator {
  return async (realm, authid, details, signal) => {
    const where = config.realm ?? realm;
    if (where === null) {
      throw new Error(
        "HELLO names no realm, and authenticator-realm is not set, so the authenticator cannot be called",
      );
    }
    const args = [realm, authid, details];
    try {
      return await caller.call(where, config.authenticator, args, signal);
    } catch (error) {
      if (!(error instanceof CalleeError)) throw error;
      throw new AuthenticatorError(error.uri, error.message);
    }
  };
}
