/**
 * Reads CBOR (checklist SC): the elements of a message, and any data item, told to
 * a sink. Lengths may be definite and indefinite at every level, and all widths
 * are accepted (SC-02). Tags are accepted around the message, where they say that
 * it is CBOR, and in payload, untouched (SC-04).
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import { ID_MAX } from "../wamp/id.ts";
import type { KnownKeys } from "../wamp/known_keys.ts";
import type { Payload } from "../wamp/payload.ts";
import {
  type DictKey,
  narrowInteger,
  UnsupportedValueError,
  type ValueSink,
} from "../wamp/value_sink.ts";
import {
  ARGUMENT_WIDTH,
  argumentAt,
  BREAK,
  INDEFINITE,
  joinChunks,
  Major,
  noIndefinite,
  skipCborItem,
  skipCborOption,
  skipCborString,
  truncated,
} from "./cbor_scan.ts";
import { ElementReader, Found, type ValuePlace } from "./element_reader.ts";
import { expected, notInEnvelope, notInRange } from "./faults.ts";
import { readText, readTextLeniently } from "./text_reader.ts";
import { rfc3339, UniqueKeys } from "./transcoding.ts";

/** The longest bignum that is read: writing one in decimal takes its time. */
export const BIGNUM_BYTES_MAX = 1024;

const SELF_DESCRIBED = 55799;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UNDEFINED = 0xf7;
const HALF_FLOAT = 0xf9;
const DOUBLE_FLOAT = 0xfb;
const EMPTY_DICT_ITEM = 0xa0;

