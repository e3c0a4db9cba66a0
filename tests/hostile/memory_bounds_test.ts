/**
 * What happens where clients would have the router keep more than it may, and what
 * it does not keep at all.
 */
import { assertEquals, assertLess } from "@std/assert";
import { helloDetails, RawClient } from "../support/raw_client.ts";
import { RouterHandle } from "../support/router_handle.ts";
import { until } from "../support/until.ts";
import { Filler } from "./_filler.ts";
import { openConfig } from "./_open_config.ts";
import { settled } from "./_settled.ts";

const KIB = 1024;
const MIB = 2 ** 20;
/** Of a frame of 1,000,000 bytes, and how many of them are sent. */
const LONG_PREFIX = [0, 0x0f, 0x42, 0x40];
const PART_BYTES = 200_000;

function memoryTest(
  name: string,
  keys: Record<string, unknown>,
  test: (router: RouterHandle) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const router = await RouterHandle.start(openConfig(keys));
    await test(router);
    await settled(async () => (await router.look()).inventory);
    assertEquals((await router.look()).errors, []);
    assertEquals(await router.end(), 0);
  });
}

/** Begins a message, and does not end it. */
async function sendPart(client: RawClient): Promise<void> {
  await client.sendBytes(LONG_PREFIX);
  await client.sendBytes(new Uint8Array(PART_BYTES));
}

async function heldBytes(router: RouterHandle): Promise<number> {
  return (await router.look()).inventory.heldBytes;
}

/** Whether the router still answers `client`. */
async function isServed(client: RawClient): Promise<boolean> {
  const request = client.nextRequest();
  const answer = await client.request([32, request, {}, "com.still.there"]);
  return answer[0] === 33;
}

memoryTest(
  "max_source_bytes: what one address has begun to send before HELLO is bounded",
  { max_source_bytes: 2 * MIB },
  async (router) => {
    const [address] = router.addresses;
    const neighbour = await RawClient.join(address);
    const intruders: RawClient[] = [];
    for (let i = 0; i < 30; i++) {
      const client = await RawClient.open(address, "json");
      intruders.push(client);
      await sendPart(client).catch(() => {});
    }
    await until(async () => (await router.look()).inventory.connections < 15);
    assertLess(await heldBytes(router), 3 * MIB);
    assertEquals(await isServed(neighbour), true);
    for (const client of [neighbour, ...intruders]) client.close();
  },
);

memoryTest(
  "max_total_frame_bytes: what all have begun to send is bounded",
  { max_total_frame_bytes: 2 * MIB },
  async (router) => {
    const [address] = router.addresses;
    const clients: RawClient[] = [];
    for (let i = 0; i < 20; i++) clients.push(await RawClient.join(address));
    for (const client of clients) await sendPart(client).catch(() => {});
    await until(async () => (await router.look()).inventory.connections < 12);
    const { sessions, heldBytes } = (await router.look()).inventory;
    assertLess(0, sessions);
    // Read buffers are in it.
    assertLess(heldBytes, 6 * MIB);
    for (const client of clients) client.close();
  },
);

memoryTest(
  "max_memory_bytes: who holds most goes, others are served, new ones are refused",
  { max_memory_bytes: 16 * MIB, max_session_bytes: 12 * MIB },
  async (router) => {
    const [address] = router.addresses;
    const neighbour = await RawClient.join(address);
    const filler = new Filler(address);
    await filler.each(1, (i) => [32, i, {}, `com.${"x".repeat(2000)}.${i}`]);
    assertLess(12 * MIB, await heldBytes(router));
    // The second one takes the router to its bound: the first has more.
    const second = await RawClient.join(address);
    for (let i = 1; i <= 2000; i++) {
      await second.request([32, i, {}, `net.${"x".repeat(2000)}.${i}`]);
    }
    await until(async () => await heldBytes(router) < 8 * MIB);
    assertEquals((await router.look()).inventory.sessions, 2);
    assertEquals(await isServed(neighbour), true);
    for (const client of [neighbour, second]) client.close();
    filler.close();
  },
);

