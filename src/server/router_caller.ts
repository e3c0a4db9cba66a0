/**
 * Calls that the router makes itself: of authenticators and authorizers.
 *
 * The caller is not a session: it is in no realm's list, holds no role, and needs no
 * permission (AZ-12).
 *
 * Only exact registrations are called. The right to register a trusted procedure is
 * checked by its exact URI, so a registration for a pattern must not answer for it.
 */
import { Peer } from "../router/model.ts";
import type { Authorizer, Outlet } from "../router/ports.ts";
import { NO_QUOTA } from "../router/quota.ts";
import type { Realm } from "../router/realm.ts";
import { newRequestSecret } from "../router/request_table.ts";
import type { Router } from "../router/router.ts";
import { payloadOf, readValues } from "../wamp/values.ts";
import {
  type ErrorMessage,
  type Result,
  type RouterMessage,
  SendOutcome,
} from "../wamp/message.ts";
import type { RandomIds } from "../wamp/id.ts";
import { MessageCode } from "../wamp/message_code.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import { EMPTY_DICT } from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import { UnsupportedValueError } from "../wamp/value_sink.ts";

/** A callee's own ERROR. */
export class CalleeError extends Error {
  override readonly name = "CalleeError";
  /** Empty where the callee sent an invalid URI. */
  readonly uri: string;

  constructor(uri: string, message: string) {
    super(message);
    this.uri = uri;
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** The router needs no permission for its own calls (AZ-12). */
const ALLOW_ALL: Authorizer = {
  trustLevel: undefined,
  allows: () => true,
  denial: () => ({
    error: ErrorUri.NOT_AUTHORIZED,
    text: "Not authorized for",
    decider: "",
  }),
  discloses: () => false,
  forget: () => 0,
};
const NO_FEATURES = 0;

/** Calls procedures of all realms of a router. */
export class RouterCaller {
  readonly #router: Router;
  readonly #callers = new WeakMap<Realm, RealmCaller>();

  constructor(router: Router) {
    this.#router = router;
  }

  /**
   * Calls `procedure` and gives the first positional result.
   *
   * @param signal Aborted when the result is not needed any more.
   * @param timeoutMs How long the callee may take; 0: as long as it wants.
   * @throws {CalleeError} Where the callee answers with an ERROR; any other
   * error where there is no callee, or it goes away.
   */
  async call(
    realmName: string,
    procedure: string,
    args: readonly unknown[],
    signal: AbortSignal,
    timeoutMs: number = 0,
  ): Promise<unknown> {
    const realm = this.#router.realm(realmName);
    if (realm === undefined) {
      throw new Error(`There is no realm "${realmName}"`);
    }
    if (realm.dealer.lookup(procedure, "exact") === undefined) {
      throw new Error(
        `No procedure "${procedure}" is registered in realm "${realmName}"`,
      );
    }
    let caller = this.#callers.get(realm);
    if (caller === undefined) {
      caller = new RealmCaller(realm, this.#router.ids);
      this.#callers.set(realm, caller);
    }
    return await caller.call(procedure, args, signal, timeoutMs);
  }
}

/** The router as a caller: it is in no list and is never disclosed (MS-03). */
class RouterPeer extends Peer {
  override get isSession(): boolean {
    return false;
  }
}

/** The calls in one realm. */
class RealmCaller implements Outlet {
  readonly #realm: Realm;
  readonly #peer: Peer;
  readonly #waiting = new Map<number, Waiting>();
  #lastRequest = 0;

  constructor(realm: Realm, ids: RandomIds) {
    this.#realm = realm;
    this.#peer = new RouterPeer(
      ids.next(),
      {
        authid: "router",
        authrole: "router",
        authmethod: "internal",
        authprovider: "internal",
      },
      NO_FEATURES,
      {
        maxSubscriptions: 0,
        maxRegistrations: 0,
        // The callers limit how many there are.
        maxPendingCalls: Number.MAX_SAFE_INTEGER,
        maxTestaments: 0,
        maxTestamentBytes: 0,
        maxSessionBytes: Infinity,
      },
      ALLOW_ALL,
      this,
      NO_QUOTA,
      newRequestSecret(ids),
    );
  }

  call(
    procedure: string,
    args: readonly unknown[],
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<unknown> {
    const request = ++this.#lastRequest;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(request, { resolve, reject });
    const cancel = (): void => this.#cancel(request);
    signal.addEventListener("abort", cancel);
    this.#realm.dealer.call(this.#peer, {
      code: MessageCode.CALL,
      request,
      options: timeoutMs === 0 ? EMPTY_DICT : { timeout: timeoutMs },
      procedure,
      payload: payloadOf(args),
    });
    return promise.finally(() => signal.removeEventListener("abort", cancel));
  }

  send(message: RouterMessage): SendOutcome {
    if (message.code === MessageCode.RESULT) this.#resolve(message);
    else if (message.code === MessageCode.ERROR) this.#reject(message);
    return SendOutcome.SENT;
  }

  burst(work: () => void): void {
    work();
  }

  enter(work: () => void): void {
    work();
  }

  /** It is not a session: there is nothing to end. */
  kill(): void {}

  #resolve({ request, payload }: Result): void {
    const waiting = this.#take(request);
    const result = firstOf(payload);
    if (result instanceof UnsupportedValueError) {
      const text = `The result cannot be read: ${result.message}`;
      waiting?.reject(new Error(text));
    } else waiting?.resolve(result);
  }

  #reject({ request, error, text, payload }: ErrorMessage): void {
    const waiting = this.#take(request);
    if (waiting === undefined) return;
    // Sent by the callee as well, but its invalid URI was replaced by the router.
    if (error === ErrorUri.INVALID_URI && text !== undefined) {
      return waiting.reject(new CalleeError("", text));
    }
    // The router's own errors have a text in place of a payload.
    if (text !== undefined) return waiting.reject(new Error(text));
    const said = firstOf(payload);
    waiting.reject(
      new CalleeError(error, typeof said === "string" ? said : error),
    );
  }

  #take(request: number): Waiting | undefined {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    return waiting;
  }

  #cancel(request: number): void {
    this.#realm.calls.cancel(this.#peer, {
      code: MessageCode.CANCEL,
      request,
      options: { mode: "killnowait" },
    });
  }
}

/**
 * The first positional value of `payload`; undefined where there is none, and the
 * error where it has no JavaScript form.
 */
function firstOf(payload: Payload): unknown {
  try {
    return readValues(payload).args[0];
  } catch (error) {
    if (error instanceof UnsupportedValueError) return error;
    throw error;
  }
}
