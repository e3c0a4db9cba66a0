/**
 * The config for a command: from disk and environment, without ever asking the
 * user for a permission.
 *
 * @module
 */

import { flag, type OptionValues } from "../base/command_option.ts";
import {
  formatProblem,
  type NamedFile,
  type Problem,
  sortProblems,
} from "../schema/check_context.ts";
import type { ExpectationConfig, RouterConfig } from "../config/config.ts";
import { loadConfig, type LoadResult } from "../config/load_config.ts";
import { checkFiles } from "../config/named_files.ts";
import { howToPermit } from "../permissions/missing_permissions.ts";
import type { PermissionSubject } from "../permissions/required_permissions.ts";
import { storeFault } from "../server/open_store.ts";
import { readTextFile } from "../auth/read_secret.ts";
import { socketFault } from "../server/open_transport.ts";
import { readPemFile, tlsIdentityFault } from "../server/tls_identity.ts";
import type { Operand } from "./command.ts";
import { printError } from "./terminal.ts";

/** The config, as an operand of a command. */
export const CONFIG_OPERAND: Operand = {
  name: "CONFIG",
  help: "the path of the config file",
};

/** The options of commands that read a config. */
export const CONFIG_OPTIONS = {
  "ignore-unsupported": flag(
    "leave out what a Crossbar.io config has and Sluice cannot serve, with a warning for each",
  ),
};

type ConfigOptions = OptionValues<typeof CONFIG_OPTIONS>;

/** A config without errors. */
export interface ReadConfig extends PermissionSubject {
  readonly config: RouterConfig;
  readonly expectations: readonly ExpectationConfig[];
  readonly warnings: readonly Problem[];
  readonly notes: readonly Problem[];
}

/** Loads the config that the command line names. */
export function loadNamedConfig(
  configPath: string,
  options: ConfigOptions,
): Promise<LoadResult> {
  return loadConfig(configPath, {
    readTextFile: readPermittedText,
    env: readVariable,
    workingFolder: Deno.cwd(),
    ignoreUnsupported: options["ignore-unsupported"],
  });
}

/** As {@linkcode loadNamedConfig}; `undefined` with the errors told to `complain`. */
export async function readConfig(
  configPath: string,
  options: ConfigOptions,
  complain: (text: string) => void = printError,
): Promise<ReadConfig | undefined> {
  const { config, errors, ...rest } = await loadNamedConfig(
    configPath,
    options,
  );
  if (config === undefined) {
    complain(problemLines(errors));
    return undefined;
  }
  return { ...rest, config, configPath };
}

/** What is wrong with the files that a config names, and with their places. */
export function checkNamedFiles(
  files: readonly NamedFile[],
  configPath: string,
): Promise<Problem[]> {
  return checkFiles(files, {
    file: configPath,
    readTextFile: readPermittedText,
    readPemFile: (path) => readPermitted(path, readPemFile),
    fileMode: (path) => Deno.statSync(path).mode ?? undefined,
    identityFault: tlsIdentityFault,
    socketFault,
    directoryFault,
    storeFault,
    now: Date.now(),
  });
}

function directoryFault(path: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") return howToPermit(`--allow-read=${path}`);
  try {
    return Deno.statSync(path).isDirectory ? undefined : "it is no folder";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no such folder";
    return error instanceof Error ? error.message : String(error);
  }
}

/** A line for each finding. */
export function problemLines(problems: readonly Problem[]): string {
  return sortProblems(problems).map((one) => `${formatProblem(one)}\n`).join(
    "",
  );
}

/** The text of a file that may be read; rejects if it cannot. */
export function readPermittedText(path: string): Promise<string> {
  return readPermitted(path, readTextFile);
}

async function readPermitted(
  path: string,
  read: (path: string) => Promise<string>,
): Promise<string> {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") {
    throw new Error(howToPermit(`--allow-read=${path}`));
  }
  try {
    return await read(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Error("there is no such file", { cause: error });
    }
    if (error instanceof Deno.errors.IsADirectory) {
      throw new Error("it is a folder, not a file", { cause: error });
    }
    throw error;
  }
}

function readVariable(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  if (state !== "granted") {
    throw new Error(howToPermit(`--allow-env=${variable}`));
  }
  const value = readText(variable);
  // What is no UTF-8 has become this.
  if (value?.includes("\uFFFD")) throw new Error(NO_TEXT);
  return value;
}

const NO_TEXT = "its value is not UTF-8";

function readText(variable: string): string | undefined {
  try {
    return Deno.env.get(variable);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    // Its own message shows the value, which may be a secret.
    throw new Error(NO_TEXT);
  }
}
