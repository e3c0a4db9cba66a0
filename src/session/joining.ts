/**
 * From HELLO to WELCOME: the client is challenged and answers, and the answer is
 * checked (checklist §5.1, state CHALLENGING; AU-05, AU-08, AU-09, AU-12).
 *
 * Checking an answer may take time. What the client sends meanwhile waits, in order
 * and within bounds, and is handled after the verdict: never before WELCOME.
 */
import type { Login, LoginStep } from "../auth/login.ts";
import { type Accepted, failed, type Refused } from "../auth/login_method.ts";
import type { Account } from "../base/ledger.ts";
import { Alarm, type Timers } from "../base/timers.ts";
import { heapBytes } from "../router/held_bytes.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import type { ClientMessage } from "../wamp/message.ts";
import { MessageCode, messageName } from "../wamp/message_code.ts";
import type { Dict } from "../wamp/options.ts";

/** A message that came before its turn. */
export interface HeldMessage {
  readonly message: ClientMessage;
  /** When it came: the time of a call runs from then (TO-02). */
  readonly receivedMs: number;
}

/** The future session, as the joining sees it. */
export interface JoiningHost {
  readonly timers: Timers;
  readonly authenticateTimeoutMs: number;
  /** Where it is noted what is kept until the verdict. */
  readonly account: Account;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  /** Sends CHALLENGE; false where it does not fit (FR-18). */
  challenge(method: string, extra: Dict): boolean;
  /**
   * The client is accepted.
   *
   * @param held What it sent meanwhile, to be handled after WELCOME.
   */
  accepted(accepted: Accepted, held: readonly HeldMessage[]): void;
  refused(refused: Refused): void;
  /** The client gave up. */
  gaveUp(): void;
  /** Runs `work` as if a message had come. */
  enter(work: () => void): void;
}

/** No client needs to send more before its WELCOME. */
const HELD_MESSAGES_MAX = 16;
const HELD_BYTES_MAX = 65_536;

/** What a login takes in memory, beside what the client chose. */
const LOGIN_BYTES = 3000;
/** What a message that waits takes, beside its own length. */
const HELD_MESSAGE_BYTES = 500;

/** One client's joining. */
export class Joining {
  readonly #login: Login;
  readonly #host: JoiningHost;
  readonly #held: HeldMessage[] = [];
  #heldBytes = 0;
  #isJudging = false;
  #isOver = false;
  #keptBytes = 0;
  readonly #deadline: Alarm;

  constructor(login: Login, host: JoiningHost) {
    this.#login = login;
    this.#host = host;
    this.#deadline = new Alarm(host.timers);
    this.#keep(LOGIN_BYTES + heapBytes(login.authextra));
  }

  /** Begins with the login's first step; the host may be told the verdict at once. */
  start(first: LoginStep | Promise<LoginStep>): void {
    this.#follow(first);
  }

  /**
   * Takes a message.
   *
   * @param bytes How long it was.
   * @param receivedMs When it came; 0: just now.
   * @throws {ProtocolError} Where it is out of turn, or more than can wait.
   */
  receive(message: ClientMessage, bytes: number, receivedMs: number): void {
    if (message.code === MessageCode.ABORT) {
      this.cancel();
      return this.#host.gaveUp();
    }
    if (this.#isJudging) return this.#hold(message, bytes, receivedMs);
    if (message.code !== MessageCode.AUTHENTICATE) {
      throw new ProtocolError(
        `${messageName(message.code)} where AUTHENTICATE is expected`,
      );
    }
    this.#deadline.clear();
    this.#follow(this.#login.answer(message.signature, message.extra));
  }

  /** The client is gone or refused: a later verdict has no effect (AU-12). */
  cancel(): void {
    this.#isOver = true;
    this.#held.length = 0;
    this.#deadline.clear();
    this.#login.cancel();
    this.#keep(-this.#keptBytes);
  }

  #follow(step: LoginStep | Promise<LoginStep>): void {
    if (!(step instanceof Promise)) return this.#take(step);
    this.#isJudging = true;
    const take = (came: LoginStep): void => {
      if (this.#isOver) return;
      this.#host.enter(() => {
        this.#isJudging = false;
        this.#take(came);
        this.#releaseHeld();
      });
    };
    step.then(take, (error) => take(failed(String(error))));
  }

  #take(step: LoginStep): void {
    switch (step.kind) {
      case "challenge":
        return this.#challenge(step.method, step.extra);
      case "accepted":
        this.#isOver = true;
        this.#keep(-this.#keptBytes);
        return this.#host.accepted(step, this.#held.splice(0));
      case "refused":
        this.#isOver = true;
        this.#keep(-this.#keptBytes);
        return this.#host.refused(step);
    }
  }

  #challenge(method: string, extra: Dict): void {
    if (!this.#host.challenge(method, extra)) return;
    this.#deadline.set(this.#host.authenticateTimeoutMs, () => {
      this.#isOver = true;
      this.#login.cancel();
      this.#keep(-this.#keptBytes);
      const { authenticateTimeoutMs } = this.#host;
      this.#host.refused(failed(
        `AUTHENTICATE did not come within ${authenticateTimeoutMs} ms (authenticate_timeout_ms)`,
      ));
    });
  }

  /** Notes that `bytes` more are kept; less where it is negative. */
  #keep(bytes: number): void {
    this.#keptBytes += bytes;
    this.#host.account.take(bytes);
  }

  #hold(message: ClientMessage, bytes: number, receivedMs: number): void {
    this.#heldBytes += bytes;
    if (
      this.#held.length >= HELD_MESSAGES_MAX ||
      this.#heldBytes > HELD_BYTES_MAX
    ) {
      throw new ProtocolError(
        `More than ${HELD_MESSAGES_MAX} messages or ${HELD_BYTES_MAX} bytes were sent before WELCOME`,
      );
    }
    this.#keep(HELD_MESSAGE_BYTES + bytes);
    // Payload is a view of what is about to be overwritten.
    this.#held.push({
      message: "payload" in message
        ? { ...message, payload: message.payload.kept() }
        : message,
      receivedMs: receivedMs || this.#host.nowMs(),
    });
  }

  /** What came before the CHALLENGE was sent: an answer, or a protocol violation. */
  #releaseHeld(): void {
    while (!this.#isOver && !this.#isJudging) {
      const held = this.#held.shift();
      if (held === undefined) break;
      this.receive(held.message, 0, held.receivedMs);
    }
    if (this.#held.length === 0) this.#heldBytes = 0;
  }
}
