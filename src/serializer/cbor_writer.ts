/**
 * Writes CBOR (checklist SC): definite lengths (SC-02), the shortest form of
 * integers (SC-03), floats as double.
 */
import { Major } from "./cbor_scan.ts";
import { BinaryWriter } from "./element_writer.ts";

/** Writes CBOR. */
export class CborWriter extends BinaryWriter {
  protected readonly textFirst = 0x60;
  protected readonly textLongMin = 24;
  protected readonly textLongFirst = 0x78;
  protected readonly doubleFirst = 0xfb;

  beginList(count: number): void {
    this.#item(Major.LIST, count);
  }

  beginDict(count: number): void {
    this.#item(Major.DICT, count);
  }

  integer(value: number | bigint): void {
    if (typeof value === "bigint") this.#bigint(value);
    else if (value >= 0) this.#item(Major.UNSIGNED, value);
    else this.#item(Major.NEGATIVE, -1 - value);
  }

  binary(value: Uint8Array): void {
    this.#item(Major.BINARY, value.length);
    this.out.append(value, 0, value.length);
  }

  boolean(value: boolean): void {
    this.octet(value ? 0xf5 : 0xf4);
  }

  nil(): void {
    this.octet(0xf6);
  }

  /** An item's first bytes: its major type with an argument up to 2^53. */
  #item(major: number, argument: number): void {
    const first = major << 5;
    if (argument < 24) this.octet(first | argument);
    else if (argument < 2 ** 32) this.longHead(first | 24, argument);
    else {
      const high = Math.floor(argument / 2 ** 32);
      this.wideHead(first | 27, high, argument >>> 0);
    }
  }

  /** A bigint: in 64 bits where it fits, else as a bignum (tags 2 and 3). */
  #bigint(value: bigint): void {
    const isNegative = value < 0n;
    const magnitude = isNegative ? -1n - value : value;
    const major = isNegative ? Major.NEGATIVE : Major.UNSIGNED;
    if (magnitude < 1n << 53n) this.#item(major, Number(magnitude));
    else if (magnitude < 1n << 64n) {
      const low = Number(magnitude & 0xffff_ffffn);
      this.wideHead(major << 5 | 27, Number(magnitude >> 32n), low);
    } else {
      this.octet(isNegative ? 0xc3 : 0xc2);
      const digits = magnitude.toString(16);
      const even = digits.length % 2 === 0 ? digits : "0" + digits;
      this.binary(Uint8Array.fromHex(even));
    }
  }
}
