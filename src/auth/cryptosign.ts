/**
 * WAMP-cryptosign: the client signs a challenge with its Ed25519 key (checklist
 * CS).
 *
 * Deno's TLS exports no keying material, so a channel cannot be bound: a
 * client that asks for it is told so in CHALLENGE (CS-07).
 */
import type { Dict } from "../wamp/options.ts";
import {
  type CredentialSource,
  type Subject,
  welcomed,
} from "./credentials.ts";
import {
  andThen,
  type Challenged,
  denied,
  type Eventual,
  type LoginMethod,
  type LoginRequest,
  type Verdict,
} from "./login_method.ts";
import type { RouterKey } from "./ed25519_keys.ts";
import { fromHex, randomBytes } from "./secret_digests.ts";

const KEY_BYTES = 32;
const CHALLENGE_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Accepts clients that sign with a known key. */
export class CryptosignMethod implements LoginMethod {
  readonly name = "cryptosign";
  readonly #source: CredentialSource<undefined>;
  readonly #routerKey: RouterKey | undefined;

  /**
   * @param source Finds the principal of a public key.
   * @param routerKey Signs the challenges of clients (CS-09).
   */
  constructor(
    source: CredentialSource<undefined>,
    routerKey: RouterKey | undefined,
  ) {
    this.#source = source;
    this.#routerKey = routerKey;
  }

  get refusesAtHello(): boolean {
    return this.#source.refuses;
  }

  serves(realm: string | null): boolean {
    return this.#source.serves(realm);
  }

  begin(request: LoginRequest): Eventual<Challenged | Verdict> {
    const { authextra } = request;
    const pubkey = fromHex(authextra["pubkey"], KEY_BYTES);
    if (pubkey === undefined) {
      return denied(
        "HELLO.Details.authextra.pubkey is not a key of 64 hex digits",
      );
    }
    const theirs = authextra["challenge"] ?? undefined;
    const challenge = fromHex(theirs, CHALLENGE_BYTES);
    if (theirs !== undefined && challenge === undefined) {
      return denied(
        "HELLO.Details.authextra.challenge is not a challenge of 64 hex digits",
      );
    }
    return andThen(
      this.#source.find(request, pubkey.toHex()),
      (found) =>
        found.kind === "refused"
          ? found
          : this.#challenge(found, pubkey, challenge),
    );
  }

  #challenge(
    subject: Subject<undefined>,
    pubkey: Uint8Array<ArrayBuffer>,
    theirs: Uint8Array<ArrayBuffer> | undefined,
  ): Eventual<Challenged> {
    const message = randomBytes(CHALLENGE_BYTES);
    const challenged = (extra: Dict): Challenged => ({
      kind: "challenged",
      extra: { challenge: message.toHex(), channel_binding: null, ...extra },
      answer: (signature) => this.#judge(subject, pubkey, message, signature),
    });
    if (theirs === undefined || this.#routerKey === undefined) {
      return challenged({});
    }
    const { pubkey: ours } = this.#routerKey;
    return this.#routerKey.sign(theirs)
      .then((signature) => challenged({ pubkey: ours, signature }));
  }

  async #judge(
    subject: Subject<undefined>,
    pubkey: Uint8Array<ArrayBuffer>,
    message: Uint8Array,
    answer: string,
  ): Promise<Verdict> {
    const signed = fromHex(answer, SIGNATURE_BYTES + CHALLENGE_BYTES);
    if (signed === undefined) {
      return denied(
        subject.flaw ??
          "AUTHENTICATE.Signature is not a signature and its challenge as hex digits",
      );
    }
    const signature = signed.subarray(0, SIGNATURE_BYTES);
    const claimed = signed.subarray(SIGNATURE_BYTES);
    const isRight = await isSignature(pubkey, signature, claimed);
    // The signed challenge must be this one, against replays (CS-05).
    const isFresh = claimed.every((byte, at) => byte === message[at]);
    if (isRight && isFresh && subject.flaw === undefined) {
      return welcomed(subject, this.name);
    }
    return denied(
      subject.flaw ??
        (isRight
          ? "the signature is for another challenge"
          : "wrong signature"),
    );
  }
}

/** Whether `signature` is that of `message` under the Ed25519 key `pubkey`. */
export async function isSignature(
  pubkey: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey(
      "raw",
      pubkey,
      "Ed25519",
      false,
      ["verify"],
    );
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    // These bytes are not a point of the curve.
    return false;
  }
}
