/**
 * `check`: everything that is wrong in a config.
 *
 * @module
 */

import { formatAddress } from "../config/build_endpoint.ts";
import type { RouterConfig } from "../config/config.ts";
import { allRealms } from "../config/find_realm.ts";
import { reviewRules } from "../review/review_rules.ts";
import type { Arguments } from "./arguments.ts";
import { ExitCode } from "./exit_code.ts";
import {
  checkNamedFiles,
  loadNamedConfig,
  problemLines,
} from "./read_config.ts";
import { print } from "./terminal.ts";

/** Runs `check`. */
export async function checkCommand(args: Arguments): Promise<ExitCode> {
  const { configPath } = args;
  const { config, expectations, errors, warnings, notes, files } =
    await loadNamedConfig(args);
  const found = [
    ...await checkNamedFiles(files, configPath),
    ...(config === undefined ? [] : reviewRules(config, expectations)),
  ];
  print(problemLines([...errors, ...warnings, ...notes, ...found]));
  const count = [...errors, ...found]
    .filter(({ severity }) => severity === "error").length;
  if (config === undefined || count > 0) {
    print(`${configPath}: ${count} ${count === 1 ? "error" : "errors"}\n`);
    return ExitCode.WRONG_USAGE;
  }
  print(summary(configPath, config));
  return ExitCode.FINE;
}

function summary(path: string, config: RouterConfig): string {
  const lines = [`${path}: fine`];
  for (const { name, roles } of allRealms(config)) {
    const names = roles.map((role) => role.name).join(", ");
    lines.push(`  realm ${name}: roles ${names}`);
  }
  for (const { id, endpoint, serializers, realms } of config.transports) {
    const speaks = serializers.join(", ");
    const leads = realms === undefined ? "" : `, realms ${realms.join(", ")}`;
    lines.push(
      `  transport ${id}: ${formatAddress(endpoint)} ${speaks}${leads}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
