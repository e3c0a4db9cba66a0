/**
 * Loads a config from text, as if it were the file `/etc/sluice/config.json`.
 */
import { assertEquals } from "@std/assert";
import type {
  PermissionConfig,
  RoleConfig,
  RouterConfig,
  WampServiceConfig,
} from "../../src/config/config.ts";
import { loadConfig, type LoadResult } from "../../src/config/load_config.ts";
import { formatProblem, type Problem } from "../../src/schema/check_context.ts";

/** Options for {@linkcode load}. */
export interface LoadTextOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly ignoreUnsupported?: boolean;
}

/** Loads `source`: text as it is, anything else as JSON. */
export function load(
  source: unknown,
  options: LoadTextOptions = {},
): Promise<LoadResult> {
  const text = typeof source === "string" ? source : JSON.stringify(source);
  return loadConfig("config.json", {
    readTextFile: () => Promise.resolve(text),
    env: (name) => options.env?.[name],
    workingFolder: "/etc/sluice",
    ignoreUnsupported: options.ignoreUnsupported ?? false,
  });
}

/** Loads a config that has no errors. */
export async function loadSound(
  source: unknown,
  options: LoadTextOptions = {},
): Promise<LoadResult & { readonly config: RouterConfig }> {
  const { config, ...rest } = await load(source, options);
  assertEquals(brief(rest.errors), []);
  if (config === undefined) throw new Error("no errors and no config");
  return { ...rest, config };
}

/** The RawSocket of the config's first transport. */
export function rawSocketOf({ transports }: RouterConfig): WampServiceConfig {
  const service = transports[0].rawsocket;
  if (service === undefined) throw new Error("there is no RawSocket");
  return service;
}

/** The rules of a role, but for where they stand. */
export function withoutSources(
  { permissions }: RoleConfig,
): Omit<PermissionConfig, "source">[] {
  return permissions.map(({ source: _, ...rest }) => rest);
}

/** The findings without file, line and column. */
export function brief(problems: readonly Problem[]): string[] {
  return problems.map((problem) =>
    formatProblem({ ...problem, line: 0 }).replace(/^config\.json: \w+: /, "")
  );
}

/** Fails unless the findings begin as `expected` says, in any order. */
export function assertFindings(
  problems: readonly Problem[],
  expected: readonly string[],
): void {
  const found = brief(problems).map((text) =>
    expected.find((start) => text.startsWith(start)) ?? text
  );
  assertEquals(found.toSorted(), expected.toSorted());
}

/** A transport on a Unix socket that has nothing wrong. */
export const SOUND = {
  type: "rawsocket",
  serializer: "json",
  endpoint: { type: "unix", path: "/run/sluice.sock" },
};

/** A realm in which role `anonymous` may do everything. */
export const REALM = {
  name: "realm1",
  roles: [{
    name: "anonymous",
    permissions: [{
      uri: "*",
      allow: { call: true, register: true, publish: true, subscribe: true },
    }],
  }],
};
