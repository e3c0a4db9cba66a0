/**
 * The rows of the config's table: a key with its type, default, help and origin.
 *
 * @module
 */

import type { Type } from "./value_types.ts";

/** Whether a key is ours alone or means the same in a Crossbar.io config. */
export type KeyOrigin = "sluice" | "crossbar";

/** What a key is good for. */
export type KeyStatus =
  /** It works. */
  | "served"
  /** It is checked, and changes nothing. */
  | "accepted"
  /** It is recognised and refused, with a reason. */
  | "refused";

/** One row of the table; `V` is what the rest of the program gets. */
export interface Key<V> {
  readonly status: KeyStatus;
  /** `undefined` for a refused key. */
  readonly type: Type<unknown> | undefined;
  readonly isRequired: boolean;
  readonly default: V;
  /** The default as it is written in a file. */
  readonly written: unknown;
  /** Refused, but left out on demand: nothing is less guarded without it. */
  readonly isIgnorable: boolean;
  /** What the key means; for a refused one: why. */
  readonly help: string;
  readonly origin: KeyOrigin;
  /** Names that people write for it. */
  readonly aliases: readonly string[];
}

/** Where a key comes from, and what else it is called. */
export interface KeyOptions {
  /** @default {"crossbar"} */
  readonly origin?: KeyOrigin;
  readonly aliases?: readonly string[];
  /** The default as it is written in a file, where that differs. */
  readonly written?: unknown;
}

/** A key that must be there. */
export function required<T>(
  type: Type<T>,
  help: string,
  options: KeyOptions = {},
): Key<T | undefined> {
  return { ...key(type, undefined, help, options), isRequired: true };
}

/** A key that may be absent. */
export function optional<T>(
  type: Type<T>,
  help: string,
  options: KeyOptions = {},
): Key<T | undefined> {
  return key(type, undefined, help, options);
}

/** A key with a value of its own when absent. */
export function withDefault<T>(
  type: Type<T>,
  value: T,
  help: string,
  options: KeyOptions = {},
): Key<T> {
  return key<T>(type, value, help, options);
}

/** A key that is checked and changes nothing. */
export function accepted<T>(type: Type<T>, help: string): Key<T | undefined> {
  return {
    ...key<T | undefined>(type, undefined, help, {}),
    status: "accepted",
  };
}

/** A key that is recognised and refused, because of `reason`. */
export function refused(reason: string): Key<undefined> {
  const { type: _, ...rest } = key<undefined>(NEVER, undefined, reason, {});
  return { ...rest, type: undefined, status: "refused" };
}

/** As {@linkcode refused}, but left out with `--ignore-unsupported`. */
export function refusedIgnorable(reason: string): Key<undefined> {
  return { ...refused(reason), isIgnorable: true };
}

/** A key that is refused for now. */
export function notYet(what: string): Key<undefined> {
  return refused(`${what}: not available yet`);
}

/** As {@linkcode notYet}, but left out with `--ignore-unsupported`. */
export function notYetIgnorable(what: string): Key<undefined> {
  return { ...notYet(what), isIgnorable: true };
}

const NEVER: Type<undefined> = {
  text: "",
  check: () => undefined,
  schema: () => ({ not: {} }),
};

function key<V>(
  type: Type<unknown>,
  value: V,
  help: string,
  options: KeyOptions,
): Key<V> {
  return {
    status: "served",
    type,
    isRequired: false,
    default: value,
    written: options.written ?? value,
    isIgnorable: false,
    help,
    origin: options.origin ?? "crossbar",
    aliases: options.aliases ?? [],
  };
}

/** The keys of an object. */
export type Keys = Readonly<Record<string, Key<unknown>>>;

/** The values of an object with these keys. */
export type Values<K extends Keys> = {
  readonly [Name in keyof K]: K[Name]["default"];
};

/** The property that a key is in the checked config: `max_depth` is `maxDepth`. */
export type PropertyName<Name extends string> = Name extends
  `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<PropertyName<Tail>>}`
  : Name;

/** The values of `K` by their properties. */
export type Properties<K extends Keys> = {
  readonly [Name in keyof K & string as PropertyName<Name>]: K[Name]["default"];
};

/**
 * The checked config of a table that is its values and nothing else.
 *
 * @param valueOf The value of a key.
 */
export function propertiesOf<K extends Keys>(
  keys: K,
  valueOf: (name: keyof K & string) => unknown,
): Properties<K> {
  const properties = Object.keys(keys).map((name) => [
    name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    valueOf(name),
  ]);
  return Object.fromEntries(properties) as Properties<K>;
}
