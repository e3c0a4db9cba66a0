/**
 * The command that starts the router with exactly the permissions it needs, or
 * that compiles one that has them.
 *
 * @module
 */

import {
  type Permission,
  type PermissionName,
  type PermissionSubject,
  requiredPermissions,
} from "./required_permissions.ts";

/** Options for {@linkcode permissionLine}. */
export interface PermissionLineOptions {
  /** The path of the program, as seen from the working folder. */
  readonly program: string;
  /** Options of the program that the config needs. */
  readonly options: readonly string[];
}

const NAMES: readonly PermissionName[] = ["net", "read", "write", "env"];

/** `deno run --allow-… main.ts CONFIG`, quoted for a POSIX shell. */
export function permissionLine(
  subject: PermissionSubject,
  options: PermissionLineOptions,
): string {
  return formatLine([
    "deno",
    "run",
    ...flagsFor(subject),
    options.program,
    ...options.options,
    subject.configPath,
  ]);
}

/** `deno compile --allow-… -o OUTPUT main.ts`, for the folder of the source. */
export function compileLine(
  subject: PermissionSubject,
  output: string,
): string {
  const flags = flagsFor(subject);
  return formatLine(["deno", "compile", ...flags, "-o", output, "main.ts"]);
}

function flagsFor(subject: PermissionSubject): string[] {
  // Without --no-prompt, Deno would ask at the terminal for given-up permissions.
  return ["--no-prompt", ...permissionFlags(requiredPermissions(subject))];
}

function formatLine(words: readonly string[]): string {
  return words.map(quoteForShell).join(" ");
}

/** One flag for each kind of permission. */
export function permissionFlags(permissions: readonly Permission[]): string[] {
  return NAMES.flatMap((name) => {
    const values = permissions
      .filter((permission) => permission.name === name)
      .map(({ value }) => value);
    if (values.length === 0) return [];
    if (values.includes(undefined)) return [`--allow-${name}`];
    return [`--allow-${name}=${values.join(",")}`];
  });
}

/** `word`, in single quotes if a shell would not take it literally. */
export function quoteForShell(word: string): string {
  if (/^[A-Za-z0-9_./:,=@%+-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
