/**
 * Writes MessagePack (checklist SM): the shortest form of integers (SM-04),
 * text as str and octets as bin (SM-01).
 */
import { ByteWriter } from "../base/byte_writer.ts";
import type { Payload, PayloadFormat } from "../wamp/payload.ts";
import {
  type DictKey,
  isExactInteger,
  UnsupportedValueError,
} from "../wamp/value_sink.ts";
import type { ElementWriter } from "./serializer.ts";
import { Slot } from "./slots.ts";

const ENCODER = new TextEncoder();
/** Up to here a loop over ASCII beats the call of an encoder. */
const LOOP_LENGTH_MAX = 64;

/** {@linkcode ElementWriter} for MessagePack; one serves many connections in turn. */
export class MsgpackWriter implements ElementWriter {
  readonly #owner: PayloadFormat | undefined;
  #out = new ByteWriter(new Uint8Array(0));

  /** @param owner Whose payload it copies; undefined: only what is in the format already. */
  constructor(owner?: PayloadFormat) {
    this.#owner = owner;
  }

  open(out: ByteWriter): void {
    this.#out = out;
  }

  payload(payload: Payload): void {
    if (payload.count === 0) return;
    this.#out.append(payload.bytes, payload.start, payload.end);
  }

  copy(payload: Payload): boolean {
    const own = this.#owner === undefined ? payload : payload.in(this.#owner);
    if (own.format?.slot !== Slot.MSGPACK) return false;
    this.payload(own);
    return true;
  }

  beginList(count: number): void {
    this.#header(count, 0x90, 16, 0xdc);
  }

  endList(): void {}

  beginDict(count: number): void {
    this.#header(count, 0x80, 16, 0xde);
  }

  endDict(): void {}

  key(key: DictKey): void {
    switch (typeof key) {
      case "string":
        return this.text(key);
      case "boolean":
        return this.boolean(key);
      case "bigint":
        return this.integer(key);
      case "number":
        return isExactInteger(key) ? this.integer(key) : this.float(key);
      default:
        return this.nil();
    }
  }

  integer(value: number | bigint): void {
    const out = this.#out;
    out.reserve(9);
    if (typeof value === "bigint") return this.#wide(value);
    if (value >= 0) {
      if (value < 0x80) out.bytes[out.length++] = value;
      else if (value < 0x100) this.#uint(0xcc, value, 1);
      else if (value < 0x1_0000) this.#uint(0xcd, value, 2);
      else if (value <= 0xffff_ffff) this.#uint(0xce, value, 4);
      else this.#pair(0xcf, Math.floor(value / 2 ** 32), value >>> 0);
    } else if (value >= -0x20) out.bytes[out.length++] = value + 0x100;
    else if (value >= -0x80) this.#uint(0xd0, value & 0xff, 1);
    else if (value >= -0x8000) this.#uint(0xd1, value & 0xffff, 2);
    else if (value >= -0x8000_0000) this.#uint(0xd2, value >>> 0, 4);
    else this.#pair(0xd3, Math.floor(value / 2 ** 32) >>> 0, value >>> 0);
  }

  float(value: number): void {
    const out = this.#out;
    out.reserve(9);
    out.bytes[out.length] = 0xcb;
    new DataView(out.bytes.buffer, out.bytes.byteOffset).setFloat64(
      out.length + 1,
      value,
    );
    out.length += 9;
  }

  text(value: string): void {
    const out = this.#out;
    const length = value.length;
    // Three octets for each UTF-16 code unit are the most there can be.
    out.reserve(length * 3 + 5);
    if (length <= LOOP_LENGTH_MAX && this.#ascii(value, length)) return;
    const guess = headerSize(length);
    const start = out.length + guess;
    const { written } = ENCODER.encodeInto(value, out.bytes.subarray(start));
    const needed = headerSize(written);
    if (needed > guess) {
      out.bytes.copyWithin(start + needed - guess, start, start + written);
    }
    if (needed === 1) out.bytes[out.length++] = 0xa0 | written;
    else this.#lengthHeader(written, needed, 0xd9);
    out.length += written;
  }

  binary(value: Uint8Array): void {
    const out = this.#out;
    out.reserve(5);
    const size = value.length;
    this.#lengthHeader(size, size < 0x100 ? 2 : size < 0x1_0000 ? 3 : 5, 0xc4);
    out.append(value, 0, size);
  }

  boolean(value: boolean): void {
    this.#out.reserve(1);
    this.#out.bytes[this.#out.length++] = value ? 0xc3 : 0xc2;
  }

  nil(): void {
    this.#out.reserve(1);
    this.#out.bytes[this.#out.length++] = 0xc0;
  }

  /** Writes short ASCII; writes nothing and says false on anything else. */
  #ascii(value: string, length: number): boolean {
    const bytes = this.#out.bytes;
    let to = this.#out.length;
    if (length < 32) bytes[to++] = 0xa0 | length;
    else {
      bytes[to++] = 0xd9;
      bytes[to++] = length;
    }
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return false;
      bytes[to++] = unit;
    }
    this.#out.length = to;
    return true;
  }

  #header(count: number, short: number, shortLimit: number, wide: number) {
    const out = this.#out;
    out.reserve(5);
    if (count < shortLimit) out.bytes[out.length++] = short | count;
    else if (count < 0x1_0000) this.#uint(wide, count, 2);
    else this.#uint(wide + 1, count, 4);
  }

  /** The header of str or bin, whose 8, 16 and 32 bit forms follow `first`. */
  #lengthHeader(length: number, headerSize: number, first: number): void {
    if (headerSize === 2) this.#uint(first, length, 1);
    else if (headerSize === 3) this.#uint(first + 1, length, 2);
    else this.#uint(first + 2, length, 4);
  }

  #uint(first: number, value: number, width: number): void {
    const out = this.#out;
    out.bytes[out.length++] = first;
    for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      out.bytes[out.length++] = value >>> shift;
    }
  }

  #pair(first: number, high: number, low: number): void {
    this.#uint(first, high, 4);
    const out = this.#out;
    for (let shift = 24; shift >= 0; shift -= 8) {
      out.bytes[out.length++] = low >>> shift;
    }
  }

  #wide(value: bigint): void {
    if (value >= 0n && value < 1n << 64n) {
      const low = Number(value & 0xffff_ffffn);
      return this.#pair(0xcf, Number(value >> 32n), low);
    }
    if (value < 0n && value >= -(1n << 63n)) {
      const bits = BigInt.asUintN(64, value);
      const low = Number(bits & 0xffff_ffffn);
      return this.#pair(0xd3, Number(bits >> 32n), low);
    }
    throw new UnsupportedValueError(
      "An integer of more than 64 bits has no form in MessagePack",
    );
  }
}

/** Octets of the header of a str of so many octets. */
function headerSize(length: number): number {
  if (length < 0x20) return 1;
  if (length < 0x100) return 2;
  return length < 0x1_0000 ? 3 : 5;
}
