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

/** One row of the table. */
export interface Key<
  /** What the rest of the program gets. */
  V,
  /** {@linkcode Key.property} */
  P extends string = string,
  S extends KeyStatus = KeyStatus,
> {
  readonly status: S;
  /** `undefined` for a refused key. */
  readonly type: Type<unknown> | undefined;
  readonly isRequired: boolean;
  readonly default: V;
  /** The default as it is written in a file. */
  readonly written: unknown;
  /** What is noted where a file has it; undefined: nothing. */
  readonly note: string | undefined;
  /** Refused, but left out on demand: nothing is less guarded without it. */
  readonly isIgnorable: boolean;
  /** What the key means; for a refused one: why. */
  readonly help: string;
  readonly origin: KeyOrigin;
  /** Names that people write for it. */
  readonly aliases: readonly string[];
  /** Its name in the checked config; `undefined`: {@linkcode PropertyName}. */
  readonly property: P | undefined;
}

/** A key with an effect. */
export type ServedKey<V, P extends string = string> = Key<V, P, "served">;

/** Where a key comes from, and what else it is called. */
export interface KeyOptions<P extends string = string> {
  /** @default {"crossbar"} */
  readonly origin?: KeyOrigin;
  readonly aliases?: readonly string[];
  /** The default as it is written in a file, where that differs. */
  readonly written?: unknown;
  /** The key's name in the checked config. @default {its own, in camel case} */
  readonly property?: P;
}

/** A key that must be there. */
export function required<T, const P extends string = string>(
  type: Type<T>,
  help: string,
  options: KeyOptions<P> = {},
): ServedKey<T | undefined, P> & { readonly isRequired: true } {
  const row = key<T | undefined, P>(type, undefined, help, options);
  return { ...row, isRequired: true };
}

/** A key that may be absent. */
export function optional<T, const P extends string = string>(
  type: Type<T>,
  help: string,
  options: KeyOptions<P> = {},
): ServedKey<T | undefined, P> {
  return key<T | undefined, P>(type, undefined, help, options);
}

/** A key with a value of its own when absent. */
export function withDefault<T, const P extends string = string>(
  type: Type<T>,
  value: T,
  help: string,
  options: KeyOptions<P> = {},
): ServedKey<T, P> {
  return key<T, P>(type, value, help, options);
}

/** A key that is checked and changes nothing. */
export function accepted<T>(
  type: Type<T>,
  help: string,
): Key<T | undefined, string, "accepted"> {
  const row = key<T | undefined, string>(type, undefined, help, {});
  return { ...row, status: "accepted" };
}

/** As {@linkcode accepted}, with a note for who expects an effect. */
export function noted<T>(
  type: Type<T>,
  reason: string,
): Key<T | undefined, string, "accepted"> {
  const row = accepted(type, `No effect: ${reason}.`);
  return { ...row, note: `has no effect: ${reason}` };
}

/** A key that is recognised and refused, because of `reason`. */
export function refused(reason: string): Key<undefined, string, "refused"> {
  const row = key<undefined, string>(undefined, undefined, reason, {});
  return { ...row, status: "refused" };
}

/** As {@linkcode refused}, but left out with `--ignore-unsupported`. */
export function refusedIgnorable(
  reason: string,
): Key<undefined, string, "refused"> {
  return { ...refused(reason), isIgnorable: true };
}

/** A key that is refused for now. */
export function notYet(what: string): Key<undefined, string, "refused"> {
  return refused(`${what}: not available yet`);
}

/** As {@linkcode notYet}, but left out with `--ignore-unsupported`. */
export function notYetIgnorable(
  what: string,
): Key<undefined, string, "refused"> {
  return { ...notYet(what), isIgnorable: true };
}

function key<V, P extends string>(
  type: Type<unknown> | undefined,
  value: V,
  help: string,
  options: KeyOptions<P>,
): ServedKey<V, P> {
  return {
    status: "served",
    type,
    isRequired: false,
    default: value,
    written: options.written ?? value,
    note: undefined,
    isIgnorable: false,
    help,
    origin: options.origin ?? "crossbar",
    aliases: options.aliases ?? [],
    property: options.property,
  };
}

/** The keys of an object. */
export type Keys = Readonly<Record<string, Key<unknown>>>;

/** The values of an object with these keys. */
export type Values<K extends Keys> = {
  readonly [Name in keyof K]: K[Name]["default"];
};

/** A key's name in camel case: `max_depth` is `maxDepth`. */
export type PropertyName<Name extends string> = Name extends
  `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<PropertyName<Tail>>}`
  : Name extends `${infer Head}-${infer Tail}`
    ? `${Head}${Capitalize<PropertyName<Tail>>}`
  : Name;

/** The name that a key has in the checked config. */
export function propertyOf(name: string, row: Key<unknown>): string {
  return row.property ??
    name.replace(/[_-](.)/g, (_, letter: string) => letter.toUpperCase());
}
