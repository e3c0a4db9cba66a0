import type { Account } from "../base/ledger.ts";
import type { Logger } from "../base/log.ts";
import type { Outlet, OutletLoad } from "../router/ports.ts";
import type { PayloadFormat } from "../wamp/payload.ts";
import type { Dict } from "../wamp/options.ts";
import type { Overload } from "../wamp/overload.ts";
import { type RouterMessage, SendOutcome } from "../wamp/message.ts";
import { traceMessage } from "./session_log.ts";

/** A session's connection, as the session sees it. */
export interface SessionLink extends Omit<Outlet, "kill"> {
  /** Where it is noted what the client has the router keep. */
  readonly account: Account;
  /**
   * Sends what is waiting, then ends the connection. Nothing is received after.
   *
   * @param reason For the log.
   */
  close(reason: string): void;
  /**
   * What becomes of the client where it does not read; undefined: as the transport
   * has it. What it missed before is forgotten.
   */
  setOverload(overload: Overload | undefined): void;
  /** Reads on, if what the session owed to its quotas kept it from that. */
  readOn(): void;
  /** A log whose lines name the transport and the connection. */
  log(): Logger;
  /** The client's address; undefined where it has none. */
  remoteHost(): string | undefined;
  /** The client has proven who it is. */
  identified(): void;
  /** The client has logged in: what it holds counts for its source no more. */
  joined(): void;
  /** How the client is connected, in words for authenticators (DY-01). */
  transportDetails(): Dict;
}

/** The way from the router to a joined session, until it leaves. */
export class SessionOutlet implements Outlet {
  readonly #link: SessionLink;
  readonly #kill: Outlet["kill"];
  readonly #trace: Logger | undefined;
  #closed = false;

  /**
   * @param kill Ends the session by GOODBYE.
   * @param trace Takes a line for each message; undefined: none.
   */
  constructor(
    link: SessionLink,
    kill: Outlet["kill"],
    trace: Logger | undefined,
  ) {
    this.#link = link;
    this.#kill = kill;
    this.#trace = trace;
  }

  get maxMessageBytes(): number {
    return this.#link.maxMessageBytes ?? Infinity;
  }

  get account(): Account {
    return this.#link.account;
  }

  get load(): OutletLoad | undefined {
    return this.#link.load;
  }

  get payloadFormat(): PayloadFormat | undefined {
    return this.#link.payloadFormat;
  }

  send(message: RouterMessage): SendOutcome {
    // Nothing of a session follows its GOODBYE (SL-08).
    if (this.#closed) return SendOutcome.SENT;
    if (this.#trace !== undefined) traceMessage("sent", message, this.#trace);
    return this.#link.send(message);
  }

  burst(work: () => void): void {
    this.#link.burst(work);
  }

  linkDetails(): Dict {
    return this.#link.linkDetails?.() ?? {};
  }

  enter(work: () => void): void {
    this.#link.enter(work);
  }

  kill(reason: string, message: string | undefined): void {
    this.#kill(reason, message);
  }

  /** From now on nothing is sent. */
  close(): void {
    this.#closed = true;
  }
}
