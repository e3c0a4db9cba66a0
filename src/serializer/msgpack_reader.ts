/**
 * Reads MessagePack (checklist SM): the elements of a message, and any value, told
 * to a sink. All integer widths, minimal or not, are accepted (SM-03); extension
 * types and binary are not, where WAMP itself defines the value (SM-02, SM-06),
 * and are untouched in payload.
 */
import { isUtf8 } from "../base/utf8.ts";
import { ID_MAX } from "../wamp/id.ts";
import type { KnownKeys } from "../wamp/known_keys.ts";
import type { Payload } from "../wamp/payload.ts";
import {
  type DictKey,
  narrowInteger,
  UnsupportedValueError,
  type ValueSink,
} from "../wamp/value_sink.ts";
import { ElementReader, Found, type ValuePlace } from "./element_reader.ts";
import {
  expected,
  notInEnvelope,
  notInRange,
  notUtf8,
  tooDeep,
} from "./faults.ts";
import {
  FIXED_SIZE,
  isTextHead,
  LENGTH_WIDTH,
  noType,
  skipMsgpackOption,
  skipMsgpackValue,
  truncated,
} from "./msgpack_scan.ts";
import { readText, readTextLeniently } from "./text_reader.ts";
import { rfc3339, UniqueKeys } from "./transcoding.ts";

