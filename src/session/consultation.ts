/**
 * The messages of one session about which its authorizer is asked. Each waits for
 * the decision, and so do all messages behind it (AZ-09).
 *
 * A CALL waits no longer than its own time (TO-02), and not at all once its
 * caller has taken it back (CX-04).
 */
import { SessionAuthorizer } from "../authz/dynamic_role.ts";
import { Alarm, type Timers } from "../base/timers.ts";
import { type CallEnding, isPiece } from "../router/calls.ts";
import type { Peer } from "../router/model.ts";
import type { Realm } from "../router/realm.ts";
import type { Call, ClientMessage } from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import type { RegisterOptions, SubscribeOptions } from "../wamp/options.ts";
import { uriFault } from "../wamp/router_uris.ts";

/** How many CANCELs can take effect ahead of their turn; others wait. */
const TAKEN_BACK_MAX = 64;

/** What one session asks its authorizer. */
export class Consultation {
  readonly #authorizer: SessionAuthorizer;
  readonly #peer: Peer;
  readonly #realm: Realm;
  readonly #alarm: Alarm;
  /** The request of the CALL that waits; 0: none does. */
  #held = 0;
  #isTimeUp = false;
  /** Requests of CANCELs that came, and whose turn has not come yet. */
  readonly #takenBack = new Set<number>();

  constructor(
    authorizer: SessionAuthorizer,
    peer: Peer,
    realm: Realm,
    timers: Timers,
  ) {
    this.#authorizer = authorizer;
    this.#peer = peer;
    this.#realm = realm;
    this.#alarm = new Alarm(timers);
  }

  /**
   * Gets all decisions that `message` needs.
   *
   * @param receivedMs When it came; 0: just now.
   * @returns A promise where `message` has to wait, and to be given again.
   */
  wait(message: ClientMessage, receivedMs: number): Promise<void> | undefined {
    this.#held = 0;
    this.#alarm.clear();
    if (message.code === MessageCode.CALL) {
      return this.#waitForCall(message, receivedMs);
    }
    if (message.code === MessageCode.CANCEL) {
      this.#takenBack.delete(message.request);
    }
    return this.#consult(message);
  }

  /** Looks at a message that came behind the one that waits. */
  show(message: ClientMessage): void {
    if (
      message.code !== MessageCode.CANCEL ||
      this.#takenBack.size >= TAKEN_BACK_MAX
    ) return;
    this.#takenBack.add(message.request);
    if (message.request === this.#held) this.#authorizer.withdraw();
  }

  /** What has ended a CALL before its turn; given once. */
  takeEnding(message: ClientMessage): CallEnding | undefined {
    if (message.code !== MessageCode.CALL) return undefined;
    const ending = this.#endingOf(message.request);
    this.#isTimeUp = false;
    return ending;
  }

  /** The session is gone: nobody waits for a decision any more (AZ-10). */
  cancel(): void {
    this.#alarm.clear();
    this.#authorizer.cancel();
  }

  #waitForCall(message: Call, receivedMs: number): Promise<void> | undefined {
    if (this.#endingOf(message.request) !== undefined) return undefined;
    const { calls } = this.#realm;
    const leftMs = calls.leftMs(this.#peer, message, receivedMs);
    // The realm will say so.
    if (leftMs <= 0) return undefined;
    const wait = this.#consultCall(message);
    if (wait === undefined) return undefined;
    this.#held = message.request;
    if (leftMs !== Infinity) {
      this.#alarm.set(leftMs, () => {
        this.#isTimeUp = true;
        this.#authorizer.withdraw();
      });
    }
    return wait;
  }

  /**
   * Asks what `message` makes necessary (AZ-01, AZ-08). What is wrong whatever the
   * decision is not asked about (AZ-05).
   *
   * @returns Undefined where all is decided; else `message` has to wait.
   */
  #consult(message: ClientMessage): Promise<void> | undefined {
    const authorizer = this.#authorizer;
    const { uriCheck } = this.#realm;
    switch (message.code) {
      case MessageCode.PUBLISH: {
        const { topic, options } = message;
        return uriFault("publish", topic, "exact", uriCheck) === undefined
          ? authorizer.consult("publish", topic, "exact", options)
          : undefined;
      }
      case MessageCode.SUBSCRIBE: {
        const { topic, options } = message;
        const match = (options as SubscribeOptions).match ?? "exact";
        const told = { ...options, match };
        return uriFault("subscribe", topic, match, uriCheck) === undefined
          ? authorizer.consult("subscribe", topic, match, told)
          : undefined;
      }
      case MessageCode.REGISTER: {
        const { procedure, options } = message;
        const match = (options as RegisterOptions).match ?? "exact";
        const told = { ...options, match };
        return uriFault("register", procedure, match, uriCheck) === undefined
          ? authorizer.consult("register", procedure, match, told)
          : undefined;
      }
      default:
        return undefined;
    }
  }

  #consultCall(message: Call): Promise<void> | undefined {
    const { procedure, options } = message;
    const { procedures, uriCheck } = this.#realm;
    if (
      isPiece(this.#peer, message) ||
      uriFault("call", procedure, "exact", uriCheck) !== undefined
    ) return undefined;
    const second = procedures.secondRight(this.#peer, message);
    const wait = second && this.#authorizer.consultSecond(
      second.action,
      second.uri,
      second.match,
      second.options,
    );
    return wait ??
      this.#authorizer.consult("call", procedure, "exact", options);
  }

  #endingOf(request: number): CallEnding | undefined {
    if (this.#takenBack.has(request)) return "canceled";
    return this.#isTimeUp ? "timeout" : undefined;
  }
}

/** What `peer` asks in `realm`; undefined where rules decide about it. */
export function consultationOf(
  peer: Peer,
  realm: Realm,
  timers: Timers,
): Consultation | undefined {
  const { authorizer } = peer;
  return authorizer instanceof SessionAuthorizer
    ? new Consultation(authorizer, peer, realm, timers)
    : undefined;
}
