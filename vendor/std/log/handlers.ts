import { styleText } from "node:util";
import {
  getLevelByName,
  getLevelName,
  type LevelName,
  type LogLevel,
  LogLevels,
} from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** Turns a record into the text of its line. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** Options of every handler. */
export interface BaseHandlerOptions {
  /** Turns a record into text; by default level and message. */
  formatter?: FormatterFunction;
}

/** Options for {@linkcode ConsoleHandler}. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  /**
   * Whether lines are coloured by level.
   *
   * @default {true}
   */
  useColors?: boolean;
}

/** Takes records of its level and above and writes them somewhere. */
export abstract class BaseHandler {
  #level: LogLevel;
  formatter: FormatterFunction;

  constructor(levelName: LevelName, options?: BaseHandlerOptions) {
    this.#level = getLevelByName(levelName);
    this.formatter = options?.formatter ??
      ((record) => `${record.levelName} ${record.msg}`);
  }

  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    getLevelName(level);
    this.#level = level;
  }

  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** Writes the record if its level is high enough. */
  handle(logRecord: LogRecord): void {
    if (this.level > logRecord.level) return;
    this.log(this.format(logRecord));
  }

  /** The text of the record's line. */
  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  /** Writes one line. */
  abstract log(msg: string): void;

  /** Called when the handler comes into use. */
  setup(): void {}

  /** Called when the handler goes out of use. */
  destroy(): void {}

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Writes to the console. */
export class ConsoleHandler extends BaseHandler {
  readonly #useColors: boolean;

  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = options.useColors ?? true;
  }

  override format(logRecord: LogRecord): string {
    const text = super.format(logRecord);
    return this.#useColors ? colour(text, logRecord.level) : text;
  }

  log(msg: string): void {
    // deno-lint-ignore no-console
    console.log(msg);
  }
}

function colour(text: string, level: number): string {
  switch (level) {
    case LogLevels.INFO:
      return styleText("blue", text, { validateStream: false });
    case LogLevels.WARN:
      return styleText("yellow", text, { validateStream: false });
    case LogLevels.ERROR:
      return styleText("red", text, { validateStream: false });
    case LogLevels.CRITICAL:
      return styleText(["bold", "red"], text, { validateStream: false });
    default:
      return text;
  }
}
