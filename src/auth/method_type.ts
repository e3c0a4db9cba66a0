/**
 * A way of logging in, with all that belongs to it: its keys in the config, what
 * is made of them, and what the `secret` command prints.
 *
 * @module
 */

import type { CheckContext } from "../schema/check_context.ts";
import type { Keys } from "../schema/key.ts";
import type { ObjectType, Section } from "../schema/object_type.ts";
import type { RandomIds } from "../wamp/id.ts";
import type { Dict } from "../wamp/options.ts";
import type { AuthenticatorCalls } from "./authenticator.ts";
import { CombinedSource, type NamedSource } from "./combined.ts";
import type { CredentialSource } from "./credentials.ts";
import type { LoginMethod } from "./login_method.ts";
import type { SecretPrinter } from "./secret_printer.ts";
import type { StaticLogin } from "./static_principals.ts";

/** What methods are opened with. */
export interface MethodParts {
  readonly ids: RandomIds;
  /** Whether an unknown authid is told from a wrong secret. */
  readonly revealsUnknown: boolean;
  /** The transport's certificates in PEM form; undefined without TLS. */
  certificates(): Promise<string | undefined>;
}

/** A way of logging in. */
export interface MethodType<Name extends string, K extends Keys, Config> {
  /** Its key in `auth`. */
  readonly name: Name;
  /** What it is, in findings: `authentication by ticket`. */
  readonly title: string;
  /** The help of its key. */
  readonly help: string;
  /** Its static form. */
  readonly form: ObjectType<K>;
  /** Objects in the static form, for the documentation. */
  readonly objects: readonly ObjectType<Keys>[];
  /** Whether clients send what whoever listens on the network can use. @default {false} */
  readonly sendsSecret?: boolean;
  /** The longest that it can add to WELCOME.Details.authextra (RS-10). */
  readonly longestAuthextra?: Dict;
  /** The method's part of the `secret` command. */
  readonly secret?: SecretPrinter;
  /** Checks what one value alone does not tell, and gives the checked config. */
  read(form: Section<K>, context: CheckContext): StaticLogin<Config>;
  /**
   * What clients are judged by.
   *
   * @param config Its static form, if it has one.
   * @param calls Those to its authenticator, if it has one.
   * @throws {Error} Where a file with a secret cannot be used.
   */
  open(
    config: Config | undefined,
    calls: AuthenticatorCalls | undefined,
    parts: MethodParts,
  ): Promise<readonly LoginMethod[]>;
}

/** `method` with the types of its keys and of its config. */
export function defineMethod<
  const Name extends string,
  K extends Keys,
  Config,
>(method: MethodType<Name, K, Config>): MethodType<Name, K, Config> {
  return method;
}

/** The sources of a method, combined; undefined where there is none. */
export function combine<Credentials>(
  named: CredentialSource<Credentials> & NamedSource | undefined,
  asked: CredentialSource<Credentials> | undefined,
): CredentialSource<Credentials> | undefined {
  return named !== undefined && asked !== undefined
    ? new CombinedSource(named, asked)
    : named ?? asked;
}
