/**
 * Private Ed25519 keys: the router's own, and new ones for clients.
 *
 * @module
 */

const SEED_BYTES = 32;

/** What precedes the 32 bytes of a private key in PKCS#8 (RFC 8410). */
const PKCS8_HEAD = Uint8Array.fromHex("302e020100300506032b657004220420");

/** The key by which the router proves to clients who it is (CS-09). */
export class RouterKey {
  /** 64 hex digits. */
  readonly pubkey: string;
  readonly #key: CryptoKey;

  private constructor(pubkey: string, key: CryptoKey) {
    this.pubkey = pubkey;
    this.#key = key;
  }

  /** @param seed The private key's 32 bytes. */
  static async from(seed: Uint8Array): Promise<RouterKey> {
    if (seed.length !== SEED_BYTES) {
      throw new RangeError(
        `Cannot use the key: it has ${seed.length} bytes, not ${SEED_BYTES}`,
      );
    }
    const pkcs8 = new Uint8Array(PKCS8_HEAD.length + SEED_BYTES);
    pkcs8.set(PKCS8_HEAD);
    pkcs8.set(seed, PKCS8_HEAD.length);
    // Only a key that may be exported gives its public part.
    const open = await importKey(pkcs8, true);
    const { x = "" } = await crypto.subtle.exportKey("jwk", open);
    return new RouterKey(hexOf(x), await importKey(pkcs8, false));
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

/** An Ed25519 key pair as WAMP-cryptosign writes it: 64 hex digits each. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Makes a new pair. */
export async function generateKeyPair(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const { d = "", x = "" } = await crypto.subtle.exportKey(
    "jwk",
    pair.privateKey,
  );
  return { privateKey: hexOf(d), publicKey: hexOf(x) };
}

function hexOf(base64url: string): string {
  return Uint8Array.fromBase64(base64url, { alphabet: "base64url" }).toHex();
}
