/**
 * What is left behind of realms that are named in HELLO and that nobody joins:
 * nothing. The router runs in a process of its own, whose memory is looked at.
 */
import { assertEquals, assertLess } from "@std/assert";
import { sendHello } from "../support/login.ts";
import { RawClient } from "../support/raw_client.ts";
import { RouterHandle } from "../support/router_handle.ts";
import { settled } from "./_settled.ts";

/** A list of them for each name would be 40 KB. */
const PRINCIPALS = 5000;
const NAMES = 500;
const MIB = 2 ** 20;
/** Less is what a router holds anyway. */
const HELD_GROWTH_MAX = 4 * MIB;

const principals = Object.fromEntries(
  Array.from({ length: PRINCIPALS }, (_, i) => [`u${i}`, {
    ticket: "t",
  }]),
);

Deno.test("HW-03 auto_realms: names of realms that lead to no session leave nothing behind", async () => {
  const router = await RouterHandle.start({
    auto_realms: {
      prefix: "tenant.",
      roles: [{ name: "user", "allow-by-default": true }],
    },
    transports: [{
      type: "rawsocket",
      serializers: ["json"],
      endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
      auth: {
        ticket: { type: "static", "default-role": "user", principals },
      },
    }],
  });
  try {
    const [address] = router.addresses;
    const name = async (from: number) => {
      for (let i = from; i < from + NAMES; i++) {
        using client = await RawClient.open(address, "json");
        const realm = `tenant.t${i}`;
        const [code] = await sendHello(client, "ticket", {
          authid: "u1",
          realm,
        });
        assertEquals(code, 4);
      }
      await settled(async () => (await router.look()).inventory);
    };
    await name(0);
    const before = await router.look();
    await name(NAMES);
    await name(2 * NAMES);
    const after = await router.look();
    assertLess(after.heldBytes - before.heldBytes, HELD_GROWTH_MAX);
    assertEquals(after.errors, []);
  } finally {
    assertEquals(await router.end(), 0);
  }
});
