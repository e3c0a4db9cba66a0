/**
 * What readers of all formats share: a message's elements are asked for one after
 * the other, and payload is checked and otherwise passed over. What a format adds
 * is how each kind of element looks in bytes.
 */
import { ProtocolError } from "../wamp/error_uri.ts";
import type { Dict } from "../wamp/options.ts";
import {
  type ItemReader,
  NO_PAYLOAD,
  Payload,
  type PayloadFormat,
} from "../wamp/payload.ts";
import { ValueBuilder } from "../wamp/values.ts";

/**
 * Where a value is: in the `envelope` WAMP's own data model holds (strings as
 * keys, no tags, no extension types); `payload` is the application's.
 */
export type ValuePlace = "envelope" | "payload";

/**
 * Reads one message's elements in order; one serves many connections in turn. All
 * methods throw {@linkcode ProtocolError} on bytes that are not what is asked for.
 */
export abstract class ElementReader implements ItemReader {
  protected readonly format: PayloadFormat;
  protected readonly maxDepth: number;
  protected readonly builder: ValueBuilder = new ValueBuilder();
  protected bytes: Uint8Array = new Uint8Array(0);
  protected position = 0;
  protected end = 0;
  /** An empty list in this format. */
  protected abstract readonly emptyList: readonly number[];

  constructor(format: PayloadFormat, maxDepth: number) {
    this.format = format;
    this.maxDepth = maxDepth;
  }

  /** Begins with the message in `bytes[start, end)`, which must be one list. */
  abstract open(bytes: Uint8Array, start: number, end: number): void;
  /** Moves to the next element; false where the list ends. */
  abstract next(): boolean;
  /** The element, an integer in [0, 2^53] (SE-13, A-11). */
  abstract integer(): number;
  /** The element, a string. */
  abstract text(): string;
  /** The element, a dict with string keys (SE-04). */
  abstract dict(): Dict;

  /** Passes over null, and what counts as null (MF-08); false: it is none. */
  protected abstract skipNull(): boolean;
  /** Passes over `Arguments`; false: they are empty. */
  protected abstract skipArguments(): boolean;
  /** Passes over `ArgumentsKw`; false: they are empty. */
  protected abstract skipKeywords(): boolean;
  /** The position behind the message's list, once it has no more elements. */
  protected abstract endOfList(): number;

  /** The element, a string or null. */
  textOrNull(): string | null {
    return this.skipNull() ? null : this.text();
  }

  /** All further elements, at most `Arguments` and `ArgumentsKw` (MF-12). */
  payload(): Payload {
    if (!this.next()) {
      this.close();
      return NO_PAYLOAD;
    }
    const start = this.position;
    const isNull = this.skipNull();
    const hasArguments = !isNull && this.skipArguments();
    const argsEnd = this.position;
    const hasKeywords = this.next() && !this.skipNull() && this.skipKeywords();
    const end = this.position;
    this.close();
    // An empty trailing element is not sent on (SE-09).
    if (hasKeywords) {
      return isNull
        ? this.#keywordsAlone(argsEnd, end)
        : new Payload(this.format, this.bytes, start, end, 2);
    }
    if (!hasArguments) return NO_PAYLOAD;
    return new Payload(this.format, this.bytes, start, argsEnd, 1);
  }

  /** Ends: no element and no byte may be left (SE-07, MF-02). */
  close(): void {
    if (this.next()) {
      throw new ProtocolError("The message has too many elements");
    }
    if (this.endOfList() !== this.end) {
      throw new ProtocolError("There are more bytes behind the message");
    }
  }

  /**
   * Payload that came without `Arguments`: an empty list replaces them.
   *
   * @param start Where what divides `ArgumentsKw` from the element before begins.
   */
  #keywordsAlone(start: number, end: number): Payload {
    const { emptyList, bytes } = this;
    const whole = new Uint8Array(emptyList.length + end - start);
    whole.set(emptyList);
    whole.set(bytes.subarray(start, end), emptyList.length);
    return new Payload(this.format, whole, 0, whole.length, 2);
  }
}
