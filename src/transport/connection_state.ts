/**
 * Where a connection stands. Its two directions are closed apart from each other,
 * so each has a state of its own; `docs/architecture.md` has them as a drawing.
 */

/** What is done with what the client sends. */
export type Receiving =
  /** The opening request is due. */
  | "opening"
  /** Frames are handled as they come. */
  | "open"
  /** A frame waits for an authorizer; PINGs behind it are answered (AZ-09, FR-07). */
  | "waiting"
  /** The same, but no PING is answered: the client has used up its quota. */
  | "waiting_over_quota"
  /** Nothing is read until a quota's rate is kept again. */
  | "paused"
  /** It is read and thrown away. */
  | "discarding"
  /** The client has said all. */
  | "ended"
  | "closed";

/** What is done with what is sent to the client. */
export type Sending =
  /** It is written. */
  | "open"
  /** The client reads no more; what it said before is still handled (OG-09). */
  | "broken"
  /** What waits is written, then our side is shut. */
  | "draining"
  /** Our side is shut. */
  | "shut"
  /** Nothing is written any more; the connection is about to close (FR-21). */
  | "dropped"
  | "closed";

const RECEIVING_MOVES: Readonly<Record<Receiving, readonly Receiving[]>> = {
  opening: ["open", "discarding", "ended", "closed"],
  open: ["waiting", "paused", "discarding", "ended", "closed"],
  waiting: ["open", "waiting_over_quota", "discarding", "ended", "closed"],
  waiting_over_quota: ["open", "discarding", "ended", "closed"],
  paused: ["open", "discarding", "ended", "closed"],
  discarding: ["ended", "closed"],
  ended: ["closed"],
  closed: [],
};

const SENDING_MOVES: Readonly<Record<Sending, readonly Sending[]>> = {
  open: ["broken", "draining", "dropped", "closed"],
  broken: ["closed"],
  draining: ["shut", "dropped", "closed"],
  shut: ["closed"],
  dropped: ["closed"],
  closed: [],
};

/** The state of one connection. */
export class ConnectionState {
  #receiving: Receiving = "opening";
  #sending: Sending = "open";

  get receiving(): Receiving {
    return this.#receiving;
  }

  /** @throws {Error} Where the drawing has no such arrow: a defect. */
  set receiving(next: Receiving) {
    if (!RECEIVING_MOVES[this.#receiving].includes(next)) {
      throw impossible("receiving", this.#receiving, next);
    }
    this.#receiving = next;
  }

  get sending(): Sending {
    return this.#sending;
  }

  /** @throws {Error} Where the drawing has no such arrow: a defect. */
  set sending(next: Sending) {
    if (!SENDING_MOVES[this.#sending].includes(next)) {
      throw impossible("sending", this.#sending, next);
    }
    this.#sending = next;
  }

  /** Whether frames are handled, now or after a wait. */
  get isReceiving(): boolean {
    return this.#receiving !== "discarding" && this.#receiving !== "ended" &&
      this.#receiving !== "closed";
  }

  /** Whether a frame waits for an authorizer. */
  get isWaiting(): boolean {
    return this.#receiving === "waiting" ||
      this.#receiving === "waiting_over_quota";
  }

  /** Whether the end was decided on, or has come. */
  get isClosing(): boolean {
    return this.#sending !== "open" && this.#sending !== "broken";
  }

  get isClosed(): boolean {
    return this.#sending === "closed";
  }
}

function impossible(what: string, from: string, to: string): Error {
  return new Error(`A connection's ${what} cannot go from ${from} to ${to}`);
}
