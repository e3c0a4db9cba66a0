/**
 * WAMP-SCRAM: the client proves that it knows a password of which the router
 * keeps only what cannot be used to log in (checklist SR).
 *
 * A login can be bound to the server's certificate, where there is one: a man in
 * the middle has another. Deno gives no data of the TLS connection itself, so
 * clients that ask for another kind of binding are refused (SR-03).
 */
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
import { preparedName } from "./saslprep.ts";
import type { ScramDialect } from "./scram_dialect.ts";
import type { ScramKdf, ScramKeys } from "./scram_keys.ts";
import { isClientProof, serverSignature } from "./scram_proof.ts";
import {
  fromBase64,
  fromHex,
  type MockData,
  randomBytes,
  toBase64,
} from "./secret_digests.ts";

/** What is kept of a password (SR-10). */
export interface ScramCredentials extends ScramKeys {
  readonly kdf: ScramKdf;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** In KiB; undefined for PBKDF2. */
  readonly memory: number | undefined;
}

/** The bindings that can be checked: by name, what a client must show. */
export type ChannelBindings = ReadonlyMap<string, Uint8Array>;

/** What a client has bound its login to, as it says so. */
interface Binding {
  /** Null: to nothing. */
  readonly name: string | null;
  /** In base64. */
  readonly data: string | null;
  /** What both sides sign: base64 of the GS2 header and the data (SR-08). */
  readonly signed: string;
}

const NONCE_BYTES = 18;
const CLIENT_NONCE_CHARACTERS_MAX = 1024;

/** Accepts clients that prove to know the password. */
export class ScramMethod implements LoginMethod {
  readonly name: string;
  readonly #source: CredentialSource<ScramCredentials>;
  readonly #dialect: ScramDialect;
  readonly #bindings: ChannelBindings;

  constructor(
    source: CredentialSource<ScramCredentials>,
    dialect: ScramDialect,
    bindings: ChannelBindings,
  ) {
    this.name = dialect.name;
    this.#source = source;
    this.#dialect = dialect;
    this.#bindings = bindings;
  }

  get refusesAtHello(): boolean {
    return this.#source.refuses;
  }

  countedName(authid: string): string {
    return sameName(authid);
  }

  serves(realm: string | null): boolean {
    return this.#source.serves(realm);
  }

  begin(request: LoginRequest): Eventual<Challenged | Verdict> {
    const { authid, authextra } = request;
    if (authid === undefined) return authidMissing(this.name);
    const binding = this.#bindingOf(authextra["channel_binding"] ?? null);
    if (binding === undefined) {
      return denied(
        "the client asks for a channel binding that this transport does not have",
        "unsupported-channel-binding-type",
      );
    }
    const clientNonce = authextra["nonce"];
    if (!isNonce(clientNonce)) {
      return denied(
        "HELLO.Details.authextra.nonce is missing or not base64",
        "other-error",
      );
    }
    return andThen(
      this.#source.find(request, authid),
      (found) =>
        found.kind === "refused"
          ? found
          : this.#challenge(found, authid, clientNonce, binding),
    );
  }

