/**
 * The composition root: makes a running router out of a config.
 */
import { Account, type Ledger } from "../base/ledger.ts";
import type { Logger } from "../base/log.ts";
import { AuthenticatorSlots } from "../auth/authenticator.ts";
import { FailureLimiter } from "../auth/failure_limiter.ts";
import { LimitedLog } from "../base/limited_log.ts";
import type { Clock } from "../base/timers.ts";
import type { RandomSource } from "../wamp/id.ts";
import type { RouterConfig } from "../config/config.ts";
import { allRealms } from "../config/find_realm.ts";
import type { TurnBudget } from "../router/ports.ts";
import { Router, type RouterServices } from "../router/router.ts";
import { FlushQueue } from "../transport/flush_queue.ts";
import { BackPressure } from "../transport/back_pressure.ts";
import { OutboxBudget } from "../transport/outbox_budget.ts";
import { fullestOf, type Transport } from "../transport/transport.ts";
import { Turns } from "../transport/turns.ts";
import { WriterPool } from "../transport/writer_pool.ts";
import type { NodeFacts } from "../web/node_info_service.ts";
import {
  EventCounters,
  type EventName,
  type Inventory,
  takeInventory,
} from "./inventory.ts";
import { MemoryGuard } from "./memory_guard.ts";
import { defaultMemoryBytes } from "./memory_limit.ts";
import { type StoreParts, Stores } from "./open_store.ts";
import { openTransport } from "./open_transport.ts";
import { type AskInRealm, autoRealms, realmOptions } from "./realm_options.ts";
import { realmLog } from "./realm_log.ts";
import { RouterCaller } from "./router_caller.ts";
import type { SharedParts } from "./shared_parts.ts";
import { VERSION } from "./version.ts";
import { WheelTimers } from "./wheel_timers.ts";

/** A router that is up. */
export interface RunningServer {
  /** One for each transport of the config, in its order. */
  readonly listeners: readonly {
    readonly id: string;
    readonly address: string;
  }[];
  /** What is held at present, by kind; all zero when every client is gone. */
  inventory(): Inventory;
  /** How often `name` was counted since the start. */
  counted(name: EventName): number;
  /**
   * Ends: sessions get GOODBYE `wamp.close.system_shutdown`, outboxes are
   * flushed. Resolves when everything is closed, within `shutdownTimeoutMs`.
   * Calling it again waits for the same end.
   */
  shutdown(): Promise<void>;
}

/** What misbehaving peers cause must not fill the log. */
const COMPLAINT_RATE = { burst: 100, perSecond: 1 };

const CLOCK: Clock = { now: () => new Date() };

const RANDOM: RandomSource = {
  fill: (words) => crypto.getRandomValues(words),
};

/**
 * Starts a router.
 *
 * @throws {ListenError} Where a transport cannot listen; none listens then.
 * @throws {UnusableStoreError} Where a store cannot be opened.
 * @throws {Error} Where a file with a key or a secret cannot be used.
 */
export async function startServer(
  config: RouterConfig,
  log: Logger,
): Promise<RunningServer> {
  const startedMs = performance.now();
  const counters = new EventCounters();
  const turns = new Turns(() => performance.now());
  const timers = new WheelTimers(turns);
  const nowMs = (): number => timers.nowMs;
  const parts = { timers, counters, log };
  const stores = Stores.open(config.realms, parts);
  // Of its own: what the log has yet to tell is nothing that peers hold.
  const logTimers = new WheelTimers(turns);
  const limited = limitedLog(log, logTimers);
  const backPressure = new BackPressure();
  const { router, caller } = newRouter(config, stores, parts, {
    ...{ random: RANDOM, clock: CLOCK, timers, counters, nowMs },
    observers: [realmLog(limited, counters)],
    turns: budgetOf(turns, backPressure),
  });
  const slots = new AuthenticatorSlots();
  const transports: Transport[] = [];
  const ledger = ledgerOf(config, transports, limited);
  const shared: SharedParts = {
    router,
    realms: allRealms(config),
    counters,
    timers,
    flushQueue: new FlushQueue(),
    turns,
    writerPool: new WriterPool(),
    outboxBudget: outboxBudgetOf(config, transports, ledger),
    ledger,
    backPressure,
    limiter: new FailureLimiter(nowMs),
    slots,
    caller,
    log: limited,
    facts: () => factsOf(config, startedMs),
    clock: CLOCK,
    nowMs,
  };
  const stop = async (timeoutMs: number): Promise<void> => {
    await shutDown(transports, timeoutMs);
    stores.close();
    timers.stop();
    await turns.stop();
    limited.flush();
    logTimers.stop();
  };
  try {
    for (const transport of config.transports) {
      transports.push(await openTransport(transport, shared));
    }
  } catch (error) {
    await stop(0);
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    listeners: config.transports.map(({ id }, index) => ({
      id,
      address: transports[index].address,
    })),
    inventory: () => takeInventory(router, transports, timers, slots, ledger),
    counted: (name) => counters.get(name),
    shutdown: () => stopping ??= stop(config.shutdownTimeoutMs),
  };
}

