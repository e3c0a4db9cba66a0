/**
 * TLS connections that break at any octet: cut, half closed, changed, followed by
 * garbage; and come in pieces before.
 *
 * `SLUICE_SEED` repeats a run, `SLUICE_FUZZ_SECONDS` makes it longer.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { within } from "../support/deadline.ts";
import { RawClient } from "../support/raw_client.ts";
import { SeededRandom } from "../support/seed.ts";
import { TestServer } from "../support/test_server.ts";
import { fuzzSeconds, fuzzSeed } from "./_fuzz_options.ts";

const WORKERS = 8;
/** A handshake, a session and some more: wires break somewhere in here. */
const WIRE_BYTES_MAX = 4000;

const FAULTS = ["cut", "half closed", "changed", "garbage"] as const;

/** A wire to the router on which something happens to the octets. */
interface Wire {
  readonly random: SeededRandom;
  /** So many octets of the client pass as they are. */
  left: number;
  readonly fault: typeof FAULTS[number];
}

/** Does what the fault is, instead of sending `bytes`; nothing follows. */
async function breakWire(
  { random, fault }: Wire,
  bytes: Uint8Array,
  router: Deno.TcpConn,
): Promise<void> {
  if (fault === "cut") return router.close();
  if (fault === "changed") {
    bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    await writeAll(router, bytes);
  } else if (fault === "garbage") {
    await writeAll(router, random.octets(1 + random.below(200)));
  }
  // Octets that are missing would be waited for, in a session for ever.
  await router.closeWrite();
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

/** Passes on what the client says, in pieces, up to the fault. */
async function passOn(
  wire: Wire,
  client: Deno.TcpConn,
  router: Deno.TcpConn,
): Promise<void> {
  const buffer = new Uint8Array(5000);
  while (true) {
    const count = await client.read(buffer);
    if (count === null) return await router.closeWrite();
    const whole = buffer.subarray(0, Math.min(count, wire.left));
    const split = wire.random.below(whole.length + 1);
    await writeAll(router, whole.subarray(0, split));
    await writeAll(router, whole.subarray(split));
    wire.left -= whole.length;
    const rest = buffer.subarray(whole.length, count);
    if (rest.length > 0) return await breakWire(wire, rest, router);
  }
}

async function passBack(
  router: Deno.TcpConn,
  client: Deno.TcpConn,
): Promise<void> {
  const buffer = new Uint8Array(5000);
  for (let count; (count = await router.read(buffer)) !== null;) {
    await writeAll(client, buffer.subarray(0, count));
  }
}

/** A client behind a wire that breaks; whatever comes of it, it ends. */
async function attack(random: SeededRandom, target: URL): Promise<void> {
  const wire: Wire = {
    random,
    left: random.below(WIRE_BYTES_MAX),
    fault: random.pick(FAULTS),
  };
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const hostname = "127.0.0.1";
  const [router, near, far] = await Promise.all([
    Deno.connect({ hostname, port: Number(target.port) }),
    listener.accept(),
    RawClient.connect(`tls://${hostname}:${listener.addr.port}`),
  ]);
  const ended = [
    passOn(wire, near, router).catch(() => {}),
    passBack(router, near).catch(() => {}).finally(() => near.close()),
  ];
  try {
    await far.sendBytes([0x7f, 0xf1, 0, 0]);
    await far.readBytes(4);
    await far.hello();
    for (let i = 0; i < 20; i++) await far.expectNothing();
  } catch {
    // That it breaks is the point; what the router makes of it is looked at after.
  }
  far.close();
  // The router is rid of it in any case: that is what ends `passBack`.
  await within(Promise.all(ended), "the router to close");
  try {
    router.close();
  } catch {
    // The wire was cut.
  }
}

Deno.test("TLS connections that break at any octet harm only themselves (RS-17, RS-19, FR-20)", async (t) => {
  const seed = fuzzSeed();
  await t.step(`SLUICE_SEED=${seed}`, async () => {
    await using server = await TestServer.start({
      kinds: ["tls"],
      limits: { handshakeTimeoutMs: 200, helloTimeoutMs: 200 },
    });
    const target = new URL(server.address("tls"));
    const end = performance.now() + fuzzSeconds(4) * 1000;
    let next = 0;
    const worker = async () => {
      while (performance.now() < end) {
        await attack(new SeededRandom(seed + next++), target);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    await server.emptied();
    assertEquals(server.log.filter(({ level }) => level === "error"), []);
    using healthy = await RawClient.join(server.address("tls"));
    await healthy.expectNothing();
    assertGreater(next, WORKERS);
  });
});
