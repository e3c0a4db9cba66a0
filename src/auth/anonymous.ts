import type { RandomSource } from "../base/random.ts";
import type { Identity } from "../wamp/identity.ts";

const AUTHID_WORDS = 4;

/** Lets anyone in under one role (checklist AN). */
export class AnonymousAuthenticator {
  readonly #role: string;
  readonly #random: RandomSource;

  constructor(role: string, random: RandomSource) {
    this.#role = role;
    this.#random = random;
  }

  /** Under a fresh authid, whatever the client asked for (AN-01, AN-02). */
  identify(): Identity {
    const words = this.#random.fill(new Uint32Array(AUTHID_WORDS));
    return {
      authid: Array.from(words, (word) => word.toString(36).padStart(7, "0"))
        .join(""),
      authrole: this.#role,
      authmethod: "anonymous",
      authprovider: "static",
    };
  }
}
