/**
 * A seeded fuzzer against a running router, with healthy sessions beside it.
 *
 * `SLUICE_SEED` repeats a run, `SLUICE_FUZZ_SECONDS` makes it longer.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { TestServer } from "../support/test_server.ts";
import { campaign } from "./_campaign.ts";
import { settled } from "./_settled.ts";
import { fuzzSeconds, fuzzSeed } from "./_fuzz_options.ts";
import { Healthy } from "./_healthy.ts";

/** Bounds that attacks of a few milliseconds reach. */
const LIMITS = {
  handshakeTimeoutMs: 300,
  helloTimeoutMs: 300,
  goodbyeTimeoutMs: 300,
  maxOutboxBytes: 512 * 1024,
  slowAfterMs: 1000,
  maxSubscriptions: 100,
  maxRegistrations: 100,
  maxPendingCalls: 40,
};

const PAIRS = [
  { caller: "msgpack", callee: "cbor", subscriber: "json" },
  { caller: "json", callee: "json", subscriber: "msgpack" },
] as const;

Deno.test("attackers harm only themselves (PV-05, SE-06, SE-08, FR-12, FR-20, FR-21)", async (t) => {
  const seed = fuzzSeed();
  const end = performance.now() + fuzzSeconds(8) * 1000;
  await t.step(`SLUICE_SEED=${seed}`, async () => {
    await using server = await TestServer.start({
      kinds: ["tcp", "tls", "unix"],
      maxMessageBytes: 65_536,
      limits: LIMITS,
    });
    const [tcp, tls, unix] = server.running.listeners.map((one) => one.address);
    const healthy = await Promise.all([
      Healthy.join({ address: tcp, ...PAIRS[0] }),
      Healthy.join({ address: unix, ...PAIRS[1] }),
    ]);
    const running = healthy.map((one) => one.run());
    const isSound = () => healthy.every(({ failure }) => failure === undefined);
    const report = await campaign({
      seed,
      // TLS takes its time: one attack in ten.
      addresses: [tcp, tcp, tcp, tcp, tcp, unix, unix, unix, unix, tls],
      workers: 8,
      goesOn: () => performance.now() < end && isSound(),
    }).finally(() => healthy.forEach((one) => one.stop()));
    await Promise.all(running);
    for (const { failure } of healthy) assertEquals(failure, undefined);
    for (const one of healthy) {
      await one.round();
      one.close();
    }
    await settled(() => server.running.inventory());
    assertEquals(server.log.filter(({ level }) => level === "error"), []);
    assertGreater(report.operations, 0);
  });
});
