/**
 * Reads JSON (checklist SJ) straight from the octets. Payload is checked and
 * otherwise passed over.
 */
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import {
  keywordsAlone,
  NO_PAYLOAD,
  Payload,
  type PayloadFormat,
} from "../wamp/payload.ts";
import { ProtocolError } from "../wamp/protocol_error.ts";
import { UnsupportedValueError } from "../wamp/value_sink.ts";
import { exactInteger } from "./json_integer.ts";
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
import { strictText } from "./json_text.ts";
import { readJsonValues } from "./json_value.ts";
import type { ElementReader } from "./serializer.ts";
import { readText } from "./text_reader.ts";
import { ValueBuilder } from "../wamp/value_builder.ts";

const ZERO = 0x30;
/** Up to so many digits every integer is exact as a number. */
const NUMBER_DIGITS_MAX = 15;

/** A list of nothing. */
const EMPTY_LIST = [LIST_OPEN, LIST_CLOSE];

/** {@linkcode ElementReader} for JSON; one serves many connections in turn. */
export class JsonReader implements ElementReader {
  readonly #format: PayloadFormat;
  readonly #maxDepth: number;
  readonly #builder = new ValueBuilder();
  #bytes = new Uint8Array(0) as Uint8Array;
  #position = 0;
  #end = 0;
  /** Whether no element has been read yet, so that no comma is due. */
  #first = true;

  constructor(format: PayloadFormat, maxDepth: number) {
    this.#format = format;
    this.#maxDepth = maxDepth;
  }

  open(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#end = end;
    this.#position = skipSpace(bytes, start, end);
    this.#first = true;
    const octet = this.#octet();
    if (octet !== LIST_OPEN) {
      throw new ProtocolError(
        `A message must be a list, not ${describe(octet)}`,
      );
    }
    this.#position++;
  }

  next(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let position = skipSpace(bytes, this.#position, end);
    if (position >= end) throw truncated();
    if (bytes[position] === LIST_CLOSE) {
      this.#position = position;
      return false;
    }
    if (this.#first) this.#first = false;
    else {
      if (bytes[position] !== COMMA) throw misplaced(bytes[position]);
      position = skipSpace(bytes, position + 1, end);
    }
    this.#position = position;
    return true;
  }

  integer(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#position;
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
    this.#position = position;
    return value;
  }

  text(): string {
    const bytes = this.#bytes;
    const start = this.#position;
    const octet = this.#octet();
    if (octet !== QUOTE) {
      throw new ProtocolError(`A string is due, not ${describe(octet)}`);
    }
    const plainEnd = skipPlain(bytes, start + 1, this.#end);
    if (bytes[plainEnd] === QUOTE && plainEnd < this.#end) {
      this.#position = plainEnd + 1;
      return readText(bytes, start + 1, plainEnd);
    }
    const end = skipJsonString(bytes, start, this.#end);
    this.#position = end;
    return strictText(bytes, start, end);
  }

  textOrNull(): string | null {
    return this.#skipNull() ? null : this.text();
  }

  dict(): Dict {
    const start = this.#position;
    const octet = this.#octet();
    if (octet !== DICT_OPEN) {
      throw new ProtocolError(`A dict is due, not ${describe(octet)}`);
    }
    const end = skipJsonDict(
      this.#bytes,
      start,
      this.#end,
      this.#maxDepth - 1,
    );
    this.#position = end;
    if (this.#isEmptyContainer(start, end)) return EMPTY_DICT;
    this.#builder.reset();
    try {
      readJsonValues(this.#bytes, start, end, 1, "envelope", this.#builder);
    } catch (cause) {
      if (!(cause instanceof UnsupportedValueError)) throw cause;
      throw new ProtocolError(cause.message);
    }
    return this.#builder.take() as Dict;
  }

  payload(): Payload {
    if (!this.next()) {
      this.close();
      return NO_PAYLOAD;
    }
    const bytes = this.#bytes;
    const start = this.#position;
    const isLeftOut = this.#skipNull();
    if (!isLeftOut) this.#skipArguments();
    const argsEnd = this.#position;
    const keywordsEnd = this.next() ? this.#skipKeywords() : 0;
    this.close();
    // An empty trailing element is not sent on (SE-09).
    if (keywordsEnd > 0) {
      return isLeftOut
        ? keywordsAlone(this.#format, EMPTY_LIST, bytes, argsEnd, keywordsEnd)
        : new Payload(this.#format, bytes, start, keywordsEnd, 2);
    }
    if (isLeftOut || this.#isEmptyContainer(start, argsEnd)) return NO_PAYLOAD;
    return new Payload(this.#format, bytes, start, argsEnd, 1);
  }

  close(): void {
    if (this.next()) throw new ProtocolError("The message is too long");
    const behind = skipSpace(this.#bytes, this.#position + 1, this.#end);
    if (behind !== this.#end) {
      throw new ProtocolError("Octets follow the message in its frame");
    }
  }

  /** Passes over a null (MF-08). */
  #skipNull(): boolean {
    if (this.#octet() !== 0x6e) return false;
    this.#position = skipJsonValue(this.#bytes, this.#position, this.#end, 0);
    return true;
  }

  #skipArguments(): void {
    const octet = this.#octet();
    if (octet !== LIST_OPEN) {
      throw new ProtocolError(
        `Arguments must be a list, not ${describe(octet)}`,
      );
    }
    const depth = this.#maxDepth - 1;
    const start = this.#position;
    this.#position = skipJsonList(this.#bytes, start, this.#end, depth);
  }

  /** Where ArgumentsKw ends; 0 where it is empty. */
  #skipKeywords(): number {
    if (this.#skipNull()) return 0;
    const start = this.#position;
    const octet = this.#octet();
    if (octet !== DICT_OPEN) {
      throw new ProtocolError(
        `ArgumentsKw must be a dict, not ${describe(octet)}`,
      );
    }
    const depth = this.#maxDepth - 1;
    const end = skipJsonDict(this.#bytes, start, this.#end, depth);
    this.#position = end;
    return this.#isEmptyContainer(start, end) ? 0 : end;
  }

  #isEmptyContainer(start: number, end: number): boolean {
    return skipSpace(this.#bytes, start + 1, end) === end - 1;
  }

  /** Any number that is no short run of digits. */
  #oddInteger(): number {
    const octet = this.#octet();
    if (octet !== MINUS && !isDigit(octet)) {
      throw new ProtocolError(`An integer is due, not ${describe(octet)}`);
    }
    const start = this.#position;
    this.#position = skipJsonNumber(this.#bytes, start, this.#end);
    const lexeme = readText(this.#bytes, start, this.#position);
    const value = exactInteger(lexeme);
    if (value === undefined) {
      throw new ProtocolError(
        `${
          lexeme.slice(0, 40)
        } is out of place: an integer in [0, 2^53] is due`,
      );
    }
    return value;
  }

  #octet(): number {
    if (this.#position >= this.#end) throw truncated();
    return this.#bytes[this.#position];
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
