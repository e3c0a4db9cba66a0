/**
 * Messages of every type, valid or with one wrong element, in any serializer.
 */
import { utf8 } from "../support/hex.ts";
import type { SeededRandom } from "../support/seed.ts";
import { ODD_VALUES } from "./_odd_values.ts";
import type { RawFormat } from "./_raw_format.ts";

/** What stands at one place of a message. */
export type ElementKind =
  | "request"
  | "id"
  | "invocation"
  | "realm"
  | "uri"
  | "text"
  | "dict"
  | "hello"
  | "arguments"
  | "keywords";

/** A message type: its code, and what follows. */
export interface MessageShape {
  readonly code: number;
  /** Numbers stand for themselves. */
  readonly elements: readonly (ElementKind | number)[];
}

function shape(
  code: number,
  ...elements: (ElementKind | number)[]
): MessageShape {
  return { code, elements };
}

/** What a client may send. */
export const CLIENT_SHAPES: readonly MessageShape[] = [
  shape(1, "realm", "hello"),
  shape(3, "dict", "uri"),
  shape(5, "text", "dict"),
  shape(6, "dict", "uri"),
  shape(8, 68, "invocation", "dict", "uri", "arguments", "keywords"),
  shape(16, "request", "dict", "uri", "arguments", "keywords"),
  shape(32, "request", "dict", "uri"),
  shape(34, "request", "id"),
  shape(48, "request", "dict", "uri", "arguments", "keywords"),
  shape(49, "request", "dict"),
  shape(64, "request", "dict", "uri"),
  shape(66, "request", "id"),
  shape(70, "invocation", "dict", "arguments", "keywords"),
];

/** What only a router may send. */
export const ROUTER_SHAPES: readonly MessageShape[] = [
  shape(2, "id", "dict"),
  shape(4, "text", "dict"),
  shape(8, 16, "request", "dict", "uri"),
  shape(17, "request", "id"),
  shape(33, "request", "id"),
  shape(35, "request"),
  shape(36, "id", "id", "dict", "arguments", "keywords"),
  shape(50, "request", "dict", "arguments", "keywords"),
  shape(65, "request", "id"),
  shape(67, "request"),
  shape(68, "request", "id", "dict", "arguments", "keywords"),
  shape(69, "request", "dict"),
];

/** Codes that no message has. */
export const UNKNOWN_CODES: readonly number[] = [
  // deno-fmt-ignore
  ...[0, 7, 9, 15, 18, 31, 37, 47, 51, 63, 71, 72, 127, 128, 255, 256],
  ...[65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53 - 1],
];

/** Texts that have undone other programs. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...["", ".", "..", "a..b", ".a", "a.", " ", "a b", "a#b", "#", "*"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"],
  ...["prototype", "then", "length", "__defineGetter__", "0", "-1", "NaN"],
  ...["wamp", "wamp.", "wamp.session.list", "wampx", "WAMP.x", "null"],
  ...["a\u0000b", "\u0000", "a\nb", "\u001b[31m", "\u202e", "\ufeff"],
  ...["ä.ö", "漢字", "😀", "\uffff", "e\u0301", "a".repeat(4096)],
  ...["a".repeat(4097), "a.".repeat(2048) + "a", ".".repeat(4096)],
  "x".repeat(40_000),
];

const TOPICS = ["com.a", "com.b.c", "com.", "com..c", "", "a", "com.a.b.c"];

const DICT_KEYS = [
  ...["acknowledge", "exclude_me", "exclude", "eligible", "match", "invoke"],
  ...["progress", "receive_progress", "timeout", "mode", "disclose_me"],
  ...["authmethods", "authid", "authextra", "roles", "ppt_scheme"],
  ...["forward_for", "concurrency", "__proto__", "constructor", "x"],
];

const DICT_VALUES: readonly unknown[] = [
  ...[true, false, null, 0, 1, -1, 1.5, 2 ** 53, "exact", "prefix"],
  ...["wildcard", "skip", "kill", "killnowait", "single", "roundrobin", ""],
  ...[[], [1, 2], ["x"], {}, { a: {} }, [{}], new Uint8Array([0, 255])],
];

const PAYLOAD_VALUES: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 2 ** 40, "", "text", "ä😀", "x".repeat(500)],
  ...[[], {}, [[], {}], { __proto__x: 1 }, new Uint8Array([0, 1, 255])],
];

/** A value of any type for a place where it may be wrong. */
export function anyValue(random: SeededRandom, format: RawFormat): Uint8Array {
  const { odd, malformed } = ODD_VALUES[format.name];
  switch (random.below(6)) {
    case 0:
      return random.pick(odd);
    case 1:
      return random.pick(malformed);
    case 2:
      return format.value(random.pick(HOSTILE_TEXTS));
    case 3:
      return format.nested(1 + random.below(70));
    default:
      return format.value(random.pick(DICT_VALUES));
  }
}