  /** Undefined where it cannot be checked. */
  #bindingOf(name: unknown): Binding | undefined {
    if (name === null) return { name, data: null, signed: UNBOUND };
    if (typeof name !== "string") return undefined;
    const data = this.#bindings.get(name);
    if (data === undefined) return undefined;
    const header = new TextEncoder().encode(`p=${name},,`);
    const signed = toBase64(Uint8Array.from([...header, ...data]));
    return { name, data: toBase64(data), signed };
  }

  /** @param authid As the client wrote it: it signs that. */
  #challenge(
    subject: Subject<ScramCredentials>,
    authid: string,
    clientNonce: string,
    binding: Binding,
  ): Challenged {
    const { kdf, iterations, memory } = subject.credentials;
    const salt = toBase64(subject.credentials.salt);
    const nonce = this.#dialect.joinNonces(
      clientNonce,
      randomBytes(NONCE_BYTES),
    );
    const authMessage = this.#dialect.authMessage({
      authid,
      clientNonce,
      nonce,
      salt,
      iterations,
      binding: binding.signed,
    });
    return {
      kind: "challenged",
      extra: this.#dialect.challenge({ kdf, salt, iterations, memory, nonce }),
      answer: (proof, extra) => {
        const isBound = (extra["channel_binding"] ?? null) === binding.name &&
          (extra["cbind_data"] ?? null) === binding.data;
        if (!isBound) {
          return denied(
            subject.flaw ??
              "the channel binding in AUTHENTICATE is not that of this transport",
            "channel-bindings-dont-match",
          );
        }
        const isFresh = !this.#dialect.repeatsNonce || extra["nonce"] === nonce;
        return this.#judge(subject, authMessage, proof, isFresh);
      },
    };
  }

  #judge(
    subject: Subject<ScramCredentials>,
    authMessage: string,
    proof: string,
    isFresh: boolean,
  ): Verdict {
    const { storedKey, serverKey } = subject.credentials;
    const isProven = isClientProof(proof, storedKey, authMessage);
    if (!isProven || !isFresh || subject.flaw !== undefined) {
      return denied(
        subject.flaw ??
          (isProven
            ? "the nonce in AUTHENTICATE is not that of the CHALLENGE"
            : "wrong password"),
        "invalid-proof",
      );
    }
    const signature = toBase64(serverSignature(serverKey, authMessage));
    return welcomed(subject, this.name, {
      ...subject.authextra,
      [this.#dialect.verifierKey]: signature,
    });
  }
}

/** SCRAM compares names as RFC 4013 prepares them. */
export function sameName(authid: string): string {
  return preparedName(authid) ?? authid;
}

/** Base64 of "n,,": no channel is bound. */
const UNBOUND = "biws";

/** Base64 in canonical form (SR-02). */
function isNonce(value: unknown): value is string {
  return typeof value === "string" && value !== "" &&
    value.length <= CLIENT_NONCE_CHARACTERS_MAX &&
    fromBase64(value) !== undefined;
}

/** What unknown clients get in place of keys; the salt is the same each time. */
export function mockScram(
  sample: ScramCredentials,
  mockData: MockData,
  name: string,
): ScramCredentials {
  return {
    ...sample,
    salt: mockData.bytes(sample.salt.length, "salt", name),
    storedKey: mockData.bytes(sample.storedKey.length, "stored", name),
    serverKey: mockData.bytes(sample.serverKey.length, "server", name),
  };
}

const KEY_BYTES = 32;
const COST_MAX = 2 ** 31;

/** The credentials in an authenticator's result (DY-02). */
export function readScram(result: Dict): ScramCredentials | undefined {
  const kdf = scramKdf(result["kdf"]);
  const { salt, iterations, memory } = result as Record<string, unknown>;
  const storedKey = fromHex(result["stored-key"], KEY_BYTES);
  const serverKey = fromHex(result["server-key"], KEY_BYTES);
  const saltBytes = typeof salt === "string"
    ? fromHex(salt, salt.length / 2)
    : undefined;
  if (kdf === undefined || saltBytes === undefined) return undefined;
  if (storedKey === undefined || serverKey === undefined) return undefined;
  if (!isCost(iterations)) return undefined;
  const rest = { kdf, salt: saltBytes, iterations, storedKey, serverKey };
  if (kdf === "pbkdf2") return { ...rest, memory: undefined };
  return isCost(memory) ? { ...rest, memory } : undefined;
}

/** A KDF by its name in the specification, or in Crossbar.io. */
export function scramKdf(name: unknown): ScramKdf | undefined {
  if (name === "argon2id-13") return "argon2id13";
  return name === "pbkdf2" || name === "argon2id13" ? name : undefined;
}

function isCost(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 &&
    (value as number) <= COST_MAX;
}
