/**
 * Messages with random faults: what they are taken for is compared with what
 * independent decoders make of them (JSON.parse, `@std/msgpack`, cborg).
 *
 * The head of each message stays whole; faults are in its payload.
 */
import { assert, assertEquals } from "@std/assert";
import { decode as decodeMsgpack } from "@std/msgpack";
import { decode as decodeCbor } from "cborg";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import type { ClientMessage } from "../../src/wamp/message.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { UnsupportedValueError } from "../../src/wamp/value_sink.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { mutate } from "../support/mutate.ts";
import { SAMPLE_MESSAGES } from "../support/sample_messages.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";
import {
  CBOR_CODEC,
  type Codec,
  decode,
  DEPTH_MAX,
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
  treesOf,
} from "../support/serializers.ts";
import { randomTree, tell, type Tree } from "../support/value_tree.ts";

const ROUNDS = 20_000;

/** Octets that mean something in JSON. */
const JSON_OCTETS = utf8('[]{},:"\\ue0123.-+eEtfn \n\0\x1f\x7f\xc3\xed\xff');

/** First octets of MessagePack values. */
const MSGPACK_OCTETS = bytesOf(
  "00 7f 80 81 90 91 a0 a1 bf c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 ca cb cc cd ce" +
    "cf d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 da db dc dd de df e0 ff",
);

/** First octets of CBOR items. */
const CBOR_OCTETS = bytesOf(
  "00 17 18 19 1a 1b 1c 1f 20 38 39 3b 3f 40 41 58 5b 5f 60 61 78 7b 7f 80" +
    "81 98 9b 9f a0 a1 b8 bf c0 c1 c2 d8 e0 f4 f5 f6 f7 f8 f9 fa fb fc ff",
);

/** What cborg can do, and does not by itself. */
const CBOR_OPTIONS = {
  allowIndefinite: true,
  allowUndefined: true,
  allowInfinity: true,
  allowNaN: true,
  allowBigInt: true,
  useMaps: true,
};

/** What the reader under test said. */
type Verdict = { message: ClientMessage } | { refused: ProtocolError };

function judge(codec: Codec, bytes: Uint8Array): Verdict {
  try {
    return { message: decode(codec, bytes) };
  } catch (error) {
    if (error instanceof ProtocolError) return { refused: error };
    throw error;
  }
}

/** Arguments of a verdict as trees; undefined where no other serializer has a form for them. */
function argumentsOf(message: ClientMessage): Tree[] | undefined {
  if (!("payload" in message)) throw new Error("No payload");
  try {
    return treesOf(message.payload);
  } catch (error) {
    if (error instanceof UnsupportedValueError) return undefined;
    throw error;
  }
}

/** Lists of random values in `codec`, as they stand in a message. */
function randomArguments(random: SeededRandom, codec: Codec): Uint8Array {
  const out = new ByteWriter(new Uint8Array(0));
  const writer = codec.format.newWriter(false);
  writer.open(out);
  const list = [randomTree(random, 4), randomTree(random, 2)];
  tell({ list }, writer);
  return out.toBytes();
}

/** A number of either kind: an integral float cannot be told from an integer. */
function plainNumber(value: bigint | number): bigint | number {
  const near = Number(value);
  return typeof value === "bigint" &&
      (Math.abs(near) > 2 ** 53 || BigInt(near) !== value)
    ? value
    : near;
}

/** How a decoder under comparison has values. */
interface Taste {
  integer(value: bigint): unknown;
  text(value: string): string;
  binary(hex: string): unknown;
  dict(entries: [unknown, unknown][]): unknown;
}

