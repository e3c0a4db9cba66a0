import { UnsupportedValueError, type ValueSink } from "./value_sink.ts";

/** What payload needs of the serializer that it is written in. */
export interface PayloadFormat {
  /** Which place of {@linkcode Payload}'s transcodings is this format's. */
  readonly slot: number;
  /** Tells `payload`, which is in this format, to `sink`, element by element. */
  readPayload(payload: Payload, sink: ValueSink): void;
  /**
   * Writes `payload`, which is in another format, anew in this one.
   *
   * @throws {UnsupportedValueError} Where this format has no form for a value.
   */
  transcode(payload: Payload): Payload;
  /** Each element of `payload`, which is in this format, as payload of its own. */
  elements(payload: Payload): readonly Payload[];
  /**
   * What the list `[Topic|string, Arguments|list, ArgumentsKw|dict]` says: its
   * topic, and the rest as the payload of a message.
   *
   * @param list One element in this format.
   * @throws {ProtocolError} Where it is no such list.
   */
  readPublication(list: Payload): [topic: string, payload: Payload];
}

/**
 * `Arguments` and `ArgumentsKw` of a message as the octets that came, checked to
 * be well formed and otherwise unread.
 *
 * It is a view: it pins the chunk it points into and is good until that chunk
 * is read over, which is when the batch has been handled. Use
 * {@linkcode Payload.kept} for what stays longer.
 */
export class Payload {
  /** The format of the octets. */
  readonly format: PayloadFormat | undefined;
  readonly bytes: Uint8Array;
  /** Where `Arguments` begins in {@linkcode Payload.bytes}. */
  readonly start: number;
  /** Where the last element ends. */
  readonly end: number;
  /** How many elements there are: none, `Arguments`, or both. */
  readonly count: 0 | 1 | 2;
  #transcoded: (Payload | UnsupportedValueError)[] | undefined = undefined;

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
   * This payload in `format`: itself where that is its own; else written anew,
   * once however many ask.
   *
   * @throws {UnsupportedValueError} Where `format` has no form for a value.
   */
  in(format: PayloadFormat): Payload {
    if (this.count === 0 || this.format?.slot === format.slot) return this;
    this.#transcoded ??= [];
    const transcoded = this.#transcoded[format.slot] ??= this.#transcode(
      format,
    );
    if (transcoded instanceof UnsupportedValueError) throw transcoded;
    return transcoded;
  }

  /** That there is no form is kept as well: finding it out can cost as much. */
  #transcode(format: PayloadFormat): Payload | UnsupportedValueError {
    try {
      return format.transcode(this);
    } catch (error) {
      if (!(error instanceof UnsupportedValueError)) throw error;
      return error;
    }
  }

  /**
   * The same octets, without what others had them transcoded to: for what is
   * stored for long, and read now and then.
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

/**
 * Payload that came without `Arguments`: an empty list stands in for them.
 *
 * @param emptyList A list of nothing in `format`.
 * @param bytes `bytes[start, end)` is `ArgumentsKw`, and what divides it from the
 * element before.
 */
export function keywordsAlone(
  format: PayloadFormat,
  emptyList: readonly number[],
  bytes: Uint8Array,
  start: number,
  end: number,
): Payload {
  const whole = new Uint8Array(emptyList.length + end - start);
  whole.set(emptyList);
  whole.set(bytes.subarray(start, end), emptyList.length);
  return new Payload(format, whole, 0, whole.length, 2);
}

/** No payload at all, in every format. */
export const NO_PAYLOAD = new Payload(
  undefined,
  new Uint8Array(0),
  0,
  0,
  0,
);