/** Reads CBOR. */
export class CborReader extends ElementReader {
  protected readonly emptyList = [0x80];
  /** Elements of the message to come; Infinity where a break ends them. */
  #remaining = 0;
  #place: ValuePlace = "envelope";
  #sink: ValueSink = this.builder;
  #view: DataView | undefined = undefined;
  /** Counts of lists and dicts of indefinite length, once there is one. */
  #counts: number[] | undefined = undefined;
  #opened = 0;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.#view = undefined;
    while (this.#major() === Major.TAG) {
      const tag = this.#argument();
      if (tag !== SELF_DESCRIBED) {
        throw new ProtocolError(`A message cannot have CBOR tag ${tag}`);
      }
    }
    this.#remaining = this.#begin(Major.LIST, "a list as the message");
  }

  next(): boolean {
    if (this.#remaining === 0) return false;
    if (this.#remaining === Infinity) return !this.#isAtBreak();
    this.#remaining--;
    return true;
  }

  integer(): number {
    const major = this.#major();
    const first = this.bytes[this.position];
    const isInteger = major === Major.UNSIGNED || major === Major.NEGATIVE;
    if (!isInteger && !isFloat(first)) {
      throw expected("an integer", describe(first));
    }
    const value = isInteger ? this.#integer() : this.#float();
    if (typeof value === "bigint" || !(value >= 0 && value <= ID_MAX)) {
      throw notInRange(String(value));
    }
    if (!Number.isInteger(value)) throw notInRange(value);
    return value;
  }

  text(): string {
    this.#mustBe(Major.TEXT, "a string");
    const start = this.position;
    if (!this.#isIndefinite()) {
      const length = this.#argument();
      if (length > this.end - this.position) throw truncated();
      this.position += length;
      return readText(this.bytes, this.position - length, this.position);
    }
    this.position = skipCborString(this.bytes, start, this.end);
    const octets = joinChunks(this.bytes, start, this.position);
    return readText(octets, 0, octets.length);
  }

  /** Tells the elements of `payload`, which was checked, to `sink`. */
  tell({ bytes, start, end, count }: Payload, sink: ValueSink): void {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.#view = undefined;
    this.#tellItems(count, end, "payload", sink);
  }

  /** `undefined` counts as null, too. */
  protected skipNull(): boolean {
    if (this.#major() !== Major.SIMPLE) return false;
    const first = this.bytes[this.position];
    if (first !== NULL && first !== UNDEFINED) return false;
    this.position++;
    return true;
  }

  protected skipArguments(): boolean {
    this.#mustBe(Major.LIST, "a list as Arguments");
    const start = this.position;
    this.#skipPayload(this.maxDepth - 1);
    return !this.#isEmpty(start);
  }

  protected skipKeywords(): boolean {
    const start = this.position;
    let remaining = this.#begin(Major.DICT, "a dict as ArgumentsKw");
    while (remaining === Infinity ? !this.#isAtBreak() : remaining > 0) {
      this.#mustBe(Major.TEXT, "a string as a key of ArgumentsKw");
      this.position = skipCborString(this.bytes, this.position, this.end);
      this.#skipPayload(this.maxDepth - 2);
      remaining--;
    }
    if (remaining === Infinity) this.position++;
    return !this.#isEmpty(start);
  }

  protected endOfList(): number {
    return this.#remaining === Infinity ? this.position + 1 : this.position;
  }

  protected found(): Found {
    const major = this.#major();
    if (major === Major.LIST) return Found.LIST;
    if (major === Major.DICT) return Found.DICT;
    const first = this.bytes[this.position];
    return first === NULL || first === UNDEFINED ? Found.NULL : Found.SCALAR;
  }

  protected skipEmptyDict(): boolean {
    if (
      this.bytes[this.position] !== EMPTY_DICT_ITEM || this.position >= this.end
    ) return false;
    this.position++;
    return true;
  }

  protected enter(kind: "dict" | "list"): number {
    return this.#begin(kind === "dict" ? Major.DICT : Major.LIST, `a ${kind}`);
  }

  protected advance(left: number): number {
    if (left !== Infinity) return left - 1;
    if (!this.#isAtBreak()) return Infinity;
    this.position++;
    return -1;
  }

  protected key(known: KnownKeys): string | undefined {
    if (this.#major() !== Major.TEXT) {
      throw notInEnvelope("keys that are not strings");
    }
    const start = this.position;
    const isInPieces = this.#isIndefinite();
    this.position = skipCborString(this.bytes, start, this.end);
    if (isInPieces) {
      const octets = joinChunks(this.bytes, start, this.position);
      return known.find(octets, 0, octets.length);
    }
    const head = 1 + ARGUMENT_WIDTH[this.bytes[start] & 0x1f];
    return known.find(this.bytes, start + head, this.position);
  }

  protected skip(depth: number): void {
    this.position = skipCborOption(this.bytes, this.position, this.end, depth);
  }

  protected scalar(): unknown {
    return this.value(0);
  }

  protected value(depth: number): unknown {
    const end = skipCborItem(this.bytes, this.position, this.end, depth);
    this.builder.reset();
    this.#tellItems(1, end, "envelope", this.builder);
    return this.builder.take();
  }

  /** Passes over an item of payload, or a simple value. */
  #skipPayload(depth: number): void {
    this.position = skipCborItem(this.bytes, this.position, this.end, depth);
  }

  /** Whether the list or dict from `start` to the position is empty. */
  #isEmpty(start: number): boolean {
    const info = this.bytes[start] & 0x1f;
    const breakSize = info === INDEFINITE ? 1 : 0;
    return this.position - start === 1 + ARGUMENT_WIDTH[info] + breakSize;
  }

  /** Passes over the head of a list or dict and says how many elements follow. */
  #begin(major: number, what: string): number {
    this.#mustBe(major, what);
    if (!this.#isIndefinite()) return this.#argument();
    this.position++;
    return Infinity;
  }

  #mustBe(major: number, what: string): void {
    if (this.#major() !== major) {
      throw expected(what, describe(this.bytes[this.position]));
    }
  }

  /** Tells `count` items from the position to `end`, which were checked. */
  #tellItems(
    count: number,
    end: number,
    place: ValuePlace,
    sink: ValueSink,
  ): void {
    this.#place = place;
    this.#sink = sink;
    this.#counts = undefined;
    this.#opened = 0;
    for (let i = 0; i < count; i++) this.#tell(end);
  }

  #tell(end: number): void {
    switch (this.bytes[this.position] >> 5) {
      case Major.UNSIGNED:
      case Major.NEGATIVE:
        return this.#sink.integer(this.#integer());
      case Major.BINARY:
        return this.#sink.binary(this.#octets());
      case Major.TEXT:
        return this.#sink.text(this.#text());
      case Major.LIST:
        return this.#tellList(end);
      case Major.DICT:
        return this.#tellDict(end);
      case Major.TAG:
        return this.#tellTagged(end);
      default:
        return this.#tellSimple();
    }
  }

  #tellList(end: number): void {
    const isIndefinite = this.#isIndefinite();
    const count = this.#count(end);
    this.#sink.beginList(count);
    for (let i = 0; i < count; i++) this.#tell(end);
    if (isIndefinite) this.position++;
    this.#sink.endList();
  }

  #tellDict(end: number): void {
    const isIndefinite = this.#isIndefinite();
    const count = this.#count(end);
    const keys = count > 1 && this.#place === "payload"
      ? new UniqueKeys(this.#sink.hasTextKeys === true)
      : undefined;
    this.#sink.beginDict(count);
    for (let i = 0; i < count; i++) {
      const key = this.#key();
      keys?.add(key);
      this.#sink.key(key);
      this.#tell(end);
    }
    if (isIndefinite) this.position++;
    keys?.end();
    this.#sink.endDict();
  }

  /** The elements of the list or dict at the position, which moves behind its head. */
  #count(end: number): number {
    if (!this.#isIndefinite()) return this.#argument();
    this.#counts ??= countIndefinite(this.bytes, this.position, end);
    this.position++;
    return this.#counts[this.#opened++];
  }

  /** Tags: A-13 in payload, none in options (SC-04). */
  #tellTagged(end: number): void {
    if (this.#place === "envelope") throw notInEnvelope("CBOR's tags");
    // A loop, so that many tags are no deep stack.
    while (this.#major() === Major.TAG) {
      const tag = this.#argument();
      if (tag === 1) {
        const time = this.#time();
        if (time !== undefined) return this.#sink.text(time);
      } else if ((tag === 2 || tag === 3) && this.#major() === Major.BINARY) {
        return this.#sink.integer(this.#bignum(tag));
      }
    }
    // Tag 0 is RFC 3339 text already; other tags leave what they tag.
    this.#tell(end);
  }

  #tellSimple(): void {
    const value = this.#simple();
    if (typeof value === "number") this.#sink.float(value);
    else if (value === null) this.#sink.nil();
    else this.#sink.boolean(value);
  }

  #key(): DictKey {
    const major = this.#major();
    if (major === Major.TEXT) return this.#text();
    if (this.#place === "envelope") {
      throw notInEnvelope("keys that are not strings");
    }
    switch (major) {
      case Major.UNSIGNED:
      case Major.NEGATIVE:
        return this.#integer();
      case Major.TAG:
        return this.#taggedKey();
      case Major.SIMPLE:
        return this.#simple();
      default:
        throw new UnsupportedValueError(
          "Other serializers cannot express a dict key that is a container or binary",
        );
    }
  }

  #taggedKey(): DictKey {
    // A loop, so that many tags are no deep stack.
    while (this.#major() === Major.TAG) {
      const tag = this.#argument();
      if ((tag === 2 || tag === 3) && this.#major() === Major.BINARY) {
        return this.#bignum(tag);
      }
    }
    return this.#key();
  }

  #bignum(tag: number): number | bigint {
    const octets = this.#octets();
    if (octets.length > BIGNUM_BYTES_MAX) {
      throw new UnsupportedValueError(
        `An integer has more than ${BIGNUM_BYTES_MAX} bytes`,
      );
    }
    const value = BigInt("0x0" + octets.toHex());
    return narrowInteger(tag === 2 ? value : -1n - value);
  }

  /** Tag 1's seconds as RFC 3339 text; undefined, and no move, if they are none. */
  #time(): string | undefined {
    const start = this.position;
    const first = this.bytes[start];
    const isNumber = first >> 5 === Major.UNSIGNED ||
      first >> 5 === Major.NEGATIVE || isFloat(first);
    if (!isNumber) return undefined;
    const seconds = Number(isFloat(first) ? this.#float() : this.#integer());
    const whole = Math.floor(seconds);
    // A double of today's seconds is no finer than this.
    const micros = Math.round((seconds - whole) * 1e6);
    const text = micros < 1e6
      ? rfc3339(whole, micros * 1000)
      : rfc3339(whole + 1, 0);
    if (text === undefined) this.position = start;
    return text;
  }

  /** A bool, null, or a float; `undefined` counts as null (MF-08). */
  #simple(): boolean | null | number {
    const first = this.bytes[this.position];
    if (isFloat(first)) return this.#float();
    this.#skipPayload(0);
    if (first === FALSE || first === TRUE) return first === TRUE;
    if (first === NULL || first === UNDEFINED) return null;
    if (this.#place === "envelope") {
      throw notInEnvelope("CBOR's unassigned simple values");
    }
    throw new UnsupportedValueError(
      "Other serializers cannot express an unassigned simple value of CBOR",
    );
  }

  #float(): number {
    const info = this.bytes[this.position] & 0x1f;
    const start = this.position + 1;
    const size = ARGUMENT_WIDTH[info];
    if (size > this.end - start) throw truncated();
    this.position = start + size;
    const { buffer, byteOffset, length } = this.bytes;
    this.#view ??= new DataView(buffer, byteOffset, length);
    if (size === 2) return this.#view.getFloat16(start);
    return size === 4
      ? this.#view.getFloat32(start)
      : this.#view.getFloat64(start);
  }

  #integer(): number | bigint {
    const start = this.position;
    const first = this.bytes[start];
    const value = this.#argument();
    const isNegative = first >> 5 === Major.NEGATIVE;
    if (value < ID_MAX) return isNegative ? -1 - value : value;
    const octets = this.bytes.subarray(start + 1, this.position);
    const exact = BigInt("0x" + octets.toHex());
    return narrowInteger(isNegative ? -1n - exact : exact);
  }

  #text(): string {
    if (!this.#isIndefinite()) {
      const length = this.#argument();
      const start = this.position;
      this.position += length;
      return this.#place === "envelope"
        ? readText(this.bytes, start, this.position)
        : readTextLeniently(this.bytes, start, this.position);
    }
    const octets = this.#octets();
    return readTextLeniently(octets, 0, octets.length);
  }

  /** The bytes of the string at the position, its chunks put together. */
  #octets(): Uint8Array {
    const bytes = this.bytes;
    const start = this.position;
    if (!this.#isIndefinite()) {
      const length = this.#argument();
      this.position += length;
      return bytes.subarray(this.position - length, this.position);
    }
    this.position = skipCborString(bytes, start, this.end);
    return joinChunks(bytes, start, this.position);
  }

  /** The major type of the item at the position. */
  #major(): number {
    if (this.position >= this.end) throw truncated();
    return this.bytes[this.position] >> 5;
  }

  #isIndefinite(): boolean {
    return (this.bytes[this.position] & 0x1f) === INDEFINITE;
  }

  #isAtBreak(): boolean {
    if (this.position >= this.end) throw truncated();
    return this.bytes[this.position] === BREAK;
  }

  /** The argument of the item at the position, which moves behind it. */
  #argument(): number {
    const start = this.position;
    const info = this.bytes[start] & 0x1f;
    if (info === INDEFINITE) throw noIndefinite();
    const value = argumentAt(this.bytes, start, this.end);
    this.position = start + 1 + ARGUMENT_WIDTH[info];
    return value;
  }
}

