/**
 * A method with both principals of the config and an authenticator. Who is named
 * in the config is judged by the config alone; the authenticator is asked about
 * everyone else. Nobody is told which of them it was that refused.
 */
import type { Dict } from "../wamp/options.ts";
import type { CredentialSource, Subject } from "./credentials.ts";
import {
  authidMissing,
  type Challenged,
  denied,
  type Eventual,
  type LoginMethod,
  type LoginRequest,
  type Refused,
  type Verdict,
} from "./login_method.ts";
import type { DynamicTicketMethod, TicketMethod } from "./ticket.ts";

/** What others need to know of the principals of the config. */
export interface NamedSource {
  /** Whether an unknown name is told from a wrong secret. */
  readonly refuses: boolean;
  serves(realm: string | null): boolean;
  /** Whether it is for this source to judge `name`, in whatever realm. */
  knows(request: LoginRequest, name: string): boolean;
}

/** Both sources of a method with a challenge, combined. */
export class CombinedSource<Credentials>
  implements CredentialSource<Credentials> {
  /** In challenges, which are alike: WELCOME says who it was. */
  readonly provider = "dynamic";
  readonly refuses = true;
  readonly #named: CredentialSource<Credentials> & NamedSource;
  readonly #asked: CredentialSource<Credentials>;

  /** @param asked Asked about whom `named` does not know. */
  constructor(
    named: CredentialSource<Credentials> & NamedSource,
    asked: CredentialSource<Credentials>,
  ) {
    this.#named = named;
    this.#asked = asked;
  }

  serves(): boolean {
    return true;
  }

  find(
    request: LoginRequest,
    name: string,
  ): Eventual<Subject<Credentials> | Refused> {
    if (!this.#named.knows(request, name)) return this.#ask(request, name);
    return this.#named.serves(request.realm)
      ? this.#named.find(request, name)
      : denied(OTHER_REALM);
  }

  async #ask(
    request: LoginRequest,
    name: string,
  ): Promise<Subject<Credentials> | Refused> {
    const found = await this.#asked.find(request, name);
    if (found.kind !== "refused" || !hides(this.#named, request, found)) {
      return found;
    }
    // The challenge of those whom nobody knows.
    const stranger = await this.#named.find(request, name);
    return stranger.kind === "refused"
      ? stranger
      : { ...stranger, flaw: refusedBy(found) };
  }
}

/** Tickets that the config has, and those that an authenticator judges. */
export class CombinedTicketMethod implements LoginMethod {
  readonly name = "ticket";
  readonly #source: NamedSource;
  readonly #named: TicketMethod;
  readonly #asked: DynamicTicketMethod;

  /** @param source The one of `named`. */
  constructor(
    source: NamedSource,
    named: TicketMethod,
    asked: DynamicTicketMethod,
  ) {
    this.#source = source;
    this.#named = named;
    this.#asked = asked;
  }

  serves(): boolean {
    return true;
  }

  begin(request: LoginRequest): Eventual<Challenged | Verdict> {
    const { authid } = request;
    if (authid === undefined) return authidMissing(this.name);
    if (this.#source.knows(request, authid)) {
      return this.#source.serves(request.realm)
        ? this.#named.begin(request)
        : denied(OTHER_REALM);
    }
    const begun = this.#asked.begin(request);
    if (begun.kind !== "challenged") return begun;
    const answer = async (ticket: string, extra: Dict): Promise<Verdict> => {
      const verdict = await begun.answer(ticket, extra);
      if (verdict.kind === "accepted") return verdict;
      if (!hides(this.#source, request, verdict)) return verdict;
      return denied(refusedBy(verdict));
    };
    return { ...begun, answer };
  }
}

const OTHER_REALM = "the config has this authid for other realms only";

/** With the URI: the log's own reason is the one that the client is told. */
function refusedBy({ reason, message, detail }: Refused): string {
  return `${detail ?? message} (${reason})`;
}

/** Whether nobody is to see that it was an authenticator that refused. */
function hides(
  named: NamedSource,
  { realm }: LoginRequest,
  { isGuess }: Refused,
): boolean {
  return isGuess && !named.refuses && named.serves(realm);
}