/** Both decoders drop a byte order mark at the head of a string. */
function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function plain(tree: Tree, taste: Taste): unknown {
  if ("integer" in tree) return taste.integer(tree.integer);
  if ("float" in tree) return tree.float;
  if ("text" in tree) return taste.text(tree.text);
  if ("binary" in tree) return taste.binary(tree.binary);
  if ("boolean" in tree) return tree.boolean;
  if ("list" in tree) return tree.list.map((item) => plain(item, taste));
  if ("dict" in tree) {
    return taste.dict(
      tree.dict.map(([key, value]) => [
        typeof key === "string" ? taste.text(key) : key,
        plain(value, taste),
      ]),
    );
  }
  return null;
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

Deno.test("json: faulty payload is taken as JSON.parse takes it (SE-06, SJ-01)", () => {
  const taste: Taste = {
    integer: Number,
    text: (value) => value,
    binary: (hex) => "\0" + bytesOf(hex).toBase64(),
    dict: (entries) => Object.fromEntries(entries as [string, unknown][]),
  };
  const head = utf8('[16,1,{},"a",');
  const counts = { accepted: 0, refused: 0 };
  withSeed((random) => {
    for (let i = 0; i < ROUNDS; i++) {
      const whole = concat(
        head,
        randomArguments(random, JSON_CODEC),
        utf8("]"),
      );
      const bytes = mutate(random, whole, head.length, JSON_OCTETS);
      const verdict = judge(JSON_CODEC, bytes);
      const expected = parseJson(bytes);
      const shown = new TextDecoder().decode(bytes);
      assertEquals("message" in verdict, expected !== undefined, shown);
      if (!("message" in verdict) || expected === undefined) {
        counts.refused++;
        continue;
      }
      counts.accepted++;
      const trees = argumentsOf(verdict.message) ?? [];
      const given = trees.map((tree) => plain(tree, taste));
      assertEquals(given, expected.slice(0, given.length), shown);
    }
    assert(counts.accepted > ROUNDS / 50, `accepted ${counts.accepted}`);
    assert(counts.refused > ROUNDS / 50, `refused ${counts.refused}`);
  });
});

function strictUtf8(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return decoder.decode(bytes);
}

/** Arguments and ArgumentsKw as JSON.parse has them; undefined if it is no PUBLISH. */
function parseJson(bytes: Uint8Array): unknown[] | undefined {
  let message: unknown;
  try {
    message = JSON.parse(strictUtf8(bytes));
  } catch (error) {
    assert(error instanceof SyntaxError || error instanceof TypeError);
    return undefined;
  }
  if (!Array.isArray(message) || message.length > 6) return undefined;
  if (depthOf(message) > DEPTH_MAX) return undefined;
  const [args, keywords] = message.slice(4);
  const isDict = typeof keywords === "object" && !Array.isArray(keywords);
  const isList = args === null || Array.isArray(args);
  if (message.length > 4 && !isList) return undefined;
  if (message.length > 5 && !isDict) return undefined;
  // Lone surrogates are not transcoded as they are (SJ-08); -0 is the integer 0.
  return [args ?? [], keywords ?? {}].map(wellFormed);
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (value === 0) return value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  return Object.fromEntries(
    Object.entries(value).map((
      [key, v],
    ) => [key.toWellFormed(), wellFormed(v)]),
  );
}

Deno.test("msgpack: faulty payload is taken as @std/msgpack takes it (SE-06, SM-03)", () => {
  const taste: Taste = {
    integer: plainNumber,
    text: withoutMark,
    binary: bytesOf,
    dict: (entries) => Object.fromEntries(entries as [string, unknown][]),
  };
  const head = bytesOf("9510 01 80 a161");
  const counts = { accepted: 0, refused: 0, other: 0 };
  withSeed((random) => {
    for (let i = 0; i < ROUNDS; i++) {
      const whole = concat(head, randomArguments(random, MSGPACK_CODEC));
      const bytes = mutate(random, whole, head.length, MSGPACK_OCTETS);
      const verdict = judge(MSGPACK_CODEC, bytes);
      const args = bytes.subarray(head.length);
      const expected = attempt(() => decodeMsgpack(args));
      const shown = bytes.toHex();
      if ("error" in expected) {
        // It does without extension types and some kinds of keys.
        if (/extension|key of a map/.test(expected.error)) counts.other++;
        else {
          assert("refused" in verdict, `${shown}: ${expected.error}`);
          counts.refused++;
        }
        continue;
      }
      const value = expected.value ?? [];
      const isMessage = Array.isArray(value) &&
        depthOf(value) + 1 <= DEPTH_MAX;
      assertEquals("message" in verdict, isMessage, shown);
      if ("message" in verdict) {
        counts.accepted++;
        const trees = argumentsOf(verdict.message);
        if (trees === undefined) continue;
        const values = trees.length === 0 ? [] : plain(trees[0], taste);
        assertEquals(values, numbersPlain(value), shown);
      }
    }
    assert(counts.accepted > ROUNDS / 50, `accepted ${counts.accepted}`);
    assert(counts.refused > ROUNDS / 50, `refused ${counts.refused}`);
  });
});

Deno.test("cbor: faulty payload is taken as cborg takes it (SE-06, SC-01, SC-02)", () => {
  const taste: Taste = {
    integer: plainNumber,
    text: withoutMark,
    binary: bytesOf,
    dict: (entries) => new Map(entries),
  };
  const head = bytesOf("8510 01 a0 6161");
  const counts = { accepted: 0, refused: 0, other: 0 };
  withSeed((random) => {
    for (let i = 0; i < ROUNDS; i++) {
      const whole = concat(head, randomArguments(random, CBOR_CODEC));
      const bytes = mutate(random, whole, head.length, CBOR_OCTETS);
      const verdict = judge(CBOR_CODEC, bytes);
      const args = bytes.subarray(head.length);
      const expected = attempt(() => decodeCbor(args, CBOR_OPTIONS));
      const shown = bytes.toHex();
      if ("error" in expected) {
        // It does without tags, simple values, and strings in chunks.
        if (/tag not|simple values|indefinite length/.test(expected.error)) {
          counts.other++;
        } else {
          assert("refused" in verdict, `${shown}: ${expected.error}`);
          counts.refused++;
        }
        continue;
      }
      // It lets malformed UTF-8 pass, and a break as a value in a dict (SC-05).
      const isLenient = "refused" in verdict &&
        /UTF-8|unexpected break/.test(verdict.refused.message);
      if (isLenient) {
        counts.refused++;
        continue;
      }
      const value = expected.value ?? [];
      assertEquals("message" in verdict, Array.isArray(value), shown);
      if ("message" in verdict) {
        counts.accepted++;
        const trees = argumentsOf(verdict.message);
        if (trees === undefined) continue;
        const values = trees.length === 0 ? [] : plain(trees[0], taste);
        assertEquals(values, numbersPlain(value), shown);
      }
    }
    assert(counts.accepted > ROUNDS / 50, `accepted ${counts.accepted}`);
    assert(counts.refused > ROUNDS / 50, `refused ${counts.refused}`);
  });
});

Deno.test("faults anywhere: what is read as a message is well formed (SE-06, SE-07)", () => {
  const oracles: [Codec, Uint8Array, (bytes: Uint8Array) => unknown][] = [
    [JSON_CODEC, JSON_OCTETS, (bytes) => JSON.parse(strictUtf8(bytes))],
    [MSGPACK_CODEC, MSGPACK_OCTETS, decodeMsgpack],
    [CBOR_CODEC, CBOR_OCTETS, (bytes) => decodeCbor(bytes, CBOR_OPTIONS)],
  ];
  // What the oracles do without, all of it in payload.
  const others =
    /extension|key of a map|tag not|simple values|indefinite length/;
  withSeed((random) => {
    let accepted = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const [codec, likely, oracle] = random.pick(oracles);
      const whole = encodeValue(codec, random.pick(SAMPLE_MESSAGES));
      const bytes = mutate(random, whole, 0, likely);
      const verdict = judge(codec, bytes);
      if ("refused" in verdict) continue;
      accepted++;
      const expected = attempt(() => oracle(bytes));
      if ("error" in expected && others.test(expected.error)) continue;
      assert("value" in expected, `${codec.serializer.name} ${bytes.toHex()}`);
      const [code] = expected.value as unknown[];
      assertEquals(verdict.message.code, Number(code), bytes.toHex());
    }
    assert(accepted > ROUNDS / 50, `accepted ${accepted}`);
  });
});

function attempt(body: () => unknown): { value: unknown } | { error: string } {
  try {
    return { value: body() };
  } catch (error) {
    return { error: String(error) };
  }
}

/** Integers as in {@linkcode plainNumber}; undefined as null. */
function numbersPlain(value: unknown): unknown {
  if (typeof value === "bigint") return plainNumber(value);
  if (value === undefined) return null;
  if (value instanceof Map) {
    return new Map(
      [...value].map(([key, v]) => [numbersPlain(key), numbersPlain(v)]),
    );
  }
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(numbersPlain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => [key, numbersPlain(v)]),
  );
}
