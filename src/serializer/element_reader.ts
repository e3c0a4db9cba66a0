/**
 * What readers of all formats share: a message's elements are asked for one after
 * the other, and payload is checked and otherwise passed over. What a format adds
 * is how each kind of element looks in bytes.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import {
  KNOWN_VALUE_BYTES_MAX,
  type KnownKey,
  type KnownKeys,
  WHOLE_DICT_BYTES_MAX,
} from "../wamp/known_keys.ts";
import { type Dict, EMPTY_DICT, wrongValue } from "../wamp/options.ts";
import {
  type ItemReader,
  NO_PAYLOAD,
  Payload,
  type PayloadFormat,
} from "../wamp/payload.ts";
import { ValueBuilder } from "../wamp/values.ts";
import { tooDeep } from "./faults.ts";

/**
 * Where a value is: in the `envelope` WAMP's own data model holds (strings as
 * keys, no tags, no extension types); `payload` is the application's.
 */
export type ValuePlace = "envelope" | "payload";

/** What kind of value is at the position, as far as known keys tell them apart. */
export const Found = { SCALAR: 0, LIST: 1, DICT: 2, NULL: 3 } as const;

/** One of the kinds above. */
export type Found = typeof Found[keyof typeof Found];

/**
 * Reads one message's elements in order; one serves many connections in turn. All
 * methods throw {@linkcode ProtocolError} on bytes that are not what is asked for.
 */
export abstract class ElementReader implements ItemReader {
  protected readonly format: PayloadFormat;
  protected readonly maxDepth: number;
  protected readonly builder: ValueBuilder = new ValueBuilder();
  protected bytes: Uint8Array = new Uint8Array(0);
  protected position = 0;
  protected end = 0;
  /** An empty list in this format. */
  protected abstract readonly emptyList: readonly number[];

  constructor(format: PayloadFormat, maxDepth: number) {
    this.format = format;
    this.maxDepth = maxDepth;
  }

  /** Begins with the message in `bytes[start, end)`, which must be one list. */
  abstract open(bytes: Uint8Array, start: number, end: number): void;
  /** Moves to the next element; false where the list ends. */
  abstract next(): boolean;
  /** The element, an integer in [0, 2^53] (SE-13, A-11). */
  abstract integer(): number;
  /** The element, a string. */
  abstract text(): string;
  /** Passes over null, and what counts as null (MF-08); false: it is none. */
  protected abstract skipNull(): boolean;
  /** Passes over `Arguments`; false: they are empty. */
  protected abstract skipArguments(): boolean;
  /** Passes over `ArgumentsKw`; false: they are empty. */
  protected abstract skipKeywords(): boolean;
  /** The position behind the message's list, once it has no more elements. */
  protected abstract endOfList(): number;

  /** The kind of the value at the position, which does not move. */
  protected abstract found(): Found;
  /** Passes over an empty dict in its usual form; false: there is something else. */
  protected abstract skipEmptyDict(): boolean;
  /**
   * Passes over the head of a dict or list.
   *
   * @param kind Which of them it is; else something else is found, and thrown.
   * @returns What {@linkcode ElementReader.advance} takes.
   */
  protected abstract enter(kind: "dict" | "list"): number;
  /**
   * Moves to the next key of a dict or value of a list.
   *
   * @param left What this, or `enter`, gave before.
   * @returns Negative where the dict or list ends, which is passed over then.
   */
  protected abstract advance(left: number): number;
  /** Passes over a key; its name, where it is one of `known`. */
  protected abstract key(known: KnownKeys): string | undefined;
  /** Passes over a value, which may nest `depth` deep. */
  protected abstract skip(depth: number): void;
  /** Reads the scalar at the position. */
  protected abstract scalar(): unknown;
  /** Reads the value at the position, which may nest `depth` deep. */
  protected abstract value(depth: number): unknown;

  /**
   * The known keys of the element, a dict with string keys (SE-04). What else it
   * holds is passed over unread, whatever it is (MF-05).
   *
   * @param where The dict's name in errors.
   */
  dict(known: KnownKeys, where: string): Dict {
    if (this.skipEmptyDict()) return EMPTY_DICT;
    return this.#knownDict(known, where, this.maxDepth - 1);
  }

