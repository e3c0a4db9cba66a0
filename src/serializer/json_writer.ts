/**
 * Writes JSON (checklist SJ), compact, in UTF-8.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { Payload } from "../wamp/payload.ts";
import type { DictKey } from "../wamp/value_sink.ts";
import { ElementWriter, ENCODER, LOOP_LENGTH_MAX } from "./element_writer.ts";
import {
  BACKSLASH,
  COLON,
  COMMA,
  DICT_CLOSE,
  DICT_OPEN,
  LIST_CLOSE,
  LIST_OPEN,
  QUOTE,
} from "./json_scan.ts";

const ZERO = 0x30;
/** `"\u0000`, with which binary begins (SJ-04). */
const BINARY_START = ENCODER.encode('"\\u0000');

/** Writes JSON. */
export class JsonWriter extends ElementWriter {
  /** Any key becomes text: 1 and "1" are then the same. */
  readonly hasTextKeys = true;
  /** Whether no comma is needed before the next value. */
  #first = true;

  override open(out: ByteWriter): void {
    super.open(out);
    this.#first = true;
  }

  override payload(payload: Payload): void {
    if (payload.count === 0) return;
    this.#separate();
    super.payload(payload);
  }

  beginList(_count: number): void {
    this.#begin(LIST_OPEN);
  }

  endList(): void {
    this.#end(LIST_CLOSE);
  }

  beginDict(_count: number): void {
    this.#begin(DICT_OPEN);
  }

  endDict(): void {
    this.#end(DICT_CLOSE);
  }

  key(key: DictKey): void {
    this.text(String(key));
    this.#octet(COLON);
    this.#first = true;
  }

  integer(value: number | bigint): void {
    this.#separate();
    if (typeof value === "number" && value >= 0 && value < 2 ** 31) {
      this.#digits(value);
    } else this.#ascii(String(value));
  }

  float(value: number): void {
    // JSON has no NaN and no infinities.
    if (!Number.isFinite(value)) return this.nil();
    this.#separate();
    const text = Object.is(value, -0) ? "-0" : String(value);
    // An integral float stays one for readers that tell them apart.
    this.#ascii(/[.e]/.test(text) ? text : text + ".0");
  }

  text(value: string): void {
    this.#separate();
    const length = value.length;
    if (length <= LOOP_LENGTH_MAX && this.#plain(value, length)) return;
    // JSON.stringify escapes; it would keep lone surrogates, as escapes.
    const quoted = JSON.stringify(value.toWellFormed());
    const out = this.out;
    // Three bytes for each UTF-16 code unit are the most there can be.
    out.reserve(quoted.length * 3);
    const room = out.bytes.subarray(out.length);
    out.length += ENCODER.encodeInto(quoted, room).written;
  }

  binary(value: Uint8Array): void {
    this.#separate();
    const out = this.out;
    const base64 = value.toBase64();
    out.append(BINARY_START, 0, BINARY_START.length);
    out.reserve(base64.length + 1);
    const room = out.bytes.subarray(out.length);
    out.length += ENCODER.encodeInto(base64, room).written;
    out.bytes[out.length++] = QUOTE;
  }

  boolean(value: boolean): void {
    this.#separate();
    this.#ascii(value ? "true" : "false");
  }

  nil(): void {
    this.#separate();
    this.#ascii("null");
  }

  #begin(bracket: number): void {
    this.#separate();
    this.#octet(bracket);
    this.#first = true;
  }

  #end(bracket: number): void {
    this.#octet(bracket);
    this.#first = false;
  }

  #separate(): void {
    if (this.#first) this.#first = false;
    else this.#octet(COMMA);
  }

  /** Writes short ASCII without escapes; writes nothing and says false on anything else. */
  #plain(value: string, length: number): boolean {
    const out = this.out;
    out.reserve(length + 2);
    const bytes = out.bytes;
    let to = out.length;
    bytes[to++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) {
        return false;
      }
      bytes[to++] = unit;
    }
    bytes[to++] = QUOTE;
    out.length = to;
    return true;
  }

  /** An integer in [0, 2^31). */
  #digits(value: number): void {
    const out = this.out;
    out.reserve(10);
    let size = 1;
    for (let limit = 10; size < 10 && value >= limit; limit *= 10) size++;
    const bytes = out.bytes;
    for (let at = out.length + size - 1; at >= out.length; at--) {
      const rest = (value / 10) | 0;
      bytes[at] = ZERO + value - rest * 10;
      value = rest;
    }
    out.length += size;
  }

  #ascii(text: string): void {
    const out = this.out;
    const length = text.length;
    out.reserve(length);
    const bytes = out.bytes;
    let to = out.length;
    for (let i = 0; i < length; i++) bytes[to++] = text.charCodeAt(i);
    out.length = to;
  }

  #octet(octet: number): void {
    const out = this.out;
    out.reserve(1);
    out.bytes[out.length++] = octet;
  }
}
