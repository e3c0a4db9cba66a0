/**
 * Random interleavings of many clients, at the router and at the model, with
 * what each client is sent compared after each step.
 */
import { assert, assertEquals } from "@std/assert";
import { MessageCode } from "../../src/wamp/message_code.ts";
import type { RouterMessage } from "../../src/wamp/message.ts";
import type { MatchPolicy } from "../../src/wamp/uri.ts";
import { payloadOf } from "../../src/wamp/values.ts";
import type { SeededRandom } from "../support/seed.ts";
import { type TestPeer, TestRealm } from "../support/test_realm.ts";
import { NaiveBroker } from "./_naive_broker.ts";
import {
  FEATURE_NAMES,
  featureBits,
  NaiveClient,
  type NaiveFeatures,
} from "./_naive_client.ts";
import { type NaiveCall, NaiveDealer } from "./_naive_dealer.ts";
import { observed } from "./_observed.ts";

const CLIENTS_MAX = 12;
const QUEUE_LENGTH = 3;
const TIMEOUTS_MS = [0, 0, 0, 5, 20];
const URIS = ["a", "b", "a.b", "a.c", "a.b.c", "b.b.c"];
const PATTERNS: readonly (readonly [string, MatchPolicy])[] = [
  ["", "prefix"],
  ["a", "prefix"],
  ["a.", "prefix"],
  ["a.b", "prefix"],
  ["", "wildcard"],
  ["a.", "wildcard"],
  [".b", "wildcard"],
  ["a..c", "wildcard"],
  ["..c", "wildcard"],
  [".b.", "wildcard"],
];
const POLICIES = [
  "single",
  "roundrobin",
  "random",
  "first",
  "last",
  "least_pending",
];

interface Client {
  readonly real: TestPeer;
  readonly naive: NaiveClient;
}

