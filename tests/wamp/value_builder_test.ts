import { assertEquals, assertStrictEquals } from "@std/assert";
import { ValueBuilder, writeValue } from "../../src/wamp/values.ts";

Deno.test("ValueBuilder builds what writeValue() tells", () => {
  const value = {
    list: [1, [2, [], {}], { a: [3] }],
    dict: { a: { b: { c: null } }, d: true },
    text: "x",
    wide: 2n ** 60n,
    float: 0.5,
    binary: new Uint8Array([1, 2]),
  };
  const builder = new ValueBuilder();
  for (const each of [value, value.list, "x", 1, null, [], {}]) {
    writeValue(each, builder);
    assertEquals(builder.take(), each);
    assertStrictEquals(builder.take(), undefined);
  }
});

Deno.test("binary is a copy: the chunk it came in is read over", () => {
  const builder = new ValueBuilder();
  const chunk = new Uint8Array([1, 2, 3]);
  builder.binary(chunk.subarray(1));
  const built = builder.take();
  chunk.fill(0);
  assertEquals(built, new Uint8Array([2, 3]));
});

Deno.test("keys that are no strings are their text (A-13)", () => {
  const builder = new ValueBuilder();
  builder.beginDict(4);
  for (const key of [1, 2n ** 60n, null, true]) {
    builder.key(key);
    builder.nil();
  }
  builder.endDict();
  const keys = Object.keys(builder.take() as object);
  assertEquals(keys, ["1", "1152921504606846976", "null", "true"]);
});

Deno.test("reset() forgets a value that broke off", () => {
  const builder = new ValueBuilder();
  builder.beginList(2);
  builder.beginDict(1);
  builder.key("a");
  builder.reset();
  builder.text("whole");
  assertStrictEquals(builder.take(), "whole");
});
