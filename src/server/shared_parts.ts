import type { AuthenticatorSlots } from "../auth/authenticator.ts";
import type { FailureLimiter } from "../auth/failure_limiter.ts";
import type { Ledger } from "../base/ledger.ts";
import type { Logger } from "../base/log.ts";
import type { Clock } from "../base/timers.ts";
import type { RealmConfig } from "../config/config.ts";
import type { Router } from "../router/router.ts";
import type { BackPressure } from "../transport/back_pressure.ts";
import type { FlushQueue } from "../transport/flush_queue.ts";
import type { OutboxBudget } from "../transport/outbox_budget.ts";
import type { Turns } from "../transport/turns.ts";
import type { WriterPool } from "../transport/writer_pool.ts";
import type { NodeFacts } from "../web/node_info_service.ts";
import type { EventCounters } from "./inventory.ts";
import type { RouterCaller } from "./router_caller.ts";
import type { WheelTimers } from "./wheel_timers.ts";

/** What all transports of a router have in common. */
export interface SharedParts {
  readonly router: Router;
  readonly realms: readonly RealmConfig[];
  readonly counters: EventCounters;
  readonly timers: WheelTimers;
  readonly flushQueue: FlushQueue;
  readonly turns: Turns;
  readonly writerPool: WriterPool;
  readonly outboxBudget: OutboxBudget;
  readonly ledger: Ledger;
  readonly backPressure: BackPressure;
  readonly limiter: FailureLimiter;
  readonly slots: AuthenticatorSlots;
  readonly caller: RouterCaller;
  readonly log: Logger;
  /** What anybody may know of the router. */
  readonly facts: () => NodeFacts;
  /** The time of day. */
  readonly clock: Clock;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}
