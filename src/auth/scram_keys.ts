/**
 * What is kept of a password for SCRAM (SR-09, SR-10): made once, by the
 * `secret` command, and never by the router.
 */
import { createHash } from "node:crypto";
import { choice, integer } from "../base/command_option.ts";
import { preparedPassword } from "./saslprep.ts";
import { hmacSha256, randomBytes } from "./secret_digests.ts";
import {
  defineSecretPrinter,
  ITERATIONS_MAX,
  PBKDF2_ITERATIONS_MIN,
} from "./secret_printer.ts";

/** The key derivation functions (SR-10). */
export type ScramKdf = "pbkdf2" | "argon2id13";

/** The two keys that a router keeps. */
export interface ScramKeys {
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** How a password is salted and stretched. */
export type ScramStretching =
  | {
    readonly kdf: "pbkdf2";
    readonly salt: Uint8Array<ArrayBuffer>;
    readonly iterations: number;
  }
  | {
    readonly kdf: "argon2id13";
    readonly salt: Uint8Array<ArrayBuffer>;
    readonly iterations: number;
    /** In KiB. */
    readonly memory: number;
  };

const KEY_BYTES = 32;

/** The keys of `password`, which is prepared already. */
export async function scramKeys(
  password: string,
  stretching: ScramStretching,
): Promise<ScramKeys> {
  const salted = await saltedPassword(password, stretching);
  return {
    storedKey: createHash("sha256").update(clientKeyOf(salted)).digest(),
    serverKey: hmacSha256(salted, "Server Key"),
  };
}

/** What only a client computes. */
export function clientKeyOf(salted: Uint8Array): Uint8Array {
  return hmacSha256(salted, "Client Key");
}

/** The password, salted and stretched. */
export async function saltedPassword(
  password: string,
  stretching: ScramStretching,
): Promise<Uint8Array> {
  const { salt, iterations } = stretching;
  if (stretching.kdf === "argon2id13") {
    // Not loaded by a router, which never stretches a password.
    const { argon2id } = await import("hash-wasm");
    return await argon2id({
      password,
      salt,
      iterations,
      memorySize: stretching.memory,
      parallelism: 1,
      hashLength: KEY_BYTES,
      outputType: "binary",
    });
  }
  const base = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(password),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    base,
    KEY_BYTES * 8,
  );
  return new Uint8Array(bits);
}

const SALT_BYTES = 16;
const PBKDF2_ITERATIONS = 100_000;
const ARGON2_ITERATIONS = 3;
const ARGON2_MEMORY_KIB = 65_536;

/** `secret scram`. */
export const SCRAM_SECRET = defineSecretPrinter({
  method: "scram",
  place: "a principal of `auth.scram`",
  options: {
    kdf: choice(
      "KDF",
      ["argon2id13", "pbkdf2"],
      "argon2id13",
      "how the password is stretched",
    ),
    iterations: integer(
      "N",
      [1, ITERATIONS_MAX],
      `rounds (default: ${ARGON2_ITERATIONS} of argon2id13, ${PBKDF2_ITERATIONS} of pbkdf2)`,
    ),
    memory: integer(
      "KIB",
      // Argon2 needs 8 KiB, and is weak without much more.
      [8192, 4_194_304],
      `of argon2id13 (default: ${ARGON2_MEMORY_KIB})`,
    ),
  },
  problems({ kdf, iterations = PBKDF2_ITERATIONS_MIN, memory }) {
    if (kdf !== "pbkdf2") return [];
    return [
      ...(iterations >= PBKDF2_ITERATIONS_MIN ? [] : [
        `--iterations takes an integer from ${PBKDF2_ITERATIONS_MIN} to ${ITERATIONS_MAX} with --kdf pbkdf2, found ${iterations}`,
      ]),
      ...(memory === undefined ? [] : ["--memory is only for argon2id13"]),
    ];
  },
  async lines(text, { kdf, iterations, memory = ARGON2_MEMORY_KIB }) {
    const password = preparedPassword(text);
    if (password === undefined) return undefined;
    const salt = randomBytes(SALT_BYTES);
    const stretching: ScramStretching = kdf === "pbkdf2"
      ? { kdf, salt, iterations: iterations ?? PBKDF2_ITERATIONS }
      : { kdf, salt, iterations: iterations ?? ARGON2_ITERATIONS, memory };
    const { storedKey, serverKey } = await scramKeys(password, stretching);
    return {
      ...stretching,
      salt: salt.toHex(),
      "stored-key": storedKey.toHex(),
      "server-key": serverKey.toHex(),
    };
  },
});
