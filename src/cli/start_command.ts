/**
 * `start`: runs the router until it is told to stop.
 *
 * @module
 */

import { choice, type OptionValues } from "../base/command_option.ts";
import {
  createLogger,
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFields,
  type Logger,
} from "../base/log.ts";
import type { RouterConfig, WampServiceConfig } from "../config/config.ts";
import { servicePaths } from "../config/web_paths.ts";
import { formatProblem, sortProblems } from "../schema/check_context.ts";
import { type GivenUp, giveUp } from "../permissions/give_up.ts";
import {
  describeMissing,
  missingPermissions,
} from "../permissions/missing_permissions.ts";
import {
  lastingPermissions,
  requiredPermissions,
} from "../permissions/required_permissions.ts";
import { reviewRules } from "../review/review_rules.ts";
import { type RunningServer, startServer } from "../server/server.ts";
import { VERSION } from "../server/version.ts";
import { defineCommand, ExitCode, type Invocation } from "./command.ts";
import { prepareForClients } from "./descriptor_room.ts";
import { findConfig } from "./find_config.ts";
import { LogWriter } from "./log_writer.ts";
import { leastCommand } from "./permissions_command.ts";
import {
  checkNamedFiles,
  CONFIG_OPERAND,
  CONFIG_OPTIONS,
  problemLines,
  type ReadConfig,
  readConfig,
} from "./read_config.ts";
import { StopSignals } from "./stop_signals.ts";

/** A shutdown that takes this much longer than shutdown_timeout_ms is cut off. */
const SHUTDOWN_GRACE_MS = 2_000;

const OPTIONS = {
  ...CONFIG_OPTIONS,
  "log-level": choice(
    "LEVEL",
    LOG_LEVELS,
    "info",
    "the lowest level that is logged",
  ),
  "log-format": choice(
    "FORMAT",
    LOG_FORMATS,
    "text",
    "of each line of the log",
  ),
};

/** `start`; it ends when the router has stopped. */
export const START = defineCommand({
  name: "start",
  summary: "start the router",
  operands: [CONFIG_OPERAND],
  options: OPTIONS,
  help:
    `Starts the router. Of a folder, such as .crossbar, config.json is read, or config.yaml.
The log goes to standard error. SIGINT, SIGTERM and SIGHUP stop the router: listeners
close, sessions get GOODBYE, and what waits for clients is sent. A second signal ends it
at once, with 128 and the number of the signal as exit code. SIGHUP does not load the
config again. With \`nohup\` and -A, SIGHUP is ignored.`,
  async run(invocation) {
    const writer = new LogWriter({
      stream: Deno.stderr,
      tellLost: (lines) =>
        log.error("lines of the log were lost: nobody read them in time", {
          lines,
        }),
    });
    const log = createLogger({
      level: invocation.options["log-level"],
      format: invocation.options["log-format"],
      write: (line) => writer.write(`${line}\n`),
    });
    const exit = async (code: ExitCode): Promise<never> => {
      await writer.written();
      Deno.exit(code);
    };
    exitOnDefect(log, exit);
    // At once: the first process of a container gets no signal that it ignores.
    using signals = new StopSignals(log, exit);
    try {
      return await start(invocation, { signals, log, writer });
    } catch (error) {
      logDefect(log, "it cannot go on", error);
      return ExitCode.FAILED;
    } finally {
      await writer.written();
    }
  },
});

/** What `start` works with from its first moment on. */
interface StartParts {
  readonly signals: StopSignals;
  readonly log: Logger;
  readonly writer: LogWriter;
}

async function start(
  { operands: [operand], options, programUrl }: Invocation<typeof OPTIONS>,
  parts: StartParts,
): Promise<ExitCode> {
  const { signals, log } = parts;
  const configPath = findConfig(operand);
  const read = await readSoundConfig(configPath, options, programUrl, parts);
  if (read === undefined) return ExitCode.WRONG_USAGE;
  prepareForClients(configPath, connectionsMax(read.config), log);
  // A signal that came in the meantime is handled now.
  await new Promise((resolve) => setTimeout(resolve));
  if (signals.isReceived) {
    log.info("stopped before any listener was opened");
    return ExitCode.FINE;
  }
  return await run(read, signals, log);
}