function limitedLog(log: Logger, timers: WheelTimers): LimitedLog {
  return new LimitedLog(log, COMPLAINT_RATE, timers, () => timers.nowMs);
}

/** The router, and who calls procedures of its realms for it. */
function newRouter(
  config: RouterConfig,
  stores: Stores,
  parts: StoreParts,
  services: RouterServices,
): { readonly router: Router; readonly caller: RouterCaller } {
  // The router is there before anyone joins it.
  const ask: AskInRealm = (...request) => caller.call(...request);
  const roleParts = { config, ask };
  const realms = config.realms.map((realm) =>
    realmOptions(realm, stores.of(realm.name), roleParts)
  );
  const router = new Router(
    realms,
    services,
    config.autoRealms && autoRealms(config.autoRealms, parts, roleParts),
  );
  const caller = new RouterCaller(router);
  return { router, caller };
}

/** What clients make the router keep; over its bounds some of `transports`' go. */
function ledgerOf(
  config: RouterConfig,
  transports: readonly Transport[],
  log: Logger,
): Ledger {
  const limits = {
    maxBytes: config.maxMemoryBytes ?? defaultMemoryBytes(),
    maxSourceBytes: config.maxSourceBytes,
    maxFrameBytes: config.maxTotalFrameBytes,
  };
  return new MemoryGuard(limits, transports, log).ledger;
}

function outboxBudgetOf(
  { maxTotalOutboxBytes }: RouterConfig,
  transports: readonly Transport[],
  ledger: Ledger,
): OutboxBudget {
  return new OutboxBudget(
    maxTotalOutboxBytes,
    () => dropFullest(transports, maxTotalOutboxBytes),
    new Account(ledger.router),
  );
}

/** What anybody may know. */
function factsOf({ transports }: RouterConfig, startedMs: number): NodeFacts {
  return {
    version: VERSION,
    uptimeMs: performance.now() - startedMs,
    transports: transports.map(({ id, type }) => ({ id, type })),
  };
}

/** What the router may do in a turn, and for whom. */
function budgetOf(turns: Turns, backPressure: BackPressure): TurnBudget {
  return {
    isSpent: () => turns.isSpent(),
    later: (work) => turns.later(work),
    owner: () => backPressure.owner(),
  };
}

/** Where all outboxes together hold too much, one of them goes. */
function dropFullest(
  transports: readonly Transport[],
  maxTotalOutboxBytes: number,
): void {
  const fullest = fullestOf(
    transports.map((transport) => transport.fullest)
      .filter((connection) => connection !== undefined),
  );
  fullest?.overflow("all outboxes together are full, and this is the fullest", {
    max_total_outbox_bytes: maxTotalOutboxBytes,
  });
}

async function shutDown(
  transports: readonly Transport[],
  timeoutMs: number,
): Promise<void> {
  for (const transport of transports) transport.shutDown();
  const empty = Promise.all(transports.map((transport) => transport.empty()));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([empty, timeout]);
  clearTimeout(timer);
  for (const transport of transports) transport.abort();
  await empty;
  await Promise.all(transports.map((transport) => transport.close()));
}
