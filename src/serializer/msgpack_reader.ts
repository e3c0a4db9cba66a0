/**
 * Reads MessagePack (checklist SM). All integer widths, minimal or not, are
 * accepted (SM-03); extension types and binary are not, where WAMP itself
 * defines the value (SM-02, SM-06), and are untouched in payload.
 */
import { ID_MAX } from "../wamp/id.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import {
  keywordsAlone,
  NO_PAYLOAD,
  Payload,
  type PayloadFormat,
} from "../wamp/payload.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import { readMsgpackValue, skipMsgpackValue } from "./msgpack_value.ts";
import type { ElementReader } from "./serializer.ts";
import { readText } from "./text_reader.ts";
import { ValueBuilder } from "../wamp/values.ts";

/** A list of nothing. */
const EMPTY_LIST = [0x90];

/** {@linkcode ElementReader} for MessagePack; one serves many connections in turn. */
export class MsgpackReader implements ElementReader {
  readonly #format: PayloadFormat;
  readonly #maxDepth: number;
  readonly #builder = new ValueBuilder();
  #bytes = new Uint8Array(0) as Uint8Array;
  #position = 0;
  #end = 0;
  #remaining = 0;

  constructor(format: PayloadFormat, maxDepth: number) {
    this.#format = format;
    this.#maxDepth = maxDepth;
  }

  open(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    this.#remaining = this.#beginList("A message");
  }

  next(): boolean {
    if (this.#remaining === 0) return false;
    this.#remaining--;
    return true;
  }

  integer(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    const value = this.#wideInteger(first);
    if (value < 0 || value > ID_MAX || !Number.isInteger(value)) {
      throw new ProtocolError(
        `${value} is out of place: an integer in [0, 2^53] is due`,
      );
    }
    return value;
  }

  text(): string {
    const length = this.#textLength(this.#octet());
    const start = this.#position;
    this.#advance(length);
    return readText(this.#bytes, start, this.#position);
  }

  textOrNull(): string | null {
    return this.#skipNull() ? null : this.text();
  }

  dict(): Dict {
    const start = this.#position;
    const first = this.#octet();
    if (first === 0x80) return EMPTY_DICT;
    if ((first & 0xf0) !== 0x80 && first !== 0xde && first !== 0xdf) {
      throw new ProtocolError(`A dict is due, not ${describe(first)}`);
    }
    this.#builder.reset();
    this.#position = readMsgpackValue(
      this.#bytes,
      start,
      this.#end,
      this.#maxDepth - 1,
      "envelope",
      this.#builder,
    );
    return this.#builder.take() as Dict;
  }

  payload(): Payload {
    const count = this.#remaining;
    if (count === 0) {
      this.close();
      return NO_PAYLOAD;
    }
    if (count > 2) throw new ProtocolError("The message is too long");
    const start = this.#position;
    const isLeftOut = this.#skipNull();
    const args = isLeftOut ? 0 : this.#beginList("Arguments");
    for (let i = 0; i < args; i++) this.#skip();
    const argsEnd = this.#position;
    const keywords = count === 2 ? this.#skipKeywords() : 0;
    this.#remaining = 0;
    this.close();
    // An empty trailing element is not sent on (SE-09).
    if (keywords > 0) {
      const end = this.#position;
      return isLeftOut
        ? keywordsAlone(this.#format, EMPTY_LIST, this.#bytes, argsEnd, end)
        : new Payload(this.#format, this.#bytes, start, end, 2);
    }
    if (args === 0) return NO_PAYLOAD;
    return new Payload(this.#format, this.#bytes, start, argsEnd, 1);
  }

  close(): void {
    if (this.#remaining > 0) {
      throw new ProtocolError("The message is too long");
    }
    if (this.#position !== this.#end) {
      throw new ProtocolError("Octets follow the message in its frame");
    }
  }

  /** Passes over a null, or what stands for `undefined` (MF-08). */
  #skipNull(): boolean {
    const bytes = this.#bytes;
    const at = this.#position;
    const octets = bytes[at] === 0xc0
      ? 1
      : bytes[at] === 0xd4 && bytes[at + 1] === 0 && bytes[at + 2] === 0
      ? 3
      : 0;
    if (octets === 0 || at + octets > this.#end) return false;
    this.#position += octets;
    return true;
  }

  #skipKeywords(): number {
    if (this.#skipNull()) return 0;
    const first = this.#octet();
    let count: number;
    if ((first & 0xf0) === 0x80) count = first & 0x0f;
    else if (first === 0xde) count = this.#uint(2);
    else if (first === 0xdf) count = this.#uint(4);
    else {
      throw new ProtocolError(
        `ArgumentsKw must be a dict, not ${describe(first)}`,
      );
    }
    for (let i = 0; i < count; i++) {
      this.#advance(this.#textLength(this.#octet()));
      this.#skip();
    }
    return count;
  }

  #skip(): void {
    this.#position = skipMsgpackValue(
      this.#bytes,
      this.#position,
      this.#end,
      this.#maxDepth - 2,
    );
  }

  #beginList(what: string): number {
    const first = this.#octet();
    if ((first & 0xf0) === 0x90) return first & 0x0f;
    if (first === 0xdc) return this.#uint(2);
    if (first === 0xdd) return this.#uint(4);
    throw new ProtocolError(`${what} must be a list, not ${describe(first)}`);
  }

  #wideInteger(first: number): number {
    switch (first) {
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
      case 0xd3: {
        const high = this.#uint(4);
        const low = this.#uint(4);
        // 2^53 + 1 looks like 2^53 once it is a number (ID-01). A negative int64
        // looks large, which is out of range as well.
        return high < 0x20_0000 || low === 0 ? high * 2 ** 32 + low : Infinity;
      }
      case 0xd0:
        return this.#uint(1) << 24 >> 24;
      case 0xd1:
        return this.#uint(2) << 16 >> 16;
      case 0xd2:
        return this.#uint(4) | 0;
      case 0xca:
      case 0xcb: {
        const start = this.#position;
        this.#advance(first === 0xca ? 4 : 8);
        const view = new DataView(
          this.#bytes.buffer,
          this.#bytes.byteOffset + start,
        );
        return first === 0xca ? view.getFloat32(0) : view.getFloat64(0);
      }
      default:
        throw new ProtocolError(`An integer is due, not ${describe(first)}`);
    }
  }

