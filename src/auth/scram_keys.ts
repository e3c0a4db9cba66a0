/**
 * What is kept of a password for SCRAM (SR-09, SR-10): made once, by the
 * `secret` command, and never by the router.
 */
import { createHash } from "node:crypto";
import { hmacSha256 } from "./secret_digests.ts";

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
