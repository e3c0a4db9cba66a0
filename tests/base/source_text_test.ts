/** Text that people write: what is not UTF-8 is told with its place. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { decodeUtf8, NotUtf8Error } from "../../src/base/source_text.ts";
import { withSeed } from "../support/seed.ts";

function octets(...parts: (string | number)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "number" ? part : [...new TextEncoder().encode(part)]
    ),
  );
}

Deno.test("decodeUtf8() takes all that is UTF-8, with its byte order mark and line ends", () => {
  for (
    const text of [
      "",
      "a\r\nb\nc\rd",
      "\uFEFFa",
      "\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}",
      "\uFFFD",
    ]
  ) {
    assertEquals(decodeUtf8(new TextEncoder().encode(text)), text);
  }
});

const LATIN = "this may be Latin-1 or Windows-1252: save it as UTF-8";
const OVERLONG = "this is an overlong encoding of a character";

/** What is no UTF-8, and what is said of it. */
const ROWS: [octets: Uint8Array, said: string, hint: string][] = [
  [octets("ab", 0xe9), "line 1, column 3: the byte at offset 2", LATIN],
  [octets("ab", 0xe9, "xy"), "line 1, column 3: the byte at offset 2", LATIN],
  [
    octets("a\r\nbc\rd\n\u{10000}é", 0x80),
    "line 4, column 4: the byte at offset 14",
    LATIN,
  ],
  [octets("\uFEFFa", 0xff), "line 1, column 2: the byte at offset 4", LATIN],
  // Cut off.
  [octets("a", 0xe2, 0x82), "line 1, column 2: the byte at offset 1", LATIN],
  // In Latin-1 followed by a letter.
  [octets(0xc0, "x"), "line 1, column 1: the byte at offset 0", LATIN],
  [octets("a", 0xc0, 0xaf), "line 1, column 2: the byte at offset 1", OVERLONG],
  [octets("abc", 0xe0, 0x9f, 0xbf), "offset 3", OVERLONG],
  [octets("abc", 0xf0, 0x8f, 0xbf, 0xbf), "offset 3", OVERLONG],
  [
    octets("abc", 0xed, 0xa0, 0x80),
    "offset 3",
    "half of a surrogate pair is not a character",
  ],
  [
    octets("abc", 0xf4, 0x90, 0x80, 0x80),
    "offset 3",
    "there are no characters beyond U+10FFFF",
  ],
  [octets("abc", 0xf5, "x"), "offset 3", LATIN],
  [
    octets("abc", 0, "x"),
    "line 1, column 4: the byte at offset 3",
    "text cannot hold the character U+0000",
  ],
  [octets(0xff, 0xfe, "{", 0), "offset 0", "this looks like UTF-16"],
  [octets(0xfe, 0xff, 0, "{"), "offset 0", "this looks like UTF-16"],
  [octets("{", 0, "}", 0), "offset 1", "this looks like UTF-16"],
  [octets(0, "{", 0, "}"), "offset 0", "this looks like UTF-16"],
  [octets(0xff, 0xfe, 0, 0, "{", 0, 0, 0), "offset 0", "looks like UTF-32"],
  [octets(0, 0, 0, "{"), "offset 0", "looks like UTF-32"],
];

Deno.test("decodeUtf8() tells the place of the first wrong octet, and what the file may be", () => {
  for (const [bytes, said, hint] of ROWS) {
    const error = assertThrows(() => decodeUtf8(bytes), NotUtf8Error);
    assertStringIncludes(error.message, said);
    assertStringIncludes(error.message, hint);
  }
});

Deno.test("decodeUtf8() takes what a strict decoder takes, less U+0000, at random", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const likely = [0x41, 0x0a, 0xc3, 0xa9, 0xe2, 0xed, 0xf0, 0xf4, 0x90, 0x80];
  withSeed((random) => {
    for (let round = 0; round < 5000; round++) {
      const bytes = Uint8Array.from(
        { length: random.below(6) },
        () => random.oneIn(4) ? random.below(256) : random.pick(likely),
      );
      let expected: string | undefined;
      try {
        expected = strict.decode(bytes);
      } catch {
        // It is none.
      }
      if (bytes.includes(0)) expected = undefined;
      let found: string | undefined;
      try {
        found = decodeUtf8(bytes);
      } catch (error) {
        if (!(error instanceof NotUtf8Error)) throw error;
      }
      assertEquals(found, expected, bytes.toString());
    }
  });
});
