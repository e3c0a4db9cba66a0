/**
 * Any MessagePack value: checked and passed over, or told to a sink.
 */
import { nestedTooDeep, ProtocolError } from "../wamp/protocol_error.ts";
import {
  type DictKey,
  UnsupportedValueError,
  type ValueSink,
} from "../wamp/value_sink.ts";
import { narrowInteger } from "../wamp/exact_integer.ts";
import { readText, readTextLeniently } from "./text_reader.ts";
import { rfc3339 } from "./timestamp.ts";
import { UniqueKeys } from "./unique_keys.ts";

/**
 * Where a value stands: in the `envelope` WAMP's own data model holds (no
 * extension types, string keys, valid UTF-8); `payload` is the application's.
 */
export type ValuePlace = "envelope" | "payload";

/**
 * The position behind the value at `position`.
 *
 * @param depth How deep lists and dicts may nest from here.
 * @throws {ProtocolError} Where there is no whole value.
 */
export function skipMsgpackValue(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
): number {
  if (position >= end) throw truncated();
  const first = bytes[position++];
  if (first < 0x80 || first >= 0xe0) return position;
  if (first >= 0xa0 && first < 0xc0) {
    return past(position, first & 0x1f, end);
  }
  if (first < 0xa0) {
    const count = first < 0x90 ? (first & 0x0f) * 2 : first & 0x0f;
    return skipValues(bytes, position, end, depth, count);
  }
  const lengthWidth = LENGTH_WIDTH[first - 0xc0];
  if (lengthWidth === 0) {
    const size = FIXED_SIZE[first - 0xc0];
    if (size < 0) throw new ProtocolError("0xC1 is no MessagePack value");
    return past(position, size, end);
  }
  const length = readUint(bytes, position, lengthWidth, end);
  position += lengthWidth;
  if (first === 0xdc || first === 0xdd) {
    return skipValues(bytes, position, end, depth, length);
  }
  if (first === 0xde || first === 0xdf) {
    return skipValues(bytes, position, end, depth, length * 2);
  }
  // An extension's type octet stands between its length and its octets.
  const typeSize = first >= 0xc7 && first <= 0xc9 ? 1 : 0;
  return past(position, length + typeSize, end);
}

function skipValues(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
  count: number,
): number {
  if (depth <= 0) throw nestedTooDeep();
  for (let i = 0; i < count; i++) {
    position = skipMsgpackValue(bytes, position, end, depth - 1);
  }
  return position;
}

/** Octets of the length behind c0…df; 0 where the size is fixed. */
// deno-fmt-ignore
const LENGTH_WIDTH = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4,
];
/** Octets behind c0…df where the size is fixed; -1 where there is no such value. */
// deno-fmt-ignore
const FIXED_SIZE = [
  0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 8, 1, 2, 4, 8,
  1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0,
];

/**
 * Tells the value at `position` to `sink`; returns the position behind it.
 *
 * @param depth How deep lists and dicts may nest from here.
 * @throws {ProtocolError} Where there is no whole value, or none that `place`
 * allows.
 * @throws {UnsupportedValueError} On a dict key that is no plain value, and on a
 * dict in payload with a key that becomes another of its keys.
 */
export function readMsgpackValue(
  bytes: Uint8Array,
  position: number,
  end: number,
  depth: number,
  place: ValuePlace,
  sink: ValueSink,
): number {
  const reader = new ValueReader(bytes, position, end, place, sink);
  reader.value(depth);
  return reader.position;
}

class ValueReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  readonly place: ValuePlace;
  readonly sink: ValueSink;
  position: number;

  constructor(
    bytes: Uint8Array,
    position: number,
    end: number,
    place: ValuePlace,
    sink: ValueSink,
  ) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
    this.end = end;
    this.place = place;
    this.sink = sink;
  }

  value(depth: number): void {
    const first = this.take(1);
    const octet = this.bytes[first];
    if (octet < 0x80) return this.sink.integer(octet);
    if (octet >= 0xe0) return this.sink.integer(octet - 256);
    if (octet < 0x90) return this.dict(octet & 0x0f, depth);
    if (octet < 0xa0) return this.list(octet & 0x0f, depth);
    if (octet < 0xc0) return this.sink.text(this.text(octet & 0x1f));
    switch (octet) {
      case 0xc0:
        return this.sink.nil();
      case 0xc2:
      case 0xc3:
        return this.sink.boolean(octet === 0xc3);
      case 0xca:
        return this.sink.float(this.view.getFloat32(this.take(4)));
      case 0xcb:
        return this.sink.float(this.view.getFloat64(this.take(8)));
      case 0xdc:
      case 0xdd:
        return this.list(this.length(octet), depth);
      case 0xde:
      case 0xdf:
        return this.dict(this.length(octet), depth);
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.sink.binary(this.octets(this.length(octet)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.sink.text(this.text(this.length(octet)));
    }
    if (octet >= 0xcc && octet <= 0xd3) {
      return this.sink.integer(this.integer(octet));
    }
    this.extension(octet);
  }

  list(count: number, depth: number): void {
    this.enter(depth, count);
    this.sink.beginList(count);
    for (let i = 0; i < count; i++) this.value(depth - 1);
    this.sink.endList();
  }

  dict(count: number, depth: number): void {
    this.enter(depth, count * 2);
    const keys = count > 1 && this.place === "payload"
      ? new UniqueKeys(this.sink.hasTextKeys === true)
      : undefined;
    this.sink.beginDict(count);
    for (let i = 0; i < count; i++) {
      const key = this.key();
      keys?.add(key);
      this.sink.key(key);
      this.value(depth - 1);
    }
    keys?.end();
    this.sink.endDict();
  }

  /** Checks depth, and that `count` values can be there at all. */
  enter(depth: number, count: number): void {
    if (depth <= 0) throw nestedTooDeep();
    if (count > this.end - this.position) throw truncated();
  }

  key(): DictKey {
    const octet = this.bytes[this.take(1)];
    if (octet >= 0xa0 && octet < 0xc0) return this.text(octet & 0x1f);
    if (octet >= 0xd9 && octet <= 0xdb) return this.text(this.length(octet));
    if (this.place === "envelope") {
      throw new ProtocolError("A key of an options dict must be a string");
    }
    if (octet < 0x80) return octet;
    if (octet >= 0xe0) return octet - 256;
    if (octet === 0xc0) return null;
    if (octet === 0xc2 || octet === 0xc3) return octet === 0xc3;
    if (octet === 0xca) return this.view.getFloat32(this.take(4));
    if (octet === 0xcb) return this.view.getFloat64(this.take(8));
    if (octet >= 0xcc && octet <= 0xd3) return this.integer(octet);
    throw new UnsupportedValueError(
      "A dict key that is a container, binary or an extension type has no form in another serializer",
    );
  }

  integer(octet: number): number | bigint {
    switch (octet) {
      case 0xcc:
        return this.bytes[this.take(1)];
      case 0xcd:
        return this.view.getUint16(this.take(2));
      case 0xce:
        return this.view.getUint32(this.take(4));
      case 0xcf:
        return narrowInteger(this.view.getBigUint64(this.take(8)));
      case 0xd0:
        return this.view.getInt8(this.take(1));
      case 0xd1:
        return this.view.getInt16(this.take(2));
      case 0xd2:
        return this.view.getInt32(this.take(4));
      default:
        return narrowInteger(this.view.getBigInt64(this.take(8)));
    }
  }

  /** Extension types: A-13 in payload; only `undefined` in options (MF-08). */
  extension(octet: number): void {
    const fixed = FIXED_SIZE[octet - 0xc0];
    if (fixed < 0) throw new ProtocolError("0xC1 is no MessagePack value");
    const length = fixed > 0 ? fixed - 1 : this.length(octet);
    const type = this.view.getInt8(this.take(1));
    const octets = this.octets(length);
    if (this.place === "envelope") {
      if (octet === 0xd4 && type === 0 && octets[0] === 0) {
        return this.sink.nil();
      }
      throw new ProtocolError("An extension type is out of place in options");
    }
    const time = type === -1 ? timestamp(octets) : undefined;
    if (time === undefined) this.sink.binary(octets);
    else this.sink.text(time);
  }

  text(length: number): string {
    const start = this.take(length);
    return this.place === "envelope"
      ? readText(this.bytes, start, this.position)
      : readTextLeniently(this.bytes, start, this.position);
  }

  octets(length: number): Uint8Array {
    const start = this.take(length);
    return this.bytes.subarray(start, this.position);
  }

  length(octet: number): number {
    const width = LENGTH_WIDTH[octet - 0xc0];
    return readUint(this.bytes, this.take(width), width, this.end);
  }

  /** Advances by `count` octets and says where they begin. */
  take(count: number): number {
    const start = this.position;
    this.position = past(start, count, this.end);
    return start;
  }
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

function readUint(
  bytes: Uint8Array,
  position: number,
  width: number,
  end: number,
): number {
  past(position, width, end);
  let value = bytes[position];
  for (let i = 1; i < width; i++) value = value * 256 + bytes[position + i];
  return value;
}

function past(position: number, count: number, end: number): number {
  if (count > end - position) throw truncated();
  return position + count;
}

function truncated(): ProtocolError {
  return new ProtocolError("The MessagePack value is cut off");
}
