/**
 * Stand-in for `@std/assert`: see `vendor/README.md`.
 *
 * @module
 */

export { AssertionError } from "./assertion_error.ts";
export { equal } from "./equal.ts";
export {
  assertInstanceOf,
  assertIsError,
  assertRejects,
  assertThrows,
  fail,
  unimplemented,
  unreachable,
} from "./errors.ts";
export {
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "./text_and_order.ts";
export {
  type ArrayLikeArg,
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertStrictEquals,
  type Falsy,
} from "./values.ts";
