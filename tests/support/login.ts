/**
 * The client's side of each method of authentication, written anew here, so that
 * it checks the router's.
 */
import { assertEquals } from "@std/assert";
import {
  createHash,
  createHmac,
  createPrivateKey,
  pbkdf2Sync,
  sign,
} from "node:crypto";
import { argon2id } from "hash-wasm";
import {
  helloDetails,
  type RawClient,
  show,
  type WireMessage,
} from "./raw_client.ts";

/** CHALLENGE.Extra or another dict, as it came. */
// deno-lint-ignore no-explicit-any
export type WireDict = any;

/** What HELLO.Details says about who joins. */
export interface Who {
  readonly authid?: unknown;
  readonly authextra?: unknown;
  readonly authrole?: unknown;
  readonly realm?: string | null;
}

/** HELLO of a client that offers `method`; the next message. */
export async function sendHello(
  client: RawClient,
  method: string,
  { realm = "realm1", ...who }: Who,
): Promise<WireMessage> {
  const details = { ...helloDetails(), authmethods: [method], ...who };
  return await client.request([1, realm, details]);
}

/** HELLO; the Extra of the CHALLENGE that it must be answered with. */
export async function challenged(
  client: RawClient,
  method: string,
  who: Who,
): Promise<WireDict> {
  const challenge = await sendHello(client, method, who);
  assertEquals(challenge.slice(0, 2), [4, method], show(challenge));
  assertEquals(challenge.length, 3);
  return challenge[2];
}

/** AUTHENTICATE; the Details of the WELCOME that it must be answered with. */
export async function welcomedBy(
  client: RawClient,
  signature: string,
  extra: WireDict = {},
): Promise<WireDict> {
  const welcome = await client.request([5, signature, extra]);
  assertEquals(welcome[0], 2, show(welcome));
  client.sessionId = welcome[1];
  return welcome[2];
}

/** AUTHENTICATE; the ABORT that it must be answered with, and the end. */
export async function refusedFor(
  client: RawClient,
  signature: string,
  reason: string,
  extra: WireDict = {},
): Promise<WireMessage> {
  await client.send([5, signature, extra]);
  return await client.expectAbort(reason);
}

/** Wrong credentials, whatever is wrong with them. */
export const DENIED = "wamp.error.authentication_denied";

/** The signature of WAMP-CRA, also with a salted secret (CR-04, CR-06). */
export function craSignature(secret: string, extra: WireDict): string {
  const { challenge, salt, iterations, keylen } = extra;
  const key = salt === undefined
    ? secret
    : pbkdf2Sync(secret, salt, iterations, keylen, "sha256").toString("base64");
  return createHmac("sha256", key).update(challenge).digest("base64");
}

/** What a client of WAMP-SCRAM answers, and what it expects of the router. */
export interface ScramAnswer {
  readonly proof: string;
  readonly verifier: string;
}

/** How a SCRAM client computes; what is left out is the specification's. */
export interface ScramOptions {
  readonly authid: string;
  readonly password: string;
  readonly clientNonce: string;
  /** What follows `c=`. */
  readonly binding?: string;
}

/** The answer to a CHALLENGE (SR-08, SR-09). */
export async function scramAnswer(
  options: ScramOptions,
  extra: WireDict,
): Promise<ScramAnswer> {
  const { authid, password, clientNonce, binding = "biws" } = options;
  const { nonce, salt, kdf, iterations, memory } = extra;
  const saltBytes = Uint8Array.fromBase64(salt);
  const salted = kdf === "pbkdf2"
    ? pbkdf2Sync(password, saltBytes, iterations, 32, "sha256")
    : await argon2id({
      password,
      salt: saltBytes,
      iterations,
      memorySize: memory,
      parallelism: 1,
      hashLength: 32,
      outputType: "binary",
    });
  const name = authid.replaceAll("=", "=3D").replaceAll(",", "=2C");
  const message = `n=${name},r=${clientNonce},r=${nonce},s=${salt},` +
    `i=${iterations},c=${binding},r=${nonce}`;
  const hmac = (key: Uint8Array, data: string) =>
    createHmac("sha256", key).update(data).digest();
  const clientKey = hmac(salted, "Client Key");
  const storedKey = createHash("sha256").update(clientKey).digest();
  const signature = hmac(storedKey, message);
  const proof = clientKey.map((octet, at) => octet ^ signature[at]);
  return {
    proof: Uint8Array.from(proof).toBase64(),
    verifier: hmac(hmac(salted, "Server Key"), message).toString("base64"),
  };
}

/** An Ed25519 key of a client. */
export interface ClientKey {
  readonly publicKey: string;
  /** Signature and message in hex (CS-04). */
  sign(challenge: string): string;
}

/** The key with that private part, in hex. */
export function clientKey(privateKey: string): ClientKey {
  const head = "302e020100300506032b657004220420";
  const key = createPrivateKey({
    key: Uint8Array.fromHex(head + privateKey) as unknown as string,
    format: "der",
    type: "pkcs8",
  });
  const { x = "" } = key.export({ format: "jwk" });
  return {
    publicKey: Uint8Array.fromBase64(x, { alphabet: "base64url" }).toHex(),
    sign(challenge) {
      const message = Uint8Array.fromHex(challenge);
      return sign(null, message, key).toString("hex") + challenge;
    },
  };
}
