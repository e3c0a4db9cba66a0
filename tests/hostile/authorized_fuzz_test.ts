/**
 * The same fuzzer against sessions about which an authorizer decides that is
 * quick, late, wrong or silent, and that have quotas which attacks reach.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { buildQuotas } from "../../src/config/build_quotas.ts";
import { ROLE_DEFAULTS } from "../../src/config/build_realms.ts";
import type { RealmConfig } from "../../src/config/config.ts";
import { RawClient, type WireMessage } from "../support/raw_client.ts";
import { SeededRandom } from "../support/seed.ts";
import { openRealm, TestServer } from "../support/test_server.ts";
import { campaign } from "./_campaign.ts";
import { fuzzSeconds, fuzzSeed } from "./_fuzz_options.ts";
import { Healthy } from "./_healthy.ts";
import { settled } from "./_settled.ts";

const AUTHORIZER = "hostile.authorizer";

/** Clients on TCP are asked about; those on the Unix socket are not. */
function realm(): RealmConfig {
  const open = openRealm("realm1", ["trusted"], [AUTHORIZER]);
  const { role } = buildQuotas();
  const asked = {
    ...ROLE_DEFAULTS,
    name: "asked",
    authorizer: AUTHORIZER,
    authorizerTimeoutMs: 100,
    authorizerCache: 50,
    quotas: {
      role: { ...role, subscriptions: 50, registrations: 50, pendingCalls: 20 },
      address: { ...role, messagesPerSecond: 20_000 },
    },
  };
  return { ...open, roles: [...open.roles, asked] };
}

/** What it answers; undefined: nothing. */
const ANSWERS: readonly (readonly unknown[] | undefined)[] = [
  [true],
  [true],
  [false],
  [{ allow: true, cache: true }],
  [{ allow: true, cache: "role", disclose: true }],
  [{ allow: false, cache: "authid" }],
  [{ allow: "yes" }],
  [],
  undefined,
];

/** Answers until GOODBYE, or until it is over; the last message, if it came. */
async function decide(
  callee: RawClient,
  random: SeededRandom,
): Promise<WireMessage | undefined> {
  try {
    while (true) {
      const message = await callee.receive();
      if (message[0] !== 68) return message;
      const answer = random.pick(ANSWERS);
      if (answer === undefined) continue;
      await callee.send([70, message[1], {}, answer]);
    }
  } catch {
    // The test has failed, and closed it.
    return undefined;
  }
}

Deno.test("attackers under an authorizer and quotas harm only themselves (AZ-04, AZ-09, AZ-10)", async (t) => {
  const seed = fuzzSeed();
  const end = performance.now() + fuzzSeconds(4) * 1000;
  await t.step(`SLUICE_SEED=${seed}`, async () => {
    await using server = await TestServer.start({
      kinds: ["tcp", "unix"],
      roles: { tcp: "asked", unix: "trusted" },
      realms: [realm()],
      maxMessageBytes: 65_536,
      limits: {
        handshakeTimeoutMs: 300,
        helloTimeoutMs: 300,
        goodbyeTimeoutMs: 300,
        maxOutboxBytes: 512 * 1024,
        slowAfterMs: 1000,
      },
    });
    const unix = server.address("unix");
    // The tests' CBOR does not read all that attackers put into their options.
    using authorizer = await RawClient.join(unix, "json");
    await authorizer.register(AUTHORIZER);
    const deciding = decide(authorizer, new SeededRandom(seed));
    const healthy = await Healthy.join({
      address: unix,
      caller: "msgpack",
      callee: "cbor",
      subscriber: "json",
    });
    const running = healthy.run();
    const report = await campaign({
      seed,
      addresses: [server.address("tcp")],
      workers: 8,
      // It needs a subscription of its own to get anything that it does not read.
      without: ["deaf"],
      goesOn: () => performance.now() < end && healthy.failure === undefined,
    }).finally(() => healthy.stop());
    await running;
    assertEquals(healthy.failure, undefined);
    healthy.close();
    await authorizer.send([6, {}, "wamp.close.normal"]);
    assertEquals((await deciding)?.[0], 6);
    authorizer.close();
    await settled(() => server.running.inventory());
    assertEquals(server.log.filter(({ level }) => level === "error"), []);
    assertGreater(report.operations, 0);
  });
});