  #knownDict(known: KnownKeys, where: string, depth: number): Dict {
    if (depth <= 0) throw tooDeep();
    let dict: Record<string, unknown> | undefined = undefined;
    let left = this.enter("dict");
    while ((left = this.advance(left)) >= 0) {
      const name = this.key(known);
      if (name === undefined) {
        this.skip(depth - 1);
        continue;
      }
      const value = this.#known(known.keys[name], name, where, depth - 1);
      if (value !== undefined) (dict ??= {})[name] = value;
    }
    return dict ?? EMPTY_DICT;
  }

  /** The value of a known key; undefined where nobody looks at it. */
  #known(key: KnownKey, name: string, where: string, depth: number): unknown {
    const found = this.found();
    if (found === Found.NULL) {
      this.skipNull();
      return null;
    }
    const start = this.position;
    const value = this.#shaped(key, found, name, where, depth);
    if (this.position - start > KNOWN_VALUE_BYTES_MAX && value !== undefined) {
      throw tooLong(where, name, KNOWN_VALUE_BYTES_MAX);
    }
    if (value === undefined || key.isValid(value)) return value;
    throw wrongValue(where, name);
  }

  /** Makes no more of a value than its key's shape asks for. */
  #shaped(
    { shape, within }: KnownKey,
    found: Found,
    name: string,
    where: string,
    depth: number,
  ): unknown {
    switch (shape) {
      case "scalar":
        return found === Found.SCALAR ? this.scalar() : WRONG;
      case "loose scalar":
        if (found === Found.SCALAR) return this.scalar();
        this.skip(depth);
        return false;
      case "known dict":
        if (found === Found.DICT) return this.#knownDict(within, where, depth);
        this.skip(depth);
        return false;
      case "list":
        return found === Found.LIST ? this.#scalars(name, where, depth) : WRONG;
      case "unread dicts":
        return found === Found.LIST ? this.#unreadDicts(depth) : WRONG;
      case "whole dict":
        return found === Found.DICT ? this.#whole(name, where, depth) : WRONG;
    }
  }

  #scalars(name: string, where: string, depth: number): unknown {
    if (depth <= 0) throw tooDeep();
    const start = this.position;
    const values: unknown[] = [];
    let left = this.enter("list");
    while ((left = this.advance(left)) >= 0) {
      if (this.found() !== Found.SCALAR) return WRONG;
      values.push(this.scalar());
      if (this.position - start > KNOWN_VALUE_BYTES_MAX) {
        throw tooLong(where, name, KNOWN_VALUE_BYTES_MAX);
      }
    }
    return values;
  }

  /** @returns Undefined where all values of the list are dicts. */
  #unreadDicts(depth: number): unknown {
    if (depth <= 0) throw tooDeep();
    let left = this.enter("list");
    while ((left = this.advance(left)) >= 0) {
      if (this.found() !== Found.DICT) return WRONG;
      this.skip(depth - 1);
    }
    return undefined;
  }

  #whole(name: string, where: string, depth: number): unknown {
    const start = this.position;
    this.skip(depth);
    if (this.position - start > WHOLE_DICT_BYTES_MAX) {
      throw tooLong(where, name, WHOLE_DICT_BYTES_MAX);
    }
    this.position = start;
    return this.value(depth);
  }

  /** The element, a string or null. */
  textOrNull(): string | null {
    return this.skipNull() ? null : this.text();
  }

  /** All further elements, at most `Arguments` and `ArgumentsKw` (MF-12). */
  payload(): Payload {
    if (!this.next()) {
      this.close();
      return NO_PAYLOAD;
    }
    const start = this.position;
    const isNull = this.skipNull();
    const hasArguments = !isNull && this.skipArguments();
    const argsEnd = this.position;
    const hasKeywords = this.next() && !this.skipNull() && this.skipKeywords();
    const end = this.position;
    this.close();
    // An empty trailing element is not sent on (SE-09).
    if (hasKeywords) {
      return isNull
        ? this.#keywordsAlone(argsEnd, end)
        : new Payload(this.format, this.bytes, start, end, 2);
    }
    if (!hasArguments) return NO_PAYLOAD;
    return new Payload(this.format, this.bytes, start, argsEnd, 1);
  }

  /** Ends: no element and no byte may be left (SE-07, MF-02). */
  close(): void {
    if (this.next()) {
      throw new ProtocolError("The message has too many elements");
    }
    if (this.endOfList() !== this.end) {
      throw new ProtocolError("There are more bytes behind the message");
    }
  }

  /**
   * Payload that came without `Arguments`: an empty list replaces them.
   *
   * @param start Where what divides `ArgumentsKw` from the element before begins.
   */
  #keywordsAlone(start: number, end: number): Payload {
    const { emptyList, bytes } = this;
    const whole = new Uint8Array(emptyList.length + end - start);
    whole.set(emptyList);
    whole.set(bytes.subarray(start, end), emptyList.length);
    return new Payload(this.format, whole, 0, whole.length, 2);
  }
}

/** What no known key can have as its value. */
const WRONG = Symbol("wrong");

function tooLong(where: string, name: string, bytesMax: number): ProtocolError {
  return new ProtocolError(
    `${where}.${name} is longer than ${bytesMax} bytes, which is the most that is read of it`,
  );
}
