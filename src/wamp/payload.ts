import type { ByteWriter } from "../base/byte_writer.ts";
import { UnsupportedValueError, type ValueSink } from "./value_sink.ts";

/** What payload needs of the format that it is written in. */
export interface PayloadFormat {
  /** Tells `payload`, which is in this format, to `sink`, element by element. */
  readPayload(payload: Payload, sink: ValueSink): void;
  /**
   * Writes `payload`, which is in another format, in this one.
   *
   * @throws {UnsupportedValueError} Where this format has no form for a value.
   */
  transcode(payload: Payload): Payload;
  /** Each element of `payload`, which is in this format, as payload of its own. */
  elements(payload: Payload): readonly Payload[];
  /**
   * Begins to read the items of a list in the way of a message's elements.
   *
   * @param list One element in this format.
   * @throws {ProtocolError} Where it is no list.
   */
  openList(list: Payload): ItemReader;
  /** Writes the values that it is told to the end of `out`; absent: values stay values. */
  openWriter?(out: ByteWriter): ValueSink;
}

/**
 * Reads the items of a list in order, as a message's elements are read. All
 * methods throw `ProtocolError` on items that are not what is asked for.
 */
export interface ItemReader {
  /** Moves to the next item; false where the list ends. */
  next(): boolean;
  /** The item, a string. */
  text(): string;
  /** All further items, at most `Arguments` and `ArgumentsKw` (MF-12). */
  payload(): Payload;
}

/**
 * `Arguments` and `ArgumentsKw` of a message as the bytes that came, checked to
 * be well formed and otherwise unread.
 *
 * It is a view: it pins the chunk it points into and is good until that chunk
 * is read over, which is when the batch has been handled. Use
 * {@linkcode Payload.kept} for what stays longer.
 */
export class Payload {
  /** The format of the bytes. */
  readonly format: PayloadFormat | undefined;
  readonly bytes: Uint8Array;
  /** Where `Arguments` begins in {@linkcode Payload.bytes}. */
  readonly start: number;
  /** Where the last element ends. */
  readonly end: number;
  /** How many elements there are: none, `Arguments`, or both. */
  readonly count: 0 | 1 | 2;
  #transcoded: Map<PayloadFormat, Payload | UnsupportedValueError> | undefined =
    undefined;

  constructor(
    format: PayloadFormat | undefined,
    bytes: Uint8Array,
    start: number,
    end: number,
    count: 0 | 1 | 2,
  ) {
    this.format = format;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.count = count;
  }

  /**
   * This payload in `format`: itself where that is its own; else transcoded,
   * once however many ask.
   *
   * @throws {UnsupportedValueError} Where `format` has no form for a value.
   */
  in(format: PayloadFormat): Payload {
    if (this.count === 0 || this.format === format) return this;
    this.#transcoded ??= new Map();
    let transcoded = this.#transcoded.get(format);
    if (transcoded === undefined) {
      transcoded = this.#transcode(format);
      this.#transcoded.set(format, transcoded);
    }
    if (transcoded instanceof UnsupportedValueError) throw transcoded;
    return transcoded;
  }

  /** The failure is kept as well: finding it out can cost as much. */
  #transcode(format: PayloadFormat): Payload | UnsupportedValueError {
    try {
      return format.transcode(this);
    } catch (error) {
      if (!(error instanceof UnsupportedValueError)) throw error;
      return error;
    }
  }

  /**
   * Another view of the same bytes, which keeps its transcodings to itself: for
   * what is stored for long, and read now and then.
   */
  freshView(): Payload {
    const { format, bytes, start, end, count } = this;
    return new Payload(format, bytes, start, end, count);
  }

  /** A copy that pins nothing else. */
  kept(): Payload {
    if (this.count === 0) return this;
    const bytes = this.bytes.slice(this.start, this.end);
    return new Payload(this.format, bytes, 0, bytes.length, this.count);
  }
}

/** No payload at all, in every format. */
export const NO_PAYLOAD = new Payload(
  undefined,
  new Uint8Array(0),
  0,
  0,
  0,
);
