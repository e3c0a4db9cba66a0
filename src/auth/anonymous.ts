import type { RandomIds } from "../wamp/id.ts";
import type { Identity } from "../wamp/identity.ts";

/** Lets anyone in under one role (checklist AN). */
export class AnonymousAuthenticator {
  readonly #role: string;
  readonly #ids: RandomIds;

  constructor(role: string, ids: RandomIds) {
    this.#role = role;
    this.#ids = ids;
  }

  /** Under a fresh authid, whatever the client asked for (AN-01, AN-02). */
  identify(): Identity {
    return {
      authid: this.#ids.next().toString(16) + this.#ids.next().toString(16),
      authrole: this.#role,
      authmethod: "anonymous",
      authprovider: "static",
    };
  }
}
