/**
 * WAMP-CRA: the client signs the challenge with the secret that both know, or
 * with a key derived from it (checklist CR).
 */
import { integer } from "../base/command_option.ts";
import type { Dict } from "../wamp/options.ts";
import {
  type CredentialSource,
  type Subject,
  welcomed,
} from "./credentials.ts";
import {
  andThen,
  authidMissing,
  type Challenged,
  denied,
  type Eventual,
  type LoginMethod,
  type LoginRequest,
  type Verdict,
} from "./login_method.ts";
import {
  fromBase64,
  hmacSha256,
  type MockData,
  randomBytes,
  SecretDigests,
  toBase64,
} from "./secret_digests.ts";
import {
  defineSecretPrinter,
  ITERATIONS_MAX,
  PBKDF2_ITERATIONS_MIN,
} from "./secret_printer.ts";

/** How a client derives the key from its secret (CR-05). */
export interface WampCraSalting {
  readonly salt: string;
  readonly iterations: number;
  /** In bytes, before base64. */
  readonly keylen: number;
}

/** What is kept of a secret. */
export interface WampCraCredentials {
  /** The key of the HMAC: the secret, or the text that is derived from it. */
  readonly key: Uint8Array;
  /** Undefined: the secret itself is the key. */
  readonly salting: WampCraSalting | undefined;
}

const utf8 = new TextEncoder();
const NONCE_BYTES = 24;

/** Accepts clients that sign the challenge (CR-01 to CR-07). */
export class WampCraMethod implements LoginMethod {
  readonly name = "wampcra";
  readonly #source: CredentialSource<WampCraCredentials>;
  readonly #digests = new SecretDigests();

  constructor(source: CredentialSource<WampCraCredentials>) {
    this.#source = source;
  }

  get refusesAtHello(): boolean {
    return this.#source.refuses;
  }

  serves(realm: string | null): boolean {
    return this.#source.serves(realm);
  }

  begin(request: LoginRequest): Eventual<Challenged | Verdict> {
    const { authid } = request;
    if (authid === undefined) return authidMissing(this.name);
    return andThen(
      this.#source.find(request, authid),
      (found) =>
        found.kind === "refused"
          ? found
          : this.#challenge(found, request.session),
    );
  }

  #challenge(
    subject: Subject<WampCraCredentials>,
    session: number,
  ): Challenged {
    const { key, salting } = subject.credentials;
    const challenge = JSON.stringify({
      authid: subject.authid,
      authrole: subject.role,
      authmethod: this.name,
      authprovider: this.#source.provider,
      nonce: toBase64(randomBytes(NONCE_BYTES)),
      timestamp: new Date().toISOString(),
      session,
    });
    const extra: Dict = { challenge, ...salting };
    return {
      kind: "challenged",
      extra,
      answer: (signature) => {
        const expected = this.#digests.of(signWampCra(key, challenge));
        const isRight = this.#digests.matches(signature, expected);
        return isRight && subject.flaw === undefined
          ? welcomed(subject, this.name)
          : denied(subject.flaw ?? "wrong secret");
      },
    };
  }
}

/** The signature of `challenge` in base64 (CR-04). */
export function signWampCra(key: Uint8Array, challenge: string): string {
  return toBase64(hmacSha256(key, challenge));
}

/** The secret, or the text derived from it, as the key of the HMAC. */
export function wampCraKey(text: string): Uint8Array {
  return utf8.encode(text);
}

/** The base64 text that a salted secret stands for (CR-06, A-28). */
export async function deriveWampCraKey(
  secret: string,
  { salt, iterations, keylen }: WampCraSalting,
): Promise<string> {
  const base = await crypto.subtle.importKey(
    "raw",
    utf8.encode(secret),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: utf8.encode(salt), iterations },
    base,
    keylen * 8,
  );
  return toBase64(new Uint8Array(bits));
}

/** What an unknown client's signature is compared with. */
export function mockWampCra(
  sample: WampCraCredentials,
  mockData: MockData,
  name: string,
): WampCraCredentials {
  const { salting } = sample;
  return {
    key: mockData.bytes(sample.key.length, name),
    salting: salting && {
      ...salting,
      salt: mockData.textLike(salting.salt, name),
    },
  };
}

/** The most that an authenticator may ask a client to compute. */
const KEYLEN_MAX = 1024;

/** The credentials in an authenticator's result (DY-02). */
export function readWampCra(
  result: Dict,
): Eventual<WampCraCredentials | undefined> {
  const { secret, derived_secret, salt, iterations, keylen } = result as {
    readonly [name: string]: unknown;
  };
  const given =
    [salt, iterations, keylen].filter((one) => (one ?? null) !== null).length;
  if (given === 0) {
    return typeof secret === "string"
      ? { key: wampCraKey(secret), salting: undefined }
      : undefined;
  }
  if (
    typeof salt !== "string" || !isCount(iterations, ITERATIONS_MAX) ||
    !isCount(keylen, KEYLEN_MAX)
  ) return undefined;
  const salting = { salt, iterations, keylen };
  if (typeof derived_secret === "string") {
    const octets = fromBase64(derived_secret)?.length;
    return octets === keylen
      ? { key: wampCraKey(derived_secret), salting }
      : undefined;
  }
  if (typeof secret !== "string") return undefined;
  return deriveWampCraKey(secret, salting)
    .then((key) => ({ key: wampCraKey(key), salting }));
}

function isCount(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 &&
    (value as number) <= max;
}

const SALT_BYTES = 16;
/** The only length that widely used clients can derive. */
const KEYLEN = 32;
/** Clients that do it in JavaScript need about a tenth of a second. */
const ITERATIONS = 10_000;

/** `secret wampcra`. */
export const WAMPCRA_SECRET = defineSecretPrinter({
  method: "wampcra",
  place: "a user of `auth.wampcra`",
  options: {
    iterations: integer(
      "N",
      [PBKDF2_ITERATIONS_MIN, ITERATIONS_MAX],
      `rounds of PBKDF2 (default: ${ITERATIONS})`,
    ),
  },
  async lines(password, { iterations = ITERATIONS }) {
    const salt = toBase64(randomBytes(SALT_BYTES));
    const salting = { salt, iterations, keylen: KEYLEN };
    const derived = await deriveWampCraKey(password, salting);
    return { derived_secret: derived, ...salting };
  },
});
