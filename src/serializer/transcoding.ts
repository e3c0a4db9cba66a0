/**
 * What transcoding must see to: points in time become text, and the keys of
 * a dict must stay apart from each other.
 *
 * Finding equal keys takes linear time, whatever keys a client chooses
 * (`base/text_key.ts`).
 */
import { isTooLongForKey, KEY_MARK, textKey } from "../base/text_key.ts";
import {
  type DictKey,
  isExactInteger,
  UnsupportedValueError,
} from "../wamp/value_sink.ts";

/** The years 0000 to 9999, which is what RFC 3339 has room for. */
const SECONDS_MIN = Date.parse("0000-01-01T00:00:00Z") / 1000;
const SECONDS_MAX = Date.parse("9999-12-31T23:59:59Z") / 1000;

/**
 * A point in time as RFC 3339 text in UTC, the form that a format without
 * timestamps gets.
 *
 * @param seconds Since 1970-01-01T00:00:00Z; an integer.
 * @param nanoseconds Of that second.
 * @returns Undefined where there is no such time, or RFC 3339 has no form for it.
 */
export function rfc3339(
  seconds: number,
  nanoseconds: number,
): string | undefined {
  const isInRange = seconds >= SECONDS_MIN && seconds <= SECONDS_MAX;
  if (!isInRange || nanoseconds > 999_999_999) return undefined;
  const text = new Date(seconds * 1000).toISOString().slice(0, -5);
  const fraction = nanoseconds === 0
    ? ""
    : "." + String(nanoseconds).padStart(9, "0").replace(/0+$/, "");
  return `${text}${fraction}Z`;
}

/** Up to so many keys are compared one by one. */
const COMPARED_MAX = 24;

/** The keys of one dict, told one after the other. */
export class UniqueKeys {
  readonly #areText: boolean;
  readonly #few: string[] = [];
  #many: Set<string> | undefined = undefined;
  #long: string[] | undefined = undefined;

  /** @param areText Whether all keys become text, so that 1 is "1". */
  constructor(areText: boolean) {
    this.#areText = areText;
  }

  /** @throws {UnsupportedValueError} Where there was one like it before. */
  add(key: DictKey): void {
    const name = nameOf(this.#areText ? String(key) : key);
    if (this.#many !== undefined) this.#addToMany(name, this.#many);
    else if (this.#few.includes(name)) throw twice();
    else if (this.#few.length < COMPARED_MAX) this.#few.push(name);
    else {
      this.#many = new Set();
      for (const one of this.#few) this.#addToMany(one, this.#many);
      this.#addToMany(name, this.#many);
    }
  }

  /** @throws {UnsupportedValueError} Where two of the long keys are alike. */
  end(): void {
    const long = this.#long?.sort();
    if (long?.some((key, i) => i > 0 && key === long[i - 1])) throw twice();
  }

  #addToMany(name: string, many: Set<string>): void {
    if (isTooLongForKey(name)) {
      (this.#long ??= []).push(name);
      return;
    }
    const before = many.size;
    many.add(name);
    if (many.size === before) throw twice();
  }
}

/**
 * A text for each key, another for each that stays another: behind the mark a text
 * has a digit or another mark.
 */
function nameOf(key: DictKey): string {
  switch (typeof key) {
    case "string":
      return textKey(key);
    case "number":
      // An integral float becomes an integer as a key.
      return isExactInteger(key) ? `${KEY_MARK}#${key}` : `${KEY_MARK}~${key}`;
    case "bigint":
      return `${KEY_MARK}#${key}`;
    default:
      return `${KEY_MARK}${key}`;
  }
}

function twice(): UnsupportedValueError {
  return new UnsupportedValueError(
    "A dict has the same key twice, which other serializers cannot express",
  );
}
