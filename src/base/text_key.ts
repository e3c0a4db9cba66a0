/**
 * Texts that clients choose, as keys of a `Map` or `Set`.
 *
 * V8 hashes strings with a secret, so that nobody can choose many with the same
 * hash, but for two kinds: those that look like array indices ("131072") it
 * hashes by their value, and very long ones by their length. A list of such texts
 * that fits into 128 KiB keeps a `Set` busy for half a second. So the former are
 * marked, and the latter sorted.
 */

/** What {@linkcode textKey} begins with where it is not the text itself. */
export const KEY_MARK = "\0";

const ZERO = 0x30;
const NINE = 0x39;
/** Longer texts are not hashed. */
const HASHED_LENGTH_MAX = 8192;

/**
 * The key for `text`, which is the text itself but for those that begin with a
 * digit or with the mark. Other texts have other keys.
 */
export function textKey(text: string): string {
  const first = text.charCodeAt(0);
  return first <= NINE && (first >= ZERO || first === 0)
    ? KEY_MARK + text
    : text;
}

/** Whether `text` is too long for a key of a `Map` or `Set`. */
export function isTooLongForKey(text: string): boolean {
  return text.length > HASHED_LENGTH_MAX;
}

/** A set of texts that a client chose, of any number and length. */
export class TextSet {
  readonly #short = new Set<string>();
  /** In order. */
  readonly #long: readonly string[];

  constructor(texts: readonly string[]) {
    const long: string[] = [];
    for (const text of texts) {
      if (isTooLongForKey(text)) long.push(text);
      else this.#short.add(textKey(text));
    }
    this.#long = long.sort();
  }

  has(text: string): boolean {
    return isTooLongForKey(text)
      ? holds(this.#long, text)
      : this.#short.has(textKey(text));
  }
}

/** Whether `item` is among `sorted`, by halving. */
export function holds<Item extends number | string>(
  sorted: ArrayLike<Item>,
  item: Item,
): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < item) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === item;
}
