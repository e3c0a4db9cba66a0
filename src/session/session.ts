/**
 * The state machine between a connection and its realm (checklist SL, PV, HW,
 * GB). One for each connection; after GOODBYE both ways it is ready for another
 * HELLO (SL-06).
 *
 * It is told messages, faults and the connection's end, answers through its
 * {@linkcode SessionLink}, and does no I/O itself.
 */
import type { Authentication } from "../auth/authentication.ts";
import type { Accepted, Refused } from "../auth/login_method.ts";
import type { Login } from "../auth/login.ts";
import { sourceOf } from "../base/source_address.ts";
import { type LogFields, type Logger, withFields } from "../base/log.ts";
import { Alarm, type Timers } from "../base/timers.ts";
import type { Peer, PeerLimits } from "../router/model.ts";
import type { Quota } from "../router/quota.ts";
import type { Realm } from "../router/realm.ts";
import type { Router } from "../router/router.ts";
import { CloseUri, ProtocolError } from "../wamp/error_uri.ts";
import { type ClientFeatures, readClientFeatures } from "../wamp/features.ts";
import {
  type ClientMessage,
  type Event,
  type Hello,
  SendOutcome,
} from "../wamp/message.ts";
import { MessageCode, messageName } from "../wamp/message_code.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import { beginLogin, keptOf, openRealm, unsendable } from "./admission.ts";
import { type Consultation, consultationOf } from "./consultation.ts";
import { type HeldMessage, Joining, type JoiningHost } from "./joining.ts";
import { refusalFields, traceMessage } from "./session_log.ts";
import { RequestSequence, route } from "./route.ts";
import { type SessionLink, SessionOutlet } from "./session_outlet.ts";
import { welcomeDetails } from "./welcome.ts";

/** What all sessions of a transport have in common. */
export interface SessionOptions {
  readonly router: Router;
  /** The realms that can be joined here; absent: all of the router. */
  readonly realms?: ReadonlySet<string>;
  readonly auth: Authentication;
  readonly timers: Timers;
  readonly limits: PeerLimits;
  /** From the handshake, or a GOODBYE, to HELLO. */
  readonly helloTimeoutMs: number;
  /** From our CHALLENGE to AUTHENTICATE. */
  readonly authenticateTimeoutMs: number;
  /** From our GOODBYE to its answer. */
  readonly goodbyeTimeoutMs: number;
  /** A request ID that is not the one before plus one ends the session (ID-05). */
  readonly strictRequestIds: boolean;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  /** Log every message. */
  readonly debug: boolean;
}

type State = "open" | "joining" | "established" | "shutting_down" | "closed";

/** The session of one connection. */
export class Session {
  readonly #options: SessionOptions;
  readonly #link: SessionLink;
  #state: State = "open";
  #joining: Joining | undefined = undefined;
  #realm: Realm | undefined = undefined;
  #peer: Peer | undefined = undefined;
  #outlet: SessionOutlet | undefined = undefined;
  /** Names for the log of the session that was left last. */
  #leftAs: LogFields | undefined = undefined;
  /** Of the session that was joined last: what is read on may be owed by it. */
  #quota: Quota | undefined = undefined;
  readonly #deadline: Alarm;
  /** Whether HELLO is waited for longer, since nothing is read for a while. */
  #mayWaitForHello = false;
  readonly #sequence: RequestSequence;
  /** Where an authorizer decides; undefined in roles with rules. */
  #consultation: Consultation | undefined = undefined;
  /** What came before WELCOME and is not handled yet. */
  #replaying: Promise<void> | undefined = undefined;

  constructor(options: SessionOptions, link: SessionLink) {
    this.#options = options;
    this.#link = link;
    this.#deadline = new Alarm(options.timers);
    this.#sequence = new RequestSequence(options.strictRequestIds);
    this.#expectHello();
  }