/** Reads MessagePack. */
export class MsgpackReader extends ElementReader {
  protected readonly emptyList = [0x90];
  /** Elements of the message to come. */
  #remaining = 0;
  #place: ValuePlace = "envelope";
  #sink: ValueSink = this.builder;
  #view: DataView | undefined = undefined;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.#start(bytes, start, end);
    const first = this.#octet();
    this.#remaining = this.#listCount(first);
    if (this.#remaining < 0) {
      throw expected("a list as the message", describe(first));
    }
  }

  next(): boolean {
    if (this.#remaining === 0) return false;
    this.#remaining--;
    return true;
  }

  integer(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    if (!isNumber(first)) throw expected("an integer", describe(first));
    const value = isFloat(first) ? this.#float(first) : this.#integer(first);
    if (typeof value === "bigint" || !(value >= 0 && value <= ID_MAX)) {
      throw notInRange(String(value));
    }
    if (!Number.isInteger(value)) throw notInRange(value);
    return value;
  }

  text(): string {
    const first = this.#octet();
    const length = this.#textLength(first);
    if (length < 0) throw expected("a string", describe(first));
    const start = this.#take(length);
    return readText(this.bytes, start, this.position);
  }

  /** Tells the elements of `payload`, whose depth was checked, to `sink`. */
  tell({ bytes, start, end, count }: Payload, sink: ValueSink): void {
    this.#start(bytes, start, end);
    this.#place = "payload";
    this.#sink = sink;
    for (let i = 0; i < count; i++) this.#tell(Infinity);
  }

  /** What JavaScript libraries write for `undefined` counts as null, too. */
  protected skipNull(): boolean {
    const size = this.#nullSize();
    this.position += size;
    return size > 0;
  }

  protected skipArguments(): boolean {
    const first = this.#octet();
    const count = this.#listCount(first);
    if (count < 0) throw expected("a list as Arguments", describe(first));
    for (let i = 0; i < count; i++) this.#skipPayload();
    return count > 0;
  }

  protected skipKeywords(): boolean {
    const first = this.#octet();
    const count = this.#dictCount(first);
    if (count < 0) throw expected("a dict as ArgumentsKw", describe(first));
    for (let i = 0; i < count; i++) {
      const key = this.#octet();
      const length = this.#textLength(key);
      if (length < 0) {
        throw expected("a string as a key of ArgumentsKw", describe(key));
      }
      this.#take(length);
      this.#skipPayload();
    }
    return count > 0;
  }

  protected endOfList(): number {
    return this.position;
  }

  protected found(): Found {
    if (this.position >= this.end) throw truncated();
    const first = this.bytes[this.position];
    if ((first & 0xf0) === 0x90 || first === 0xdc || first === 0xdd) {
      return Found.LIST;
    }
    if ((first & 0xf0) === 0x80 || first === 0xde || first === 0xdf) {
      return Found.DICT;
    }
    return this.#nullSize() === 0 ? Found.SCALAR : Found.NULL;
  }

  protected skipEmptyDict(): boolean {
    if (this.bytes[this.position] !== 0x80 || this.position >= this.end) {
      return false;
    }
    this.position++;
    return true;
  }

  protected enter(kind: "dict" | "list"): number {
    const first = this.#octet();
    const count = kind === "dict"
      ? this.#dictCount(first)
      : this.#listCount(first);
    if (count < 0) throw expected(`a ${kind}`, describe(first));
    return count;
  }

  protected advance(left: number): number {
    return left - 1;
  }

  protected key(known: KnownKeys): string | undefined {
    const first = this.#octet();
    const length = this.#textLength(first);
    if (length < 0) throw notInEnvelope("keys that are not strings");
    const start = this.#take(length);
    const name = known.find(this.bytes, start, this.position);
    if (name === undefined && !isUtf8(this.bytes, start, this.position)) {
      throw notUtf8();
    }
    return name;
  }

  protected skip(depth: number): void {
    this.position = skipMsgpackOption(
      this.bytes,
      this.position,
      this.end,
      depth,
    );
  }

  protected scalar(): unknown {
    return this.value(0);
  }

  protected value(depth: number): unknown {
    this.builder.reset();
    this.#place = "envelope";
    this.#sink = this.builder;
    this.#tell(depth);
    return this.builder.take();
  }

  #start(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.#view = undefined;
  }

  /** Passes over a value in `Arguments` or `ArgumentsKw`. */
  #skipPayload(): void {
    const depth = this.maxDepth - 2;
    this.position = skipMsgpackValue(
      this.bytes,
      this.position,
      this.end,
      depth,
    );
  }

  /** How many bytes the null at the position takes; 0: there is none. */
  #nullSize(): number {
    const bytes = this.bytes;
    const at = this.position;
    const size = bytes[at] === 0xc0
      ? 1
      : bytes[at] === 0xd4 && bytes[at + 1] === 0 && bytes[at + 2] === 0
      ? 3
      : 0;
    return at + size > this.end ? 0 : size;
  }

  /** @param depth How deep lists and dicts may nest from here. */
  #tell(depth: number): void {
    const first = this.#octet();
    const sink = this.#sink;
    if (first < 0x80) return sink.integer(first);
    if (first >= 0xe0) return sink.integer(first - 256);
    if (first < 0x90) return this.#tellDict(first & 0x0f, depth);
    if (first < 0xa0) return this.#tellList(first & 0x0f, depth);
    if (isTextHead(first)) return sink.text(this.#text(first));
    if (isFloat(first)) return sink.float(this.#float(first));
    if (isNumber(first)) return sink.integer(this.#integer(first));
    switch (first) {
      case 0xc0:
        return sink.nil();
      case 0xc2:
      case 0xc3:
        return sink.boolean(first === 0xc3);
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return sink.binary(this.#octets(this.#length(first)));
      case 0xdc:
      case 0xdd:
        return this.#tellList(this.#length(first), depth);
      case 0xde:
      case 0xdf:
        return this.#tellDict(this.#length(first), depth);
      default:
        this.#tellExtension(first);
    }
  }

  #tellList(count: number, depth: number): void {
    this.#enter(depth, count);
    this.#sink.beginList(count);
    for (let i = 0; i < count; i++) this.#tell(depth - 1);
    this.#sink.endList();
  }

  #tellDict(count: number, depth: number): void {
    this.#enter(depth, count * 2);
    const keys = count > 1 && this.#place === "payload"
      ? new UniqueKeys(this.#sink.hasTextKeys === true)
      : undefined;
    this.#sink.beginDict(count);
    for (let i = 0; i < count; i++) {
      const key = this.#key();
      keys?.add(key);
      this.#sink.key(key);
      this.#tell(depth - 1);
    }
    keys?.end();
    this.#sink.endDict();
  }

  /** Extension types: A-13 in payload; only `undefined` in options (MF-08). */
  #tellExtension(first: number): void {
    const fixed = FIXED_SIZE[first - 0xc0];
    if (fixed < 0) throw noType();
    const length = fixed > 0 ? fixed - 1 : this.#length(first);
    const type = this.#octet();
    const octets = this.#octets(length);
    if (this.#place === "envelope") {
      if (first === 0xd4 && type === 0 && octets[0] === 0) {
        return this.#sink.nil();
      }
      throw notInEnvelope("MessagePack's extension types");
    }
    // The type of timestamps is -1.
    const time = type === 0xff ? timestamp(octets) : undefined;
    if (time === undefined) this.#sink.binary(octets);
    else this.#sink.text(time);
  }

  /** Checks depth, and that `count` values can be there at all. */
  #enter(depth: number, count: number): void {
    if (depth <= 0) throw tooDeep();
    if (count > this.end - this.position) throw truncated();
  }

  #key(): DictKey {
    const first = this.#octet();
    if (isTextHead(first)) return this.#text(first);
    if (this.#place === "envelope") {
      throw notInEnvelope("keys that are not strings");
    }
    if (first < 0x80) return first;
    if (first >= 0xe0) return first - 256;
    if (first === 0xc0) return null;
    if (first === 0xc2 || first === 0xc3) return first === 0xc3;
    if (isFloat(first)) return this.#float(first);
    if (isNumber(first)) return this.#integer(first);
    throw new UnsupportedValueError(
      "Other serializers cannot express a dict key that is a container, binary or an extension type",
    );
  }

  #text(first: number): string {
    const start = this.#take(this.#textLength(first));
    return this.#place === "envelope"
      ? readText(this.bytes, start, this.position)
      : readTextLeniently(this.bytes, start, this.position);
  }

  #octets(length: number): Uint8Array {
    const start = this.#take(length);
    return this.bytes.subarray(start, this.position);
  }

  /** @param first Of an integer that is not within its first byte, or is negative. */
  #integer(first: number): number | bigint {
    switch (first) {
      case 0xcc:
        return this.#octet();
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xd0:
        return this.#octet() << 24 >> 24;
      case 0xd1:
        return this.#uint(2) << 16 >> 16;
      case 0xd2:
        return this.#uint(4) | 0;
      case 0xcf:
        return wideInteger(this.#uint(4), this.#uint(4));
      case 0xd3:
        return wideInteger(this.#uint(4) | 0, this.#uint(4));
      default:
        return first - 256;
    }
  }

  #float(first: number): number {
    const bytes = this.bytes;
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return first === 0xca
      ? this.#view.getFloat32(this.#take(4))
      : this.#view.getFloat64(this.#take(8));
  }

  /** How many elements the list that begins with `first` has; -1: it is none. */
  #listCount(first: number): number {
    if ((first & 0xf0) === 0x90) return first & 0x0f;
    return first === 0xdc || first === 0xdd ? this.#length(first) : -1;
  }

  /** How many keys the dict that begins with `first` has; -1: it is none. */
  #dictCount(first: number): number {
    if ((first & 0xf0) === 0x80) return first & 0x0f;
    return first === 0xde || first === 0xdf ? this.#length(first) : -1;
  }

  /** How many bytes the string that begins with `first` has; -1: it is none. */
  #textLength(first: number): number {
    if ((first & 0xe0) === 0xa0) return first & 0x1f;
    return first >= 0xd9 && first <= 0xdb ? this.#length(first) : -1;
  }

  /** The length or count behind `first`. */
  #length(first: number): number {
    return this.#uint(LENGTH_WIDTH[first - 0xc0]);
  }

  #octet(): number {
    if (this.position >= this.end) throw truncated();
    return this.bytes[this.position++];
  }

  #uint(width: number): number {
    const start = this.#take(width);
    let value = 0;
    for (let i = start; i < this.position; i++) {
      value = value * 256 + this.bytes[i];
    }
    return value;
  }

  /** Advances by `count` bytes and says where they begin. */
  #take(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw truncated();
    this.position = start + count;
    return start;
  }
}

