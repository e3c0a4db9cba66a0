/** What {@linkcode parseArgs} returns. */
export type Args<
  Booleans extends string = string,
  Strings extends string = string,
  Collected extends string = never,
> =
  & { [name: string]: unknown; _: (string | number)[]; "--"?: string[] }
  & { [Name in Exclude<Booleans, Collected | "_">]: boolean }
  & { [Name in Exclude<Strings, Collected | "_">]?: string }
  & { [Name in Exclude<Collected, "_">]: string[] };

/** Options for {@linkcode parseArgs}. */
export interface ParseOptions<
  Booleans extends string = string,
  Strings extends string = string,
  Collected extends string = never,
> {
  /** Put what follows `--` into `"--"` and not into `_`. */
  "--"?: boolean;
  /** Other names for an option. */
  alias?: Record<string, string | readonly string[]>;
  /** Options that take no value; absent ones are false. */
  boolean?: Booleans | readonly Booleans[];
  /** Values for options that are absent. */
  default?: Record<string, unknown>;
  /** Take everything after the first argument that is no option as it is. */
  stopEarly?: boolean;
  /** Options whose value stays text; `_` for the arguments themselves. */
  string?: Strings | readonly Strings[];
  /** Options that may be given several times, as arrays. */
  collect?: Collected | readonly Collected[];
  /** Options that `--no-NAME` sets to false. */
  negatable?: string | readonly string[];
  /** Asked about each option or argument not declared; false drops it. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/**
 * Reads command line arguments: `--name value`, `--name=value`, `--flag`,
 * `-n value`, `-abc`, and the arguments between them, up to `--`.
 *
 * Values that look like numbers become numbers unless their option is declared
 * as a string. Names with dots make no nested objects here.
 */
export function parseArgs<
  Booleans extends string = never,
  Strings extends string = never,
  Collected extends string = never,
>(
  args: readonly string[],
  options: ParseOptions<Booleans, Strings, Collected> = {},
): Args<Booleans, Strings, Collected> {
  const parser = new ArgumentParser(options);
  const end = args.indexOf("--");
  const parsed = end === -1 ? args : args.slice(0, end);
  parser.parse(parsed);
  const rest = end === -1 ? [] : args.slice(end + 1);
  return parser.finish(rest) as Args<Booleans, Strings, Collected>;
}

const LONG_REGEXP = /^--(no-)?([^=]+)(?:=(.*))?$/s;

class ArgumentParser {
  readonly #options: ParseOptions<string, string, string>;
  readonly #booleans: Set<string>;
  readonly #strings: Set<string>;
  readonly #collected: Set<string>;
  readonly #negatable: Set<string>;
  readonly #aliases = new Map<string, string[]>();
  readonly #result: Record<string, unknown> = {};
  readonly #positional: (string | number)[] = [];

  constructor(options: ParseOptions<string, string, string>) {
    this.#options = options;
    for (const [name, value] of Object.entries(options.alias ?? {})) {
      const group = [name, ...asList(value)];
      for (const member of group) {
        this.#aliases.set(member, group.filter((other) => other !== member));
      }
    }
    this.#booleans = this.#withAliases(options.boolean);
    this.#strings = this.#withAliases(options.string);
    this.#collected = this.#withAliases(options.collect);
    this.#negatable = this.#withAliases(options.negatable);
  }

  parse(args: readonly string[]): void {
    for (let index = 0; index < args.length; index++) {
      const arg = args[index];
      const long = LONG_REGEXP.exec(arg);
      if (long !== null) {
        index += this.#long(arg, long, args[index + 1]);
      } else if (arg.startsWith("-") && arg.length > 1) {
        index += this.#short(arg, args[index + 1]);
      } else {
        if (this.#options.unknown?.(arg) !== false) this.#argument(arg);
        if (this.#options.stopEarly) {
          this.#positional.push(...args.slice(index + 1));
          return;
        }
      }
    }
  }

  finish(rest: readonly string[]): Record<string, unknown> {
    const result = this.#result;
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      if (!Object.hasOwn(result, name)) this.#assign(name, value);
    }
    for (const name of this.#booleans) {
      if (!Object.hasOwn(result, name)) {
        result[name] = this.#collected.has(name) ? [] : false;
      }
    }
    for (const name of this.#strings) {
      if (this.#collected.has(name)) result[name] ??= [];
    }
    if (this.#options["--"]) result["--"] = [...rest];
    else this.#positional.push(...rest);
    result["_"] = this.#positional;
    return result;
  }

  /** Returns how many arguments more than its own the option took. */
  #long(arg: string, match: RegExpExecArray, next: string | undefined): number {
    const isNegated = match[1] !== undefined;
    const value: string | undefined = match[3];
    const name = value !== undefined && isNegated ? `no-${match[2]}` : match[2];
    if (value !== undefined) {
      this.#set(
        name,
        this.#booleans.has(name) ? value !== "false" : value,
        arg,
      );
      return 0;
    }
    if (isNegated && this.#negatable.has(name)) {
      this.#assign(name, false);
      return 0;
    }
    return this.#valueOrFlag(isNegated ? `no-${name}` : name, arg, next);
  }

  /** `-abc`: flags a and b, then c which may have a value. */
  #short(arg: string, next: string | undefined): number {
    const [letters, value] = splitOnce(arg.slice(1), "=");
    for (const letter of letters.slice(0, -1)) {
      this.#set(letter, this.#strings.has(letter) ? "" : true, arg);
    }
    const last = letters.slice(-1);
    if (value !== undefined) {
      this.#set(last, value, arg);
      return 0;
    }
    return this.#valueOrFlag(last, arg, next);
  }

  #valueOrFlag(name: string, arg: string, next: string | undefined): number {
    if (next) {
      if (!this.#booleans.has(name) && !next.startsWith("-")) {
        this.#set(name, next, arg);
        return 1;
      }
      if (next === "true" || next === "false") {
        this.#set(name, next === "true", arg);
        return 1;
      }
    }
    this.#set(name, this.#strings.has(name) ? "" : true, arg);
    return 0;
  }

  #set(name: string, value: string | boolean, arg: string): void {
    const isDeclared = this.#booleans.has(name) || this.#strings.has(name) ||
      this.#aliases.has(name) || this.#collected.has(name);
    if (!isDeclared && this.#options.unknown?.(arg, name, value) === false) {
      return;
    }
    const isText = typeof value !== "string" || this.#strings.has(name);
    this.#assign(name, isText ? value : numberOrText(value));
  }

  #assign(name: string, value: unknown): void {
    for (const member of [name, ...(this.#aliases.get(name) ?? [])]) {
      if (!this.#collected.has(member)) {
        this.#result[member] = value;
        continue;
      }
      const earlier = this.#result[member];
      this.#result[member] = Array.isArray(earlier)
        ? [...earlier, value]
        : [value];
    }
  }

  #argument(arg: string): void {
    this.#positional.push(this.#strings.has("_") ? arg : numberOrText(arg));
  }

  #withAliases(names: string | readonly string[] | undefined): Set<string> {
    return new Set(
      asList(names).flatMap((name) => [
        name,
        ...(this.#aliases.get(name) ?? []),
      ]),
    );
  }
}

function asList(names: string | readonly string[] | undefined): string[] {
  if (names === undefined) return [];
  return typeof names === "string" ? [names] : [...names];
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at === -1
    ? [text, undefined]
    : [text.slice(0, at), text.slice(at + 1)];
}

function numberOrText(text: string): string | number {
  const isNumber = /\S/.test(text) && Number.isFinite(Number(text));
  return isNumber ? Number(text) : text;
}
