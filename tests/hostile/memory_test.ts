/**
 * What attackers leave behind: nothing. The router runs in a process of its own,
 * whose memory is looked at between rounds of attacks.
 */
import { assertEquals, assertLess } from "@std/assert";
import { campaign } from "./_campaign.ts";
import { fuzzSeconds, fuzzSeed } from "./_fuzz_options.ts";
import { RouterHandle } from "../support/router_handle.ts";
import { settled } from "./_settled.ts";

const ROUND_ATTACKS = 192;
/** Code is compiled, caches and pools fill: what a router holds anyway. */
const WARM_UP_ROUNDS = 2;
const ROUNDS = 4;
const MIB = 2 ** 20;
/** What is really left behind grows with the rounds, and soon beyond this. */
const HELD_GROWTH_MAX = 3 * MIB;
/** Allocators keep what they had once; a peak can come in any round. */
const RSS_GROWTH_MAX = 128 * MIB;

const LIMITS = {
  handshake_timeout_ms: 300,
  hello_timeout_ms: 300,
  goodbye_timeout_ms: 300,
  max_outbox_bytes: 524_288,
  slow_after_ms: 1000,
  max_subscriptions: 100,
  max_registrations: 100,
  max_pending_calls: 40,
};

function config(folder: string): unknown {
  const common = {
    type: "rawsocket",
    serializers: ["json", "msgpack", "cbor"],
    max_message_size: 65_536,
  };
  const tcp = { type: "tcp", interface: "127.0.0.1", port: 0 };
  const unix = { type: "unix", path: `${folder}/s` };
  return {
    ...LIMITS,
    realms: [{
      name: "realm1",
      roles: [{
        name: "anonymous",
        permissions: [{
          uri: "",
          match: "prefix",
          allow: { call: true, register: true, publish: true, subscribe: true },
        }],
      }],
    }],
    transports: [
      { ...common, endpoint: tcp },
      { ...common, endpoint: unix },
    ],
  };
}

Deno.test("attackers leave no memory behind them (FR-21, SL-05)", async (t) => {
  const seed = fuzzSeed();
  const rounds = Math.max(ROUNDS, Math.round(fuzzSeconds(0) / 2));
  const folder = await Deno.makeTempDir({ prefix: "sluice-memory-" });
  await t.step(`SLUICE_SEED=${seed}`, async () => {
    const router = await RouterHandle.start(config(folder));
    const attack = async (round: number) => {
      await campaign({
        seed: seed + round,
        addresses: router.addresses,
        workers: 8,
        isEven: true,
        goesOn: (index) => index < ROUND_ATTACKS,
      });
      await settled(async () => (await router.look()).inventory);
    };
    for (let round = 0; round < WARM_UP_ROUNDS; round++) await attack(round);
    const before = await router.look();
    for (let round = 0; round < rounds; round++) {
      await attack(WARM_UP_ROUNDS + round);
    }
    const after = await router.look();
    const rest = `before ${show(before)}, after ${show(after)}`;
    assertLess(after.heldBytes - before.heldBytes, HELD_GROWTH_MAX, rest);
    assertLess(after.rssBytes - before.rssBytes, RSS_GROWTH_MAX, rest);
    assertEquals(after.errors, []);
    assertEquals(await router.end(), 0);
  });
  await Deno.remove(folder, { recursive: true });
});

function show(state: { heldBytes: number; rssBytes: number }): string {
  const held = (state.heldBytes / MIB).toFixed(1);
  const rss = (state.rssBytes / MIB).toFixed(1);
  return `${held} MiB held, ${rss} MiB resident`;
}
