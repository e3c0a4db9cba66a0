/**
 * A realm without sockets: peers whose outlets record what they are sent.
 */
import { RandomIds, type RandomSource } from "../../src/wamp/id.ts";
import type { EventStore } from "../../src/router/event_store.ts";
import type { Peer, PeerLimits } from "../../src/router/model.ts";
import type {
  Authorizer,
  CounterName,
  Counters,
  Outlet,
  Role,
  TurnBudget,
} from "../../src/router/ports.ts";
import type {
  Confirmer,
  EventLoss,
  RealmObserver,
} from "../../src/router/observers.ts";
import type { Realm, RealmOptions } from "../../src/router/realm.ts";
import { LongWorks } from "../../src/router/long_work.ts";
import { createRealm } from "../../src/router/router.ts";
import { MemoryEventStore } from "../../src/store/memory_event_store.ts";
import type { StoreBounds } from "../../src/store/store_bounds.ts";
import { ErrorUri } from "../../src/wamp/error_uri.ts";
import { ClientFeature } from "../../src/wamp/features.ts";
import { type RouterMessage, SendOutcome } from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import type { Dict } from "../../src/wamp/options.ts";
import { NO_PAYLOAD, type Payload } from "../../src/wamp/payload.ts";
import type { UriCheck } from "../../src/wamp/uri.ts";
import { ManualTime } from "./manual_time.ts";
import { SeededRandom } from "./seed.ts";

/** Bounds that no test reaches by accident. */
export const WIDE_LIMITS: PeerLimits = {
  maxSubscriptions: 1000,
  maxRegistrations: 1000,
  maxPendingCalls: 1000,
  maxTestaments: 1000,
  maxTestamentBytes: 2 ** 20,
  maxSessionBytes: 2 ** 30,
};

/** As much as any test stores, and no history. */
export const WIDE_BOUNDS: StoreBounds = {
  histories: [],
  retention: { maxTopics: 1000, maxBytes: 2 ** 30 },
};

export const ALLOW_ALL: Authorizer = {
  trustLevel: undefined,
  allows: (right) => right !== "force_reregister",
  denial: () => ({
    error: ErrorUri.NOT_AUTHORIZED,
    text: "Not authorized for",
    decider: "a test",
  }),
  discloses: () => false,
  forget: () => 0,
};
export const DENY_ALL: Authorizer = { ...ALLOW_ALL, allows: () => false };

const DEFAULT_ROLES: ReadonlyMap<string, Authorizer> = new Map([
  ["all", ALLOW_ALL],
  ["none", DENY_ALL],
]);

/** Turns of the event loop that last as long as anybody likes. */
export const NO_HURRY: TurnBudget = {
  isSpent: () => false,
  later: (work) => work(),
};

/** Repeatable randomness in the form that the router takes. */
export function seededSource(seed = 1): RandomSource {
  const random = new SeededRandom(seed);
  return {
    fill(words) {
      for (let i = 0; i < words.length; i++) words[i] = random.uint32();
      return words;
    },
  };
}

/** Keeps what it is sent, unless a test says that it cannot be sent. */
export class RecordingOutlet implements Outlet {
  readonly #sent: RouterMessage[] = [];
  /** Reason and message, once the realm has ended the session. */
  killed: [reason: string, message: string | undefined] | undefined = undefined;
  /** What becomes of a message. */
  outcome: (message: RouterMessage) => SendOutcome = () => SendOutcome.SENT;
  maxMessageBytes = Infinity;

  send(message: RouterMessage): SendOutcome {
    const outcome = this.outcome(message);
    if (outcome === SendOutcome.SENT) this.#sent.push(message);
    return outcome;
  }

  burst(work: () => void): void {
    work();
  }

  enter(work: () => void): void {
    work();
  }

  kill(reason: string, message: string | undefined): void {
    this.killed = [reason, message];
  }

  /** What has been sent since this was called before. */
  take(): RouterMessage[] {
    return this.#sent.splice(0);
  }
}

/** What a test says about a session; the rest is the default. */
export interface PeerOptions {
  readonly canceling?: boolean;
  /** Bits of `ClientFeature`. */
  readonly features?: number;
  readonly authid?: string;
  readonly limits?: Partial<PeerLimits>;
  readonly address?: string;
}

/** Counters that a test reads. */
export class TestCounters implements Counters {
  readonly #counts = new Map<CounterName, number>();

  increment(name: CounterName): void {
    this.#counts.set(name, this.get(name) + 1);
  }

  get(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }
}

/** A session with short ways to send requests; request IDs count up. */
export class TestPeer {
  readonly realm: Realm;
  readonly peer: Peer;
  readonly outlet: RecordingOutlet;
  lastRequest = 0;

  constructor(realm: Realm, peer: Peer, outlet: RecordingOutlet) {
    this.realm = realm;
    this.peer = peer;
    this.outlet = outlet;
  }

  /** What the session was sent since this was called before. */
  take(): RouterMessage[] {
    return this.outlet.take();
  }

  subscribe(topic: string, options: Dict = {}): number {
    const request = ++this.lastRequest;
    const code = MessageCode.SUBSCRIBE;
    this.realm.broker.subscribe(this.peer, { code, request, options, topic });
    return request;
  }

  unsubscribe(subscription: number): number {
    const request = ++this.lastRequest;
    const code = MessageCode.UNSUBSCRIBE;
    this.realm.broker.unsubscribe(this.peer, { code, request, subscription });
    return request;
  }

  publish(
    topic: string,
    options: Dict = {},
    payload: Payload = NO_PAYLOAD,
  ): number {
    const request = ++this.lastRequest;
    this.realm.broker.publish(this.peer, {
      code: MessageCode.PUBLISH,
      request,
      options,
      topic,
      payload,
    });
    return request;
  }

