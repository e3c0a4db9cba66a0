import type { Deadline } from "../base/timer_wheel.ts";
import type { Timers } from "../base/timers.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import type { Dict } from "../wamp/options.ts";
import type { FailureLimiter } from "./failure_limiter.ts";
import {
  andThen,
  type Challenged,
  type Eventual,
  failed,
  type LoginMethod,
  type LoginRequest,
  type Refused,
  refused,
  type Verdict,
} from "./login_method.ts";
import { sourceOf } from "../base/source_address.ts";

/** The counters of logins. */
export type AuthCounterName =
  /** Logins refused, for whatever reason. */
  | "logins_refused"
  /** Logins refused because of what the client sent: each may have been a guess. */
  | "logins_denied"
  /** Logins that had to wait because of earlier failures. */
  | "logins_delayed"
  /** Logins refused unchecked because of earlier failures. */
  | "logins_turned_away"
  /** Logins refused because an authenticator failed or was late. */
  | "logins_failed";

/** Counts what happens to logins. */
export interface AuthCounters {
  increment(name: AuthCounterName): void;
}

/** What all logins of a transport have in common. */
export interface LoginOptions {
  readonly limiter: FailureLimiter;
  /** Failures a minute of one source, and of one authid. */
  readonly maxFailures: number;
  readonly timers: Timers;
  readonly counters: AuthCounters;
}

/** What a client says in HELLO, and where it comes from. */
export interface LoginAttempt {
  /** Methods in the client's order; none counts as `anonymous` (AU-02). */
  readonly authmethods: readonly string[];
  readonly realm: string | null;
  /** What failures in `realm` are counted under: realms created on demand as one. */
  readonly countedRealm: string | null;
  readonly authid: string | undefined;
  readonly authextra: Dict;
  readonly session: number;
  /** The client's address; undefined where it has none. */
  readonly host: string | undefined;
  transportDetails(): Dict;
}

/** A CHALLENGE for the client. */
export interface ChallengeStep {
  readonly kind: "challenge";
  readonly method: string;
  readonly extra: Dict;
}

/** The next step of a login. */
export type LoginStep = ChallengeStep | Verdict;

/** Longer authids with the same first characters share their failures. */
const AUTHID_CHARACTERS_COUNTED = 128;

/** One client's way from HELLO to the verdict. */
export class Login implements LoginRequest {
  readonly realm: string | null;
  readonly authid: string | undefined;
  readonly authextra: Dict;
  readonly session: number;
  readonly #method: LoginMethod;
  readonly #attempt: LoginAttempt;
  readonly #options: LoginOptions;
  #challenged: Challenged | undefined = undefined;
  #name: string | undefined = undefined;
  #hasWaited = false;
  #endWait: (() => void) | undefined = undefined;
  #isCancelled = false;

  constructor(
    method: LoginMethod,
    attempt: LoginAttempt,
    options: LoginOptions,
  ) {
    this.realm = attempt.realm;
    this.authid = attempt.authid;
    this.authextra = attempt.authextra;
    this.session = attempt.session;
    this.#method = method;
    // The method is chosen, and there can be many.
    this.#attempt = { ...attempt, authmethods: [] };
    this.#options = options;
  }

  /** The authmethod. */
  get method(): string {
    return this.#method.name;
  }

  transportDetails(): Dict {
    return this.#attempt.transportDetails();
  }

  /** Begins; called once. */
  start(): Eventual<LoginStep> {
    return this.#method.refusesAtHello === true
      ? this.#inTurn(() => this.#begin())
      : this.#begin();
  }