function isFloat(first: number): boolean {
  return first === 0xca || first === 0xcb;
}

function isNumber(first: number): boolean {
  return first < 0x80 || (first >= 0xca && first <= 0xd3) || first >= 0xe0;
}

/** The integer of which `high` and `low` are 32 bits each. */
function wideInteger(high: number, low: number): number | bigint {
  const isExact = high >= -(2 ** 21) && high < 2 ** 21;
  if (isExact) return high * 2 ** 32 + low;
  return narrowInteger((BigInt(high) << 32n) + BigInt(low));
}

/** MessagePack's timestamp (extension type -1) as RFC 3339 text. */
function timestamp(octets: Uint8Array): string | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  switch (octets.length) {
    case 4:
      return rfc3339(view.getUint32(0), 0);
    case 8: {
      const high = view.getUint32(0);
      const seconds = (high & 3) * 2 ** 32 + view.getUint32(4);
      return rfc3339(seconds, high >>> 2);
    }
    case 12:
      return rfc3339(Number(view.getBigInt64(4)), view.getUint32(0));
    default:
      return undefined;
  }
}

/** The kind of the value that begins with `first`, for error texts. */
function describe(first: number): string {
  if (isFloat(first)) return "a float";
  if (isNumber(first)) return "an integer";
  if (isTextHead(first)) return "a string";
  if (first < 0x90 || first === 0xde || first === 0xdf) return "a dict";
  if (first < 0xa0 || first === 0xdc || first === 0xdd) return "a list";
  if (first === 0xc0) return "null";
  if (first === 0xc2 || first === 0xc3) return "a bool";
  if (first >= 0xc4 && first <= 0xc6) return "binary";
  return "an extension type";
}
