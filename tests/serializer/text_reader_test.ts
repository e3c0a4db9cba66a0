import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  readText,
  readTextLeniently,
} from "../../src/serializer/text_reader.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { withSeed } from "../support/seed.ts";
import { randomText } from "../support/value_tree.ts";

function read(text: string): string {
  const bytes = concat(utf8("<<"), utf8(text), utf8(">>"));
  return readText(bytes, 2, bytes.length - 2);
}

Deno.test("readText() reads ASCII of every length, once and again", () => {
  for (let round = 0; round < 2; round++) {
    for (let length = 0; length < 300; length++) {
      const text = "com.example.topic_".repeat(20).slice(0, length);
      assertStrictEquals(read(text), text);
    }
  }
});

Deno.test("readText() tells texts of one length and one slot apart", () => {
  // More texts than the cache has room for.
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++) {
      assertStrictEquals(read(`com.topic.${i}`), `com.topic.${i}`);
    }
  }
});

Deno.test("readText() reads random text", () => {
  withSeed((random) => {
    for (let i = 0; i < 2000; i++) {
      const text = randomText(random, 120);
      assertStrictEquals(read(text), text);
      const bytes = utf8(text);
      assertStrictEquals(readTextLeniently(bytes, 0, bytes.length), text);
    }
  });
});

Deno.test("readText() keeps a byte order mark", () => {
  assertStrictEquals(read("\ufeffa"), "\ufeffa");
  assertStrictEquals(readTextLeniently(bytesOf("efbbbf"), 0, 3), "\ufeff");
});

Deno.test("readText() refuses malformed UTF-8 (SJ-01, SM-05, SC-05)", () => {
  for (const hex of ["ff", "c3", "c328", "eda080", "61".repeat(200) + "ff"]) {
    const bytes = bytesOf(hex);
    assertThrows(() => readText(bytes, 0, bytes.length), ProtocolError);
  }
});

Deno.test("readTextLeniently() puts U+FFFD in the place of malformed octets", () => {
  assertEquals(readTextLeniently(bytesOf("61ff62"), 0, 3), "a\ufffdb");
  const long = bytesOf("61".repeat(50) + "ff");
  assertEquals(readTextLeniently(long, 0, 51), "a".repeat(50) + "\ufffd");
});
