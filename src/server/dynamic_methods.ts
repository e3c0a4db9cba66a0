/**
 * The methods of authentication for which a procedure is asked.
 */
import {
  type Authenticator,
  AuthenticatorCalls,
  AuthenticatorError,
  type AuthenticatorSlots,
} from "../auth/authenticator.ts";
import { type CredentialSource, DynamicSource } from "../auth/credentials.ts";
import { CryptosignMethod } from "../auth/cryptosign.ts";
import { DynamicAnonymousMethod } from "../auth/dynamic_anonymous.ts";
import { DynamicKeySource } from "../auth/key_sources.ts";
import type { LoginMethod } from "../auth/login_method.ts";
import {
  type ChannelBindings,
  readScram,
  type ScramCredentials,
  ScramMethod,
} from "../auth/scram.ts";
import { CROSSBAR_SCRAM, WAMP_SCRAM } from "../auth/scram_dialect.ts";
import { DynamicTicketMethod } from "../auth/ticket.ts";
import { readWampCra, WampCraMethod } from "../auth/wampcra.ts";
import type { Timers } from "../base/timers.ts";
import type {
  AuthMethodName,
  DynamicConfig,
  TransportConfig,
} from "../config/config.ts";
import type { RandomIds } from "../wamp/id.ts";
import { CalleeError, type RouterCaller } from "./router_caller.ts";

/** What the dynamic methods of all transports share. */
export interface DynamicParts {
  readonly ids: RandomIds;
  readonly timers: Timers;
  readonly slots: AuthenticatorSlots;
  readonly caller: RouterCaller;
}

/** The dynamic methods that a transport offers. */
export function dynamicMethods(
  transport: TransportConfig,
  bindings: ChannelBindings,
  parts: DynamicParts,
): LoginMethod[] {
  const { ids } = parts;
  const { anonymous, ticket, wampcra, scram, cryptosign } =
    transport.auth.dynamic ?? {};
  const calls = (name: AuthMethodName, config: DynamicConfig) =>
    callsOf(name, config, transport, parts);
  const methods: LoginMethod[] = [];
  if (anonymous !== undefined) {
    methods.push(
      new DynamicAnonymousMethod(calls("anonymous", anonymous), ids),
    );
  }
  if (ticket !== undefined) {
    methods.push(new DynamicTicketMethod(calls("ticket", ticket)));
  }
  if (wampcra !== undefined) {
    const source = new DynamicSource(calls("wampcra", wampcra), readWampCra);
    methods.push(new WampCraMethod(source));
  }
  if (scram !== undefined) {
    const source = new DynamicSource(calls("scram", scram), readScram);
    methods.push(...scramMethods(source, bindings));
  }
  if (cryptosign !== undefined) {
    const source = new DynamicKeySource(calls("cryptosign", cryptosign));
    methods.push(new CryptosignMethod(source, undefined));
  }
  return methods;
}

/** One method for each name that clients know it by. */
export function scramMethods(
  source: CredentialSource<ScramCredentials>,
  bindings: ChannelBindings,
): LoginMethod[] {
  return [
    new ScramMethod(source, WAMP_SCRAM, bindings),
    new ScramMethod(source, CROSSBAR_SCRAM, new Map()),
  ];
}

function callsOf(
  authmethod: string,
  config: DynamicConfig,
  { limits }: TransportConfig,
  { timers, slots, caller }: DynamicParts,
): AuthenticatorCalls {
  return new AuthenticatorCalls({
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
    if (where === null) throw new Error("no realm to ask the procedure in");
    const args = [realm, authid, details];
    try {
      return await caller.call(where, config.authenticator, args, signal);
    } catch (error) {
      if (!(error instanceof CalleeError)) throw error;
      throw new AuthenticatorError(error.uri, error.message);
    }
  };
}
