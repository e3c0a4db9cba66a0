/**
 * The ways of logging in, each a line.
 *
 * @module
 */

import type { Keys } from "../schema/key.ts";
import type { DynamicConfig } from "./dynamic_form.ts";
import type { MethodType } from "./method_type.ts";
import { ANONYMOUS } from "./methods/anonymous.ts";
import { CRYPTOSIGN } from "./methods/cryptosign.ts";
import { SCRAM } from "./methods/scram.ts";
import { TICKET } from "./methods/ticket.ts";
import { WAMPCRA } from "./methods/wampcra.ts";

/** All methods, by their keys in `auth`. */
export const METHODS = {
  anonymous: ANONYMOUS,
  ticket: TICKET,
  wampcra: WAMPCRA,
  scram: SCRAM,
  cryptosign: CRYPTOSIGN,
} as const;

/** A method by its key in `auth`. */
export type MethodName = keyof typeof METHODS;

/** The keys of a method's static form. */
export type StaticKeys<Name extends MethodName> = (typeof METHODS)[Name] extends
  MethodType<string, infer K, infer _> ? K
  : never;

/** A method's static form, checked. */
export type StaticConfig<Name extends MethodName> =
  (typeof METHODS)[Name] extends MethodType<string, infer _, infer Config>
    ? Config
    : never;

/** All methods, for those that treat them alike. */
export const METHOD_LIST: readonly MethodType<MethodName, Keys, unknown>[] =
  Object.values<MethodType<MethodName, Keys, unknown>>(METHODS);

/**
 * The methods that a transport offers: by the config itself, by an authenticator,
 * or both. A method that is absent is not offered.
 */
export type AuthConfig =
  & { readonly [Name in MethodName]?: StaticConfig<Name> | undefined }
  & {
    /** Methods for which a procedure is asked. */
    readonly dynamic?: Readonly<Partial<Record<MethodName, DynamicConfig>>>;
    /** Whether an unknown authid is told from a wrong secret. */
    readonly revealsUnknownAuthid?: boolean;
    /** True when the file had no `auth`. */
    readonly implied: boolean;
  };

/** The authids that the config names. */
export function authidsOf(auth: AuthConfig): string[] {
  return METHOD_LIST.flatMap(({ name }) => {
    const config = auth[name];
    if (config === undefined) return [];
    if ("principals" in config) {
      return config.principals.map((one) => one.authid);
    }
    return config.authid ?? [];
  });
}
