/**
 * The router's own Ed25519 key, by which it proves to clients who it is (CS-09).
 */
const SEED_BYTES = 32;

/** What stands before the 32 octets of a private key in PKCS#8 (RFC 8410). */
const PKCS8_HEAD = Uint8Array.fromHex("302e020100300506032b657004220420");

/** A private key and what is public of it. */
export class RouterKey {
  /** 64 hex digits. */
  readonly pubkey: string;
  readonly #key: CryptoKey;

  private constructor(pubkey: string, key: CryptoKey) {
    this.pubkey = pubkey;
    this.#key = key;
  }

  /** @param seed The private key's 32 octets. */
  static async from(seed: Uint8Array): Promise<RouterKey> {
    if (seed.length !== SEED_BYTES) {
      throw new RangeError(
        `Cannot use the key: it has ${seed.length} octets, not ${SEED_BYTES}`,
      );
    }
    const pkcs8 = new Uint8Array(PKCS8_HEAD.length + SEED_BYTES);
    pkcs8.set(PKCS8_HEAD);
    pkcs8.set(seed, PKCS8_HEAD.length);
    // The public part is only to be had from a key that may be exported.
    const open = await importKey(pkcs8, true);
    const { x = "" } = await crypto.subtle.exportKey("jwk", open);
    const pubkey = Uint8Array.fromBase64(x, { alphabet: "base64url" });
    return new RouterKey(pubkey.toHex(), await importKey(pkcs8, false));
  }

  /** Signature and message, as hex (CS-04, CS-09). */
  async sign(message: Uint8Array<ArrayBuffer>): Promise<string> {
    const signature = await crypto.subtle.sign("Ed25519", this.#key, message);
    return new Uint8Array(signature).toHex() + message.toHex();
  }
}

function importKey(
  pkcs8: Uint8Array<ArrayBuffer>,
  extractable: boolean,
): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", extractable, [
    "sign",
  ]);
}
