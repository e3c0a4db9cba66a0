/**
 * Reads JSON (checklist SJ) straight from the bytes. Payload is checked and
 * otherwise passed over.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import { UnsupportedValueError } from "../wamp/value_sink.ts";
import { ElementReader } from "./element_reader.ts";
import { expected, notInRange } from "./faults.ts";
import {
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
import { exactInteger, strictText } from "./json_lexeme.ts";
import { NUMBER_DIGITS_MAX, readJsonValues } from "./json_value.ts";
import { readText } from "./text_reader.ts";

const ZERO = 0x30;

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
    if (!isPlain) return this.#oddInteger();
    this.position = position;
    return value;
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

  dict(): Dict {
    const start = this.position;
    if (!this.#skipDict("a dict")) return EMPTY_DICT;
    const { bytes, position, builder } = this;
    builder.reset();
    try {
      readJsonValues(bytes, start, position, 1, "envelope", builder);
    } catch (cause) {
      if (!(cause instanceof UnsupportedValueError)) throw cause;
      throw new ProtocolError(cause.message);
    }
    return builder.take() as Dict;
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
