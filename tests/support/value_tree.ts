/**
 * Values as trees that keep what JavaScript values lose: integer or float, text
 * or binary, the order of keys, keys that are no strings.
 */
import { assertEquals } from "@std/assert";
import type { DictKey, ValueSink } from "../../src/wamp/value_sink.ts";
import type { SeededRandom } from "./seed.ts";

/** One value. */
export type Tree =
  | { integer: bigint }
  | { float: number }
  | { text: string }
  | { binary: string }
  | { boolean: boolean }
  | { nil: true }
  | { list: Tree[] }
  | { dict: [DictKey, Tree][] };

/** Tells `tree` to `sink`. */
export function tell(tree: Tree, sink: ValueSink): void {
  if ("integer" in tree) {
    const near = Number(tree.integer);
    const isNear = Math.abs(near) <= 2 ** 53 && BigInt(near) === tree.integer;
    sink.integer(isNear ? near : tree.integer);
  } else if ("float" in tree) sink.float(tree.float);
  else if ("text" in tree) sink.text(tree.text);
  else if ("binary" in tree) sink.binary(Uint8Array.fromHex(tree.binary));
  else if ("boolean" in tree) sink.boolean(tree.boolean);
  else if ("list" in tree) {
    sink.beginList(tree.list.length);
    for (const item of tree.list) tell(item, sink);
    sink.endList();
  } else if ("dict" in tree) {
    sink.beginDict(tree.dict.length);
    for (const [key, value] of tree.dict) {
      sink.key(key);
      tell(value, sink);
    }
    sink.endDict();
  } else sink.nil();
}

interface OpenContainer {
  readonly count: number;
  readonly items: Tree[];
  readonly keys: DictKey[] | undefined;
}

/** Builds trees; asserts on the way that counts are exact and numbers in form. */
export class TreeBuilder implements ValueSink {
  /** The values told, outermost level. */
  readonly values: Tree[] = [];
  readonly #open: OpenContainer[] = [];

  integer(value: number | bigint): void {
    if (typeof value === "number") {
      assertEquals(Number.isInteger(value), true, `integer(${value})`);
      assertEquals(Object.is(value, -0), false, "integer(-0)");
      assertEquals(Math.abs(value) <= 2 ** 53, true, `integer(${value})`);
    } else {
      const isNear = Math.abs(Number(value)) <= 2 ** 53 &&
        BigInt(Number(value)) === value;
      assertEquals(isNear, false, `${value} needs no bigint`);
    }
    this.#put({ integer: BigInt(value) });
  }

  float(value: number): void {
    this.#put({ float: value });
  }

  text(value: string): void {
    assertEquals(value.isWellFormed(), true, "text with a lone surrogate");
    this.#put({ text: value });
  }

  binary(value: Uint8Array): void {
    this.#put({ binary: value.toHex() });
  }

  boolean(value: boolean): void {
    this.#put({ boolean: value });
  }

  nil(): void {
    this.#put({ nil: true });
  }

  beginList(count: number): void {
    this.#open.push({ count, items: [], keys: undefined });
  }

  endList(): void {
    const { count, items } = this.#close();
    assertEquals(items.length, count, "beginList's count");
    this.#put({ list: items });
  }

  beginDict(count: number): void {
    this.#open.push({ count, items: [], keys: [] });
  }

  key(key: DictKey): void {
    this.#open.at(-1)?.keys?.push(key);
  }

  endDict(): void {
    const { count, items, keys } = this.#close();
    assertEquals(items.length, count, "beginDict's count");
    assertEquals(keys?.length, count, "keys");
    this.#put({ dict: (keys ?? []).map((key, i) => [key, items[i]]) });
  }

  #close(): OpenContainer {
    const top = this.#open.pop();
    if (top === undefined) throw new Error("An end without a begin");
    return top;
  }

  #put(tree: Tree): void {
    (this.#open.at(-1)?.items ?? this.values).push(tree);
  }
}

const LETTERS = [
  ..."abcXYZ012 _-.,:;/\\\"'\n\t\u0007\u007fäöß€漢字😀𝄞\ufeff\uffff",
];

/** Text of up to `length` characters of all sorts; it never begins with U+0000. */
export function randomText(random: SeededRandom, length: number): string {
  const size = random.below(length + 1);
  return Array.from({ length: size }, () => random.pick(LETTERS)).join("");
}

/**
 * An integer that all three serializers have a form for, in [-2^63, 2^64), near
 * a power of two as often as not.
 */
export function randomInteger(random: SeededRandom): bigint {
  const bits = BigInt(random.below(65));
  const wide = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
  const value = random.oneIn(2)
    ? (1n << bits) + BigInt(random.below(5) - 2)
    : wide >> BigInt(random.below(64));
  if (random.oneIn(3)) return BigInt.asIntN(64, -value);
  return BigInt.asUintN(64, value);
}

function randomFloat(random: SeededRandom): number {
  if (random.oneIn(8)) {
    return random.pick([0, -0, 1, -3, 1e300, 2 ** 60, 5e-324]);
  }
  const view = new DataView(random.octets(8).buffer);
  const value = view.getFloat64(0);
  return Number.isFinite(value) ? value : 0.5;
}

/** Any value that all three formats can hold, nested up to `depth`. */
export function randomTree(random: SeededRandom, depth: number): Tree {
  switch (random.below(depth > 0 ? 9 : 6)) {
    case 0:
      return { integer: randomInteger(random) };
    case 1:
      return { float: randomFloat(random) };
    case 2:
      return { text: randomText(random, random.oneIn(9) ? 300 : 20) };
    case 3:
      return { binary: random.octets(random.below(40)).toHex() };
    case 4:
      return { boolean: random.oneIn(2) };
    case 5:
      return { nil: true };
    case 6:
      return {
        list: Array.from(
          { length: random.below(6) },
          () => randomTree(random, depth - 1),
        ),
      };
    default:
      return {
        dict: Array.from({ length: random.below(6) }, (_, i) => [
          `${randomText(random, 6)}${i}`,
          randomTree(random, depth - 1),
        ]),
      };
  }
}