/** One run of the model beside the router. */
export class ModelRun {
  readonly #random: SeededRandom;
  readonly #router = new TestRealm({
    callQueueLength: QUEUE_LENGTH,
    hasMetaApi: false,
  });
  readonly #broker = new NaiveBroker();
  readonly #dealer = new NaiveDealer(
    QUEUE_LENGTH,
    (registration) => this.#takenByChance(registration),
  );
  #clients: Client[] = [];
  #sent = new Map<NaiveClient, RouterMessage[]>();
  #lastTag = 0;
  /** What was done, for a failure's text. */
  readonly #history: string[] = [];

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Does `count` random things, and then has everyone leave. */
  run(count: number): void {
    for (let i = 0; i < count; i++) this.#step(() => this.#anything());
    for (const client of [...this.#clients]) {
      this.#step(() => this.#leave(client));
    }
    assertEquals(this.#router.realm.inventory(), {
      sessions: 0,
      subscriptions: 0,
      registrations: 0,
      pendingCalls: 0,
      testators: 0,
    });
    assertEquals(this.#router.time.deadlines, 0, "deadlines are left");
  }

  /** One thing at the router, then at the model, then both compared. */
  #step(choose: () => () => void): void {
    const clients = this.#clients;
    const model = choose();
    this.#sent = new Map(
      [...new Set([...clients, ...this.#clients])].map(({ naive, real }) => [
        naive,
        real.take(),
      ]),
    );
    model();
    for (const [naive, messages] of this.#sent) {
      assertEquals(
        messages.map(observed).sort(),
        naive.take().sort(),
        `session ${naive.session} after:\n${
          this.#history.slice(-30).join("\n")
        }`,
      );
      this.#assertOrder(messages);
    }
    const inventory = this.#router.realm.inventory();
    assertEquals(inventory, {
      sessions: this.#clients.length,
      subscriptions: this.#broker.subscriptions.length,
      registrations: this.#dealer.registrations.length,
      pendingCalls: this.#dealer.calls.filter((call) => !call.answered).length,
      testators: 0,
    }, this.#history.slice(-30).join("\n"));
  }

  /** Nothing of a registration or subscription comes before its answer (OG-02, OG-03). */
  #assertOrder(messages: readonly RouterMessage[]): void {
    const seen = new Set<number>();
    for (const message of messages) {
      if (message.code === MessageCode.EVENT) seen.add(message.subscription);
      if (message.code === MessageCode.INVOCATION) {
        seen.add(message.registration);
      }
      assert(
        message.code !== MessageCode.SUBSCRIBED ||
          !seen.has(message.subscription),
      );
      assert(
        message.code !== MessageCode.REGISTERED ||
          !seen.has(message.registration),
      );
    }
  }

  #anything(): () => void {
    const random = this.#random;
    if (this.#clients.length < 3 || random.oneIn(40)) return this.#join();
    const client = random.pick(this.#clients);
    switch (random.below(18)) {
      case 0:
        return random.oneIn(3) ? this.#leave(client) : this.#pass();
      case 1:
        return random.oneIn(2) ? this.#revoke() : this.#pass();
      case 2:
      case 3:
        return this.#subscribe(client);
      case 4:
        return this.#unsubscribe(client);
      case 5:
      case 6:
        return this.#publish(client);
      case 7:
      case 8:
        return this.#register(client);
      case 9:
        return this.#unregister(client);
      case 10:
      case 11:
      case 12:
        return this.#call(client);
      case 13:
        return this.#chunk();
      case 14:
        return this.#cancel();
      case 15:
        return this.#error();
      default:
        return this.#yield();
    }
  }

  #join(): () => void {
    if (this.#clients.length >= CLIENTS_MAX) return this.#pass();
    const features = Object.fromEntries(
      FEATURE_NAMES.map((name) => [name, this.#random.below(4) > 0]),
    ) as unknown as NaiveFeatures;
    const authid = this.#random.pick(["x", "y", "z"]);
    const bits = featureBits(features);
    const real = this.#router.join({ features: bits, authid });
    const { sessionId } = real.peer;
    const naive = new NaiveClient(sessionId, authid, features);
    this.#clients = [...this.#clients, { real, naive }];
    this.#note(`join ${sessionId} ${authid} ${JSON.stringify(features)}`);
    return () => {};
  }

  #leave(client: Client): () => void {
    this.#note(`leave ${client.naive.session}`);
    this.#clients = this.#clients.filter((one) => one !== client);
    client.real.leave();
    return () => {
      this.#broker.leave(client.naive);
      this.#dealer.leave(client.naive);
      // A session's outlet is shut before it leaves the realm.
      client.naive.take();
      this.#sent.delete(client.naive);
    };
  }

  #pass(): () => void {
    const ms = this.#random.below(8);
    this.#note(`pass ${ms} ms`);
    this.#router.time.pass(ms);
    return () => this.#dealer.pass(ms);
  }

  #revoke(): () => void {
    const random = this.#random;
    const subscription = random.oneIn(2) && this.#broker.subscriptions.length
      ? random.pick(this.#broker.subscriptions)
      : undefined;
    const reason = "com.example.revoked";
    if (subscription !== undefined) {
      const naive = random.pick(subscription.clients);
      const { id } = subscription;
      this.#note(`revoke subscription ${id} of ${naive.session}`);
      const { broker } = this.#router.realm;
      const found = broker.subscriptions.get(id);
      assert(found !== undefined);
      broker.revoke(found, this.#realOf(naive).peer, reason);
      return () => this.#broker.revoke(naive, id, reason);
    }
    if (this.#dealer.registrations.length === 0) return this.#pass();
    const registration = random.pick(this.#dealer.registrations);
    const naive = random.pick(registration.callees).client;
    this.#note(`revoke registration ${registration.id} of ${naive.session}`);
    const { dealer } = this.#router.realm;
    const found = dealer.registrations.get(registration.id);
    assert(found !== undefined);
    dealer.revoke(found, this.#realOf(naive).peer, reason);
    return () => this.#dealer.revoke(naive, registration, reason);
  }

  #subscribe({ real, naive }: Client): () => void {
    const [uri, match] = this.#pattern();
    const request = real.subscribe(uri, { match });
    this.#note(`${naive.session} SUBSCRIBE ${match} "${uri}"`);
    return () => this.#broker.subscribe(naive, request, uri, match);
  }

  #unsubscribe({ real, naive }: Client): () => void {
    const id = this.#someId(this.#broker.subscriptions);
    const request = real.unsubscribe(id);
    this.#note(`${naive.session} UNSUBSCRIBE ${id}`);
    return () => this.#broker.unsubscribe(naive, request, id);
  }

  #publish({ real, naive }: Client): () => void {
    const random = this.#random;
    const sessions = this.#clients.map((one) => one.naive.session);
    const some = () => sessions.filter(() => random.oneIn(2));
    const options = {
      ...(random.oneIn(2) ? { acknowledge: true } : {}),
      ...(random.oneIn(3) ? { exclude_me: random.oneIn(2) } : {}),
      ...(random.oneIn(4) ? { disclose_me: true } : {}),
      ...(random.oneIn(5) ? { exclude: some() } : {}),
      ...(random.oneIn(5) ? { eligible: some() } : {}),
      ...(random.oneIn(8) ? { exclude_authid: ["x"] } : {}),
      ...(random.oneIn(8) ? { eligible_authid: ["x", "y"] } : {}),
    };
    const topic = random.pick(URIS);
    const tag = ++this.#lastTag;
    const request = real.publish(topic, options, payloadOf([tag]));
    this.#note(`${naive.session} PUBLISH ${topic} ${JSON.stringify(options)}`);
    return () => this.#broker.publish(naive, request, topic, options, tag);
  }

  #register({ real, naive }: Client): () => void {
    const random = this.#random;
    const [uri, match] = this.#pattern();
    const invoke = random.pick(POLICIES);
    const choice = {
      match,
      invoke,
      // With chance, what waits is not told apart in one step.
      ...(invoke !== "random" && random.oneIn(2)
        ? { concurrency: random.below(3) }
        : {}),
      ...(random.oneIn(4) ? { disclose_caller: true } : {}),
      ...(random.oneIn(3) ? { forward_timeout: true } : {}),
      ...(random.oneIn(4) ? { force_reregister: true } : {}),
    };
    const request = real.register(uri, choice);
    this.#note(
      `${naive.session} REGISTER "${uri}" ${JSON.stringify(choice)}`,
    );
    return () => this.#dealer.register(naive, request, uri, choice);
  }

  #unregister({ real, naive }: Client): () => void {
    const id = this.#someId(this.#dealer.registrations);
    const request = real.unregister(id);
    this.#note(`${naive.session} UNREGISTER ${id}`);
    return () => this.#dealer.unregister(naive, request, id);
  }

  #call({ real, naive }: Client): () => void {
    const random = this.#random;
    const timeout = random.pick(TIMEOUTS_MS);
    const choice = {
      ...(timeout > 0 ? { timeout } : {}),
      ...(random.oneIn(3) ? { receive_progress: true } : {}),
      ...(naive.features.callerChunks && random.oneIn(4)
        ? { progress: true }
        : {}),
      ...(random.oneIn(5) ? { disclose_me: true } : {}),
    };
    const procedure = random.pick(URIS);
    const tag = ++this.#lastTag;
    const request = real.call(procedure, payloadOf([tag]), choice);
    this.#note(
      `${naive.session} CALL ${request} ${procedure} ${JSON.stringify(choice)}`,
    );
    return () => this.#dealer.call(naive, request, procedure, choice, tag);
  }

  #chunk(): () => void {
    const call = this.#someCall((one) => one.hasMore && !one.answered);
    if (call === undefined) return this.#pass();
    const progress = this.#random.oneIn(2);
    const tag = ++this.#lastTag;
    const { caller, request, procedure } = call;
    const payload = payloadOf([tag]);
    this.#realOf(caller).callAs(request, procedure, payload, { progress });
    this.#note(`${caller.session} chunk of ${request}, more: ${progress}`);
    return () => this.#dealer.chunk(call, progress, tag);
  }

  #cancel(): () => void {
    const call = this.#someCall((one) => !one.answered);
    if (call === undefined) return this.#pass();
    const mode = this.#random.pick(["skip", "kill", "killnowait"]);
    this.#realOf(call.caller).cancel(call.request, mode);
    this.#note(`${call.caller.session} CANCEL ${call.request} ${mode}`);
    return () => this.#dealer.cancel(call, mode);
  }

  #yield(): () => void {
    const call = this.#someCall((one) => one.callee !== undefined);
    if (call?.callee === undefined) return this.#pass();
    const progress = this.#random.oneIn(3);
    const tag = ++this.#lastTag;
    const { client } = call.callee;
    const payload = payloadOf([tag]);
    this.#realOf(client).yield(call.invocation, payload, { progress });
    this.#note(
      `${client.session} YIELD ${call.invocation}, more: ${progress}`,
    );
    return () => this.#dealer.yield(call, progress, tag);
  }

  #error(): () => void {
    const call = this.#someCall((one) => one.callee !== undefined);
    if (call?.callee === undefined) return this.#pass();
    const error = this.#random.pick(["com.x", "wamp.error.unavailable"]);
    const tag = ++this.#lastTag;
    const { client } = call.callee;
    this.#realOf(client).error(call.invocation, error, payloadOf([tag]));
    this.#note(`${client.session} ERROR ${call.invocation} ${error}`);
    return () => this.#dealer.error(call, error, tag);
  }

  #pattern(): readonly [string, MatchPolicy] {
    return this.#random.oneIn(2)
      ? this.#random.pick(PATTERNS)
      : [this.#random.pick(URIS), "exact"];
  }

  /** One that exists, as a rule. */
  #someId(existing: readonly { readonly id: number }[]): number {
    return existing.length === 0 || this.#random.oneIn(8)
      ? 1 + this.#random.below(50)
      : this.#random.pick(existing).id;
  }

  #someCall(isOne: (call: NaiveCall) => boolean): NaiveCall | undefined {
    const calls = this.#dealer.calls.filter(isOne);
    return calls.length === 0 ? undefined : this.#random.pick(calls);
  }

  #realOf(naive: NaiveClient): TestPeer {
    const found = this.#clients.find((client) => client.naive === naive);
    assert(found !== undefined, `session ${naive.session} is there`);
    return found.real;
  }

  #takenByChance(registration: number): NaiveClient | undefined {
    for (const [naive, messages] of this.#sent) {
      const isTaken = messages.some((message) =>
        message.code === MessageCode.INVOCATION &&
        message.registration === registration
      );
      if (isTaken) return naive;
    }
    return undefined;
  }

  #note(what: string): void {
    this.#history.push(what);
  }
}
