/**
 * Writes MessagePack (checklist SM): the shortest form of integers (SM-04),
 * text as str and bytes as bin (SM-01).
 */
import { UnsupportedValueError } from "../wamp/value_sink.ts";
import { BinaryWriter } from "./element_writer.ts";

/** Writes MessagePack. */
export class MsgpackWriter extends BinaryWriter {
  protected readonly textFirst = 0xa0;
  protected readonly textLongMin = 0x20;
  protected readonly textLongFirst = 0xd9;
  protected readonly doubleFirst = 0xcb;

  beginList(count: number): void {
    this.#containerHead(count, 0x90, 0xdc);
  }

  beginDict(count: number): void {
    this.#containerHead(count, 0x80, 0xde);
  }

  integer(value: number | bigint): void {
    if (typeof value === "bigint") return this.#bigint(value);
    if (value >= 0) {
      if (value < 0x80) this.octet(value);
      else if (value < 0x100) this.head(0xcc, value, 1);
      else if (value < 0x1_0000) this.head(0xcd, value, 2);
      else if (value <= 0xffff_ffff) this.head(0xce, value, 4);
      else this.wideHead(0xcf, Math.floor(value / 2 ** 32), value >>> 0);
    } else if (value >= -0x20) this.octet(value + 0x100);
    else if (value >= -0x80) this.head(0xd0, value & 0xff, 1);
    else if (value >= -0x8000) this.head(0xd1, value & 0xffff, 2);
    else if (value >= -0x8000_0000) this.head(0xd2, value >>> 0, 4);
    else this.wideHead(0xd3, Math.floor(value / 2 ** 32), value >>> 0);
  }

  binary(value: Uint8Array): void {
    this.longHead(0xc4, value.length);
    this.out.append(value, 0, value.length);
  }

  boolean(value: boolean): void {
    this.octet(value ? 0xc3 : 0xc2);
  }

  nil(): void {
    this.octet(0xc0);
  }

  #containerHead(count: number, short: number, wide: number): void {
    if (count < 16) this.octet(short | count);
    else if (count < 0x1_0000) this.head(wide, count, 2);
    else this.head(wide + 1, count, 4);
  }

  #bigint(value: bigint): void {
    const isNegative = value < 0n;
    if (value >= 1n << 64n || value < -(1n << 63n)) {
      throw new UnsupportedValueError(
        "MessagePack cannot express an integer of more than 64 bits",
      );
    }
    const bits = BigInt.asUintN(64, value);
    const low = Number(bits & 0xffff_ffffn);
    this.wideHead(isNegative ? 0xd3 : 0xcf, Number(bits >> 32n), low);
  }
}