  /**
   * Handles one message.
   *
   * @param bytes How long it was.
   * @param receivedMs When it came, by the options' `nowMs`; 0: just now.
   * @returns Undefined when it is handled. A promise where it has to wait, with
   * all that comes after it, and is to be given again when that resolves (AZ-09):
   * an authorizer is asked, or too many of the requests before wait for their answers.
   * @throws {ProtocolError} Where it is out of turn or wrong; the caller gives
   * it back through {@linkcode Session.fail}.
   */
  receive(
    message: ClientMessage,
    bytes = 0,
    receivedMs = 0,
  ): Promise<void> | undefined {
    const backlog = this.#peer?.backlog;
    if (backlog !== undefined) return backlog;
    if (this.#consultation !== undefined) {
      const wait = this.#replaying ??
        this.#consultation.wait(message, receivedMs);
      if (wait !== undefined) return wait;
    }
    if (this.#options.debug) traceMessage("received", message, this.log());
    switch (this.#state) {
      case "established":
        this.#established(message, receivedMs);
        break;
      case "open":
        this.#open(message);
        break;
      case "joining":
        this.#joining?.receive(message, bytes, receivedMs);
        break;
      case "shutting_down":
        if (message.code === MessageCode.GOODBYE) this.#end("GOODBYE answered");
    }
    return undefined;
  }

  /** Looks at a message that came behind one that waits, ahead of its turn. */
  show(message: ClientMessage): void {
    this.#consultation?.show(message);
  }

  /**
   * Counts what was received against the quotas.
   *
   * @returns For how long, in milliseconds, nothing more is to be received.
   */
  received(frames: number, bytes: number): number {
    // Nothing that comes then is handled, but the answer is waited for.
    if (this.#quota === undefined || this.#state === "shutting_down") return 0;
    const waitMs = this.#quota.isRated
      ? this.#quota.spend(frames, bytes, this.#options.nowMs())
      : 0;
    if (waitMs > 0 && this.#mayWaitForHello && this.#state === "open") {
      this.#expectHello(waitMs);
    }
    // What is owed from then on is for what came in place of HELLO.
    this.#mayWaitForHello = false;
    return waitMs;
  }

  eventsMissed(count: number, newest: Iterable<Event>): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    for (const event of newest) {
      // It may have unsubscribed meanwhile.
      if (!peer.subscriptions.has(event.subscription)) continue;
      peer.outlet.send(event);
    }
    if (count === 0) return;
    this.log().warn("the client reads again; it did not get some events", {
      events_dropped: count,
    });
    this.#realm?.observers.tell({ kind: "events_dropped", peer, count });
  }

  /** Ends the session with an ABORT because its client broke the protocol (PV-01). */
  fail(error: ProtocolError): void {
    if (this.#state === "closed") return;
    const { message, configKey } = error;
    this.log().warn("protocol violation", {
      violation: message,
      ...(configKey !== undefined && { key: configKey }),
    });
    if (this.#state === "shutting_down") return this.#end(error.message);
    this.#abort(error.uri, error.message);
  }

  /** The connection is gone: the session ends without a word (SL-05). */
  disconnected(): void {
    this.#leave();
    this.#deadline.clear();
    this.#state = "closed";
  }

  /** The router stops (SL-13). */
  shutDown(): void {
    if (this.#state === "open" || this.#state === "joining") {
      this.#abort(CloseUri.SYSTEM_SHUTDOWN, "The router is shutting down");
    } else if (this.#state === "established") {
      this.#sendGoodbye(CloseUri.SYSTEM_SHUTDOWN, undefined);
    }
  }

  #open(message: ClientMessage): void {
    switch (message.code) {
      case MessageCode.HELLO:
        return this.#hello(message);
      case MessageCode.ABORT:
        return this.#end("the client sent ABORT");
      default:
        throw new ProtocolError(
          `${
            messageName(message.code)
          } is not allowed before a session is established`,
        );
    }
  }

  #established(message: ClientMessage, receivedMs: number): void {
    const peer = this.#peer as Peer;
    const realm = this.#realm as Realm;
    const ended = this.#consultation?.takeEnding(message);
    if (route(message, peer, realm, this.#sequence, receivedMs, ended)) return;
    switch (message.code) {
      case MessageCode.GOODBYE:
        return this.#goodbye();
      case MessageCode.ABORT:
        return this.#end("the client sent ABORT");
      default:
        throw new ProtocolError(
          `${
            messageName(message.code)
          } is not allowed while a session is established`,
        );
    }
  }

  #hello(hello: Hello): void {
    const features = readClientFeatures(hello.details["roles"]);
    const session = this.#options.router.ids.next();
    const login = beginLogin(hello, session, this.#options, this.#link);
    this.#leftAs = undefined;
    if ("kind" in login) return this.#refuse(login, hello);
    this.#deadline.clear();
    const first = login.start();
    // Most are let in at once: nothing has to be kept until then.
    if ("kind" in first && first.kind === "accepted") {
      return this.#admit(session, first, features, hello);
    }
    this.#state = "joining";
    this.#joining = new Joining(
      login,
      this.#joiningHost(session, login, features, keptOf(hello)),
    );
    this.#joining.start(first);
  }

  /** @param hello What has to be kept of it until the verdict. */
  #joiningHost(
    session: number,
    login: Login,
    features: ClientFeatures,
    hello: Hello,
  ): JoiningHost {
    return {
      timers: this.#options.timers,
      authenticateTimeoutMs: this.#options.authenticateTimeoutMs,
      nowMs: this.#options.nowMs,
      challenge: (method, extra) => this.#challenge(method, extra, hello),
      accepted: (accepted, held) => {
        this.#joining = undefined;
        this.#admit(session, accepted, features, hello);
        this.#replay(held);
      },
      refused: (refused) => this.#refuse(refused, hello, login.method),
      gaveUp: () => this.#end("the client sent ABORT"),
      enter: (work) => this.#link.enter(work),
    };
  }

  #challenge(method: string, extra: Dict, hello: Hello): boolean {
    const message = { code: MessageCode.CHALLENGE, method, extra } as const;
    if (this.#options.debug) traceMessage("sent", message, this.log());
    const outcome = this.#link.send(message);
    if (outcome === SendOutcome.SENT) return true;
    this.#refuse(unsendable("CHALLENGE", outcome), hello, method);
    return false;
  }

  #refuse(refused: Refused, hello: Hello, authmethod?: string): void {
    this.log().warn(
      "login refused",
      refusalFields(hello, refused, authmethod),
    );
    this.#abort(refused.reason, refused.message, refused.scram);
  }

