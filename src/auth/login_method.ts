/**
 * A method of authentication takes what a client says in HELLO. It gives a verdict,
 * or a CHALLENGE whose answer it then checks (checklist AU-05).
 *
 * A method that needs time gives a promise. It does not know sessions, sockets or
 * limits on failures.
 */
import { ErrorUri } from "../wamp/error_uri.ts";
import type { Identity } from "../wamp/features.ts";
import type { Dict } from "../wamp/options.ts";

/** What a client says in HELLO, and where it comes from. */
export interface LoginRequest {
  /** Null where the client leaves the choice to the router (HW-10). */
  readonly realm: string | null;
  readonly authid: string | undefined;
  readonly authextra: Dict;
  /** The ID for WELCOME.Session, if the login succeeds (CR-03). */
  readonly session: number;
  /** How the client is connected, for authenticators (DY-01). */
  transportDetails(): Dict;
}

/** A value now, or later. */
export type Eventual<Value> = Value | Promise<Value>;

/** The client may join. */
export interface Accepted {
  readonly kind: "accepted";
  readonly realm: string;
  readonly identity: Identity;
  /** WELCOME.Details.authextra, where there is some (HW-07). */
  readonly authextra: Dict | undefined;
}

/** The client may not join: reason and text of the ABORT. */
export interface Refused {
  readonly kind: "refused";
  readonly reason: string;
  readonly message: string;
  /** RFC 5802's word for it: ABORT.Details.scram (SR-06). */
  readonly scram: string | undefined;
  /** The real cause, for the log; never sent to the client. */
  readonly detail: string | undefined;
  /**
   * Whether the client sent something wrong, which may have been a guess.
   * Otherwise the router or an authenticator failed.
   */
  readonly isGuess: boolean;
}

/** How a login ends. */
export type Verdict = Accepted | Refused;

/** The client must answer a CHALLENGE. */
export interface Challenged {
  readonly kind: "challenged";
  readonly extra: Dict;
  /** Judges AUTHENTICATE; called once (AU-08). */
  answer(signature: string, extra: Dict): Eventual<Verdict>;
}

/** One method of authentication, as a transport offers it. */
export interface LoginMethod {
  /** Its name in HELLO, CHALLENGE and WELCOME. */
  readonly name: string;
  /** Whether it is configured for the realm (AU-01). */
  serves(realm: string | null): boolean;
  /** Begins with a client that asked for this method. */
  begin(request: LoginRequest): Eventual<Challenged | Verdict>;
  /**
   * Whether {@linkcode begin} can refuse a guess, so that guesses have to wait
   * before it. Absent: it cannot.
   */
  readonly refusesAtHello?: boolean;
  /**
   * What failures as `authid` are counted by: the same for all ways to write one
   * name. Undefined where the authid has no effect. Absent: the authid itself.
   */
  countedName?(authid: string): string | undefined;
}

/** A refusal. */
export function refused(
  reason: string,
  message: string,
  more: Partial<Pick<Refused, "scram" | "detail" | "isGuess">> = {},
): Refused {
  return {
    kind: "refused",
    reason,
    message,
    scram: more.scram,
    detail: more.detail,
    isGuess: more.isGuess ?? false,
  };
}

/**
 * The refusal of clients that did not prove who they are: the same text for an
 * unknown authid, a wrong secret and a malformed answer (AU-10).
 *
 * @param detail Which of these it is, for the log.
 */
export function denied(detail: string, scram?: string): Refused {
  return refused(
    ErrorUri.AUTHENTICATION_DENIED,
    "The credentials are wrong",
    { detail, scram, isGuess: true },
  );
}

/** The refusal of an unknown authid with `reveal_unknown_authid` (AU-07). */
export function noSuchPrincipal(): Refused {
  return refused(
    ErrorUri.NO_SUCH_PRINCIPAL,
    "There is no principal with that authid in the realm",
    { isGuess: true },
  );
}

/**
 * The refusal where the router or an authenticator failed (AU-06).
 *
 * @param isGuess Whether it may also be the refusal of a guess.
 */
export function failed(detail: string, isGuess: boolean = false): Refused {
  return refused(
    ErrorUri.AUTHENTICATION_FAILED,
    "Authentication is not possible at present",
    { detail, isGuess },
  );
}

/** The refusal of a method that needs an authid and got none (TK-01, CR-01). */
export function authidMissing(method: string): Refused {
  return refused(
    ErrorUri.NO_SUCH_PRINCIPAL,
    `HELLO.Details.authid is missing: ${method} needs it`,
    { isGuess: true },
  );
}

/** Applies `use` to `value`: at once, or when its promise resolves. */
export function andThen<Value, Result>(
  value: Eventual<Value>,
  use: (value: Value) => Eventual<Result>,
): Eventual<Result> {
  return value instanceof Promise ? value.then(use) : use(value);
}