  /** Judges the client's AUTHENTICATE; called once after a challenge (AU-08). */
  answer(signature: string, extra: Dict): Eventual<LoginStep> {
    return this.#inTurn(() =>
      this.#guarded(() => this.#judge(signature, extra))
    );
  }

  /** Does `work` when it is the client's turn; each login waits once at most. */
  #inTurn(work: () => Eventual<LoginStep>): Eventual<LoginStep> {
    if (this.#hasWaited) return work();
    const { limiter, maxFailures, timers, counters } = this.#options;
    const waitMs = limiter.waitMs(this.#keys(), maxFailures);
    if (waitMs === undefined) {
      counters.increment("logins_turned_away");
      return refused(
        ErrorUri.AUTHENTICATION_DENIED,
        "Too many logins have failed; try again later",
        {
          detail:
            `limit of ${maxFailures} failed logins a minute from this address or as this authid reached (max_auth_failures)`,
        },
      );
    }
    if (waitMs === 0) return work();
    this.#hasWaited = true;
    counters.increment("logins_delayed");
    const { promise, resolve } = Promise.withResolvers<void>();
    const deadline: Deadline = timers.set(waitMs, resolve);
    this.#endWait = () => {
      timers.clear(deadline);
      resolve();
    };
    return promise.then(() =>
      this.#isCancelled ? failed("the client is gone") : work()
    );
  }

  /**
   * The client is gone: it may not join any more (AU-12). Its answer is still
   * checked to the end, so that a guess counts also if nobody waits for it.
   */
  cancel(): void {
    this.#isCancelled = true;
    this.#endWait?.();
  }

  #begin(): Eventual<LoginStep> {
    return this.#guarded(() =>
      andThen(this.#method.begin(this), (begun) => this.#begun(begun))
    );
  }

  #begun(begun: Challenged | Verdict): LoginStep {
    if (begun.kind !== "challenged") return this.#judged(begun);
    this.#challenged = begun;
    return { kind: "challenge", method: this.#method.name, extra: begun.extra };
  }

  #judge(signature: string, extra: Dict): Eventual<LoginStep> {
    if (this.#challenged === undefined) {
      throw new Error("Cannot judge an answer: there was no challenge");
    }
    return andThen(
      this.#challenged.answer(signature, extra),
      (verdict) => this.#judged(verdict),
    );
  }

  #judged(verdict: Verdict): Verdict {
    if (verdict.kind === "accepted") {
      if (!this.#isCancelled) this.#remember();
      return verdict;
    }
    const { limiter, maxFailures, counters } = this.#options;
    counters.increment("logins_refused");
    if (verdict.isGuess) {
      counters.increment("logins_denied");
      limiter.failed(this.#keys(), maxFailures);
    }
    if (verdict.reason === ErrorUri.AUTHENTICATION_FAILED) {
      counters.increment("logins_failed");
    }
    return verdict;
  }

  #remember(): void {
    if (this.#challenged === undefined) return;
    const source = this.#source;
    const name = this.#countedName();
    if (source === undefined || name === undefined) return;
    this.#options.limiter.succeeded(source, name);
  }

  /** An exception in a method fails the login; the client is not told why. */
  #guarded(run: () => Eventual<LoginStep>): Eventual<LoginStep> {
    try {
      const step = run();
      return step instanceof Promise ? step.catch(broken) : step;
    } catch (error) {
      return broken(error);
    }
  }

  /** What failures are counted by. */
  #keys(): string[] {
    const source = this.#source;
    const name = this.#countedName();
    const keys: string[] = [];
    if (source !== undefined) keys.push(`from ${source}`);
    if (name === undefined) return keys;
    const isWelcome = source !== undefined &&
      this.#options.limiter.isWelcome(source, name);
    if (!isWelcome) keys.push(`as ${name}`);
    return keys;
  }

  get #source(): string | undefined {
    const { host } = this.#attempt;
    return host === undefined ? undefined : sourceOf(host);
  }

  /** The authid, which is of a realm. */
  #countedName(): string | undefined {
    if (this.authid === undefined) return undefined;
    if (this.#name === undefined) {
      const method = this.#method;
      const name = method.countedName === undefined
        ? this.authid
        : method.countedName(this.authid);
      if (name === undefined) return undefined;
      const short = name.slice(0, AUTHID_CHARACTERS_COUNTED);
      this.#name = JSON.stringify([this.#attempt.countedRealm, short]);
    }
    return this.#name;
  }
}

function broken(error: unknown): Refused {
  const detail = error instanceof Error ? error.stack ?? error.message : "";
  return failed(`internal error: ${detail}`);
}
