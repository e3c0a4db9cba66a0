/**
 * Any CBOR data item, checked before by `cbor_scan.ts`, told to a sink.
 */
import { ProtocolError } from "../wamp/protocol_error.ts";
import {
  type DictKey,
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
  skipCborItem,
  skipCborString,
} from "./cbor_scan.ts";
import { narrowInteger } from "../wamp/exact_integer.ts";
import { readText, readTextLeniently } from "./text_reader.ts";
import { rfc3339 } from "./timestamp.ts";
import { UniqueKeys } from "./unique_keys.ts";

/**
 * Where an item stands: in the `envelope` WAMP's own data model holds (no tags,
 * string keys); `payload` is the application's.
 */
export type ItemPlace = "envelope" | "payload";

/** The longest bignum that is read: writing one in decimal takes its time. */
export const BIGNUM_BYTES_MAX = 1024;

/**
 * Tells `count` items, which begin at `position` and end before `end`, to `sink`.
 *
 * @throws {ProtocolError} On an item that the envelope does not allow.
 * @throws {UnsupportedValueError} On one that no other format has a form for, and
 * on a dict in payload with a key that becomes another of its keys.
 */
export function readCborItems(
  bytes: Uint8Array,
  position: number,
  end: number,
  count: number,
  place: ItemPlace,
  sink: ValueSink,
): void {
  const reader = new ItemReader(bytes, position, end, place, sink);
  for (let i = 0; i < count; i++) reader.item();
}

class ItemReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  readonly place: ItemPlace;
  readonly sink: ValueSink;
  position: number;
  /** Counts of lists and dicts of indefinite length, once there is one. */
  counts: number[] | undefined = undefined;
  opened = 0;

  constructor(
    bytes: Uint8Array,
    position: number,
    end: number,
    place: ItemPlace,
    sink: ValueSink,
  ) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
    this.end = end;
    this.place = place;
    this.sink = sink;
  }

  item(): void {
    switch (this.bytes[this.position] >> 5) {
      case Major.UNSIGNED:
      case Major.NEGATIVE:
        return this.sink.integer(this.integer());
      case Major.BINARY:
        return this.sink.binary(this.octets());
      case Major.TEXT:
        return this.sink.text(this.text());
      case Major.LIST:
        return this.list();
      case Major.DICT:
        return this.dict();
      case Major.TAG:
        return this.tagged();
      default:
        return this.simple();
    }
  }

  list(): void {
    const isIndefinite = this.isIndefinite();
    const count = this.count();
    this.sink.beginList(count);
    for (let i = 0; i < count; i++) this.item();
    if (isIndefinite) this.position++;
    this.sink.endList();
  }

  dict(): void {
    const isIndefinite = this.isIndefinite();
    const count = this.count();
    const keys = count > 1 && this.place === "payload"
      ? new UniqueKeys(this.sink.hasTextKeys === true)
      : undefined;
    this.sink.beginDict(count);
    for (let i = 0; i < count; i++) {
      const key = this.key();
      keys?.add(key);
      this.sink.key(key);
      this.item();
    }
    if (isIndefinite) this.position++;
    keys?.end();
    this.sink.endDict();
  }

  isIndefinite(): boolean {
    return (this.bytes[this.position] & 0x1f) === INDEFINITE;
  }

  /** The elements of the list or dict at the position, which moves behind its head. */
  count(): number {
    if (!this.isIndefinite()) return this.argument();
    this.counts ??= countIndefinite(this.bytes, this.position, this.end);
    this.position++;
    return this.counts[this.opened++];
  }

  key(): DictKey {
    const major = this.bytes[this.position] >> 5;
    if (major === Major.TEXT) return this.text();
    if (this.place === "envelope") {
      throw new ProtocolError("A key of an options dict must be a string");
    }
    switch (major) {
      case Major.UNSIGNED:
      case Major.NEGATIVE:
        return this.integer();
      case Major.TAG:
        return this.taggedKey();
      case Major.SIMPLE:
        return this.simpleKey();
      default:
        throw new UnsupportedValueError(
          "A dict key that is a container or binary has no form in another serializer",
        );
    }
  }

  taggedKey(): DictKey {
    // A loop, so that many tags are no deep stack.
    while (this.bytes[this.position] >> 5 === Major.TAG) {
      const tag = this.argument();
      if ((tag === 2 || tag === 3) && this.isBinary()) return this.bignum(tag);
    }
    return this.key();
  }

  simpleKey(): DictKey {
    const value = this.simpleValue();
    return value === undefined ? null : value;
  }

  /** Tags: A-13 in payload, none in options (SC-04). */
  tagged(): void {
    if (this.place === "envelope") {
      throw new ProtocolError("A tag is out of place in options");
    }
    // A loop, so that many tags are no deep stack.
    while (this.bytes[this.position] >> 5 === Major.TAG) {
      const tag = this.argument();
      if (tag === 1) {
        const time = this.time();
        if (time !== undefined) return this.sink.text(time);
      } else if ((tag === 2 || tag === 3) && this.isBinary()) {
        return this.sink.integer(this.bignum(tag));
      }
    }
    // Tag 0 is RFC 3339 text already; other tags leave what they tag.
    this.item();
  }

  isBinary(): boolean {
    return this.bytes[this.position] >> 5 === Major.BINARY;
  }

  bignum(tag: number): number | bigint {
    const octets = this.octets();
    if (octets.length > BIGNUM_BYTES_MAX) {
      throw new UnsupportedValueError(
        `An integer of more than ${BIGNUM_BYTES_MAX} octets`,
      );
    }
    const value = BigInt("0x0" + octets.toHex());
    return narrowInteger(tag === 2 ? value : -1n - value);
  }

  /** Tag 1's seconds as RFC 3339 text; undefined, and no move, if they are none. */
  time(): string | undefined {
    const first = this.bytes[this.position];
    const isNumber = first >> 5 === Major.UNSIGNED ||
      first >> 5 === Major.NEGATIVE || (first >= 0xf9 && first <= 0xfb);
    if (!isNumber) return undefined;
    const start = this.position;
    const seconds = Number(
      first < 0xf9 ? this.integer() : this.float(this.bytes[start] & 0x1f),
    );
    const whole = Math.floor(seconds);
    // A double of today's seconds is no finer than this.
    const micros = Math.round((seconds - whole) * 1e6);
    const text = micros < 1e6
      ? rfc3339(whole, micros * 1000)
      : rfc3339(whole + 1, 0);
    if (text === undefined) this.position = start;
    return text;
  }

  simple(): void {
    const info = this.bytes[this.position] & 0x1f;
    if (info >= 25) return this.sink.float(this.float(info));
    const value = this.simpleValue();
    if (typeof value === "boolean") this.sink.boolean(value);
    // `undefined` counts as null (MF-08).
    else this.sink.nil();
  }

  /** A bool, null, undefined or float. */
  simpleValue(): boolean | null | undefined | number {
    const info = this.bytes[this.position] & 0x1f;
    if (info >= 25) return this.float(info);
    this.position = skipCborItem(this.bytes, this.position, this.end, 0);
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
    }
    if (this.place === "envelope") {
      throw new ProtocolError("A simple value is out of place in options");
    }
    throw new UnsupportedValueError(
      "An unassigned simple value has no form in another serializer",
    );
  }

  float(info: number): number {
    const start = this.position + 1;
    this.position = start + ARGUMENT_WIDTH[info];
    if (info === 25) return this.view.getFloat16(start);
    return info === 26
      ? this.view.getFloat32(start)
      : this.view.getFloat64(start);
  }

  integer(): number | bigint {
    const first = this.bytes[this.position];
    const isNegative = first >> 5 === Major.NEGATIVE;
    if ((first & 0x1f) !== 27) {
      const value = this.argument();
      return isNegative ? -1 - value : value;
    }
    const value = this.view.getBigUint64(this.position + 1);
    this.position += 9;
    return narrowInteger(isNegative ? -1n - value : value);
  }

  text(): string {
    if (!this.isIndefinite()) {
      const length = this.argument();
      const start = this.position;
      this.position += length;
      return this.place === "envelope"
        ? readText(this.bytes, start, this.position)
        : readTextLeniently(this.bytes, start, this.position);
    }
    const octets = this.octets();
    return readTextLeniently(octets, 0, octets.length);
  }

  /** The octets of the string at the position, its chunks put together. */
  octets(): Uint8Array {
    const bytes = this.bytes;
    const start = this.position;
    if (!this.isIndefinite()) {
      const length = this.argument();
      this.position += length;
      return bytes.subarray(this.position - length, this.position);
    }
    this.position = skipCborString(bytes, start, this.end);
    return joinChunks(bytes, start, this.position);
  }

  /** The argument of the item at the position, which moves behind it. */
  argument(): number {
    const value = argumentAt(this.bytes, this.position, this.end);
    this.position += 1 + ARGUMENT_WIDTH[this.bytes[this.position] & 0x1f];
    return value;
  }
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
