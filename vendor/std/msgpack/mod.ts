/**
 * Stand-in for `@std/msgpack`: see `vendor/README.md`.
 *
 * @module
 */

export { decode } from "./decode.ts";
export { encode, type ValueMap, type ValueType } from "./encode.ts";
