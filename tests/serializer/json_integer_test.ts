import { assertStrictEquals } from "@std/assert";
import { exactInteger } from "../../src/serializer/json_lexeme.ts";
import { withSeed } from "../support/seed.ts";

Deno.test("exactInteger() reads what is integral and in [0, 2^53] (SJ-03, A-11)", () => {
  const rows: [string, number | undefined][] = [
    ["0", 0],
    ["-0", 0],
    ["0.0", 0],
    ["0e9", 0],
    ["-0.0e-5", 0],
    ["9007199254740992", 2 ** 53],
    ["9007199254740993", undefined],
    ["9007199254740992.0", 2 ** 53],
    ["9007199254740992.1", undefined],
    ["9.007199254740993e15", undefined],
    ["1e15", 1e15],
    ["1e16", undefined],
    ["0.5", undefined],
    ["5e-1", undefined],
    ["50e-1", 5],
    ["-5", undefined],
    ["-5.0", undefined],
    ["1e999999999999", undefined],
    ["1e-999999999999", undefined],
    ["0e999999999999", 0],
  ];
  for (const [lexeme, value] of rows) {
    assertStrictEquals(exactInteger(lexeme), value, lexeme);
  }
});

Deno.test("exactInteger() is exact where a double would round", () => {
  withSeed((random) => {
    for (let i = 0; i < 2000; i++) {
      const value = (BigInt(random.below(2 ** 22)) << 32n) |
        BigInt(random.uint32());
      const expected = value <= 2n ** 53n ? Number(value) : undefined;
      const digits = value.toString();
      assertStrictEquals(exactInteger(digits), expected, digits);
      assertStrictEquals(exactInteger(`${digits}.00`), expected);
      assertStrictEquals(exactInteger(`${digits}000e-3`), expected);
      const [head, tail] = [digits.slice(0, 1), digits.slice(1)];
      const scientific = `${head}.${tail || "0"}e${tail.length}`;
      assertStrictEquals(exactInteger(scientific), expected, scientific);
    }
  });
});

Deno.test("exactInteger() takes its time with long lexemes, not the square of it", () => {
  const zeros = "0".repeat(1_000_000);
  assertStrictEquals(exactInteger(`7.${zeros}`), 7);
  assertStrictEquals(exactInteger(`7${zeros}e-1000000`), 7);
  assertStrictEquals(exactInteger(`0.${zeros}7e1000001`), 7);
});
