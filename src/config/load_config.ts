/**
 * From a config file to the typed config, or to everything that is wrong in it.
 *
 * The file and the environment are read through what the caller hands in, so
 * that nothing here needs a permission or a disk.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { NotUtf8Error } from "../base/source_text.ts";
import { buildAutoRealms } from "./build_auto_realms.ts";
import { buildExpectations } from "./build_expectations.ts";
import { buildRealms, IMPLIED_REALM } from "./build_realms.ts";
import { buildTransports } from "./build_transports.ts";
import type { PlacedTransport } from "./placed_transport.ts";
import { checkBridgeExposure, checkBridges } from "./check_bridges.ts";
import { checkExposure } from "./check_exposure.ts";
import { checkFolders } from "./check_folders.ts";
import {
  checkAuthExposure,
  checkPrincipals,
  checkSharedAuthids,
} from "./check_principals.ts";
import { checkReach, checkUse, sortScopes } from "./check_scopes.ts";
import { checkTrustedProcedures } from "./check_trusted_procedures.ts";
import {
  CheckContext,
  type NamedFile,
  type Problem,
  sortProblems,
} from "../schema/check_context.ts";
import type { ExpectationConfig, RouterConfig } from "./config.ts";
import {
  checkAddresses,
  checkImpliedRealm,
  checkRoles,
  checkStrangers,
} from "./cross_checks.ts";
import { LineIndex } from "../schema/document.ts";
import { parseDocument } from "../schema/parse_document.ts";
import { allRealms, type RealmsConfig } from "./find_realm.ts";
import { type ConfigSections, readSections, type RouterPart } from "./forms.ts";
import { RealmDirectory } from "./realm_directory.ts";

/** How {@linkcode loadConfig} gets at the world. */
export interface LoadOptions {
  /** Reads a text file; rejects if it cannot. */
  readonly readTextFile: (path: string) => Promise<string>;
  /** Reads an environment variable; throws if it must not be read. */
  readonly env: (name: string) => string | undefined;
  /** Absolute; relative paths on the command line start here. */
  readonly workingFolder: string;
  /** Leaves parts out that cannot be served, with a warning. @default {false} */
  readonly ignoreUnsupported?: boolean;
}

/** What came of a file. */
export interface LoadResult {
  /** `undefined` when there are errors. */
  readonly config: RouterConfig | undefined;
  /** Decisions that its permissions must come to; not looked at here. */
  readonly expectations: readonly ExpectationConfig[];
  /** What keeps the router from starting, in the order of the file. */
  readonly errors: readonly Problem[];
  /** What should be looked at. */
  readonly warnings: readonly Problem[];
  /** What is good to know. */
  readonly notes: readonly Problem[];
  /** Files that the config names, to be opened. */
  readonly files: readonly NamedFile[];
  /** The environment variables that the config uses. */
  readonly environment: readonly string[];
}

/** Reads and checks the config file `path`. */
export async function loadConfig(
  path: string,
  options: LoadOptions,
): Promise<LoadResult> {
  let text: string;
  try {
    text = await options.readTextFile(path);
  } catch (error) {
    return failed([{
      severity: "error",
      file: path,
      path: "",
      ...unreadable(error),
    }]);
  }
  return checkText(text.replace(/^\uFEFF/, ""), path, options);
}

function unreadable(
  error: unknown,
): Pick<Problem, "line" | "column" | "message"> {
  if (error instanceof NotUtf8Error) {
    const { line, column, reason } = error;
    return { line, column, message: `cannot read the config: ${reason}` };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { line: 0, column: 0, message: `cannot read the config: ${reason}` };
}

function checkText(
  text: string,
  path: string,
  options: LoadOptions,
): LoadResult {
  const context = new CheckContext({
    file: path,
    folder: dirname(resolve(options.workingFolder, path)),
    lines: new LineIndex(text),
    env: options.env,
    ignoreUnsupported: options.ignoreUnsupported ?? false,
  });
  const { root, faults } = parseDocument(text, path);
  for (const fault of faults) context.error(fault, fault.message);
  const sections = root && readSections(root, context);
  const built = sections && buildConfig(sections, context);
  const found = (severity: Problem["severity"]) =>
    sortProblems(context.problems.filter((one) => one.severity === severity));
  return {
    config: context.isSound ? built?.config : undefined,
    expectations: built?.expectations ?? [],
    errors: found("error"),
    warnings: found("warning"),
    notes: found("note"),
    files: context.files,
    environment: [...context.environment],
  };
}

function buildConfig(
  sections: ConfigSections,
  context: CheckContext,
): { config: RouterConfig; expectations: ExpectationConfig[] } {
  const { parts, limits, file } = sections;
  const placed = buildTransports(parts, limits, context);
  checkAddresses(placed, context);
  const isImplied = parts.every(({ realms }) => realms === undefined);
  const fixed = buildRealms(parts, context);
  const auto = sections.autoRealms &&
    buildAutoRealms(sections.autoRealms, context);
  const known: RealmsConfig = {
    realms: isImplied ? [IMPLIED_REALM] : fixed.map(({ config }) => config),
    ...(auto !== undefined && { autoRealms: auto.config }),
  };
  if (isImplied) checkImpliedRealm(placed, context);
  // With a realm missing, what is said about roles would be wrong.
  const hasAllRealms = isImplied || fixed.length === countRealms(parts);
  const scopes = hasAllRealms
    ? sortScopes(sections, placed, fixed, known, auto)
    : [];
  for (const scope of scopes) {
    checkReach(scope, context);
    checkRoles(scope, context);
    checkPrincipals(scope, context);
    checkBridges(scope, context);
  }
  const expectations = buildExpectations(
    sections.expectations,
    hasAllRealms ? new RealmDirectory(known) : undefined,
    context,
  );
  const exposed = hasAllRealms
    ? scopes
    : [{ transports: placed, realms: undefined }];
  for (const { transports, realms } of exposed) {
    checkExposure(transports, realms, context);
  }
  if (auto !== undefined) checkStrangers(placed, auto.config, context);
  checkAuthExposure(placed, context);
  checkBridgeExposure(placed, context);
  checkFolders(placed, context);
  checkSomethingIsLeft(sections, placed, known, context);
  if (context.isSound) {
    for (const scope of scopes) {
      checkUse(scope, context);
      checkSharedAuthids(scope.transports, scope.realms.all, context);
      checkTrustedProcedures(scope, context);
    }
  }
  return {
    config: {
      ...known,
      transports: placed.map(({ config }) => config),
      ...file,
    },
    expectations,
  };
}

function countRealms(parts: readonly RouterPart[]): number {
  return parts.reduce((sum, { realms = [] }) => sum + realms.length, 0);
}

/** Without any of the two there is no router. */
function checkSomethingIsLeft(
  { root }: ConfigSections,
  placed: readonly PlacedTransport[],
  known: RealmsConfig,
  context: CheckContext,
): void {
  if (context.isSound && placed.length === 0) {
    const right =
      'add one of type "rawsocket", "websocket", "universal", or "web"';
    context.error(root, "no transport is left to start", right);
  }
  if (context.isSound && allRealms(known).length === 0) {
    context.error(root, "there is no realm", 'add one to "realms"');
  }
}

function failed(errors: readonly Problem[]): LoadResult {
  return {
    config: undefined,
    expectations: [],
    errors,
    warnings: [],
    notes: [],
    files: [],
    environment: [],
  };
}
