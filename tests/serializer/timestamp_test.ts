import { assertStrictEquals } from "@std/assert";
import { rfc3339 } from "../../src/serializer/transcoding.ts";

Deno.test("rfc3339() writes UTC, the fraction as short as it is exact (A-13)", () => {
  assertStrictEquals(rfc3339(0, 0), "1970-01-01T00:00:00Z");
  assertStrictEquals(rfc3339(-1, 0), "1969-12-31T23:59:59Z");
  assertStrictEquals(rfc3339(1, 1), "1970-01-01T00:00:01.000000001Z");
  assertStrictEquals(rfc3339(1, 500_000_000), "1970-01-01T00:00:01.5Z");
  assertStrictEquals(rfc3339(1, 999_999_999), "1970-01-01T00:00:01.999999999Z");
});

Deno.test("rfc3339() knows the years 0000 to 9999 only", () => {
  assertStrictEquals(rfc3339(-62_167_219_200, 0), "0000-01-01T00:00:00Z");
  assertStrictEquals(rfc3339(-62_167_219_201, 0), undefined);
  assertStrictEquals(rfc3339(253_402_300_799, 0), "9999-12-31T23:59:59Z");
  assertStrictEquals(rfc3339(253_402_300_800, 0), undefined);
  assertStrictEquals(rfc3339(Number.NaN, 0), undefined);
  assertStrictEquals(rfc3339(Infinity, 0), undefined);
});

Deno.test("rfc3339() refuses what is more than a second", () => {
  assertStrictEquals(rfc3339(0, 1_000_000_000), undefined);
});
