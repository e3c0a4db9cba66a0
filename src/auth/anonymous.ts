import type { RandomIds } from "../wamp/id.ts";
import {
  type Accepted,
  failed,
  type LoginMethod,
  type LoginRequest,
  type Verdict,
} from "./login_method.ts";

/** What anonymous sessions get. */
export interface AnonymousOptions {
  readonly role: string;
  /** The only realm they may join; undefined: any that has the role. */
  readonly realm?: string | undefined;
  /** The authid of all of them; undefined: a new random one for each. */
  readonly authid?: string | undefined;
}

/** Lets anyone in under one role (checklist AN). */
export class AnonymousMethod implements LoginMethod {
  readonly name = "anonymous";
  readonly #options: AnonymousOptions;
  readonly #ids: RandomIds;

  constructor(options: AnonymousOptions, ids: RandomIds) {
    this.#options = options;
    this.#ids = ids;
  }

  serves(realm: string | null): boolean {
    const own = this.#options.realm;
    return realm === null
      ? own !== undefined
      : own === undefined || own === realm;
  }

  /** At once, whatever authid the client asked for (AN-01, AN-02). */
  begin(request: LoginRequest): Verdict {
    const realm = request.realm ?? this.#options.realm;
    if (realm === undefined) {
      return failed(
        'HELLO names no realm, and "realm" of auth.anonymous is not set',
      );
    }
    return this.#accept(realm);
  }

  #accept(realm: string): Accepted {
    return {
      kind: "accepted",
      realm,
      identity: {
        authid: this.#options.authid ?? randomAuthid(this.#ids),
        authrole: this.#options.role,
        authmethod: this.name,
        authprovider: "static",
      },
      authextra: undefined,
    };
  }
}

/** An authid that nobody can guess. */
export function randomAuthid(ids: RandomIds): string {
  return hex(ids.next()) + hex(ids.next());
}

/** In two halves: the engine is slow with numbers beyond 32 bits. */
function hex(id: number): string {
  const low = id % 2 ** 26;
  return ((id - low) / 2 ** 26).toString(16) + low.toString(16);
}
