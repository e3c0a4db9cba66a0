/**
 * Stand-in for `@std/log`: see `vendor/README.md`.
 *
 * @module
 */

export {
  BaseHandler,
  type BaseHandlerOptions,
  ConsoleHandler,
  type ConsoleHandlerOptions,
  type FormatterFunction,
} from "./handlers.ts";
export {
  getLevelByName,
  getLevelName,
  type LevelName,
  type LogLevel,
  LogLevelNames,
  LogLevels,
} from "./levels.ts";
export {
  type GenericFunction,
  Logger,
  type LoggerOptions,
  LogRecord,
  type LogRecordOptions,
} from "./logger.ts";
export {
  formatters,
  getLogger,
  jsonFormatter,
  type LogConfig,
  type LoggerConfig,
  setup,
} from "./setup.ts";