/**
 * From now on, an error that nobody handles is logged and ends the process: the
 * router's state can no longer be trusted.
 */
export function exitOnDefect(
  log: Pick<Logger, "error">,
  exit: (code: ExitCode) => Promise<never>,
): void {
  const fail = (what: string, reason: unknown): void => {
    logDefect(log, what, reason);
    void exit(ExitCode.FAILED);
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail("a rejection was not handled", event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    fail("an error was not handled", event.error);
  });
}

function logDefect(
  log: Pick<Logger, "error">,
  what: string,
  reason: unknown,
): void {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  log.error(`internal error, the router exits: ${what}: ${error.message}`, {
    stack: error.stack ?? "",
  });
}

/** The config; undefined, with all that is wrong printed, if it cannot be used. */
async function readSoundConfig(
  configPath: string,
  options: OptionValues<typeof OPTIONS>,
  programUrl: string,
  { log, writer }: StartParts,
): Promise<ReadConfig | undefined> {
  const complain = (text: string): void => writer.write(text);
  const read = await readConfig(configPath, options, complain);
  if (read === undefined) return undefined;
  const missing = missingPermissions(requiredPermissions(read));
  if (missing.length > 0) {
    complain(`The config needs permissions that Deno was not given:
${describeMissing(missing)}
This command grants exactly what the config needs:
  ${leastCommand(read, { ...options, absolute: false }, programUrl)}
`);
    return undefined;
  }
  const found = [
    ...await checkNamedFiles(read.files, configPath),
    ...reviewRules(read.config, read.expectations),
  ];
  if (found.some(({ severity }) => severity === "error")) {
    complain(problemLines(found));
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
  logGivenUp(givenUp, config, log);
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
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(
    () => resolve("late"),
    timeoutMs + SHUTDOWN_GRACE_MS,
  );
  const outcome = await Promise.race([server.shutdown(), late]);
  clearTimeout(timer);
  if (outcome === "late") {
    log.error(
      `not stopped ${SHUTDOWN_GRACE_MS} ms after shutdown_timeout_ms: exiting now`,
    );
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
    const where = { transport: id, address };
    const { rawsocket, websockets, web } = config.transports[index];
    if (rawsocket !== undefined) {
      log.info("listening", { ...where, ...describeService(rawsocket) });
    }
    for (const { path = "any path", ...service } of websockets) {
      const what = { websocket: path, ...describeService(service) };
      log.info("listening", { ...where, ...what });
    }
    for (const [path, { type }] of servicePaths(web?.paths)) {
      log.info("listening", { ...where, http: path, service: type });
    }
  }
}

function describeService(service: WampServiceConfig): LogFields {
  return {
    serializers: service.serializers.join(","),
    max_message_size: service.maxMessageBytes,
    auth: authMethods(service),
  };
}

function authMethods({ auth }: WampServiceConfig): string {
  const { ticket, wampcra, scram, cryptosign, anonymous } = auth;
  const statics = { anonymous, ticket, wampcra, scram, cryptosign };
  const names = Object.entries({ ...statics, ...auth.dynamic })
    .flatMap(([name, config]) => config === undefined ? [] : [name]);
  return names.length === 0 ? "none" : names.join(",");
}

function logGivenUp(
  { tooBroad }: GivenUp,
  { transports }: RouterConfig,
  log: Logger,
): void {
  if (tooBroad.length === 0) return log.debug("permissions given up");
  const hasSockets = transports.some(({ endpoint }) =>
    endpoint.type === "unix"
  );
  const [reason, files] = hasSockets
    ? ["the socket files are removed at exit", "the socket files"]
    : ["files of folders are served", "those folders"];
  log.info(
    `permission to ${
      tooBroad.join(" and ")
    } files is kept: ${reason}, and Deno cannot narrow a permission that was granted for all files; to limit it to ${files}, start with the command that \`permissions\` prints`,
  );
}
