/**
 * Reads CBOR (checklist SC): definite and indefinite lengths at every level, all
 * widths (SC-02). Tags are accepted around the message, where they say that it
 * is CBOR, and in payload, untouched (SC-04).
 */
import { ID_MAX } from "../wamp/id.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import {
  keywordsAlone,
  NO_PAYLOAD,
  Payload,
  type PayloadFormat,
} from "../wamp/payload.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import {
  ARGUMENT_WIDTH,
  argumentAt,
  BREAK,
  INDEFINITE,
  joinChunks,
  Major,
  malformed,
  skipCborItem,
  skipCborString,
  truncated,
} from "./cbor_scan.ts";
import { readCborItems } from "./cbor_value.ts";
import type { ElementReader } from "./serializer.ts";
import { readText } from "./text_reader.ts";
import { ValueBuilder } from "../wamp/values.ts";

const SELF_DESCRIBED = 55799;
const NULL = 0xf6;
const UNDEFINED = 0xf7;
const HALF_FLOAT = 0xf9;
const DOUBLE_FLOAT = 0xfb;
const EMPTY_DICT_ITEM = 0xa0;

/** A list of nothing. */
const EMPTY_LIST = [0x80];

/** {@linkcode ElementReader} for CBOR; one serves many connections in turn. */
export class CborReader implements ElementReader {
  readonly #format: PayloadFormat;
  readonly #maxDepth: number;
  readonly #builder = new ValueBuilder();
  #bytes = new Uint8Array(0) as Uint8Array;
  #position = 0;
  #end = 0;
  /** Elements to come; Infinity where a break ends them. */
  #remaining = 0;

  constructor(format: PayloadFormat, maxDepth: number) {
    this.#format = format;
    this.#maxDepth = maxDepth;
  }

  open(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    while (this.#major() === Major.TAG) {
      const tag = this.#argument();
      if (tag !== SELF_DESCRIBED) {
        throw new ProtocolError(`Tag ${tag} is out of place`);
      }
    }
    this.#remaining = this.#begin(Major.LIST, "A message must be a list");
  }