function isFloat(first: number): boolean {
  return first >= HALF_FLOAT && first <= DOUBLE_FLOAT;
}

/**
 * How many elements each list and dict of indefinite length from `position` on
 * has, in the order they open: one pass, however deep they nest, so that other
 * formats, which begin a list with its length, can be written in one go.
 */
function countIndefinite(
  bytes: Uint8Array,
  position: number,
  end: number,
): number[] {
  const counts: number[] = [];

  function countItem(position: number): number {
    let first = bytes[position];
    while (first >> 5 === Major.TAG) {
      position += 1 + ARGUMENT_WIDTH[first & 0x1f];
      first = bytes[position];
    }
    const major = first >> 5;
    if (major !== Major.LIST && major !== Major.DICT) {
      return skipCborItem(bytes, position, end, 0);
    }
    const itemsPerElement = major === Major.DICT ? 2 : 1;
    const info = first & 0x1f;
    if (info !== INDEFINITE) {
      let items = argumentAt(bytes, position, end) * itemsPerElement;
      position += 1 + ARGUMENT_WIDTH[info];
      while (items-- > 0) position = countItem(position);
      return position;
    }
    const index = counts.push(0) - 1;
    let items = 0;
    for (position++; bytes[position] !== BREAK; items++) {
      position = countItem(position);
    }
    counts[index] = items / itemsPerElement;
    return position + 1;
  }

  while (position < end) position = countItem(position);
  return counts;
}

/** The kind of the item that begins with `first`, for error texts. */
function describe(first: number): string {
  if (first === NULL || first === UNDEFINED) return "null";
  if (first === FALSE || first === TRUE) return "a bool";
  if (isFloat(first)) return "a float";
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
