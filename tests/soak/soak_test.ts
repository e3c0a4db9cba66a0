/**
 * Sessions that come, use all features and leave in all ways, with attackers
 * among them, for as long as `SLUICE_SOAK_SECONDS` says: what the router holds
 * stays flat, each call is answered once, and each event is accounted for.
 *
 * `deno task soak` runs it for an hour, with about a million sessions.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { campaign } from "../hostile/_campaign.ts";
import { fuzzSeed } from "../hostile/_fuzz_options.ts";
import { DEADLINE_MS, within } from "../support/deadline.ts";
import { RouterHandle } from "../support/router_handle.ts";
import type { RouterState } from "../support/router_process.ts";
import { SeededRandom } from "../support/seed.ts";
import { type Errand, ERRANDS, SECRET, testament } from "./_errands.ts";
import { Host } from "./_host.ts";

const SECONDS = Number(Deno.env.get("SLUICE_SOAK_SECONDS") ?? 60);
const VISITORS = 12;
const ROUND_VISITS = 1500;
const ROUND_ATTACKS = 60;
/** Code is compiled, stores and pools fill: what a router holds anyway. */
const WARM_UP_ROUNDS = 3;
const MIB = 2 ** 20;
/** What is really left behind grows with the rounds, and soon beyond this. */
const HELD_GROWTH_MAX = 4 * MIB;
/** The system closes some a moment later; thousands came and went. */
const DESCRIPTORS_GROWTH_MAX = 50;

/** Their buffers grow and shrink, and the time for a frame is looked at late. */
const OF_THOSE_WHO_STAY: Readonly<Record<string, number>> = {
  heldBytes: MIB,
  deadlines: 4,
};

function config(folder: string): unknown {
  const common = {
    type: "rawsocket",
    max_message_size: 65_536,
    serializers: ["json", "msgpack", "cbor"],
    auth: {
      anonymous: { type: "static", role: "visitor" },
      ticket: {
        type: "static",
        principals: { joe: { ticket: SECRET, role: "visitor" } },
      },
      wampcra: {
        type: "static",
        users: { joe: { secret: SECRET, role: "visitor" } },
      },
    },
  };
  const fixture = (name: string) =>
    new URL(`../fixtures/${name}`, import.meta.url).pathname;
  const tcp = { type: "tcp", interface: "127.0.0.1", port: 0 };
  const tls = {
    key: fixture("localhost.key"),
    certificate: fixture("localhost.crt"),
  };
  return {
    // All come from one address, and some have the wrong secret on purpose.
    max_auth_failures: 1_000_000,
    handshake_timeout_ms: 1000,
    hello_timeout_ms: 1000,
    slow_after_ms: 1000,
    goodbye_timeout_ms: 1000,
    realms: [{
      name: "realm1",
      roles: [{
        name: "visitor",
        permissions: [{
          uri: "*",
          allow: { call: true, register: true, publish: true, subscribe: true },
        }],
        quotas: { role: { max_sessions: 10_000, max_pending_calls: 100_000 } },
      }],
      store: {
        type: "sqlite",
        path: `${folder}/events.db`,
        "event-history": [{ uri: "soak.history" }],
        max_retained_topics: 100,
      },
    }],
    transports: [
      { ...common, endpoint: tcp },
      { ...common, endpoint: { ...tcp, tls } },
      { ...common, endpoint: { type: "unix", path: `${folder}/s` } },
    ],
  };
}

