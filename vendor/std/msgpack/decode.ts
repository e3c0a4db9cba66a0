import type { ValueType } from "./encode.ts";

// As the package does it: malformed UTF-8 becomes U+FFFD, a leading byte order
// mark is dropped.
const utf8 = new TextDecoder();

/**
 * Decodes one MessagePack value that fills `data` exactly.
 *
 * 64 bit integers come back as `bigint`; binary comes back as a view into
 * `data`; extension types are refused. Nesting is bounded by the stack only.
 */
export function decode(data: Uint8Array): ValueType {
  const input = new Input(data);
  const value = readValue(input);
  if (input.offset < data.length) {
    throw new EvalError("Messagepack decode did not consume whole array");
  }
  return value;
}

class Input {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Steps over `count` bytes and returns where they start. */
  take(count: number): number {
    const start = this.offset;
    if (count > this.bytes.length - start) {
      throw new EvalError(
        "Messagepack decode reached end of array prematurely",
      );
    }
    this.offset = start + count;
    return start;
  }

  /** An unsigned length of 1, 2 or 4 bytes. */
  size(width: 1 | 2 | 4): number {
    const at = this.take(width);
    if (width === 1) return this.bytes[at];
    return width === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  slice(count: number): Uint8Array {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }
}

function readValue(input: Input): ValueType {
  const code = input.bytes[input.take(1)];
  if (code < 0x80) return code;
  if (code < 0x90) return readMap(input, code & 0x0f);
  if (code < 0xa0) return readArray(input, code & 0x0f);
  if (code < 0xc0) return utf8.decode(input.slice(code & 0x1f));
  if (code >= 0xe0) return code - 0x100;
  return readLongForm(input, code);
}

function readLongForm(input: Input, code: number): ValueType {
  const { view } = input;
  switch (code) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return input.slice(input.size(1));
    case 0xc5:
      return input.slice(input.size(2));
    case 0xc6:
      return input.slice(input.size(4));
    case 0xca:
      return view.getFloat32(input.take(4));
    case 0xcb:
      return view.getFloat64(input.take(8));
    case 0xcc:
      return input.size(1);
    case 0xcd:
      return input.size(2);
    case 0xce:
      return input.size(4);
    case 0xcf:
      return view.getBigUint64(input.take(8));
    case 0xd0:
      return view.getInt8(input.take(1));
    case 0xd1:
      return view.getInt16(input.take(2));
    case 0xd2:
      return view.getInt32(input.take(4));
    case 0xd3:
      return view.getBigInt64(input.take(8));
    case 0xd9:
      return utf8.decode(input.slice(input.size(1)));
    case 0xda:
      return utf8.decode(input.slice(input.size(2)));
    case 0xdb:
      return utf8.decode(input.slice(input.size(4)));
    case 0xdc:
      return readArray(input, input.size(2));
    case 0xdd:
      return readArray(input, input.size(4));
    case 0xde:
      return readMap(input, input.size(2));
    case 0xdf:
      return readMap(input, input.size(4));
    case 0xc1:
      throw new Error(
        "Messagepack decode encountered a type that is never used",
      );
    default:
      throw new Error(
        "Cannot decode a slice: extension types are not implemented",
      );
  }
}

function readArray(input: Input, size: number): ValueType[] {
  const array: ValueType[] = [];
  for (let index = 0; index < size; index++) array.push(readValue(input));
  return array;
}

function readMap(input: Input, size: number): ValueType {
  const map: Record<number | string, ValueType> = {};
  for (let index = 0; index < size; index++) {
    const key = readValue(input);
    const value = readValue(input);
    if (typeof key !== "number" && typeof key !== "string") {
      throw new EvalError(
        "Cannot decode a key of a map: keys must be a number or a string",
      );
    }
    map[key] = value;
  }
  return map;
}
