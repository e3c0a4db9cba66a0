/**
 * Writes CBOR (checklist SC): definite lengths (SC-02), the shortest form of
 * integers (SC-03), floats as double.
 */
import { ByteWriter } from "../base/byte_writer.ts";
import type { Payload, PayloadFormat } from "../wamp/payload.ts";
import { type DictKey, isExactInteger } from "../wamp/value_sink.ts";
import { Major } from "./cbor_scan.ts";
import type { ElementWriter } from "./serializer.ts";
import { Slot } from "./slots.ts";

const ENCODER = new TextEncoder();
/** Up to here a loop over ASCII beats the call of an encoder. */
const LOOP_LENGTH_MAX = 64;
const HEAD_SIZE_MAX = 9;

/** {@linkcode ElementWriter} for CBOR; one serves many connections in turn. */
export class CborWriter implements ElementWriter {
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
    if (own.format?.slot !== Slot.CBOR) return false;
    this.payload(own);
    return true;
  }

  beginList(count: number): void {
    this.#head(Major.LIST, count);
  }

  endList(): void {}

  beginDict(count: number): void {
    this.#head(Major.DICT, count);
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
    if (typeof value === "bigint") this.#wide(value);
    else if (value >= 0) this.#head(Major.UNSIGNED, value);
    else this.#head(Major.NEGATIVE, -1 - value);
  }

  float(value: number): void {
    const out = this.#out;
    out.reserve(9);
    out.bytes[out.length] = 0xfb;
    const { buffer, byteOffset } = out.bytes;
    new DataView(buffer, byteOffset).setFloat64(out.length + 1, value);
    out.length += 9;
  }

  text(value: string): void {
    const out = this.#out;
    const length = value.length;
    // Three octets for each UTF-16 code unit are the most there can be.
    out.reserve(length * 3 + HEAD_SIZE_MAX);
    if (length <= LOOP_LENGTH_MAX && this.#ascii(value, length)) return;
    const guess = headSize(length);
    const start = out.length + guess;
    const { written } = ENCODER.encodeInto(value, out.bytes.subarray(start));
    const needed = headSize(written);
    if (needed > guess) {
      out.bytes.copyWithin(start + needed - guess, start, start + written);
    }
    this.#head(Major.TEXT, written);
    out.length += written;
  }

  binary(value: Uint8Array): void {
    this.#head(Major.BINARY, value.length);
    this.#out.append(value, 0, value.length);
  }

  boolean(value: boolean): void {
    this.#octet(value ? 0xf5 : 0xf4);
  }

  nil(): void {
    this.#octet(0xf6);
  }

  /** Writes short ASCII; writes nothing and says false on anything else. */
  #ascii(value: string, length: number): boolean {
    const bytes = this.#out.bytes;
    let to = this.#out.length;
    if (length < 24) bytes[to++] = 0x60 | length;
    else {
      bytes[to++] = 0x78;
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

  /** An item's first octets: its major type with an argument up to 2^53. */
  #head(major: number, argument: number): void {
    const out = this.#out;
    out.reserve(HEAD_SIZE_MAX);
    const first = major << 5;
    if (argument < 24) out.bytes[out.length++] = first | argument;
    else if (argument < 0x100) this.#argument(first | 24, argument, 1);
    else if (argument < 0x1_0000) this.#argument(first | 25, argument, 2);
    else if (argument < 2 ** 32) this.#argument(first | 26, argument, 4);
    else {
      this.#argument(first | 27, Math.floor(argument / 2 ** 32), 4);
      this.#tail(argument >>> 0, 4);
    }
  }

  #argument(first: number, value: number, width: number): void {
    const out = this.#out;
    out.bytes[out.length++] = first;
    this.#tail(value, width);
  }

  #tail(value: number, width: number): void {
    const out = this.#out;
    for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      out.bytes[out.length++] = value >>> shift;
    }
  }

  /** A bigint: in 64 bits where it fits, else as a bignum (tags 2 and 3). */
  #wide(value: bigint): void {
    const isNegative = value < 0n;
    const magnitude = isNegative ? -1n - value : value;
    if (magnitude <= BigInt(2 ** 53)) {
      const major = isNegative ? Major.NEGATIVE : Major.UNSIGNED;
      return this.#head(major, Number(magnitude));
    }
    if (magnitude < 1n << 64n) {
      this.#out.reserve(HEAD_SIZE_MAX);
      const first = (isNegative ? Major.NEGATIVE : Major.UNSIGNED) << 5;
      this.#argument(first | 27, Number(magnitude >> 32n), 4);
      return this.#tail(Number(magnitude & 0xffff_ffffn), 4);
    }
    this.#octet(isNegative ? 0xc3 : 0xc2);
    const digits = magnitude.toString(16);
    const even = digits.length % 2 === 0 ? digits : "0" + digits;
    this.binary(Uint8Array.fromHex(even));
  }

  #octet(octet: number): void {
    const out = this.#out;
    out.reserve(1);
    out.bytes[out.length++] = octet;
  }
}

/** Octets of the head of a string of so many octets. */
function headSize(length: number): number {
  if (length < 24) return 1;
  if (length < 0x100) return 2;
  return length < 0x1_0000 ? 3 : 5;
}
