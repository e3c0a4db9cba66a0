import { type BaseHandler, ConsoleHandler } from "./handlers.ts";
import type { LevelName } from "./levels.ts";
import { Logger, type LogRecord } from "./logger.ts";

/** One logger's part of a {@linkcode LogConfig}. */
export interface LoggerConfig {
  /** The lowest level that is logged. */
  level?: LevelName;
  /** The names of its handlers. */
  handlers?: string[];
}

/** What {@linkcode setup} takes. */
export interface LogConfig {
  /** Handlers by name. */
  handlers?: { [name: string]: BaseHandler };
  /** Loggers by name. */
  loggers?: { [name: string]: LoggerConfig };
}

const DEFAULT_LEVEL: LevelName = "INFO";

const DEFAULT_CONFIG = {
  handlers: { default: new ConsoleHandler(DEFAULT_LEVEL) },
  loggers: { default: { level: DEFAULT_LEVEL, handlers: ["default"] } },
};

const handlers = new Map<string, BaseHandler>();
const loggers = new Map<string, Logger>();

/** Replaces all handlers and loggers by those of `config` and the default. */
export function setup(config: LogConfig): void {
  for (const handler of handlers.values()) handler.destroy();
  handlers.clear();
  loggers.clear();
  const wanted = { ...DEFAULT_CONFIG.handlers, ...config.handlers };
  for (const [name, handler] of Object.entries(wanted)) {
    handler.setup();
    handlers.set(name, handler);
  }
  const all: Record<string, LoggerConfig> = {
    ...DEFAULT_CONFIG.loggers,
    ...config.loggers,
  };
  for (const [name, logger] of Object.entries(all)) {
    const chosen = (logger.handlers ?? []).flatMap((handlerName) =>
      handlers.get(handlerName) ?? []
    );
    loggers.set(
      name,
      new Logger(name, logger.level ?? DEFAULT_LEVEL, { handlers: chosen }),
    );
  }
}

/** The logger of that name; one without handlers if the name is not set up. */
export function getLogger(name = "default"): Logger {
  const known = loggers.get(name);
  if (known !== undefined) return known;
  const created = new Logger(name, "NOTSET", { handlers: [] });
  loggers.set(name, created);
  return created;
}

/** The record as one line of JSON. */
export function jsonFormatter(logRecord: LogRecord): string {
  const { args } = logRecord;
  return JSON.stringify({
    level: logRecord.levelName,
    datetime: logRecord.datetime.getTime(),
    message: logRecord.msg,
    args: args.length > 1 ? args : args[0],
  });
}

/** Ready-made formatters. */
export const formatters = { jsonFormatter } as const;

setup(DEFAULT_CONFIG);
