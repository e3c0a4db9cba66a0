/**
 * Connections that say nothing, that hang up at once, and that leave in the
 * middle of a TLS handshake: nothing of them stays.
 */
import { assertEquals, assertLess } from "@std/assert";
import { RouterHandle } from "../support/router_handle.ts";
import { settled } from "./_settled.ts";

const COUNT = 300;
const WARM_UP_ROUNDS = 2;
const ROUNDS = 3;

/** Of 900 connections of each kind; one that stayed has 5 kB. */
const HELD_GROWTH_MAX = 2 ** 20;

/** The system closes some a moment later; each kind that leaks has hundreds. */
const DESCRIPTORS_GROWTH_MAX = COUNT / 10;

/** Of a ClientHello, as far as it is the same in all. */
const HALF_A_HELLO = Uint8Array.fromHex("16030102000100" + "01FC0303");

function config(folder: string): unknown {
  const tls = {
    key: new URL("../fixtures/localhost.key", import.meta.url).pathname,
    certificate: new URL("../fixtures/localhost.crt", import.meta.url).pathname,
  };
  const tcp = { type: "tcp", interface: "127.0.0.1", port: 0 };
  return {
    handshake_timeout_ms: 60_000,
    realms: [{ name: "realm1", roles: [{ name: "anonymous" }] }],
    transports: [tcp, { ...tcp, tls }, { type: "unix", path: `${folder}/s` }]
      .map((endpoint) => ({
        type: "rawsocket",
        serializer: "json",
        auth: { anonymous: { type: "static", role: "anonymous" } },
        endpoint,
      })),
  };
}

function dial(address: string): Promise<Deno.Conn> {
  if (address.startsWith("unix:")) {
    return Deno.connect({ transport: "unix", path: address.slice(5) });
  }
  const { hostname, port } = new URL(address.replace(/^tls:/, "tcp:"));
  return Deno.connect({ hostname, port: Number(port) });
}

/** All at once, in each way of leaving. */
async function comeAndGo(address: string): Promise<void> {
  const conns: Deno.Conn[] = [];
  for (let i = 0; i < COUNT; i++) {
    const conn = await dial(address);
    conns.push(conn);
    if (i % 3 === 1) conn.close();
    if (i % 3 === 2) await conn.write(HALF_A_HELLO);
  }
  for (const [i, conn] of conns.entries()) if (i % 3 !== 1) conn.close();
}

Deno.test("connections that say nothing leave neither memory nor descriptors behind", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice-silent-" });
  const router = await RouterHandle.start(config(folder));
  const round = async (): Promise<void> => {
    for (const address of router.addresses) await comeAndGo(address);
    await settled(async () => (await router.look()).inventory);
  };
  for (let i = 0; i < WARM_UP_ROUNDS; i++) await round();
  const before = await router.look();
  for (let i = 0; i < ROUNDS; i++) await round();
  const after = await router.look();
  const growth = after.heldBytes - before.heldBytes;
  assertLess(growth, HELD_GROWTH_MAX, `${growth} bytes`);
  const more = after.descriptors - before.descriptors;
  assertLess(more, DESCRIPTORS_GROWTH_MAX, `${more} descriptors`);
  assertEquals(after.errors, []);
  assertEquals(await router.end(), 0);
  await Deno.remove(folder, { recursive: true });
});
