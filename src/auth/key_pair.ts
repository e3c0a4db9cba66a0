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