  next(): boolean {
    if (this.#remaining === 0) return false;
    if (this.#remaining === Infinity) return !this.#isAtBreak();
    this.#remaining--;
    return true;
  }

  integer(): number {
    const major = this.#major();
    if (major === Major.UNSIGNED) {
      const start = this.#position;
      const value = this.#argument();
      // 2^53 + 1 looks like 2^53 once it is a number (ID-01).
      const isRounded = value === ID_MAX && this.#bytes[start + 8] !== 0;
      if (value > ID_MAX || isRounded) throw outOfPlace();
      return value;
    }
    const first = this.#bytes[this.#position];
    if (first < HALF_FLOAT || first > DOUBLE_FLOAT) {
      if (major === Major.NEGATIVE) throw outOfPlace();
      throw new ProtocolError(`An integer is due, not ${describe(first)}`);
    }
    const value = this.#float(first);
    const isInRange = value >= 0 && value <= ID_MAX;
    if (!isInRange || !Number.isInteger(value)) throw outOfPlace();
    return value;
  }

  text(): string {
    this.#expect(Major.TEXT, "A string is due");
    if (!this.#isIndefinite()) {
      const length = this.#argument();
      const start = this.#position;
      if (length > this.#end - start) throw truncated();
      this.#position = start + length;
      return readText(this.#bytes, start, this.#position);
    }
    const start = this.#position;
    this.#position = skipCborString(this.#bytes, start, this.#end);
    const octets = joinChunks(this.#bytes, start, this.#position);
    return readText(octets, 0, octets.length);
  }

  textOrNull(): string | null {
    return this.#skipNull() ? null : this.text();
  }

  dict(): Dict {
    this.#expect(Major.DICT, "A dict is due");
    const start = this.#position;
    if (this.#bytes[start] === EMPTY_DICT_ITEM) {
      this.#position++;
      return EMPTY_DICT;
    }
    const depth = this.#maxDepth - 1;
    const end = skipCborItem(this.#bytes, start, this.#end, depth);
    this.#position = end;
    this.#builder.reset();
    readCborItems(this.#bytes, start, end, 1, "envelope", this.#builder);
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
    if (this.#remaining === Infinity) this.#position++;
    if (this.#position !== this.#end) {
      throw new ProtocolError("Octets follow the message in its frame");
    }
  }

  /** Passes over a null, or an `undefined` (MF-08). */
  #skipNull(): boolean {
    if (this.#major() !== Major.SIMPLE) return false;
    const first = this.#bytes[this.#position];
    if (first !== NULL && first !== UNDEFINED) return false;
    this.#position++;
    return true;
  }

  #skipArguments(): void {
    this.#expect(Major.LIST, "Arguments must be a list");
    const depth = this.#maxDepth - 1;
    const start = this.#position;
    this.#position = skipCborItem(this.#bytes, start, this.#end, depth);
  }

  /** Where ArgumentsKw ends; 0 where it is empty. */
  #skipKeywords(): number {
    if (this.#skipNull()) return 0;
    const start = this.#position;
    let remaining = this.#begin(Major.DICT, "ArgumentsKw must be a dict");
    while (remaining === Infinity ? !this.#isAtBreak() : remaining > 0) {
      this.#expect(Major.TEXT, "A key of ArgumentsKw must be a string");
      this.#position = skipCborString(this.#bytes, this.#position, this.#end);
      const depth = this.#maxDepth - 2;
      this.#position = skipCborItem(
        this.#bytes,
        this.#position,
        this.#end,
        depth,
      );
      remaining--;
    }
    if (remaining === Infinity) this.#position++;
    return this.#isEmptyContainer(start, this.#position) ? 0 : this.#position;
  }

  #isEmptyContainer(start: number, end: number): boolean {
    const info = this.#bytes[start] & 0x1f;
    const breakSize = info === INDEFINITE ? 1 : 0;
    return end - start === 1 + ARGUMENT_WIDTH[info] + breakSize;
  }

  /** Passes over the head of a list or dict and says how many elements follow. */
  #begin(major: number, rule: string): number {
    this.#expect(major, rule);
    if (!this.#isIndefinite()) return this.#argument();
    this.#position++;
    return Infinity;
  }

  #expect(major: number, rule: string): void {
    if (this.#major() !== major) {
      const first = this.#bytes[this.#position];
      throw new ProtocolError(`${rule}, not ${describe(first)}`);
    }
  }

  #float(first: number): number {
    const start = this.#position + 1;
    const size = ARGUMENT_WIDTH[first & 0x1f];
    if (size > this.#end - start) throw truncated();
    this.#position = start + size;
    const { buffer, byteOffset } = this.#bytes;
    const view = new DataView(buffer, byteOffset + start, size);
    if (size === 2) return view.getFloat16(0);
    return size === 4 ? view.getFloat32(0) : view.getFloat64(0);
  }

  /** The major type of the item at the position. */
  #major(): number {
    if (this.#position >= this.#end) throw truncated();
    return this.#bytes[this.#position] >> 5;
  }

  #isIndefinite(): boolean {
    return (this.#bytes[this.#position] & 0x1f) === INDEFINITE;
  }

  #isAtBreak(): boolean {
    if (this.#position >= this.#end) throw truncated();
    return this.#bytes[this.#position] === BREAK;
  }

  /** The argument of the item at the position, which moves behind it. */
  #argument(): number {
    const start = this.#position;
    const info = this.#bytes[start] & 0x1f;
    if (info === INDEFINITE) {
      throw malformed("an integer or a tag has no indefinite length");
    }
    const value = argumentAt(this.#bytes, start, this.#end);
    this.#position = start + 1 + ARGUMENT_WIDTH[info];
    return value;
  }
}

function outOfPlace(): ProtocolError {
  return new ProtocolError(
    "A number is out of place: an integer in [0, 2^53] is due",
  );
}

/** The kind of the item that begins with `first`, for error texts. */
function describe(first: number): string {
  if (first === NULL || first === UNDEFINED) return "null";
  if (first === 0xf4 || first === 0xf5) return "a bool";
  if (first >= HALF_FLOAT && first <= DOUBLE_FLOAT) return "a float";
  return first === BREAK ? "a break" : MAJOR_NAMES[first >> 5];
}

const MAJOR_NAMES = [
  "an integer",
  "an integer",
  "binary",
  "a string",
  "a list",
  "a dict",
  "a tag",
  "a simple value",
];