  #textLength(first: number): number {
    if ((first & 0xe0) === 0xa0) return first & 0x1f;
    if (first === 0xd9) return this.#uint(1);
    if (first === 0xda) return this.#uint(2);
    if (first === 0xdb) return this.#uint(4);
    throw new ProtocolError(`A string is due, not ${describe(first)}`);
  }

  #octet(): number {
    if (this.#position >= this.#end) throw truncated();
    return this.#bytes[this.#position++];
  }

  #uint(width: number): number {
    const start = this.#position;
    this.#advance(width);
    let value = 0;
    for (let i = start; i < this.#position; i++) {
      value = value * 256 + this.#bytes[i];
    }
    return value;
  }

  #advance(count: number): void {
    if (count > this.#end - this.#position) throw truncated();
    this.#position += count;
  }
}

function truncated(): ProtocolError {
  return new ProtocolError("The MessagePack value is cut off");
}

/** The family of a value by its first octet, for error texts. */
function describe(first: number): string {
  if (first < 0x80 || first >= 0xe0) return "an integer";
  if (first < 0x90) return "a dict";
  if (first < 0xa0) return "a list";
  if (first < 0xc0 || (first >= 0xd9 && first <= 0xdb)) return "a string";
  if (first === 0xc0) return "null";
  if (first === 0xc2 || first === 0xc3) return "a bool";
  if (first >= 0xc4 && first <= 0xc6) return "binary";
  if (first >= 0xca && first <= 0xcb) return "a float";
  if (first >= 0xcc && first <= 0xd3) return "an integer";
  if (first === 0xdc || first === 0xdd) return "a list";
  if (first === 0xde || first === 0xdf) return "a dict";
  return "an extension type";
}
