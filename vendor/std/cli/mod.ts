/**
 * Stand-in for `@std/cli`: see `vendor/README.md`.
 *
 * @module
 */

export { type Args, parseArgs, type ParseOptions } from "./parse_args.ts";
export { promptSecret, type PromptSecretOptions } from "./prompt_secret.ts";
