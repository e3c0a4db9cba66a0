/**
 * A procedure, or a pattern of procedures, and who serves it (checklist SH).
 */
import type { RandomSource } from "../wamp/id.ts";
import type { InvocationPolicy } from "../wamp/options.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import type { Peer } from "./peer.ts";
import type { PendingCall } from "./pending_call.ts";

/** One session's part in a registration. */
export interface Callee {
  readonly peer: Peer;
  /** Invocations it takes at a time; 0: any number. */
  readonly concurrency: number;
  /** Asked with REGISTER to be told who calls (CI-04). */
  readonly disclosesCaller: boolean;
  /** Keeps the timer of its calls itself (TO-04). */
  readonly forwardsTimeout: boolean;
  /** Registered with `force_reregister` itself: others may take its place (RV-04). */
  readonly isReplaceable: boolean;
  /** Invocations that it has not answered. */
  pending: number;
}

/** What the first callee fixes, and what it is known by. */
export interface RegistrationFacts {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly policy: InvocationPolicy;
  readonly created: Date;
}

/** The callees of one (uri, match), in order of registration. */
export class Registration {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly policy: InvocationPolicy;
  readonly created: Date;
  /** Calls that wait until a callee has room; oldest first. */
  readonly waiting: Set<PendingCall> = new Set();
  /** Those that were sent away, and wait for callees that did not do so (RR-03). */
  readonly sentAway: Set<PendingCall> = new Set();
  readonly #random: RandomSource;
  readonly #callees: Callee[] = [];
  /** Whose turn it is under `roundrobin`. */
  #turn = 0;

  constructor(facts: RegistrationFacts, random: RandomSource) {
    this.id = facts.id;
    this.uri = facts.uri;
    this.match = facts.match;
    this.policy = facts.policy;
    this.created = facts.created;
    this.#random = random;
  }

  /** How many calls wait. */
  get waitingCount(): number {
    return this.waiting.size + this.sentAway.size;
  }

  /** In order of registration. */
  get callees(): readonly Callee[] {
    return this.#callees;
  }

  /** The part of `peer`, if it has one. */
  calleeOf(peer: Peer): Callee | undefined {
    return this.#callees.find((callee) => callee.peer === peer);
  }

  /** Adds a callee behind all others. */
  add(callee: Callee): void {
    this.#callees.push(callee);
  }

  /** Takes `peer` out; nobody's turn is skipped or repeated (SH-07). */
  remove(peer: Peer): void {
    const index = this.#callees.findIndex((callee) => callee.peer === peer);
    if (index < 0) return;
    this.#callees.splice(index, 1);
    if (index < this.#turn) this.#turn--;
    if (this.#turn >= this.#callees.length) this.#turn = 0;
  }

  /**
   * The callee for the next call by the policy's order, of those that have room
   * (SH-05).
   *
   * @param isOut Who is left out.
   */
  choose(isOut?: (peer: Peer) => boolean): Callee | undefined {
    // Apart from the rest, whose closure every call would pay for.
    if (this.#callees.length === 1 && isOut === undefined) {
      return hasRoom(this.#callees[0]) ? this.#callees[0] : undefined;
    }
    return this.#chooseAmongMany(isOut);
  }

  #chooseAmongMany(
    isOut: ((peer: Peer) => boolean) | undefined,
  ): Callee | undefined {
    const callees = this.#callees;
    const isFree = (callee: Callee) =>
      hasRoom(callee) && isOut?.(callee.peer) !== true;
    switch (this.policy) {
      case "single":
      case "first":
        return callees.find(isFree);
      case "last":
        return callees.findLast(isFree);
      case "roundrobin":
        return this.#nextInTurn(isFree);
      case "random":
        return this.#anyOf(callees.filter(isFree));
      case "least_pending":
        return callees.filter(isFree).reduce<Callee | undefined>(
          (least, callee) =>
            least === undefined || callee.pending < least.pending
              ? callee
              : least,
          undefined,
        );
    }
  }

  #nextInTurn(isFree: (callee: Callee) => boolean): Callee | undefined {
    const count = this.#callees.length;
    for (let i = 0; i < count; i++) {
      const index = (this.#turn + i) % count;
      if (!isFree(this.#callees[index])) continue;
      this.#turn = (index + 1) % count;
      return this.#callees[index];
    }
    return undefined;
  }

  #anyOf(callees: readonly Callee[]): Callee | undefined {
    if (callees.length < 2) return callees[0];
    const [word] = this.#random.fill(new Uint32Array(1));
    return callees[Math.floor(word / 2 ** 32 * callees.length)];
  }
}

function hasRoom(callee: Callee): boolean {
  return callee.concurrency === 0 || callee.pending < callee.concurrency;
}
