/** A value that MessagePack can carry. */
export type ValueType =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | readonly ValueType[]
  | ValueMap;

/** A map of values: its keys go out as strings. */
export interface ValueMap {
  /** One entry of the map. */
  [index: string | number]: ValueType;
}

const INT64_MIN = -(2n ** 63n);
const UINT64_END = 2n ** 64n;
const UINT32_END = 2 ** 32;

const utf8 = new TextEncoder();

/** Grows by doubling, so that a value costs one copy at the end. */
class Output {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  length = 0;

  /** Makes room for `count` more bytes and returns where they start. */
  reserve(count: number): number {
    const start = this.length;
    const end = start + count;
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = end;
    return start;
  }

  byte(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  raw(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
  }
}

/** One head: the fixed form's base and end, then the 8, 16 and 32 bit codes. */
interface Head {
  readonly what: string;
  readonly fix: number;
  readonly fixEnd: number;
  readonly code8: number | undefined;
  readonly code16: number;
}

const STRING: Head = {
  what: "string",
  fix: 0xa0,
  fixEnd: 32,
  code8: 0xd9,
  code16: 0xda,
};
const BINARY: Head = {
  what: "Uint8Array",
  fix: 0,
  fixEnd: 0,
  code8: 0xc4,
  code16: 0xc5,
};
const ARRAY: Head = {
  what: "array",
  fix: 0x90,
  fixEnd: 16,
  code8: undefined,
  code16: 0xdc,
};
const MAP: Head = {
  what: "map",
  fix: 0x80,
  fixEnd: 16,
  code8: undefined,
  code16: 0xde,
};

/**
 * Encodes a value as MessagePack.
 *
 * Integers take their shortest form up to 32 bits; larger `number`s go out as
 * float64. A `bigint` always goes out in 64 bits.
 */
export function encode(object: ValueType): Uint8Array<ArrayBuffer> {
  const output = new Output();
  writeValue(output, object);
  return output.bytes.slice(0, output.length);
}

function writeValue(output: Output, value: ValueType): void {
  switch (typeof value) {
    case "number":
      return writeNumber(output, value);
    case "bigint":
      return writeBigInt(output, value);
    case "boolean":
      return output.byte(value ? 0xc3 : 0xc2);
    case "string": {
      const bytes = utf8.encode(value);
      writeHead(output, STRING, bytes.length);
      return output.raw(bytes);
    }
    case "object":
      return writeObject(output, value);
    default:
      throw new Error("Cannot safely encode value into messagepack");
  }
}

function writeObject(output: Output, value: object | null): void {
  if (value === null) return output.byte(0xc0);
  if (value instanceof Uint8Array) {
    writeHead(output, BINARY, value.length);
    return output.raw(value);
  }
  if (Array.isArray(value)) {
    writeHead(output, ARRAY, value.length);
    for (const element of value) writeValue(output, element);
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new Error("Cannot safely encode value into messagepack");
  }
  const entries = Object.entries(value);
  writeHead(output, MAP, entries.length);
  for (const [key, element] of entries) {
    writeValue(output, key);
    writeValue(output, element);
  }
}

function writeHead(output: Output, head: Head, size: number): void {
  if (size < head.fixEnd) return output.byte(head.fix | size);
  if (head.code8 !== undefined && size < 0x100) {
    output.byte(head.code8);
    return output.byte(size);
  }
  if (size < 0x10000) {
    const at = output.reserve(3);
    output.bytes[at] = head.code16;
    return output.view.setUint16(at + 1, size);
  }
  if (size < UINT32_END) {
    const at = output.reserve(5);
    output.bytes[at] = head.code16 + 1;
    return output.view.setUint32(at + 1, size);
  }
  throw new Error(
    `Cannot safely encode ${head.what} with size larger than 32 bits`,
  );
}

function writeNumber(output: Output, value: number): void {
  if (!Number.isInteger(value)) return writeFloat(output, value);
  if (value >= 0) {
    if (value < 0x80) return output.byte(value);
    if (value < 0x100) {
      output.byte(0xcc);
      return output.byte(value);
    }
    if (value < 0x10000) {
      const at = output.reserve(3);
      output.bytes[at] = 0xcd;
      return output.view.setUint16(at + 1, value);
    }
    if (value >= UINT32_END) return writeFloat(output, value);
    const at = output.reserve(5);
    output.bytes[at] = 0xce;
    return output.view.setUint32(at + 1, value);
  }
  if (value >= -0x20) return output.byte(value & 0xff);
  if (value >= -0x80) {
    output.byte(0xd0);
    return output.byte(value & 0xff);
  }
  if (value >= -0x8000) {
    const at = output.reserve(3);
    output.bytes[at] = 0xd1;
    return output.view.setInt16(at + 1, value);
  }
  if (value < -0x80000000) return writeFloat(output, value);
  const at = output.reserve(5);
  output.bytes[at] = 0xd2;
  return output.view.setInt32(at + 1, value);
}

function writeFloat(output: Output, value: number): void {
  const at = output.reserve(9);
  output.bytes[at] = 0xcb;
  output.view.setFloat64(at + 1, value);
}

function writeBigInt(output: Output, value: bigint): void {
  if (value < INT64_MIN || value >= UINT64_END) {
    throw new Error("Cannot safely encode bigint larger than 64 bits");
  }
  const at = output.reserve(9);
  if (value < 0n) {
    output.bytes[at] = 0xd3;
    return output.view.setBigInt64(at + 1, value);
  }
  output.bytes[at] = 0xcf;
  output.view.setBigUint64(at + 1, value);
}
