import { assertStrictEquals } from "@std/assert";
import { isExactInteger, narrowInteger } from "../../src/wamp/value_sink.ts";

Deno.test("narrowInteger() gives a number within ±2^53, else the bigint (A-10)", () => {
  const border = 2n ** 53n;
  for (const value of [0n, 1n, -1n, border - 1n, border, -border]) {
    assertStrictEquals(narrowInteger(value), Number(value));
  }
  for (const value of [border + 1n, -border - 1n, border + 2n, 2n ** 64n]) {
    assertStrictEquals(narrowInteger(value), value);
  }
});

Deno.test("isExactInteger() is for integers within ±2^53", () => {
  for (const value of [0, -0, 1, -1, 2 ** 53, -(2 ** 53)]) {
    assertStrictEquals(isExactInteger(value), true);
  }
  for (const value of [0.5, 2 ** 53 + 2, 1e300, Infinity, Number.NaN]) {
    assertStrictEquals(isExactInteger(value), false);
  }
});