memoryTest(
  "max_memory_bytes: from nine tenths of it on new connections are closed unread",
  { max_memory_bytes: 16 * MIB, max_session_bytes: 15 * MIB },
  async (router) => {
    const [address] = router.addresses;
    const filler = new Filler(address);
    await filler.each(1, (i) => [32, i, {}, `com.${"x".repeat(2000)}.${i}`]);
    const late = await RawClient.connect(address);
    await late.expectClosed();
    late.close();
    filler.close();
  },
);

memoryTest(
  "max_session_bytes: the request is refused, and the session lives on",
  { max_session_bytes: 100_000 },
  async (router) => {
    const client = await RawClient.join(router.addresses[0]);
    let answer: unknown[] = [33];
    let request = 0;
    while (answer[0] === 33) {
      request++;
      answer = await client.request([
        32,
        request,
        {},
        `com.${"x".repeat(4000)}.${request}`,
      ]);
    }
    assertEquals(answer.slice(0, 5), [
      8,
      32,
      request,
      {},
      "sluice.error.limit_reached",
    ]);
    assertEquals(`${answer[5]}`.includes("max_session_bytes"), true);
    assertEquals((await client.request([34, ++request, 1]))[0], 35);
    assertEquals(
      (await client.request([32, ++request, {}, "com.a"]))[0],
      33,
    );
    client.close();
  },
);

memoryTest(
  "frame_timeout_ms: a message that is begun and not finished ends its session",
  { frame_timeout_ms: 200 },
  async (router) => {
    const client = await RawClient.join(router.addresses[0]);
    await sendPart(client);
    const abort = await client.receive();
    assertEquals(abort[0], 3);
    assertEquals(JSON.stringify(abort).includes("frame_timeout_ms"), true);
    client.close();
  },
);

memoryTest(
  "clients that were busy and are idle now hold small buffers, all but a few",
  {},
  async (router) => {
    const clients: RawClient[] = [];
    for (let i = 0; i < 150; i++) {
      clients.push(await RawClient.join(router.addresses[0]));
    }
    const before = await router.look();
    for (let n = 1; n <= 20; n++) {
      await Promise.all(
        clients.map((client) =>
          client.send([16, n, {}, "com.a", ["x".repeat(100_000)]])
        ),
      );
    }
    for (const client of clients) assertEquals(await isServed(client), true);
    const after = await router.look();
    const each = (after.heldBytes - before.heldBytes) / clients.length;
    assertLess(each, 100 * KIB, `${Math.round(each / KIB)} KiB each`);
    for (const client of clients) client.close();
  },
);

memoryTest(
  "before the login HELLO's details are not kept, whatever is in them",
  {},
  async (router) => {
    const [address] = router.addresses;
    const details = {
      ...helloDetails(),
      authmethods: ["ticket", ...new Array(2000).fill("x")],
      authid: "alice",
      x_unknown: new Array(30_000).fill({}),
    };
    const open = async () => {
      const client = await RawClient.open(address, "msgpack");
      await client.send([1, "realm1", details]);
      assertEquals((await client.receive())[0], 4);
      return client;
    };
    const clients = [await open()];
    const before = await router.look();
    for (let i = 0; i < 100; i++) clients.push(await open());
    const after = await router.look();
    const each = (after.heldBytes - before.heldBytes) / 100;
    // Their read buffers are in it; 30,000 empty dicts are 2 MiB.
    assertLess(each, 256 * KIB, `${Math.round(each / KIB)} KiB each`);
    for (const client of clients) client.close();
  },
);

memoryTest(
  "a pending call keeps neither its options nor a payload that was sent on",
  {},
  async (router) => {
    const [address] = router.addresses;
    const callee = await RawClient.join(address, "msgpack");
    const caller = await RawClient.join(address, "msgpack");
    await callee.register("com.a");
    const call = async (request: number) => {
      const options = { x_unknown: new Array(5000).fill({}) };
      const args = ["x".repeat(100_000)];
      await caller.send([48, request, options, "com.a", args]);
      assertEquals((await callee.receive())[0], 68);
    };
    for (let i = 1; i <= 20; i++) await call(i);
    const before = await router.look();
    for (let i = 21; i <= 120; i++) await call(i);
    const after = await router.look();
    const each = (after.heldBytes - before.heldBytes) / 100;
    assertLess(each, 4 * KIB, `${Math.round(each / KIB)} KiB each`);
    for (const client of [caller, callee]) client.close();
  },
);
