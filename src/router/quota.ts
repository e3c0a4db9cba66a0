/**
 * What sessions may have together: those of a role, of one authid in it, and of
 * one source address in it.
 */
import { RecentMap } from "../base/recent_map.ts";
import { ReusingMap } from "../base/reusing_map.ts";
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

const KIND_NAME: Readonly<Record<QuotaKind, string>> = {
  sessions: "sessions",
  subscriptions: "subscriptions",
  registrations: "registrations",
  pendingCalls: "pending calls",
};

/** The same in a transport's limits and in quotas. */
export const QUOTA_CONFIG_KEY: Readonly<Record<QuotaKind, string>> = {
  sessions: "max_sessions",
  subscriptions: "max_subscriptions",
  registrations: "max_registrations",
  pendingCalls: "max_pending_calls",
};

/**
 * Says that there can be no more of `kind`.
 *
 * @param per What the limit is for: a session, or what a quota counts together.
 * @param section Where in the config the limit is; undefined: with a transport.
 */
export function limitText(
  kind: QuotaKind,
  count: number,
  per: "session" | QuotaScope,
  section?: "quotas",
): string {
  const key = section === undefined
    ? QUOTA_CONFIG_KEY[kind]
    : `${section}: ${QUOTA_CONFIG_KEY[kind]}`;
  return `Limit of ${count} ${KIND_NAME[kind]} per ${per} reached (${key})`;
}

/** In a second: what quotas have by default. */
const UNREACHED_MESSAGES = 10_000_000;
const UNREACHED_BYTES = 10_000_000_000;

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

  /** Whether its rates can ever be reached: no router reads so much. */
  get isRated(): boolean {
    const { messagesPerSecond, bytesPerSecond } = this.limits;
    return messagesPerSecond < UNREACHED_MESSAGES ||
      bytesPerSecond < UNREACHED_BYTES;
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
    return limitText(kind, this.limits[kind], this.scope, "quotas");
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
  /** Whether what it receives is counted; else no clock need be read for it. */
  readonly isRated: boolean;
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
    this.isRated = usages.some((usage) => usage.isRated);
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

/**
 * Usages whose sessions have all left, but whose rates have not recovered, are
 * remembered: otherwise coming back would be a way round them.
 */
const RECOVERING_MAX = 10_000;

/**
 * The quotas of one role's sessions: finds what a session is counted under, and
 * forgets what no session is.
 */
export class QuotaBook {
  readonly #role: QuotaUsage;
  /** Of sessions that are counted by their role alone. */
  readonly #common: Quota;
  readonly #authids: UsageTable | undefined;
  readonly #addresses: UsageTable | undefined;

  /** @param nowMs A clock that never goes back. */
  constructor(table: QuotaTable, nowMs: () => number) {
    this.#role = new QuotaUsage("role", table.role, nowMs());
    const nobody = { authid: "", address: undefined };
    this.#common = new Quota(nobody, [this.#role]);
    this.#authids = table.authid &&
      new UsageTable("authid", table.authid, nowMs);
    this.#addresses = table.address &&
      new UsageTable("address", table.address, nowMs);
  }

  /** How many authids and addresses are remembered, and the sessions of neither. */
  get recovering(): number {
    return (this.#authids?.recovering ?? 0) +
      (this.#addresses?.recovering ?? 0);
  }

  /**
   * Why there can be no more such session; undefined where there can.
   *
   * @param giving Of a session of the same authid that gives up its place for it.
   */
  refusal(
    { authid, address }: QuotaHolder,
    giving?: Quota,
  ): string | undefined {
    if (giving === undefined) {
      return this.#role.refusal("sessions") ??
        this.#authids?.refusal(authid) ?? this.#addresses?.refusal(address);
    }
    // With its place in the role and of the authid it also gives this one.
    if (giving.holder.address === address) return undefined;
    return this.#addresses?.refusal(address);
  }

  /** Counts a session in. */
  join(holder: QuotaHolder): Quota {
    const quota = this.#quotaOf(holder);
    quota.add("sessions", 1);
    return quota;
  }

  #quotaOf(holder: QuotaHolder): Quota {
    const authid = this.#authids?.take(holder.authid);
    const address = this.#addresses?.take(holder.address);
    if (authid === undefined && address === undefined) return this.#common;
    const usages = [this.#role, authid, address];
    return new Quota(
      holder,
      usages.filter((usage) => usage !== undefined),
      (late) => this.#settle(late),
    );
  }

  /** Counts a session out; what it had was counted out before. */
  leave(quota: Quota): void {
    quota.add("sessions", -1);
    if (quota === this.#common) return;
    quota.hasLeft = true;
    this.#settle(quota);
  }

  #settle(quota: Quota): void {
    const { authid, address } = quota.holder;
    this.#authids?.release(authid, quota.usageOf("authid"));
    this.#addresses?.release(address, quota.usageOf("address"));
  }
}

/** The usages of one scope, by authid or address. */
class UsageTable {
  readonly #scope: QuotaScope;
  readonly #limits: QuotaLimits;
  readonly #nowMs: () => number;
  readonly #inUse = new ReusingMap<QuotaUsage>();
  readonly #recovering = new RecentMap<QuotaUsage>(RECOVERING_MAX);

  constructor(scope: QuotaScope, limits: QuotaLimits, nowMs: () => number) {
    this.#scope = scope;
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  get recovering(): number {
    return this.#recovering.size;
  }

  refusal(key: string | undefined): string | undefined {
    return key === undefined
      ? undefined
      : this.#inUse.get(key)?.refusal("sessions");
  }

  take(key: string | undefined): QuotaUsage | undefined {
    if (key === undefined) return undefined;
    let usage = this.#inUse.get(key);
    if (usage !== undefined) return usage;
    usage = this.#recovering.get(key) ??
      new QuotaUsage(this.#scope, this.#limits, this.#nowMs());
    this.#recovering.delete(key);
    this.#inUse.add(key, usage);
    return usage;
  }

  release(key: string | undefined, usage: QuotaUsage | undefined): void {
    if (key === undefined || usage === undefined || usage.sessions > 0) return;
    const present = this.#inUse.get(key);
    // Where another has taken its place, that one counts.
    if (present !== undefined) {
      if (present !== usage) return;
      this.#inUse.remove(key);
    }
    if (usage.isUnused(this.#nowMs())) return;
    this.#recovering.set(key, usage);
  }
}
