/**
 * Finds the principal of the public key in HELLO: in the config, or with an
 * authenticator (CS-02).
 */
import type { AuthenticatorCalls } from "./authenticator.ts";
import {
  type CredentialSource,
  type Subject,
  UNKNOWN_AUTHID,
} from "./credentials.ts";
import {
  denied,
  failed,
  type LoginRequest,
  noSuchPrincipal,
  type Refused,
} from "./login_method.ts";
import { mayJoin, type Principal, type PrincipalTable } from "./principals.ts";
import { fromHex } from "./secret_digests.ts";

/** A principal with the keys that it may sign with, as hex in lower case. */
export interface KeyPrincipal extends Principal {
  readonly keys: ReadonlySet<string>;
}

const OTHER_KEY = "the public key is not in authorized_keys of this authid";
const UNKNOWN_KEY =
  "unknown public key: no principal of the realm has it in authorized_keys, or several have";

/** Keys of the config. */
export class StaticKeySource implements CredentialSource<undefined> {
  readonly provider = "static";
  readonly refuses: boolean;
  readonly #principals: PrincipalTable<KeyPrincipal>;
  readonly #byKey = new Map<string, KeyPrincipal[]>();
  readonly #revealsUnknown: boolean;

  constructor(
    principals: PrincipalTable<KeyPrincipal>,
    revealsUnknown: boolean,
  ) {
    this.#principals = principals;
    this.#revealsUnknown = revealsUnknown;
    this.refuses = revealsUnknown;
    for (const principal of principals.all) {
      for (const key of principal.keys) {
        const others = this.#byKey.get(key);
        if (others === undefined) this.#byKey.set(key, [principal]);
        else others.push(principal);
      }
    }
  }

  serves(realm: string | null): boolean {
    return this.#principals.countFor(realm) > 0;
  }

  knows({ authid }: LoginRequest, pubkey: string): boolean {
    return authid === undefined
      ? this.#byKey.has(pubkey)
      : this.#principals.has(authid);
  }

  find(request: LoginRequest, pubkey: string): Subject<undefined> | Refused {
    const { realm, authid } = request;
    const known = authid === undefined
      ? this.#ownerOf(realm, pubkey)
      : this.#principals.find(realm, authid);
    const isHolder = known?.keys.has(pubkey) ?? false;
    if (!isHolder && this.#revealsUnknown) {
      return known === undefined ? noSuchPrincipal() : denied(OTHER_KEY);
    }
    const joined = known?.realm ?? realm ?? "";
    const lacking = authid === undefined ? UNKNOWN_KEY : UNKNOWN_AUTHID;
    return {
      kind: "subject",
      provider: this.provider,
      credentials: undefined,
      realm: joined,
      authid: known?.authid ?? "",
      role: known?.role ?? "",
      authextra: undefined,
      // Any key can be signed with: the challenge alone discloses nothing.
      flaw: isHolder ? undefined : known === undefined ? lacking : OTHER_KEY,
    };
  }

  /** The principal of the key; undefined where none or several have it. */
  #ownerOf(realm: string | null, pubkey: string): KeyPrincipal | undefined {
    const holders = (this.#byKey.get(pubkey) ?? [])
      .filter((one) => mayJoin(one, realm));
    const authids = new Set(holders.map((one) => one.authid));
    if (authids.size !== 1) return undefined;
    return this.#principals.find(realm, holders[0].authid);
  }
}

const KEY_BYTES = 32;

/** Keys that an authenticator knows: its result names the client's (DY-02). */
export class DynamicKeySource implements CredentialSource<undefined> {
  readonly provider = "dynamic";
  readonly refuses = true;
  readonly #calls: AuthenticatorCalls;

  constructor(calls: AuthenticatorCalls) {
    this.#calls = calls;
  }

  serves(): boolean {
    return true;
  }

  async find(
    request: LoginRequest,
    pubkey: string,
  ): Promise<Subject<undefined> | Refused> {
    const answer = await this.#calls.ask(request, request.authid ?? null);
    if (answer.kind === "refused") return answer;
    const key = fromHex(answer.result["pubkey"], KEY_BYTES);
    if (key === undefined) {
      return failed(
        "the authenticator's result has no pubkey of 64 hex digits",
      );
    }
    return {
      kind: "subject",
      provider: this.provider,
      credentials: undefined,
      realm: answer.realm,
      authid: answer.authid ?? request.authid ?? pubkey,
      role: answer.role,
      authextra: answer.authextra,
      flaw: key.toHex() === pubkey
        ? undefined
        : "the authenticator names another key than the client's",
    };
  }
}
