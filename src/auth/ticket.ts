import { EMPTY_DICT } from "../wamp/options.ts";
import type { AuthenticatorCalls } from "./authenticator.ts";
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
import type { MockData, SecretDigests } from "./secret_digests.ts";

/** What is kept of a ticket: its digest. */
export type TicketCredentials = Uint8Array;

/** Accepts clients that send the ticket of the config (checklist TK). */
export class TicketMethod implements LoginMethod {
  readonly name = "ticket";
  readonly #source: CredentialSource<TicketCredentials>;
  readonly #digests: SecretDigests;

  /** @param digests What the source's credentials were made with. */
  constructor(
    source: CredentialSource<TicketCredentials>,
    digests: SecretDigests,
  ) {
    this.#source = source;
    this.#digests = digests;
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
      (found) => found.kind === "refused" ? found : this.#challenge(found),
    );
  }

  #challenge(subject: Subject<TicketCredentials>): Challenged {
    return {
      kind: "challenged",
      extra: EMPTY_DICT,
      answer: (ticket) => {
        const isRight = this.#digests.matches(ticket, subject.credentials);
        return isRight && subject.flaw === undefined
          ? welcomed(subject, this.name)
          : denied(subject.flaw ?? "wrong ticket");
      },
    };
  }
}

/** What an unknown client's ticket is compared with. */
export function mockTicket(
  sample: TicketCredentials,
  mockData: MockData,
  name: string,
): TicketCredentials {
  return mockData.bytes(sample.length, name);
}

/** Hands the ticket to an authenticator (DY-01). */
export class DynamicTicketMethod implements LoginMethod {
  readonly name = "ticket";
  readonly #calls: AuthenticatorCalls;

  constructor(calls: AuthenticatorCalls) {
    this.#calls = calls;
  }

  serves(): boolean {
    return true;
  }

  begin(request: LoginRequest): Challenged | Verdict {
    const { authid } = request;
    if (authid === undefined) return authidMissing(this.name);
    return {
      kind: "challenged",
      extra: EMPTY_DICT,
      answer: (ticket) => this.#judge(request, authid, ticket),
    };
  }

  async #judge(
    request: LoginRequest,
    authid: string,
    ticket: string,
  ): Promise<Verdict> {
    const answer = await this.#calls.ask(request, authid, { ticket });
    if (answer.kind === "refused") return answer;
    const { realm, role, authextra } = answer;
    return {
      kind: "accepted",
      realm,
      identity: {
        authid: answer.authid ?? authid,
        authrole: role,
        authmethod: this.name,
        authprovider: "dynamic",
      },
      authextra,
    };
  }
}
