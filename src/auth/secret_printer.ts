/**
 * What the `secret` command prints for a way of logging in: the lines that stand
 * for a password in the config.
 *
 * @module
 */

import type { CommandOptions, OptionValues } from "../base/command_option.ts";

/** Lines of a config, as names and values. */
export type ConfigLines = Readonly<Record<string, string | number>>;

/** The part of `secret` that a way of logging in brings. */
export interface SecretPrinter<O extends CommandOptions = CommandOptions> {
  /** As the config names it. */
  readonly method: string;
  /** Where the lines go. */
  readonly place: string;
  readonly options: O;
  /** What is wrong with the options together. */
  problems?(options: Partial<OptionValues<O>>): readonly string[];
  /** The lines for `password`; undefined where no password can be like that. */
  lines(
    password: string,
    options: OptionValues<O>,
  ): Promise<ConfigLines | undefined>;
}

/** `form` with the types of its options' values. */
export function defineSecretPrinter<const O extends CommandOptions>(
  form: SecretPrinter<O>,
): SecretPrinter<O> {
  return form;
}

/** With fewer rounds of PBKDF2, passwords are quick to guess (RFC 7677). */
export const PBKDF2_ITERATIONS_MIN = 4096;
/** With more rounds, a client would take minutes. */
export const ITERATIONS_MAX = 10_000_000;
