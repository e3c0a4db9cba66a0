/**
 * Reads JSON (checklist SJ) straight from the bytes. Payload is checked and
 * otherwise passed over.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import type { KnownKeys } from "../wamp/known_keys.ts";
import { UnsupportedValueError } from "../wamp/value_sink.ts";
import { ElementReader, Found } from "./element_reader.ts";
import { expected, notInRange } from "./faults.ts";
import {
  BACKSLASH,
  COLON,
  COMMA,
  DICT_CLOSE,
  DICT_OPEN,
  DOT,
  isDigit,
  LIST_CLOSE,
  LIST_OPEN,
  MINUS,
  misplaced,
  QUOTE,
  skipJsonDict,
  skipJsonList,
  skipJsonNumber,
  skipJsonString,
  skipJsonValue,
  skipPlain,
  skipSpace,
  truncated,
} from "./json_scan.ts";
import {
  beginsWithNul,
  exactInteger,
  lenientText,
  strictText,
} from "./json_lexeme.ts";
import { NUMBER_DIGITS_MAX, readJsonValues } from "./json_value.ts";
import { readText } from "./text_reader.ts";

const ZERO = 0x30;

/** What is left in a list or dict, as `advance` takes it: set before its first value. */
const FIRST = 2;
/** Set in a dict. */
const IN_DICT = 1;

/** So many bytes are one character of a key at the most, as an escape. */
const ESCAPE_BYTES = 6;

