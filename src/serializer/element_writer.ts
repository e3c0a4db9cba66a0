/**
 * What writers of all formats share, and what those of binary formats do.
 */
import { ByteWriter } from "../base/byte_writer.ts";
import type { Payload, PayloadFormat } from "../wamp/payload.ts";
import { type DictKey, isExactInteger } from "../wamp/value_sink.ts";
import type { ElementSink } from "../wamp/values.ts";

/** Encodes text; `encodeInto()` of it makes no copy. */
export const ENCODER = new TextEncoder();

/** Up to here a loop over ASCII beats the call of an encoder. */
export const LOOP_LENGTH_MAX = 64;

/** Writes one message's elements in order; one serves many connections in turn. */
export abstract class ElementWriter implements ElementSink {
  protected readonly format: PayloadFormat;
  readonly #transcodes: boolean;
  protected out: ByteWriter = new ByteWriter(new Uint8Array(0));

  /** @param transcodes Whether it may copy payload that is in another format. */
  constructor(format: PayloadFormat, transcodes: boolean) {
    this.format = format;
    this.#transcodes = transcodes;
  }

  /** Begins to write at the end of `out`. */
  open(out: ByteWriter): void {
    this.out = out;
  }

  /** Appends the elements of `payload`, which is in this writer's format. */
  payload(payload: Payload): void {
    if (payload.count === 0) return;
    this.out.append(payload.bytes, payload.start, payload.end);
  }

  copy(payload: Payload): boolean {
    const own = this.#transcodes ? payload.in(this.format) : payload;
    if (own.format !== this.format) return false;
    this.payload(own);
    return true;
  }

  abstract integer(value: number | bigint): void;
  abstract float(value: number): void;
  abstract text(value: string): void;
  abstract binary(value: Uint8Array): void;
  abstract boolean(value: boolean): void;
  abstract nil(): void;
  abstract beginList(count: number): void;
  abstract endList(): void;
  abstract beginDict(count: number): void;
  abstract key(key: DictKey): void;
  abstract endDict(): void;
}

/**
 * Writes a format in which a value begins with its type and length, big-endian.
 * Text has four forms: its length within the first byte, or in 1, 2 or 4 bytes
 * behind it.
 */
export abstract class BinaryWriter extends ElementWriter {
  /** The first byte of text whose length is within it. */
  protected abstract readonly textFirst: number;
  /** From so many bytes on the length of text is behind the first byte. */
  protected abstract readonly textLongMin: number;
  /** The first byte of text with a length of 1 byte; of 2 and 4 bytes: the next. */
  protected abstract readonly textLongFirst: number;
  /** The first byte of a double. */
  protected abstract readonly doubleFirst: number;

  endList(): void {}

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

  float(value: number): void {
    const out = this.out;
    out.reserve(9);
    out.bytes[out.length] = this.doubleFirst;
    const { buffer, byteOffset } = out.bytes;
    new DataView(buffer, byteOffset).setFloat64(out.length + 1, value);
    out.length += 9;
  }

  text(value: string): void {
    const out = this.out;
    const length = value.length;
    // Three bytes for each UTF-16 code unit are the most there can be.
    out.reserve(length * 3 + 5);
    if (length <= LOOP_LENGTH_MAX && this.#ascii(value, length)) return;
    const guess = this.#textHeadSize(length);
    const start = out.length + guess;
    const { written } = ENCODER.encodeInto(value, out.bytes.subarray(start));
    const needed = this.#textHeadSize(written);
    if (needed > guess) {
      out.bytes.copyWithin(start + needed - guess, start, start + written);
    }
    if (needed === 1) this.octet(this.textFirst | written);
    else this.longHead(this.textLongFirst, written);
    out.length += written;
  }

  /** A head whose length is in the 1, 2 or 4 bytes behind its first byte. */
  protected longHead(first: number, length: number): void {
    if (length < 0x100) this.head(first, length, 1);
    else if (length < 0x1_0000) this.head(first + 1, length, 2);
    else this.head(first + 2, length, 4);
  }

  /** A first byte, and `value` in the `width` bytes behind it. */
  protected head(first: number, value: number, width: number): void {
    this.out.reserve(5);
    this.#append(first, value, width);
  }

  /** A first byte, and 64 bits behind it. */
  protected wideHead(first: number, high: number, low: number): void {
    this.out.reserve(9);
    this.#append(first, high, 4);
    this.#append(low >>> 24, low, 3);
  }

  protected octet(octet: number): void {
    const out = this.out;
    out.reserve(1);
    out.bytes[out.length++] = octet;
  }

  /** As {@linkcode BinaryWriter.head}, where there is room. */
  #append(first: number, value: number, width: number): void {
    const out = this.out;
    out.bytes[out.length++] = first;
    for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      out.bytes[out.length++] = value >>> shift;
    }
  }

  /** Writes short ASCII; writes nothing and says false on anything else. */
  #ascii(value: string, length: number): boolean {
    const bytes = this.out.bytes;
    let to = this.out.length;
    if (length < this.textLongMin) bytes[to++] = this.textFirst | length;
    else {
      bytes[to++] = this.textLongFirst;
      bytes[to++] = length;
    }
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return false;
      bytes[to++] = unit;
    }
    this.out.length = to;
    return true;
  }

  /** The size of the head of text of so many bytes. */
  #textHeadSize(length: number): number {
    if (length < this.textLongMin) return 1;
    if (length < 0x100) return 2;
    return length < 0x1_0000 ? 3 : 5;
  }
}
