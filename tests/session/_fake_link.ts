/** A session without a connection, and with a clock that tests turn. */
import { AnonymousMethod } from "../../src/auth/anonymous.ts";
import { Authentication } from "../../src/auth/authentication.ts";
import { FailureLimiter } from "../../src/auth/failure_limiter.ts";
import type { LoginMethod } from "../../src/auth/login_method.ts";
import { Account } from "../../src/base/ledger.ts";
import type { LogFields, Logger } from "../../src/base/log.ts";
import { type Deadline, TimerWheel } from "../../src/base/timer_wheel.ts";
import type { Timers } from "../../src/base/timers.ts";
import type { QuotaTable } from "../../src/router/quota.ts";
import { Router } from "../../src/router/router.ts";
import { Session, type SessionOptions } from "../../src/session/session.ts";
import type { SessionLink } from "../../src/session/session_outlet.ts";
import {
  type ClientMessage,
  type Hello,
  type RouterMessage,
  SendOutcome,
} from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import type { Dict } from "../../src/wamp/options.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import { ManualTime } from "../support/manual_time.ts";
import {
  NO_HURRY,
  plainRealm,
  seededSource,
  WIDE_LIMITS,
} from "../support/test_realm.ts";

/** Timers that fire when a test lets time pass. */
export class FakeTimers implements Timers {
  #nowMs = 0;
  readonly #wheel = new TimerWheel(1, () => {});

  get count(): number {
    return this.#wheel.count;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  set(delayMs: number, fire: () => void): Deadline {
    return this.#wheel.set(this.#nowMs, delayMs, fire);
  }

  clear(deadline: Deadline): void {
    this.#wheel.clear(deadline);
  }

  /** Lets `ms` pass. */
  pass(ms: number): void {
    this.#nowMs += ms;
    this.#wheel.advance(this.#nowMs);
  }
}

/** One line of a log. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** Records what its session sends, and how it closes. */
export class FakeLink implements SessionLink {
  readonly account: Account = new Account();
  readonly #sent: RouterMessage[] = [];
  readonly lines: Line[] = [];
  /** Reasons of close(), in order. */
  readonly closed: string[] = [];
  outcome: SendOutcome = SendOutcome.SENT;

  send(message: RouterMessage): SendOutcome {
    // A connection that was closed sends nothing more, and says nothing.
    if (this.closed.length > 0) return SendOutcome.SENT;
    if (this.outcome === SendOutcome.SENT) this.#sent.push(message);
    return this.outcome;
  }

  burst(work: () => void): void {
    work();
  }

  close(reason: string): void {
    this.closed.push(reason);
  }

  setOverload(): void {}

  /** How often it was to read on. */
  readOnCount = 0;

  readOn(): void {
    this.readOnCount++;
  }

  /** What the session does in enter(), as a connection does it. */
  fail: (error: ProtocolError) => void = () => {};

  enter(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error);
    }
  }

  joined(): void {}

  identified(): void {}

  remoteHost(): string {
    return "192.0.2.1";
  }

  transportDetails(): Dict {
    return { channel_type: "tcp" };
  }

  log(): Logger {
    const at =
      (level: string) => (message: string, fields: LogFields = {}): void => {
        this.lines.push({ level, message, fields });
      };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
    };
  }

  /** What has been sent since this was called before. */
  take(): RouterMessage[] {
    return this.#sent.splice(0);
  }
}

/** What a test says about a session; the rest is the default. */
export interface BenchOptions extends Partial<SessionOptions> {
  /** In place of anonymous sessions. */
  readonly methods?: readonly LoginMethod[];
  /** Of role `anonymous`, in each realm. */
  readonly quotas?: QuotaTable;
}

/** One session with all around it. */
export class SessionBench {
  readonly timers = new FakeTimers();
  readonly router: Router;
  readonly link = new FakeLink();
  readonly session: Session;

  readonly counted: string[] = [];