/** Reads JSON. */
export class JsonReader extends ElementReader {
  protected readonly emptyList = [LIST_OPEN, LIST_CLOSE];
  /** Whether no element has been read yet, so that no comma is needed. */
  #first = true;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.end = end;
    this.position = skipSpace(bytes, start, end);
    this.#first = true;
    this.#mustBe(LIST_OPEN, "a list as the message");
    this.position++;
  }

  next(): boolean {
    const bytes = this.bytes;
    const end = this.end;
    let position = skipSpace(bytes, this.position, end);
    if (position >= end) throw truncated();
    if (bytes[position] === LIST_CLOSE) {
      this.position = position;
      return false;
    }
    if (this.#first) this.#first = false;
    else {
      if (bytes[position] !== COMMA) throw misplaced(bytes[position]);
      position = skipSpace(bytes, position + 1, end);
    }
    this.position = position;
    return true;
  }

  integer(): number {
    const plain = this.#plainInteger();
    return plain < 0 ? this.#oddInteger() : plain;
  }

  text(): string {
    const bytes = this.bytes;
    const start = this.position;
    this.#mustBe(QUOTE, "a string");
    const plainEnd = skipPlain(bytes, start + 1, this.end);
    if (bytes[plainEnd] === QUOTE && plainEnd < this.end) {
      this.position = plainEnd + 1;
      return readText(bytes, start + 1, plainEnd);
    }
    const end = skipJsonString(bytes, start, this.end);
    this.position = end;
    return strictText(bytes, start, end);
  }

  protected skipNull(): boolean {
    if (this.#octet() !== 0x6e) return false;
    this.position = skipJsonValue(this.bytes, this.position, this.end, 0);
    return true;
  }

  protected skipArguments(): boolean {
    this.#mustBe(LIST_OPEN, "a list as Arguments");
    const start = this.position;
    const depth = this.maxDepth - 1;
    this.position = skipJsonList(this.bytes, start, this.end, depth);
    return !this.#isEmpty(start);
  }

  protected skipKeywords(): boolean {
    return this.#skipDict("a dict as ArgumentsKw");
  }

  protected endOfList(): number {
    return skipSpace(this.bytes, this.position + 1, this.end);
  }

  protected found(): Found {
    switch (this.#octet()) {
      case LIST_OPEN:
        return Found.LIST;
      case DICT_OPEN:
        return Found.DICT;
      case 0x6e:
        return Found.NULL;
      default:
        return Found.SCALAR;
    }
  }

  protected skipEmptyDict(): boolean {
    const start = this.position;
    if (
      this.bytes[start] !== DICT_OPEN || this.bytes[start + 1] !== DICT_CLOSE ||
      start + 1 >= this.end
    ) return false;
    this.position = start + 2;
    return true;
  }

  protected enter(kind: "dict" | "list"): number {
    this.#mustBe(kind === "dict" ? DICT_OPEN : LIST_OPEN, `a ${kind}`);
    this.position++;
    return kind === "dict" ? FIRST | IN_DICT : FIRST;
  }

  protected advance(left: number): number {
    const bytes = this.bytes;
    const position = skipSpace(bytes, this.position, this.end);
    if (position >= this.end) throw truncated();
    const octet = bytes[position];
    if (octet === ((left & IN_DICT) === 0 ? LIST_CLOSE : DICT_CLOSE)) {
      this.position = position + 1;
      return -1;
    }
    if (left >= FIRST) {
      this.position = position;
      return left - FIRST;
    }
    if (octet !== COMMA) throw misplaced(octet);
    this.position = skipSpace(bytes, position + 1, this.end);
    return left;
  }

  protected key(known: KnownKeys): string | undefined {
    const bytes = this.bytes;
    const start = this.position;
    const found = this.#octet();
    if (found !== QUOTE) throw misplaced(found);
    const end = skipJsonString(bytes, start, this.end);
    this.position = skipSpace(bytes, end, this.end);
    const colon = this.#octet();
    if (colon !== COLON) throw misplaced(colon);
    this.position = skipSpace(bytes, this.position + 1, this.end);
    const isPlain = end - start - 2 <= known.longest * ESCAPE_BYTES;
    return isPlain ? knownKey(known, bytes, start, end) : undefined;
  }

  protected skip(depth: number): void {
    this.position = skipJsonValue(this.bytes, this.position, this.end, depth);
  }

  protected scalar(): unknown {
    const bytes = this.bytes;
    const start = this.position;
    const first = this.#octet();
    switch (first) {
      case 0x74:
      case 0x66:
        this.skip(0);
        return first === 0x74;
      case QUOTE: {
        if (beginsWithNul(bytes, start, this.end)) return this.value(0);
        this.skip(0);
        return lenientText(bytes, start, this.position);
      }
      default: {
        const plain = this.#plainInteger();
        return plain < 0 ? this.value(0) : plain;
      }
    }
  }

  protected value(depth: number): unknown {
    const { bytes, builder, position: start } = this;
    this.skip(depth);
    builder.reset();
    try {
      readJsonValues(bytes, start, this.position, 1, "envelope", builder);
    } catch (cause) {
      if (!(cause instanceof UnsupportedValueError)) throw cause;
      throw new ProtocolError(cause.message);
    }
    return builder.take();
  }

  /** Passes over a dict; false: it is empty. */
  #skipDict(what: string): boolean {
    this.#mustBe(DICT_OPEN, what);
    const start = this.position;
    const depth = this.maxDepth - 1;
    this.position = skipJsonDict(this.bytes, start, this.end, depth);
    return !this.#isEmpty(start);
  }

  /** Whether the list or dict from `start` to the position is empty. */
  #isEmpty(start: number): boolean {
    const end = this.position - 1;
    return skipSpace(this.bytes, start + 1, end) === end;
  }

  /** Reads an integer that is a short run of digits; negative: it is none. */
  #plainInteger(): number {
    const bytes = this.bytes;
    const end = this.end;
    const start = this.position;
    let position = start;
    let value = 0;
    while (position < end && isDigit(bytes[position])) {
      value = value * 10 + bytes[position++] - ZERO;
    }
    const size = position - start;
    const isPlain = size > 0 && size <= NUMBER_DIGITS_MAX &&
      (bytes[start] !== ZERO || size === 1) &&
      (position >= end || !continuesNumber(bytes[position]));
    if (!isPlain) return -1;
    this.position = position;
    return value;
  }

  /** Any number that is no short run of digits. */
  #oddInteger(): number {
    const octet = this.#octet();
    if (octet !== MINUS && !isDigit(octet)) {
      throw expected("an integer", describe(octet));
    }
    const start = this.position;
    this.position = skipJsonNumber(this.bytes, start, this.end);
    const lexeme = readText(this.bytes, start, this.position);
    const value = exactInteger(lexeme);
    if (value === undefined) throw notInRange(lexeme.slice(0, 40));
    return value;
  }

  #mustBe(octet: number, what: string): void {
    const found = this.#octet();
    if (found !== octet) throw expected(what, describe(found));
  }

  #octet(): number {
    if (this.position >= this.end) throw truncated();
    return this.bytes[this.position];
  }
}

/** The known key that the string between these quotes spells, with escapes or not. */
function knownKey(
  known: KnownKeys,
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  const name = known.find(bytes, start + 1, end - 1);
  if (name !== undefined) return name;
  if (!bytes.subarray(start, end).includes(BACKSLASH)) return undefined;
  const spelled = lenientText(bytes, start, end);
  return Object.hasOwn(known.keys, spelled) ? spelled : undefined;
}

/** Whether `octet` would make a run of digits another number. */
function continuesNumber(octet: number): boolean {
  return octet === DOT || (octet | 0x20) === 0x65;
}

/** The kind of the value that begins with `octet`, for error texts. */
function describe(octet: number): string {
  switch (octet) {
    case QUOTE:
      return "a string";
    case LIST_OPEN:
      return "a list";
    case DICT_OPEN:
      return "a dict";
    case 0x74:
    case 0x66:
      return "a bool";
    case 0x6e:
      return "null";
    case LIST_CLOSE:
    case DICT_CLOSE:
    case COMMA:
      return "nothing";
    default:
      return octet === MINUS || isDigit(octet) ? "a number" : "malformed JSON";
  }
}
