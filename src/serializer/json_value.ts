/**
 * Any JSON value, checked before by `json_scan.ts`, told to a sink.
 */
import {
  narrowInteger,
  UnsupportedValueError,
  type ValueSink,
} from "../wamp/value_sink.ts";
import {
  BACKSLASH,
  COMMA,
  DICT_CLOSE,
  DICT_OPEN,
  DOT,
  LIST_CLOSE,
  LIST_OPEN,
  QUOTE,
  skipJsonNumber,
  skipSpace,
} from "./json_scan.ts";
import type { ValuePlace } from "./element_reader.ts";
import { beginsWithNul, binaryOf, lenientText } from "./json_lexeme.ts";
import { readTextLeniently } from "./text_reader.ts";
import { UniqueKeys } from "./transcoding.ts";

/**
 * The longest integer that is read exactly: the time that takes grows with the
 * square of the length.
 */
export const INTEGER_DIGITS_MAX = 4300;

/** Up to so many digits every integer is exact as a number. */
export const NUMBER_DIGITS_MAX = 15;

/**
 * Tells `count` values in `bytes[start, end)`, with a comma between them, to
 * `sink`.
 *
 * @param place Of a key twice in the envelope the last one counts.
 * @throws {UnsupportedValueError} On an integer of more than
 * {@linkcode INTEGER_DIGITS_MAX} digits, and on a dict in payload with a key twice.
 */
export function readJsonValues(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  place: ValuePlace,
  sink: ValueSink,
): void {
  const reader = new ValueReader(bytes, start, end, place, sink);
  for (let i = 0; i < count; i++) {
    if (i > 0) reader.pass();
    reader.value();
  }
}

class ValueReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly place: ValuePlace;
  readonly sink: ValueSink;
  /** How many elements each list and dict has, in the order they open. */
  readonly counts: number[];
  opened = 0;
  position: number;

  constructor(
    bytes: Uint8Array,
    start: number,
    end: number,
    place: ValuePlace,
    sink: ValueSink,
  ) {
    this.bytes = bytes;
    this.position = skipSpace(bytes, start, end);
    this.end = end;
    this.place = place;
    this.sink = sink;
    this.counts = countElements(bytes, start, end);
  }

  /** The value at the position, and the white space behind it. */
  value(): void {
    switch (this.bytes[this.position]) {
      case QUOTE:
        this.string();
        break;
      case LIST_OPEN:
        this.list();
        break;
      case DICT_OPEN:
        this.dict();
        break;
      case 0x74:
        this.sink.boolean(true);
        this.position += 4;
        break;
      case 0x66:
        this.sink.boolean(false);
        this.position += 5;
        break;
      case 0x6e:
        this.sink.nil();
        this.position += 4;
        break;
      default:
        this.number();
    }
    this.position = skipSpace(this.bytes, this.position, this.end);
  }

  list(): void {
    const count = this.counts[this.opened++];
    this.sink.beginList(count);
    this.pass();
    for (let i = 0; i < count; i++) {
      if (i > 0) this.pass();
      this.value();
    }
    this.position++;
    this.sink.endList();
  }

  dict(): void {
    const count = this.counts[this.opened++];
    const keys = count > 1 && this.place === "payload"
      ? new UniqueKeys(true)
      : undefined;
    this.sink.beginDict(count);
    this.pass();
    for (let i = 0; i < count; i++) {
      if (i > 0) this.pass();
      const start = this.position;
      const end = this.closingQuote();
      // A key is text, also one that begins with U+0000 (SJ-06).
      const key = lenientText(this.bytes, start, end);
      keys?.add(key);
      this.sink.key(key);
      // The colon is the one byte here that is not white space.
      this.position = skipSpace(this.bytes, end, this.end);
      this.position = skipSpace(this.bytes, this.position + 1, this.end);
      this.value();
    }
    this.position++;
    keys?.end();
    this.sink.endDict();
  }

  string(): void {
    const start = this.position;
    const end = this.position = this.closingQuote();
    const text = lenientText(this.bytes, start, end);
    const octets = beginsWithNul(this.bytes, start, end)
      ? binaryOf(text.slice(1))
      : undefined;
    if (octets === undefined) this.sink.text(text);
    else this.sink.binary(octets);
  }

  number(): void {
    const start = this.position;
    const end = this.position = skipJsonNumber(this.bytes, start, this.end);
    const lexeme = readTextLeniently(this.bytes, start, end);
    if (!isIntegerLexeme(this.bytes, start, end)) {
      this.sink.float(Number(lexeme));
    } else if (end - start <= NUMBER_DIGITS_MAX) {
      // "-0" is the integer 0.
      this.sink.integer(Number(lexeme) + 0);
    } else if (end - start > INTEGER_DIGITS_MAX) {
      throw new UnsupportedValueError(
        `An integer has more than ${INTEGER_DIGITS_MAX} digits`,
      );
    } else {
      this.sink.integer(narrowInteger(BigInt(lexeme)));
    }
  }

  /** Passes over the comma or bracket at the position, and white space. */
  pass(): void {
    this.position = skipSpace(this.bytes, this.position + 1, this.end);
  }

  /** The position behind the string at the position. */
  closingQuote(): number {
    return behindString(this.bytes, this.position);
  }
}

function isIntegerLexeme(
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  for (let i = start; i < end; i++) {
    const octet = bytes[i];
    if (octet === DOT || (octet | 0x20) === 0x65) return false;
  }
  return true;
}

/**
 * How many elements each list and dict in `bytes[start, end)` has, in the order
 * they open: one pass, however deep they nest, so that other formats, which
 * begin a list with its length, can be written in one go.
 */
function countElements(
  bytes: Uint8Array,
  start: number,
  end: number,
): number[] {
  const counts: number[] = [];
  const open: number[] = [];
  let isEmpty = false;
  for (let i = start; i < end; i++) {
    switch (bytes[i]) {
      case LIST_OPEN:
      case DICT_OPEN:
        if (isEmpty) counts[open[open.length - 1]] = 1;
        open.push(counts.push(0) - 1);
        isEmpty = true;
        break;
      case LIST_CLOSE:
      case DICT_CLOSE:
        open.pop();
        isEmpty = false;
        break;
      case COMMA:
        if (open.length > 0) counts[open[open.length - 1]]++;
        break;
      case QUOTE:
        if (isEmpty) counts[open[open.length - 1]] = 1;
        isEmpty = false;
        i = behindString(bytes, i) - 1;
        break;
      case 0x20:
      case 0x09:
      case 0x0a:
      case 0x0d:
        break;
      default:
        if (isEmpty) counts[open[open.length - 1]] = 1;
        isEmpty = false;
    }
  }
  return counts;
}

/** The position behind the string whose quote is at `position`. */
function behindString(bytes: Uint8Array, position: number): number {
  position++;
  while (bytes[position] !== QUOTE) {
    position += bytes[position] === BACKSLASH ? 2 : 1;
  }
  return position + 1;
}
