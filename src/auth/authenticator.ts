/**
 * Dynamic authenticators: procedures that say who a client is (checklist DY),
 * with Crossbar.io's contract.
 */
import type { Timers } from "../base/timers.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import { type Dict, EMPTY_DICT, isDict } from "../wamp/options.ts";
import { isValidUri } from "../wamp/uri.ts";
import {
  failed,
  type LoginRequest,
  type Refused,
  refused,
} from "./login_method.ts";

/**
 * Asks an authenticator about a client. Gives what it returned; rejects with
 * {@linkcode AuthenticatorError} where it answered with an ERROR of its own, and
 * with anything else where it could not be asked.
 *
 * @param signal Aborted when its time is up.
 */
export type Authenticator = (
  realm: string | null,
  authid: string | null,
  details: Dict,
  signal: AbortSignal,
) => Promise<unknown>;

/** An authenticator's own ERROR: it becomes the ABORT's reason (DY-03). */
export class AuthenticatorError extends Error {
  override readonly name = "AuthenticatorError";
  readonly uri: string;

  constructor(uri: string, message: string) {
    super(message);
    this.uri = uri;
  }
}

/** How many authenticators are being asked at present, over all transports. */
export class AuthenticatorSlots {
  #taken = 0;

  /** How many are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes one, unless `max` are taken. */
  take(max: number): boolean {
    if (this.#taken >= max) return false;
    this.#taken++;
    return true;
  }

  /** Gives one back. */
  give(): void {
    this.#taken--;
  }
}

/** Options for {@linkcode AuthenticatorCalls}. */
export interface AuthenticatorOptions {
  readonly authmethod: string;
  readonly authenticator: Authenticator;
  /** The role of clients for whom the authenticator names none. */
  readonly defaultRole: string | undefined;
  readonly timeoutMs: number;
  readonly maxCalls: number;
  readonly slots: AuthenticatorSlots;
  readonly timers: Timers;
}

/** What an authenticator said. */
export interface AuthenticatorAnswer {
  readonly kind: "answer";
  readonly realm: string;
  readonly role: string;
  readonly authid: string | undefined;
  /** For WELCOME.Details.authextra. */
  readonly authextra: Dict | undefined;
  /** All of it; the methods take their own data from it. */
  readonly result: Dict;
}

/** Longer texts of authenticators are cut for clients. */
const MESSAGE_CHARACTERS_MAX = 500;

/** Asks one authenticator, with a timeout, and reads its answer. */
export class AuthenticatorCalls {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * Asks, and waits for the answer even if the client leaves meanwhile. The
   * authenticator still works then: its slot stays taken, and a refusal counts.
   *
   * @param more Further details, such as `ticket`.
   */
  async ask(
    request: LoginRequest,
    authid: string | null,
    more: Dict = EMPTY_DICT,
  ): Promise<AuthenticatorAnswer | Refused> {
    const { slots, maxCalls, defaultRole } = this.#options;
    if (!slots.take(maxCalls)) {
      return failed(
        `limit of ${maxCalls} authenticator calls at a time reached (max_authenticator_calls)`,
      );
    }
    try {
      const value = await this.#call(request, authid, more);
      return readAnswer(value, request.realm, defaultRole);
    } catch (error) {
      return describeFailure(error);
    } finally {
      slots.give();
    }
  }

  async #call(
    request: LoginRequest,
    authid: string | null,
    more: Dict,
  ): Promise<unknown> {
    const { authenticator, authmethod, timeoutMs, timers } = this.#options;
    const controller = new AbortController();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const deadline = timers.set(timeoutMs, () => {
      const text =
        `the authenticator did not answer within ${timeoutMs} ms (authenticator_timeout_ms)`;
      reject(new Error(text));
      controller.abort();
    });
    const details = {
      authextra: request.authextra,
      transport: request.transportDetails(),
      session: request.session,
      authmethod,
      authid,
      ...more,
    };
    try {
      const asked = authenticator(
        request.realm,
        authid,
        details,
        controller.signal,
      );
      return await Promise.race([asked, late]);
    } finally {
      timers.clear(deadline);
    }
  }
}

/** A role, or a dict with a role (DY-02). */
function readAnswer(
  value: unknown,
  asked: string | null,
  defaultRole: string | undefined,
): AuthenticatorAnswer | Refused {
  // Nothing, null and false are refusals.
  const isGuess = (value ?? false) === false;
  if (isGuess) {
    return failed("the authenticator returned nothing, null or false", isGuess);
  }
  const result = typeof value === "string" ? { role: value } : value;
  if (!isDict(result)) {
    return failed("the authenticator's result is neither a string nor a dict");
  }
  const role = result["role"] ?? defaultRole;
  const realm = result["realm"] ?? asked;
  const authid = result["authid"] ?? undefined;
  const authextra = result["extra"] ?? undefined;
  if (realm === null) {
    return refused(ErrorUri.NO_SUCH_REALM, "No realm was assigned", {
      detail: "neither HELLO nor the authenticator's result names a realm",
    });
  }
  if (role === undefined) {
    return refused(ErrorUri.NO_SUCH_ROLE, "No role was assigned", {
      detail:
        "the authenticator's result names no role, and default-role is not set",
    });
  }
  if (typeof role !== "string" || typeof realm !== "string") {
    return failed(
      "the authenticator's result has a role or realm that is not a string",
    );
  }
  if (authid !== undefined && typeof authid !== "string") {
    return failed(
      "the authenticator's result has an authid that is not a string",
    );
  }
  if (authextra !== undefined && !isDict(authextra)) {
    return failed("the authenticator's result has an extra that is not a dict");
  }
  return { kind: "answer", realm, role, authid, authextra, result };
}

/**
 * Its own ERROR is passed on; anything else has one reason (DY-03). An ERROR of
 * any URI counts as a refusal, because programs also refuse by exceptions. The
 * text of an exception is only for the log.
 */
function describeFailure(error: unknown): Refused {
  const detail = error instanceof Error ? error.message : String(error);
  if (!(error instanceof AuthenticatorError)) return failed(detail);
  if (error.uri === ErrorUri.RUNTIME_ERROR) {
    return failed(`the authenticator raised an exception: ${detail}`, true);
  }
  if (!isValidUri(error.uri, "exact", "loose")) {
    return failed(
      `the authenticator refused with an ERROR that has no valid URI: ${detail}`,
      true,
    );
  }
  const message = error.message.slice(0, MESSAGE_CHARACTERS_MAX);
  return refused(error.uri, message, {
    detail: `the authenticator refused: ${message}`,
    isGuess: true,
  });
}