Deno.test(`what a router holds stays flat while sessions come and go, for ${SECONDS} s`, async (t) => {
  const seed = fuzzSeed();
  const folder = await Deno.makeTempDir({ prefix: "sluice-soak-" });
  await t.step(`SLUICE_SEED=${seed}`, async () => {
    const router = await RouterHandle.start(config(folder));
    const host = await Host.join(router.addresses[0], "msgpack");
    const soak = new Soak(router, host, seed);
    const states: RouterState[] = [];
    const endMs = performance.now() + SECONDS * 1000;
    for (let round = 0; round <= WARM_UP_ROUNDS; round++) {
      states.push(await soak.round());
    }
    while (performance.now() < endMs) states.push(await soak.round());
    const before = states[WARM_UP_ROUNDS];
    const after = states[states.length - 1];
    const course = `${soak.visits} visits: ${states.map(describe).join(", ")}`;
    if (SECONDS > 60) {
      await Deno.stderr.write(new TextEncoder().encode(`${course}\n`));
    }
    assertLess(after.heldBytes - before.heldBytes, HELD_GROWTH_MAX, course);
    const more = after.descriptors - before.descriptors;
    assertLess(more, DESCRIPTORS_GROWTH_MAX, course);
    assertEquals(after.errors, []);
    host.close();
    assertEquals(await router.end(), 0);
  });
  await Deno.remove(folder, { recursive: true });
});

/** Rounds of visits and attacks, after each of which all that came is gone. */
class Soak {
  readonly #router: RouterHandle;
  readonly #host: Host;
  readonly #seed: number;
  #visits = 0;
  #rounds = 0;
  #wills = 0;

  constructor(router: RouterHandle, host: Host, seed: number) {
    this.#router = router;
    this.#host = host;
    this.#seed = seed;
  }

  /** How many there were. */
  get visits(): number {
    return this.#visits;
  }

  /** What the router holds after one more. */
  async round(): Promise<RouterState> {
    const base = (await this.#router.look()).inventory;
    const last = this.#visits + ROUND_VISITS;
    const visitor = async () => {
      while (this.#visits < last) await this.#visit(this.#visits++);
    };
    await Promise.all([
      ...Array.from({ length: VISITORS }, visitor),
      campaign({
        seed: this.#seed + this.#rounds++,
        addresses: this.#router.addresses.filter((address) =>
          !address.startsWith("tls")
        ),
        workers: 2,
        goesOn: (index) => index < ROUND_ATTACKS,
      }),
    ]);
    await this.#host.answerRest();
    await this.#until(
      () => this.#host.wills.size === this.#wills,
      "the testaments of all that left one",
    );
    const state = await this.#settled(base);
    if (this.#host.failure !== undefined) throw this.#host.failure;
    return state;
  }

  async #visit(number: number): Promise<void> {
    const random = new SeededRandom(
      this.#seed ^ Math.imul(number, 0x9e37_79b1),
    );
    const [name, errand] = this.#choose(random);
    const address = random.pick(this.#router.addresses);
    try {
      await within(errand({ random, address, number }), "the visit's end");
    } catch (cause) {
      throw new Error(
        `Visit ${number}, "${name}" on ${address}: SLUICE_SEED=${this.#seed} makes it again`,
        { cause },
      );
    }
  }

  #choose(random: SeededRandom): [string, Errand] {
    const errands = Object.entries(ERRANDS);
    const index = random.below(errands.length + 1);
    if (index < errands.length) return errands[index];
    this.#wills++;
    return ["testament", testament];
  }

  /** Once only those who stay are left. */
  async #settled(base: RouterState["inventory"]): Promise<RouterState> {
    const giveUpAtMs = performance.now() + DEADLINE_MS;
    for (;;) {
      const state = await this.#router.look();
      const left = Object.entries(state.inventory)
        .filter(([name, count]) =>
          count >
            base[name as keyof typeof base] + (OF_THOSE_WHO_STAY[name] ?? 0)
        );
      if (left.length === 0) return state;
      const isLate = performance.now() > giveUpAtMs;
      assert(!isLate, `left behind: ${JSON.stringify(left)}`);
    }
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    const giveUpAtMs = performance.now() + DEADLINE_MS;
    while (!isSo()) {
      assert(performance.now() < giveUpAtMs, `waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

function describe({ heldBytes, rssBytes, descriptors }: RouterState): string {
  const [held, rss] = [heldBytes, rssBytes].map((bytes) =>
    (bytes / MIB).toFixed(1)
  );
  return `${held} MiB held, ${rss} MiB resident, ${descriptors} descriptors`;
}