  constructor({ methods, quotas, ...options }: BenchOptions = {}) {
    this.router = new Router(
      ["realm1", "realm2"].map((name) => ({
        ...plainRealm(name, "anonymous"),
        quotas: new Map(quotas === undefined ? [] : [["anonymous", quotas]]),
      })),
      {
        random: seededSource(7),
        clock: new ManualTime(),
        timers: this.timers,
        counters: { increment: () => {} },
        observers: [],
        nowMs: () => this.timers.nowMs,
        turns: NO_HURRY,
      },
    );
    this.session = new Session({
      router: this.router,
      auth: new Authentication({
        methods: methods ?? [
          new AnonymousMethod({
            role: "anonymous",
            realm: undefined,
            authid: undefined,
          }, this.router.ids),
        ],
        limiter: new FailureLimiter(() => this.timers.nowMs),
        maxFailures: 10,
        timers: this.timers,
        counters: { increment: (name) => void this.counted.push(name) },
      }),
      timers: this.timers,
      limits: WIDE_LIMITS,
      helloTimeoutMs: 1000,
      authenticateTimeoutMs: 700,
      goodbyeTimeoutMs: 500,
      strictRequestIds: false,
      nowMs: () => this.timers.nowMs,
      debug: false,
      ...options,
    }, this.link);
    this.link.fail = (error) => this.session.fail(error);
  }

  /** Gives `message` to the session as a connection does. */
  receive(message: ClientMessage): void {
    try {
      this.session.receive(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.session.fail(error);
    }
  }

  /** HELLO and what it is answered. */
  join(realm = "realm1"): RouterMessage[] {
    this.receive(hello(realm));
    return this.link.take();
  }

  /** Sessions that are in a realm. */
  get joined(): number {
    let count = 0;
    for (const realm of this.router.realms()) {
      count += realm.inventory().sessions;
    }
    return count;
  }
}

/** HELLO of a client with all roles. */
export function hello(realm: string | null, details: Dict = {}): Hello {
  const roles = { publisher: {}, subscriber: {}, caller: {}, callee: {} };
  return {
    code: MessageCode.HELLO,
    realm,
    details: { roles, ...details },
  };
}

/** One message of each type that a client can send. */
export const CLIENT_MESSAGES: readonly ClientMessage[] = [
  hello("realm1"),
  { code: MessageCode.ABORT, details: {}, reason: "com.aborted" },
  { code: MessageCode.AUTHENTICATE, signature: "secret", extra: {} },
  { code: MessageCode.GOODBYE, details: {}, reason: "com.bye" },
  {
    code: MessageCode.ERROR,
    requestType: MessageCode.INVOCATION,
    request: 1,
    details: {},
    error: "com.error",
    payload: NO_PAYLOAD,
    text: undefined,
  },
  {
    code: MessageCode.PUBLISH,
    request: 1,
    options: { acknowledge: true },
    topic: "com.a",
    payload: NO_PAYLOAD,
  },
  { code: MessageCode.SUBSCRIBE, request: 1, options: {}, topic: "com.a" },
  { code: MessageCode.UNSUBSCRIBE, request: 1, subscription: 9 },
  {
    code: MessageCode.CALL,
    request: 1,
    options: {},
    procedure: "com.a",
    payload: NO_PAYLOAD,
  },
  { code: MessageCode.CANCEL, request: 1, options: {} },
  { code: MessageCode.REGISTER, request: 1, options: {}, procedure: "com.a" },
  { code: MessageCode.UNREGISTER, request: 1, registration: 9 },
  { code: MessageCode.YIELD, request: 1, options: {}, payload: NO_PAYLOAD },
];

/** The message of type `code` among them. */
export function clientMessage(code: number): ClientMessage {
  const found = CLIENT_MESSAGES.find((message) => message.code === code);
  if (found === undefined) throw new RangeError(`No message ${code}`);
  return found;
}
