/**
 * Where methods with a challenge find the credentials of a client: in the config,
 * or with an authenticator.
 */
import type { Dict } from "../wamp/options.ts";
import {
  type Accepted,
  type Eventual,
  failed,
  type LoginRequest,
  noSuchPrincipal,
  type Refused,
} from "./login_method.ts";
import type { Principal, PrincipalTable } from "./principals.ts";
import type { MockData } from "./secret_digests.ts";
import type { AuthenticatorCalls } from "./authenticator.ts";

/** Where the credentials of a principal come from: WELCOME.Details.authprovider. */
export type Provider = "static" | "dynamic";

/** What a client has to prove, and who it then is. */
export interface Subject<Credentials> {
  readonly kind: "subject";
  readonly provider: Provider;
  readonly credentials: Credentials;
  readonly realm: string;
  readonly authid: string;
  readonly role: string;
  readonly authextra: Dict | undefined;
  /** Why the login fails whatever the client proves (AU-07); undefined: no reason. */
  readonly flaw: string | undefined;
}

/** The text of a {@linkcode Subject.flaw}. */
export const UNKNOWN_AUTHID =
  "unknown authid: no principal of this method and realm has it";

/** The verdict for a client that proved to be `subject`. */
export function welcomed(
  subject: Subject<unknown>,
  authmethod: string,
  authextra: Dict | undefined = subject.authextra,
): Accepted {
  return {
    kind: "accepted",
    realm: subject.realm,
    identity: {
      authid: subject.authid,
      authrole: subject.role,
      authmethod,
      authprovider: subject.provider,
    },
    authextra,
  };
}

/** A way to find out what a client has to prove. */
export interface CredentialSource<Credentials> {
  /** What challenges name as provider; the same for all clients. */
  readonly provider: Provider;
  /** Whether it refuses unknown names at once, before a challenge. */
  readonly refuses: boolean;
  /** Whether anyone may join `realm` by it. */
  serves(realm: string | null): boolean;
  /**
   * What the client of that name has to prove.
   *
   * @param name Its authid, or with cryptosign its key: 64 hex digits in lower
   * case.
   */
  find(
    request: LoginRequest,
    name: string,
  ): Eventual<Subject<Credentials> | Refused>;
}

/** A principal of the config with what it has to prove. */
export interface KnownPrincipal<Credentials> extends Principal {
  readonly credentials: Credentials;
}

/** Options for {@linkcode StaticSource}. */
export interface StaticSourceOptions<Credentials> {
  readonly principals: PrincipalTable<KnownPrincipal<Credentials>>;
  /** Whether clients are told that an authid is unknown. */
  readonly revealsUnknown: boolean;
  readonly mockData: MockData;
  /** Invents credentials that look like `sample`, for an unknown authid. */
  readonly mock: (
    sample: Credentials,
    mockData: MockData,
    authid: string,
  ) => Credentials;
}

/** Principals of the config. */
export class StaticSource<Credentials>
  implements CredentialSource<Credentials> {
  readonly provider = "static";
  readonly refuses: boolean;
  readonly #options: StaticSourceOptions<Credentials>;

  constructor(options: StaticSourceOptions<Credentials>) {
    this.#options = options;
    this.refuses = options.revealsUnknown;
  }

  serves(realm: string | null): boolean {
    return this.#options.principals.countFor(realm) > 0;
  }

  knows(_request: LoginRequest, authid: string): boolean {
    return this.#options.principals.has(authid);
  }

  find(
    request: LoginRequest,
    authid: string,
  ): Subject<Credentials> | Refused {
    const { principals, revealsUnknown } = this.#options;
    const known = principals.find(request.realm, authid);
    // Made for known authids too, so that both take the same time (AU-10).
    const mock = this.#mock(request.realm, authid);
    if (known === undefined) return revealsUnknown ? noSuchPrincipal() : mock;
    const { credentials, role } = known;
    const realm = known.realm ?? request.realm;
    if (realm === null) {
      return failed(
        'HELLO names no realm, and "realm" of the principal is not set',
      );
    }
    // One principal has one authid, however the client writes the name.
    const name = known.authid;
    return { ...mock, authid: name, credentials, realm, role, flaw: undefined };
  }

  #mock(realm: string | null, authid: string): Subject<Credentials> {
    const { principals, mockData, mock } = this.#options;
    const name = [realm ?? "", authid];
    const index = mockData.pick(principals.countFor(realm), ...name);
    const sample = principals.nthFor(realm, index);
    return {
      kind: "subject",
      provider: this.provider,
      credentials: mock(sample.credentials, mockData, JSON.stringify(name)),
      realm: realm ?? sample.realm ?? "",
      authid,
      role: sample.role,
      authextra: undefined,
      flaw: UNKNOWN_AUTHID,
    };
  }
}

/** What an authenticator knows (DY-01, DY-02). */
export class DynamicSource<Credentials>
  implements CredentialSource<Credentials> {
  readonly provider = "dynamic";
  readonly refuses = true;
  readonly #calls: AuthenticatorCalls;
  readonly #read: (
    result: Dict,
  ) => Eventual<Credentials | undefined>;

  /** @param read Reads the credentials from an authenticator's result; undefined: there are none. */
  constructor(
    calls: AuthenticatorCalls,
    read: (result: Dict) => Eventual<Credentials | undefined>,
  ) {
    this.#calls = calls;
    this.#read = read;
  }

  serves(): boolean {
    return true;
  }

  async find(
    request: LoginRequest,
    authid: string,
  ): Promise<Subject<Credentials> | Refused> {
    const answer = await this.#calls.ask(request, authid);
    if (answer.kind === "refused") return answer;
    const credentials = await this.#read(answer.result);
    if (credentials === undefined) {
      return failed(
        "the authenticator's result has no usable credentials for this method",
      );
    }
    const { realm, role, authextra } = answer;
    return {
      kind: "subject",
      provider: this.provider,
      credentials,
      realm,
      authid: answer.authid ?? authid,
      role,
      authextra,
      flaw: undefined,
    };
  }
}
