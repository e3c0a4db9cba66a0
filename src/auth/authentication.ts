/**
 * Chooses the method by which a client is authenticated (checklist AU-01 to AU-04).
 */
import { ErrorUri } from "../wamp/error_uri.ts";
import { Login, type LoginAttempt, type LoginOptions } from "./login.ts";
import { type LoginMethod, type Refused, refused } from "./login_method.ts";

/** What the authentication of a transport is made of. */
export interface AuthenticationOptions extends LoginOptions {
  /** The methods of the transport; of one name, the first that serves the realm. */
  readonly methods: readonly LoginMethod[];
}

/** The authentication of one transport. */
export class Authentication {
  readonly #options: AuthenticationOptions;
  readonly #methods: ReadonlyMap<string, readonly LoginMethod[]>;

  constructor(options: AuthenticationOptions) {
    this.#options = options;
    this.#methods = Map.groupBy(options.methods, ({ name }) => name);
  }

  /**
   * Begins with a client, by the first method of its own order that is
   * configured for the realm; others are skipped (AU-01, AU-04).
   */
  login(attempt: LoginAttempt): Login | Refused {
    const { authmethods, realm } = attempt;
    const wanted = authmethods.length === 0 ? ["anonymous"] : authmethods;
    for (const name of wanted) {
      const method = this.#methods.get(name)
        ?.find((one) => one.serves(realm));
      if (method !== undefined) {
        return new Login(method, attempt, this.#options);
      }
    }
    this.#options.counters.increment("logins_refused");
    return this.#refuse(wanted, realm);
  }

  #refuse(wanted: readonly string[], realm: string | null): Refused {
    const { methods } = this.#options;
    const served = methods.filter((method) => method.serves(realm));
    const names = new Set(served.map(({ name }) => name));
    const detail = `the client offers ${
      listed(wanted)
    }; "auth" of this transport allows ${listed([...names])} in this realm`;
    if (realm === null && !methods.some((method) => method.serves(null))) {
      return refused(
        ErrorUri.NO_SUCH_REALM,
        "HELLO names no realm, and none is assigned here",
        {
          detail:
            'HELLO names no realm, and no method in "auth" of this transport assigns one',
        },
      );
    }
    if (wanted.every((name) => name === "anonymous")) {
      return refused(
        ErrorUri.AUTHENTICATION_REQUIRED,
        "Anonymous sessions are not allowed here",
        { detail },
      );
    }
    return refused(
      ErrorUri.NO_MATCHING_AUTH_METHOD,
      "None of the offered authmethods is allowed here",
      { detail },
    );
  }
}

/** A client chooses how many there are. */
const LISTED_CHARACTERS_MAX = 200;

function listed(names: readonly string[]): string {
  const text = names.length === 0 ? "none" : names.join(", ");
  return text.length <= LISTED_CHARACTERS_MAX
    ? text
    : `${text.slice(0, LISTED_CHARACTERS_MAX)}…`;
}
