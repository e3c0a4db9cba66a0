/**
 * The quotas of one role's sessions: finds what a session is counted under, and
 * forgets what no session is.
 */
import { RecentMap } from "../base/recent_map.ts";
import {
  Quota,
  type QuotaHolder,
  type QuotaLimits,
  type QuotaScope,
  type QuotaTable,
  QuotaUsage,
} from "./quota.ts";

/**
 * Usages whose sessions have all left, but whose rates have not recovered, are
 * remembered: otherwise coming back would be a way round them.
 */
const RECOVERING_MAX = 10_000;

/** The quotas of a role. */
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
  enter(holder: QuotaHolder): Quota {
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
  readonly #inUse = new Map<string, QuotaUsage>();
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
    this.#inUse.set(key, usage);
    return usage;
  }

  release(key: string | undefined, usage: QuotaUsage | undefined): void {
    if (key === undefined || usage === undefined || usage.sessions > 0) return;
    // Where another has taken its place, that one counts.
    if ((this.#inUse.get(key) ?? usage) !== usage) return;
    this.#inUse.delete(key);
    if (usage.isUnused(this.#nowMs())) return;
    this.#recovering.set(key, usage);
  }
}
