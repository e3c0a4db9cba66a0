/**
 * Where the methods with a challenge get from what they hold against a client:
 * from the config, or from an authenticator.
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

/** Where knowledge about a principal comes from: WELCOME.Details.authprovider. */
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
  /** Why it is denied whatever it proves (AU-07), for the log; undefined: it is not. */
  readonly flaw: string | undefined;
}

/** A flaw, in words. */
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
  /** What challenges say, whomever they are for. */
  readonly provider: Provider;
  /** Whether it refuses some at once, whose name it does not know. */
  readonly refuses: boolean;
  /** Whether anyone at all may join `realm`. */
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
  /** Whether an unknown authid is told from a wrong secret. */
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
    // Invented for everyone, so that the known are not quicker (AU-10).
    const mock = this.#mock(request.realm, authid);
    if (known === undefined) return revealsUnknown ? noSuchPrincipal() : mock;
    const { credentials, role } = known;
    const realm = known.realm ?? request.realm;
    if (realm === null) {
      return failed(
        'HELLO names no realm, and "realm" of the principal is not set',
      );
    }
    // One principal is one authid, however its name was written.
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

  /** @param read The credentials in an authenticator's result, if they are there. */
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
