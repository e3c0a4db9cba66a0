/**
 * Compares secrets in constant time (AU-10), and makes up the data that unknown
 * clients get (AU-07).
 */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

const DIGEST_BYTES = 32;

/**
 * Digests under a key that only this process has. Two secrets of any length are
 * compared by their digests, which all have one length.
 */
export class SecretDigests {
  readonly #key = randomBytes(DIGEST_BYTES);

  /** The digest of `secret`. */
  of(secret: string | Uint8Array): Uint8Array {
    return hmacSha256(this.#key, secret);
  }

  /** Whether `secret` is what `digest` was made of. */
  matches(secret: string | Uint8Array, digest: Uint8Array): boolean {
    return timingSafeEqual(this.of(secret), digest);
  }
}

/**
 * What an unknown client gets to see in place of a principal's data: random, but
 * always the same for the same name as long as the process lives (SR-03).
 */
export class MockData {
  readonly #key = randomBytes(DIGEST_BYTES);

  /** `count` bytes for the parts of `name`. */
  bytes(count: number, ...name: readonly string[]): Uint8Array {
    const seed = hmacSha256(this.#key, JSON.stringify(name));
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += DIGEST_BYTES) {
      const block = hmacSha256(seed, String(at));
      bytes.set(block.subarray(0, Math.min(DIGEST_BYTES, count - at)), at);
    }
    return bytes;
  }

  /** A number from 0 to below `count`. */
  pick(count: number, ...name: readonly string[]): number {
    const [a, b, c] = this.bytes(3, "pick", ...name);
    return (a << 16 | b << 8 | c) % count;
  }

  /** A text that looks like `sample`: as long, and of the same alphabet. */
  textLike(sample: string, ...name: readonly string[]): string {
    const alphabet = ALPHABETS.find(({ pattern }) => pattern.test(sample))
      ?.characters ?? sample;
    const bytes = this.bytes(sample.length, "text", ...name);
    return [...bytes].map((byte, at) =>
      sample[at] === "=" ? "=" : alphabet[byte % alphabet.length]
    ).join("");
  }
}

const ALPHABETS = [
  { pattern: /^[0-9]+$/, characters: "0123456789" },
  { pattern: /^[0-9a-f]+$/, characters: "0123456789abcdef" },
  { pattern: /^[0-9A-F]+$/, characters: "0123456789ABCDEF" },
  {
    pattern: /^[a-z0-9]+$/,
    characters: "abcdefghijklmnopqrstuvwxyz0123456789",
  },
  {
    pattern: /^[A-Za-z0-9+/]+=*$/,
    characters:
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  },
];

/** HMAC-SHA256. */
export function hmacSha256(
  key: Uint8Array,
  data: string | Uint8Array,
): Uint8Array {
  return createHmac("sha256", key).update(data).digest();
}

/** The bytes that canonical base64 stands for; undefined for other text. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? Uint8Array.from(bytes) : undefined;
}

/** Canonical base64 of `bytes`. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("base64");
}

/** The bytes of `byteCount` pairs of hex digits; undefined for other text. */
export function fromHex(
  text: unknown,
  byteCount: number,
): Uint8Array<ArrayBuffer> | undefined {
  if (typeof text !== "string" || text.length !== byteCount * 2) {
    return undefined;
  }
  return /^[0-9a-fA-F]+$/.test(text) ? Uint8Array.fromHex(text) : undefined;
}

/** `count` bytes that nobody can predict. */
export function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}