  /** Lets in who has proved to be someone, if there is a place for that one. */
  #admit(
    session: number,
    accepted: Accepted,
    features: ClientFeatures,
    hello: Hello,
  ): void {
    const { identity, authextra } = accepted;
    const host = this.#link.remoteHost();
    const address = host === undefined ? undefined : sourceOf(host);
    const { router, timers } = this.#options;
    const realm = openRealm(
      this.#options,
      accepted,
      hello.details,
      address,
    );
    if ("kind" in realm) {
      return this.#refuse(realm, hello, identity.authmethod);
    }
    const outlet = new SessionOutlet(
      this.#link,
      (reason, message) => this.#killed(reason, message),
      this.#options.debug
        ? withFields(this.#link.log(), {
          session,
          authid: identity.authid,
          realm: realm.name,
        })
        : undefined,
    );
    const welcome = (announces: boolean) =>
      outlet.send({
        code: MessageCode.WELCOME,
        session,
        details: welcomeDetails(realm, identity, authextra, announces),
      });
    let outcome = welcome(true);
    if (outcome === SendOutcome.TOO_LONG) outcome = welcome(false);
    if (outcome !== SendOutcome.SENT) {
      router.release(realm);
      return this.#refuse(
        unsendable("WELCOME", outcome),
        hello,
        identity.authmethod,
      );
    }
    const replaced = realm.rivalOf(identity);
    this.#realm = realm;
    this.#outlet = outlet;
    this.#peer = realm.join(
      session,
      identity,
      features,
      this.#options.limits,
      outlet,
      address,
    );
    this.#link.setOverload(realm.overloadOf(identity.authrole));
    if (replaced !== undefined) this.#logReplaced(replaced);
    if (identity.authmethod !== "anonymous") this.#link.identified();
    this.#quota = this.#peer.quota;
    this.#consultation = consultationOf(this.#peer, realm, timers);
    this.#sequence.restart();
    this.#mayWaitForHello = false;
    this.#state = "established";
  }

  /** Handles what came while the client was judged, as if it came now. */
  #replay(held: readonly HeldMessage[]): void {
    for (const [index, { message, receivedMs }] of held.entries()) {
      const wait = this.receive(message, 0, receivedMs);
      if (wait === undefined) continue;
      for (const behind of held.slice(index + 1)) this.show(behind.message);
      this.#replaying = wait.then(() => {
        this.#replaying = undefined;
        this.#link.enter(() => this.#replay(held.slice(index)));
      });
      return;
    }
  }

  /** The client's GOODBYE: answer, and wait for another HELLO (GB-02, SL-06). */
  #goodbye(): void {
    this.#peer?.outlet.send({
      code: MessageCode.GOODBYE,
      details: EMPTY_DICT,
      reason: CloseUri.GOODBYE_AND_OUT,
    });
    this.#leave();
    this.#state = "open";
    this.#mayWaitForHello = true;
    this.#expectHello();
  }

  /** Our GOODBYE: nothing else of this session follows it (SL-08). */
  #sendGoodbye(reason: string, message: string | undefined): void {
    const outcome = this.#outlet?.send({
      code: MessageCode.GOODBYE,
      details: message === undefined ? EMPTY_DICT : { message },
      reason,
    });
    if (outcome === SendOutcome.TOO_LONG) {
      return this.#end("GOODBYE is longer than the client accepts");
    }
    this.#leave();
    this.#state = "shutting_down";
    this.#startDeadline(
      "goodbye_timeout_ms",
      this.#options.goodbyeTimeoutMs,
      "GOODBYE was not answered in time",
    );
    this.#link.readOn();
  }

  /** The realm ends the session, and sees to its leaving itself (MS-06). */
  #killed(reason: string, message: string | undefined): void {
    this.#leftAs = this.#names();
    this.#peer = undefined;
    this.#sendGoodbye(reason, message);
  }

  #abort(reason: string, message: string, scram?: string): void {
    this.#leave();
    if (this.#options.debug) {
      this.log().info("sent ABORT", { reason, detail: message });
    }
    this.#link.send({
      code: MessageCode.ABORT,
      details: scram === undefined ? { message } : { message, scram },
      reason,
    });
    this.#end(`ABORT ${reason}: ${message}`);
  }

  #end(reason: string): void {
    this.#leave();
    this.#deadline.clear();
    this.#state = "closed";
    this.#link.close(reason);
  }

  #leave(): void {
    this.#joining?.cancel();
    this.#joining = undefined;
    this.#consultation?.cancel();
    this.#consultation = undefined;
    this.#leftAs = this.#names();
    const peer = this.#peer;
    const realm = this.#realm;
    this.#outlet?.close();
    this.#outlet = undefined;
    this.#peer = undefined;
    this.#realm = undefined;
    this.#link.setOverload(undefined);
    if (peer !== undefined) realm?.leave(peer);
  }

  /** Made when needed: an idle session holds no logger. */
  log(): Logger {
    const names = this.#names();
    const log = this.#link.log();
    return names === undefined ? log : withFields(log, names);
  }

  /** Undefined where there is and was no session. */
  #names(): LogFields | undefined {
    const peer = this.#peer;
    const realm = this.#realm;
    if (peer === undefined || realm === undefined) return this.#leftAs;
    const { authid } = peer.identity;
    return { session: peer.sessionId, authid, realm: realm.name };
  }

  #logReplaced({ sessionId, identity: { authid, authrole } }: Peer): void {
    const fields = { authid, authrole, replaced_session: sessionId };
    this.log().warn(
      "a session replaced an older one with the same authid (on_duplicate_authid)",
      fields,
    );
  }

  #expectHello(afterMs: number = 0): void {
    this.#startDeadline(
      "hello_timeout_ms",
      this.#options.helloTimeoutMs,
      "HELLO did not come in time",
      afterMs,
    );
  }

  /** @param key The config key of `timeoutMs`, for the log. */
  #startDeadline(
    key: string,
    timeoutMs: number,
    reason: string,
    afterMs: number = 0,
  ): void {
    this.#deadline.set(afterMs + timeoutMs, () => {
      this.log().warn(reason, { [key]: timeoutMs });
      this.#end(reason);
    });
  }
}
