/**
 * `start`: runs the router until it is told to stop.
 *
 * @module
 */

import { createLogger, type Logger } from "../base/log.ts";
import type { RouterConfig, TransportConfig } from "../config/config.ts";
import { formatProblem, sortProblems } from "../config/problem.ts";
import { type GivenUp, giveUp } from "../permissions/give_up.ts";
import {
  describeMissing,
  missingPermissions,
} from "../permissions/preflight.ts";
import {
  lastingPermissions,
  requiredPermissions,
} from "../permissions/required_permissions.ts";
import { reviewRules } from "../review/review_rules.ts";
import { type RunningServer, startServer } from "../server/server.ts";
import type { Arguments } from "./arguments.ts";
import { exitOnDefect } from "./defects.ts";
import { prepareForClients } from "./descriptor_room.ts";
import { ExitCode } from "./exit_code.ts";
import { leastCommand } from "./permissions_command.ts";
import {
  checkNamedFiles,
  problemLines,
  type ReadConfig,
  readConfig,
} from "./read_config.ts";
import { StopSignals } from "./stop_signals.ts";
import { printError } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** How much longer than it should a shutdown may take before it is cut off. */
const SHUTDOWN_GRACE_MS = 2_000;

/** Runs `start`; resolves when the router has stopped. */
export async function startCommand(
  args: Arguments,
  programUrl: string,
): Promise<ExitCode> {
  const log = createLogger({
    level: args.logLevel,
    format: args.logFormat,
    write: (line) => printError(`${line}\n`),
  });
  exitOnDefect(log);
  // From the beginning: as the first process of a container it would hear none.
  using signals = new StopSignals(log);
  const read = await readSoundConfig(args, programUrl, log);
  if (read === undefined) return ExitCode.WRONG_USAGE;
  prepareForClients(args.configPath, connectionsMax(read.config), log);
  // What came in the meantime is heard now.
  await new Promise((resolve) => setTimeout(resolve));
  if (signals.isReceived) {
    log.info("stopped before it listened");
    return ExitCode.FINE;
  }
  return await run(read, signals, log);
}

/** The config where the router can start with it, else all that is wrong is said. */
async function readSoundConfig(
  args: Arguments,
  programUrl: string,
  log: Logger,
): Promise<ReadConfig | undefined> {
  const read = await readConfig(args);
  if (read === undefined) return undefined;
  const missing = missingPermissions(requiredPermissions(read));
  if (missing.length > 0) {
    printError(`Deno has not been given the permissions that the config needs:
${describeMissing(missing)}
This command gives exactly those:
  ${leastCommand(read, args, programUrl)}
`);
    return undefined;
  }
  const found = [
    ...await checkNamedFiles(read.files, args.configPath),
    ...reviewRules(read.config, read.expectations),
  ];
  if (found.some(({ severity }) => severity === "error")) {
    printError(problemLines(found));
    return undefined;
  }
  for (const one of sortProblems([...read.warnings, ...read.notes, ...found])) {
    if (one.severity === "note") log.info(formatProblem(one));
    else log.warn(formatProblem(one));
  }
  return read;
}

async function run(
  read: ReadConfig,
  signals: StopSignals,
  log: Logger,
): Promise<ExitCode> {
  const { config } = read;
  let server: RunningServer;
  try {
    server = await startServer(config, log);
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    return ExitCode.FAILED;
  }
  logListeners(server, config, log);
  const givenUp = giveUp(requiredPermissions(read), lastingPermissions(config));
  logGivenUp(givenUp, log);
  log.info("ready", { version: VERSION });
  await signals.received;
  return await stop(server, config.shutdownTimeoutMs, log);
}

function connectionsMax({ transports }: RouterConfig): number {
  return transports.reduce((sum, { limits }) => sum + limits.maxConnections, 0);
}

async function stop(
  server: RunningServer,
  timeoutMs: number,
  log: Logger,
): Promise<ExitCode> {
  log.info("stopping");
  const { promise: late, resolve: giveIn } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => giveIn("late"), timeoutMs + SHUTDOWN_GRACE_MS);
  const outcome = await Promise.race([server.shutdown(), late]);
  clearTimeout(timer);
  if (outcome === "late") {
    log.error("stopping takes longer than it may: cut off");
    return ExitCode.FAILED;
  }
  log.info("stopped");
  return ExitCode.FINE;
}

function logListeners(
  server: RunningServer,
  config: RouterConfig,
  log: Logger,
): void {
  for (const [index, { id, address }] of server.listeners.entries()) {
    const transport = config.transports[index];
    log.info("listening", {
      transport: id,
      address,
      serializers: transport.serializers.join(","),
      limit: transport.maxMessageBytes,
      auth: authMethods(transport),
    });
  }
}

function authMethods({ auth }: TransportConfig): string {
  const { ticket, wampcra, scram, cryptosign, anonymous } = auth;
  const statics = { anonymous, ticket, wampcra, scram, cryptosign };
  const names = Object.entries({ ...statics, ...auth.dynamic })
    .flatMap(([name, config]) => config === undefined ? [] : [name]);
  return names.length === 0 ? "none" : names.join(",");
}

function logGivenUp({ tooBroad }: GivenUp, log: Logger): void {
  if (tooBroad.length === 0) return log.debug("permissions given up");
  log.info(
    `the right to ${
      tooBroad.join(" and ")
    } files stays, since sockets are looked at and removed at exit and Deno cannot narrow it; start with the command that \`permissions\` prints to limit it to them`,
  );
}
