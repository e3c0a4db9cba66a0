/**
 * What sessions may have together: those of a role, of one authid in it, and of
 * one source address in it.
 */
import { TokenBucket } from "../base/token_bucket.ts";

/** Whose sessions are counted together. */
export type QuotaScope = "role" | "authid" | "address";

/** What is counted. */
export type QuotaKind =
  | "sessions"
  | "subscriptions"
  | "registrations"
  | "pendingCalls";

/** How much they may have. */
export interface QuotaLimits extends Readonly<Record<QuotaKind, number>> {
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** The limits of all scopes; what is absent is limited by the role's alone. */
export interface QuotaTable {
  readonly role: QuotaLimits;
  readonly authid?: QuotaLimits;
  readonly address?: QuotaLimits;
}

/** For people. */
export const QUOTA_KIND_NAME: Readonly<Record<QuotaKind, string>> = {
  sessions: "sessions",
  subscriptions: "subscriptions",
  registrations: "registrations",
  pendingCalls: "pending calls",
};

const SCOPE_NAME: Readonly<Record<QuotaScope, string>> = {
  role: "The role's sessions",
  authid: "The sessions of this authid",
  address: "The sessions from this address",
};

/** What the sessions of one scope have, counted together. */
export class QuotaUsage {
  readonly scope: QuotaScope;
  readonly limits: QuotaLimits;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  sessions = 0;
  subscriptions = 0;
  registrations = 0;
  pendingCalls = 0;

  constructor(scope: QuotaScope, limits: QuotaLimits, nowMs: number) {
    const { messagesPerSecond, bytesPerSecond } = limits;
    this.scope = scope;
    this.limits = limits;
    // As much at once as in a second.
    this.#messages = new TokenBucket(
      messagesPerSecond,
      messagesPerSecond,
      nowMs,
    );
    this.#bytes = new TokenBucket(bytesPerSecond, bytesPerSecond, nowMs);
  }

  /** Takes what was received; for how long nothing more is to be. */
  spend(messages: number, bytes: number, nowMs: number): number {
    return Math.max(
      this.#messages.spend(messages, nowMs),
      this.#bytes.spend(bytes, nowMs),
    );
  }

  /** Whether it is as if it were new. */
  isUnused(nowMs: number): boolean {
    return this.sessions === 0 && this.#messages.isFull(nowMs) &&
      this.#bytes.isFull(nowMs);
  }

  /** Why there can be no more of `kind`; undefined where there can. */
  refusal(kind: QuotaKind): string | undefined {
    if (this[kind] < this.limits[kind]) return undefined;
    return `${SCOPE_NAME[this.scope]} have ${this.limits[kind]} ${
      QUOTA_KIND_NAME[kind]
    }, the most allowed`;
  }
}

/** Whom a session belongs to. */
export interface QuotaHolder {
  readonly authid: string;
  /** Undefined where it has none: on Unix sockets. */
  readonly address: string | undefined;
}

/** One session's part in them. */
export class Quota {
  readonly holder: QuotaHolder;
  readonly #usages: readonly QuotaUsage[];
  readonly #spentLate: (quota: Quota) => void;
  /** Whether the session is counted out. */
  hasLeft = false;

  /** @param spentLate Told where something is spent though the session has left. */
  constructor(
    holder: QuotaHolder,
    usages: readonly QuotaUsage[],
    spentLate: (quota: Quota) => void = () => {},
  ) {
    this.holder = holder;
    this.#usages = usages;
    this.#spentLate = spentLate;
  }

  /** Its part in those of `scope`; undefined where they are not counted. */
  usageOf(scope: QuotaScope): QuotaUsage | undefined {
    return this.#usages.find((usage) => usage.scope === scope);
  }

  /**
   * Why the session cannot have one more of `kind`; undefined where it can.
   *
   * @param giving Of sessions that give one up for it.
   */
  refusal(kind: QuotaKind, giving: readonly Quota[] = []): string | undefined {
    for (const usage of this.#usages) {
      if (giving.some((quota) => quota.#usages.includes(usage))) continue;
      const text = usage.refusal(kind);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** Notes that the session has `count` more of `kind`. */
  add(kind: QuotaKind, count: number): void {
    for (const usage of this.#usages) usage[kind] += count;
  }

  /** As {@linkcode Quota.refusal} for calls, which are many: whether there can. */
  get hasRoomForCall(): boolean {
    const usages = this.#usages;
    for (let i = 0; i < usages.length; i++) {
      const { pendingCalls, limits } = usages[i];
      if (pendingCalls >= limits.pendingCalls) return false;
    }
    return true;
  }

  /** As {@linkcode Quota.add} for calls, which are many. */
  addCalls(count: number): void {
    const usages = this.#usages;
    for (let i = 0; i < usages.length; i++) usages[i].pendingCalls += count;
  }

  /**
   * Notes what the session has received.
   *
   * @returns For how long, in milliseconds, it is not to receive any more.
   */
  spend(messages: number, bytes: number, nowMs: number): number {
    let waitMs = 0;
    for (const usage of this.#usages) {
      waitMs = Math.max(waitMs, usage.spend(messages, bytes, nowMs));
    }
    if (this.hasLeft) this.#spentLate(this);
    return waitMs;
  }
}

/** For sessions that nothing is counted of. */
export const NO_QUOTA = new Quota({ authid: "", address: undefined }, []);
