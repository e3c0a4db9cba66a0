/**
 * A method with both principals of the config and an authenticator. Who is named
 * in the config is checked by the config alone. The authenticator is asked about
 * everyone else. Clients are not told which of the two refused them.
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
  /** Whether clients are told that a name is unknown. */
  readonly refuses: boolean;
  serves(realm: string | null): boolean;
  /** Whether this source has `name`, in any realm. */
  knows(request: LoginRequest, name: string): boolean;
}

/** Both sources of a method with a challenge, combined. */
export class CombinedSource<Credentials>
  implements CredentialSource<Credentials> {
  /** What all challenges name; WELCOME names the real one. */
  readonly provider = "dynamic";
  readonly refuses = true;
  readonly #named: CredentialSource<Credentials> & NamedSource;
  readonly #asked: CredentialSource<Credentials>;

  /** @param asked Asked about the names that `named` does not have. */
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
    // The challenge for names that neither source knows.
    const stranger = await this.#named.find(request, name);
    return stranger.kind === "refused"
      ? stranger
      : { ...stranger, flaw: refusedBy(found) };
  }
}

/** Tickets of the config, and tickets that an authenticator checks. */
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

/** With the URI: the field `reason` of the log line has what the client was told. */
function refusedBy({ reason, message, detail }: Refused): string {
  return `${detail ?? message} (${reason})`;
}

/** Whether the client must not see that an authenticator refused it. */
function hides(
  named: NamedSource,
  { realm }: LoginRequest,
  { isGuess }: Refused,
): boolean {
  return isGuess && !named.refuses && named.serves(realm);
}
