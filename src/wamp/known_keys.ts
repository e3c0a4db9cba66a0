/**
 * Known keys of WAMP's own dicts, and how much of their values is read. The rest
 * of such a dict is passed over: a peer must not make the router build what
 * nobody looks at.
 */

/** Whether a value can stand there. */
export type Check = (value: unknown) => boolean;

/** How much of a known key's value is made: no more than is looked at. */
export type Shape =
  /** No list and no dict. */
  | "scalar"
  /** A list of scalars. */
  | "list"
  /** A list of dicts, in which nobody looks. */
  | "unread dicts"
  /** A dict with whatever it holds, up to {@linkcode WHOLE_DICT_BYTES_MAX}. */
  | "whole dict"
  /** A dict with known keys of its own; what is no dict counts as false. */
  | "known dict"
  /** Any scalar; what is none counts as false. */
  | "loose scalar";

/** One known key: what its value must be. */
export interface KnownKey {
  readonly shape: Shape;
  readonly isValid: Check;
  /** Of a known dict. */
  readonly within: KnownKeys;
}

/** The longest value of a known key that is read, in bytes. */
export const KNOWN_VALUE_BYTES_MAX = 2 ** 20;

/** The longest dict that is read with all it holds, in bytes: `authextra`. */
export const WHOLE_DICT_BYTES_MAX = 2 ** 14;

/** The known keys of a dict. */
export class KnownKeys {
  readonly keys: Readonly<Record<string, KnownKey>>;
  /** By their lengths. */
  readonly #names: (string[] | undefined)[] = [];

  constructor(keys: Readonly<Record<string, KnownKey>>) {
    this.keys = keys;
    for (const name of Object.keys(keys)) {
      (this.#names[name.length] ??= []).push(name);
    }
  }

  /** The known key that `bytes[start, end)` spell; undefined: it is none. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    const names = this.#names[end - start];
    if (names === undefined) return undefined;
    for (let i = 0; i < names.length; i++) {
      if (isSpelled(names[i], bytes, start)) return names[i];
    }
    return undefined;
  }

  /** How long the longest of them is. */
  get longest(): number {
    return this.#names.length - 1;
  }
}

function isSpelled(name: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}

/** Dicts in which no key is known to us. */
export const NO_KNOWN_KEYS = new KnownKeys({});

/** A key with values of that shape. */
export function known(
  shape: Shape,
  isValid: Check,
  within: KnownKeys = NO_KNOWN_KEYS,
): KnownKey {
  return { shape, isValid, within };
}

const isText: Check = (value) => typeof value === "string";

/** A string. */
export const TEXT = known("scalar", isText);
/** A list of strings. */
export const TEXTS = known(
  "list",
  (value) => Array.isArray(value) && value.every(isText),
);
/** Looked at, but never a violation. */
export const LOOSE = known("loose scalar", () => true);

/** A dict with keys of its own; anything else is no violation either. */
export function looseDict(within: KnownKeys): KnownKey {
  return known("known dict", () => true, within);
}

/** Any of `names`, each with `key`. */
export function each(names: readonly string[], key: KnownKey): KnownKeys {
  return new KnownKeys(Object.fromEntries(names.map((name) => [name, key])));
}
