/**
 * `check`: everything that is wrong in a config.
 *
 * @module
 */

import { formatAddress } from "../config/build_endpoint.ts";
import type {
  RouterConfig,
  TransportConfig,
  WampServiceConfig,
} from "../config/config.ts";
import { allRealms } from "../config/find_realm.ts";
import { servicePaths } from "../config/web_paths.ts";
import { reviewRules } from "../review/review_rules.ts";
import { type WorstMemory, worstMemory } from "../server/worst_memory.ts";
import { defineCommand, ExitCode } from "./command.ts";
import { findConfig } from "./find_config.ts";
import {
  checkNamedFiles,
  CONFIG_OPERAND,
  CONFIG_OPTIONS,
  loadNamedConfig,
  problemLines,
} from "./read_config.ts";
import { print } from "./terminal.ts";

/** `check`. */
export const CHECK = defineCommand({
  name: "check",
  summary: "report everything that is wrong in a config",
  operands: [CONFIG_OPERAND],
  options: CONFIG_OPTIONS,
  help:
    `Reports everything that is wrong in the config, and what is good to know. It opens
the keys and certificates that the config names, looks for permissions that have no
effect, and decides the cases of \`expect\`.`,
  exitCodes: "Exit code: 0 if the router would start, 2 if not.",
  async run({ operands: [operand], options }) {
    const configPath = findConfig(operand);
    const { config, expectations, errors, warnings, notes, files } =
      await loadNamedConfig(configPath, options);
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
  },
});

function summary(path: string, config: RouterConfig): string {
  const lines = [`${path}: fine`];
  for (const { name, roles } of allRealms(config)) {
    const names = roles.map((role) => role.name).join(", ");
    lines.push(`  realm ${name}: roles ${names}`);
  }
  for (const transport of config.transports) {
    lines.push(...transportLines(transport));
  }
  lines.push(...memoryLines(worstMemory(config)));
  return `${lines.join("\n")}\n`;
}

function transportLines(transport: TransportConfig): string[] {
  const { id, type, endpoint, realms, rawsocket, websockets, web } = transport;
  const leads = realms === undefined ? "" : `, realms ${realms.join(", ")}`;
  const head = `  transport ${id}: ${formatAddress(endpoint)}`;
  if (type === "rawsocket") {
    return [`${head} ${serializersOf(rawsocket)}${leads}`];
  }
  return [
    `${head}${leads}`,
    ...rawsocket === undefined
      ? []
      : [`    rawsocket: ${serializersOf(rawsocket)}`],
    ...websockets.map((socket) =>
      `    websocket ${socket.path ?? "at any path"}: ${serializersOf(socket)}`
    ),
    ...servicePaths(web?.paths).map(([path, { type }]) =>
      `    http ${path}: ${type}`
    ),
  ];
}

function serializersOf(service: WampServiceConfig | undefined): string {
  return service?.serializers.join(", ") ?? "";
}

function memoryLines(worst: WorstMemory): string[] {
  const whence = worst.isSet ? "" : ", which is not set: as on this machine";
  return [
    `  memory: ${
      mib(worst.clientBytes)
    } for what clients make the router keep (max_memory_bytes${whence})`,
    `  memory: ${mib(worst.storedBytes)} for retained events and histories`,
    `  memory: ${
      mib(worst.unboundedBytes)
    } is what all clients together could take without max_memory_bytes`,
  ];
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