function dictOf(
  random: SeededRandom,
  format: RawFormat,
  valid: boolean,
): Uint8Array {
  const entries = Array.from({ length: random.below(3) }, () => {
    const key = valid ? "x_" + random.pick(DICT_KEYS) : random.pick(DICT_KEYS);
    return [
      format.value(key),
      format.value(random.pick(DICT_VALUES)),
    ] as const;
  });
  return format.dict(entries);
}

function helloOf(random: SeededRandom, format: RawFormat): Uint8Array {
  const features = { call_canceling: random.oneIn(2), unknown: [1] };
  return format.value({
    roles: { caller: {}, callee: { features }, subscriber: {}, publisher: {} },
    agent: "x",
  });
}

function payloadOf(random: SeededRandom, format: RawFormat): Uint8Array {
  if (random.oneIn(2)) return format.value(random.pick(PAYLOAD_VALUES));
  return random.pick(ODD_VALUES[format.name].odd);
}

/** What may stand at a place of that kind. */
function elementOf(
  random: SeededRandom,
  format: RawFormat,
  kind: ElementKind,
): Uint8Array {
  switch (kind) {
    case "request":
      return format.value(1 + random.below(random.oneIn(4) ? 2 ** 53 : 20));
    case "id":
    case "invocation":
      return format.value(1 + random.below(10));
    case "realm":
      return format.value("realm1");
    case "uri":
      return format.value(random.pick(TOPICS));
    case "text":
      return format.value("x");
    case "dict":
      return dictOf(random, format, !random.oneIn(4));
    case "hello":
      return helloOf(random, format);
    case "arguments":
      return format.list(
        Array.from(
          { length: random.below(4) },
          () => payloadOf(random, format),
        ),
      );
    case "keywords":
      return format.dict(
        Array.from(
          { length: random.below(3) },
          () => [
            format.value(random.pick(DICT_KEYS)),
            payloadOf(random, format),
          ],
        ),
      );
  }
}

/** The elements of a message of that shape: as a rule a valid one. */
export function elementsOf(
  random: SeededRandom,
  format: RawFormat,
  { code, elements }: MessageShape,
): Uint8Array[] {
  let kinds = elements;
  // Keywords may be left out, and arguments with them.
  if (elements.at(-1) === "keywords") {
    kinds = elements.slice(0, elements.length - random.below(3));
  }
  return [
    format.value(code),
    ...kinds.map((kind) =>
      typeof kind === "number"
        ? format.value(kind)
        : elementOf(random, format, kind)
    ),
  ];
}

/** The octets of a message that is valid as a rule. */
export function messageOf(
  random: SeededRandom,
  format: RawFormat,
  kind: MessageShape = random.pick(CLIENT_SHAPES),
): Uint8Array {
  return format.list(elementsOf(random, format, kind));
}

/** HELLO. */
export function helloMessage(
  random: SeededRandom,
  format: RawFormat,
): Uint8Array {
  return format.list(
    elementsOf(random, format, CLIENT_SHAPES[0]),
  );
}

/** A string that is no UTF-8, or a lone surrogate where the format has escapes. */
export function brokenText(
  random: SeededRandom,
  format: RawFormat,
): Uint8Array {
  const escapes = ["\\ud800", "\\udc00x", "a\\ud83d", "\\u0000", "\\u0000AAAA"];
  if (format.name === "json" && random.oneIn(2)) {
    return format.rawText(utf8(random.pick(escapes)));
  }
  const octets = [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0x80], [0x61, 0xff]];
  return format.rawText(new Uint8Array(random.pick(octets)));
}
