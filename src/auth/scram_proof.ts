import { createHash, timingSafeEqual } from "node:crypto";
import { fromBase64, hmacSha256 } from "./secret_digests.ts";

const PROOF_BYTES = 32;

/**
 * Whether `proof`, in base64, proves the password behind `storedKey` for this
 * exchange (SR-06).
 */
export function isClientProof(
  proof: string,
  storedKey: Uint8Array,
  authMessage: string,
): boolean {
  const given = fromBase64(proof);
  // A malformed answer takes as long to check as any other, and fails.
  const clientKey = xor(
    given?.length === PROOF_BYTES ? given : new Uint8Array(PROOF_BYTES),
    hmacSha256(storedKey, authMessage),
  );
  const recovered = createHash("sha256").update(clientKey).digest();
  return timingSafeEqual(recovered, storedKey);
}

/** What proves to the client that the router knows it (SR-07, SR-09). */
export function serverSignature(
  serverKey: Uint8Array,
  authMessage: string,
): Uint8Array {
  return hmacSha256(serverKey, authMessage);
}

/** What a client sends: for tests, and for clients. */
export function clientProof(
  clientKey: Uint8Array,
  storedKey: Uint8Array,
  authMessage: string,
): Uint8Array {
  return xor(clientKey, hmacSha256(storedKey, authMessage));
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, at) => byte ^ b[at]);
}
