import type { RandomIds } from "../wamp/id.ts";
import { randomAuthid } from "./anonymous.ts";
import type { AuthenticatorCalls } from "./authenticator.ts";
import type { LoginMethod, LoginRequest, Verdict } from "./login_method.ts";

/** Asks an authenticator who may join anonymously, and with which role (DY-01). */
export class DynamicAnonymousMethod implements LoginMethod {
  readonly name = "anonymous";
  readonly refusesAtHello = true;
  readonly #calls: AuthenticatorCalls;
  readonly #ids: RandomIds;

  constructor(calls: AuthenticatorCalls, ids: RandomIds) {
    this.#calls = calls;
    this.#ids = ids;
  }

  serves(): boolean {
    return true;
  }

  /** The authid in HELLO has no effect (AN-02). */
  countedName(): undefined {
    return undefined;
  }

  async begin(request: LoginRequest): Promise<Verdict> {
    const authid = randomAuthid(this.#ids);
    const answer = await this.#calls.ask(request, authid);
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
