/**
 * The router's log: one line for each thing that happened, with named fields.
 *
 * The rest of the router knows only {@linkcode Logger}; `@std/log` stays behind
 * {@linkcode createLogger}, and where lines go is the caller's business. Values
 * can come from peers, so they can neither break a line, nor move a terminal's
 * cursor, nor be of any length.
 *
 * @module
 */

import {
  BaseHandler,
  type LevelName,
  Logger as StdLogger,
  type LogRecord,
} from "@std/log";

/** Levels from the most talkative to the most silent. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** The lowest level that is written. */
export type LogLevel = typeof LOG_LEVELS[number];

/** The forms that a line can have. */
export const LOG_FORMATS = ["text", "json"] as const;

/** `text` for people, `json` (one object a line) for programs. */
export type LogFormat = typeof LOG_FORMATS[number];

/** What a line says beside its message. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Takes things to log. */
export interface Logger {
  /** For following what happens, step by step. */
  debug(message: string, fields?: LogFields): void;
  /** For what an operator wants to see of a healthy router. */
  info(message: string, fields?: LogFields): void;
  /** For what works, but should be looked at. */
  warn(message: string, fields?: LogFields): void;
  /** For what does not work. */
  error(message: string, fields?: LogFields): void;
}

/** Options for {@linkcode createLogger}. */
export interface LoggerOptions {
  /** The lowest level that is written. */
  readonly level: LogLevel;
  /** The form of the lines. */
  readonly format: LogFormat;
  /** Takes each line, without its line end. */
  readonly write: (line: string) => void;
}

const LEVEL_NAMES: Readonly<Record<LogLevel, LevelName>> = {
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
};

/** Longer values are cut: a peer chooses how long its URIs are. */
const VALUE_CHARACTERS_MAX = 4096;

/** Makes a logger that hands finished lines to `options.write`. */
export function createLogger(options: LoggerOptions): Logger {
  const level = LEVEL_NAMES[options.level];
  const formatter = options.format === "json" ? formatJson : formatText;
  const handler = new LineHandler(level, formatter, options.write);
  const log = new StdLogger("sluice", level, { handlers: [handler] });
  return {
    debug: (message, fields) => void log.debug(message, fields),
    info: (message, fields) => void log.info(message, fields),
    warn: (message, fields) => void log.warn(message, fields),
    error: (message, fields) => void log.error(message, fields),
  };
}

/** A logger whose lines all carry `fields`. */
export function withFields(log: Logger, fields: LogFields): Logger {
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}

class LineHandler extends BaseHandler {
  readonly #write: (line: string) => void;

  constructor(
    level: LevelName,
    formatter: (record: LogRecord) => string,
    write: (line: string) => void,
  ) {
    super(level, { formatter });
    this.#write = write;
  }

  log(line: string): void {
    this.#write(line);
  }
}

function formatText(record: LogRecord): string {
  const time = record.datetime.toISOString();
  let line = `${time} ${record.levelName.padEnd(5)} ${escape(record.msg)}`;
  for (const [name, value] of Object.entries(fieldsOf(record))) {
    line += ` ${name}=${typeof value === "string" ? quote(value) : value}`;
  }
  return line;
}

function formatJson(record: LogRecord): string {
  const head = {
    time: record.datetime.toISOString(),
    level: record.levelName.toLowerCase(),
    message: record.msg,
  };
  const fields = Object.entries(fieldsOf(record)).map(([name, value]) => [
    name,
    typeof value === "string" ? shorten(value) : value,
  ]);
  // The head comes first in the line and last in precedence.
  return escape(
    JSON.stringify({ ...head, ...Object.fromEntries(fields), ...head }),
  );
}

function fieldsOf(record: LogRecord): LogFields {
  return (record.args[0] ?? {}) as LogFields;
}

/** A value as it is if it is one plain word, else as a JSON string. */
function quote(value: string): string {
  const short = shorten(value);
  if (/^[^\s"=\\\p{C}]+$/u.test(short)) return short;
  return escape(JSON.stringify(short));
}

function shorten(value: string): string {
  if (value.length <= VALUE_CHARACTERS_MAX) return value;
  const rest = value.length - VALUE_CHARACTERS_MAX;
  return `${value.slice(0, VALUE_CHARACTERS_MAX)}… (${rest} more)`;
}

/** Writes control, format and separator characters as `\uXXXX`. */
function escape(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    let escaped = "";
    for (let index = 0; index < character.length; index++) {
      const unit = character.charCodeAt(index).toString(16).padStart(4, "0");
      escaped += `\\u${unit}`;
    }
    return escaped;
  });
}