  register(procedure: string, options: Dict = {}): number {
    const request = ++this.lastRequest;
    const code = MessageCode.REGISTER;
    this.realm.dealer.register(this.peer, {
      code,
      request,
      options,
      procedure,
    });
    return request;
  }

  unregister(registration: number): number {
    const request = ++this.lastRequest;
    const code = MessageCode.UNREGISTER;
    this.realm.dealer.unregister(this.peer, { code, request, registration });
    return request;
  }

  call(
    procedure: string,
    payload: Payload = NO_PAYLOAD,
    options: Dict = {},
  ): number {
    const request = ++this.lastRequest;
    this.callAs(request, procedure, payload, options);
    return request;
  }

  /** CALL under a request ID of the test's choice. */
  callAs(
    request: number,
    procedure: string,
    payload: Payload = NO_PAYLOAD,
    options: Dict = {},
    receivedMs = 0,
  ): void {
    this.realm.dealer.call(this.peer, {
      code: MessageCode.CALL,
      request,
      options,
      procedure,
      payload,
    }, receivedMs);
  }

  cancel(request: number, mode?: string): void {
    this.realm.calls.cancel(this.peer, {
      code: MessageCode.CANCEL,
      request,
      options: mode === undefined ? {} : { mode },
    });
  }

  yield(
    request: number,
    payload: Payload = NO_PAYLOAD,
    options: Dict = {},
  ): void {
    this.realm.calls.yield(this.peer, {
      code: MessageCode.YIELD,
      request,
      options,
      payload,
    });
  }

  error(
    request: number,
    error = "com.example.error",
    payload: Payload = NO_PAYLOAD,
  ): void {
    this.realm.calls.error(this.peer, {
      code: MessageCode.ERROR,
      requestType: MessageCode.INVOCATION,
      request,
      details: {},
      error,
      payload,
      text: undefined,
    });
  }

  leave(): void {
    this.realm.leave(this.peer);
  }
}

/** What a test says about its realm; the rest is the default. */
export interface TestRealmOptions {
  readonly uriCheck?: UriCheck;
  /** Default: `all`, which may do everything, and `none`, which may nothing. */
  readonly roles?: ReadonlyMap<string, Authorizer>;
  readonly allowsDisclosure?: boolean;
  readonly callQueueLength?: number;
  readonly store?: EventStore;
  readonly hasMetaApi?: boolean;
  readonly quotas?: RealmOptions["quotas"];
  readonly callTimeoutsMs?: ReadonlyMap<string, number>;
  readonly observers?: readonly RealmObserver[];
  readonly confirmer?: Confirmer;
  /** Default: long work is done at once, whatever it takes. */
  readonly turns?: TurnBudget;
}

/** The role all of whose sessions have `authorizer`. */
export function roleOf(authorizer: Authorizer): Role {
  return { authorizerOf: () => authorizer, forget: () => 0 };
}

/** A realm as plain as can be; its role `role` may do everything. */
export function plainRealm(name: string, role: string): RealmOptions {
  return {
    name,
    uriCheck: "loose",
    roles: new Map([[role, roleOf(ALLOW_ALL)]]),
    allowsDisclosure: true,
    callQueueLength: 0,
    hasMetaApi: true,
    quotas: new Map(),
    store: new MemoryEventStore(WIDE_BOUNDS, new TestCounters()),
  };
}

/** One event that was lost for one subscriber. */
export interface Loss {
  readonly realm: string;
  readonly session: number;
  readonly loss: EventLoss;
}

/** A realm with a role that may do everything, and one that may do nothing. */
export class TestRealm {
  readonly realm: Realm;
  readonly time = new ManualTime();
  readonly counters = new TestCounters();
  /** What subscribers could be told nothing of, in order. */
  readonly losses: Loss[] = [];
  #lastSession = 0;

  constructor(options: TestRealmOptions | UriCheck = {}) {
    const given = typeof options === "string" ? { uriCheck: options } : options;
    const random = seededSource();
    const { roles = DEFAULT_ROLES, observers = [], turns: _, ...rest } = given;
    this.realm = createRealm({
      name: "realm1",
      uriCheck: "loose",
      roles: new Map(
        [...roles].map(([name, authorizer]) => [name, roleOf(authorizer)]),
      ),
      allowsDisclosure: true,
      callQueueLength: 0,
      hasMetaApi: true,
      quotas: new Map(),
      store: new MemoryEventStore(WIDE_BOUNDS, this.counters),
      ...rest,
    }, {
      ids: new RandomIds(random),
      random,
      clock: this.time,
      timers: this.time,
      counters: this.counters,
      observers: [(event, realm) => {
        if (event.kind !== "event_lost") return;
        const session = event.peer.sessionId;
        this.losses.push({ realm, session, loss: event.loss });
      }, ...observers],
      nowMs: () => this.time.now().getTime(),
      longWorks: new LongWorks(given.turns ?? NO_HURRY),
    });
  }

  /** How often `name` was counted. */
  counted(name: CounterName): number {
    return this.counters.get(name);
  }

  /** A session under `role`. */
  join(options: PeerOptions = {}, role = "all"): TestPeer {
    const outlet = new RecordingOutlet();
    const session = ++this.#lastSession;
    const canceling = options.canceling ? ClientFeature.CALLEE_CANCELING : 0;
    const peer = this.realm.join(
      session,
      {
        authid: options.authid ?? `peer${session}`,
        authrole: role,
        authmethod: "anonymous",
        authprovider: "static",
      },
      canceling | (options.features ?? 0),
      { ...WIDE_LIMITS, ...options.limits },
      outlet,
      options.address,
    );
    return new TestPeer(this.realm, peer, outlet);
  }
}
