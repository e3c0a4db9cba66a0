/**
 * The config for a command: from disk and environment, without ever asking the
 * user for a permission.
 *
 * @module
 */

import type { NamedFile } from "../config/check_context.ts";
import type { ExpectationConfig, RouterConfig } from "../config/config.ts";
import { loadConfig, type LoadResult } from "../config/load_config.ts";
import { checkFiles } from "../config/named_files.ts";
import {
  formatProblem,
  type Problem,
  sortProblems,
} from "../config/problem.ts";
import type { PermissionSubject } from "../permissions/required_permissions.ts";
import { storeFault } from "../server/open_store.ts";
import { readTextFile } from "../server/read_text_file.ts";
import { socketFault } from "../server/socket_fault.ts";
import { readPemFile, tlsIdentityFault } from "../server/tls_identity.ts";
import type { Arguments } from "./arguments.ts";
import { howToPermit } from "./how_to_permit.ts";
import { printError } from "./terminal.ts";

/** A config without errors. */
export interface ReadConfig extends PermissionSubject {
  readonly config: RouterConfig;
  readonly expectations: readonly ExpectationConfig[];
  readonly warnings: readonly Problem[];
  readonly notes: readonly Problem[];
  readonly files: readonly NamedFile[];
}

/** Loads the config that the command line names. */
export function loadNamedConfig(
  { configPath, ignoreUnsupported }: Arguments,
): Promise<LoadResult> {
  return loadConfig(configPath, {
    readTextFile: readPermittedText,
    env: readVariable,
    workingFolder: Deno.cwd(),
    ignoreUnsupported,
  });
}

/** As {@linkcode loadNamedConfig}; `undefined` with the errors printed. */
export async function readConfig(
  args: Arguments,
): Promise<ReadConfig | undefined> {
  const { config, errors, ...rest } = await loadNamedConfig(args);
  if (config === undefined) {
    printError(problemLines(errors));
    return undefined;
  }
  return { ...rest, config, configPath: args.configPath };
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
    storeFault,
    now: Date.now(),
  });
}

/** A line for each finding. */
export function problemLines(problems: readonly Problem[]): string {
  return sortProblems(problems).map((one) => `${formatProblem(one)}\n`).join(
    "",
  );
}

function readPermittedText(path: string): Promise<string> {
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
