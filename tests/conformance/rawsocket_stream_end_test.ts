/** Streams that end, also in the middle of a frame (checklist FR-20). */
import { assertEquals } from "@std/assert";
import { helloDetails, type RawClient } from "../support/raw_client.ts";
import { framesOf, type Scenario, scenario } from "../support/scenario.ts";

/** Where in a frame the stream can end. */
const ENDS: [name: string, octetsOf: (whole: Uint8Array) => Uint8Array][] = [
  ["at a frame's end", () => new Uint8Array(0)],
  ["inside a prefix", (whole) => whole.slice(0, 2)],
  ["behind a prefix", (whole) => whole.slice(0, 4)],
  ["inside a payload", (whole) => whole.slice(0, -1)],
];

for (const [name, octetsOf] of ENDS) {
  for (const way of ["closed", "half closed"]) {
    scenario(
      `FR-20: a stream that is ${way} ${name} ends the session, and the partial frame has no effect`,
      async (router) => {
        const [callee, witness] = await router.joinMany(2);
        const { procedure } = await leaveInTheMiddle(
          router,
          callee,
          witness,
          octetsOf,
        );
        if (way === "closed") callee.close();
        else {
          await callee.conn.closeWrite();
          await callee.expectClosed();
        }
        assertEquals(
          (await witness.receive()).slice(0, 5),
          [8, 48, 77, {}, "wamp.error.canceled"],
        );
        assertEquals(
          (await witness.request([48, 78, {}, procedure]))[4],
          "wamp.error.no_such_procedure",
        );
        await witness.expectNothing();
      },
    );
  }
}

/** The callee owes an answer, and sends a part of a publication instead. */
async function leaveInTheMiddle(
  router: Scenario,
  callee: RawClient,
  witness: RawClient,
  octetsOf: (whole: Uint8Array) => Uint8Array,
): Promise<{ procedure: string }> {
  const procedure = "com.procedure";
  await callee.register(procedure);
  await witness.subscribe("com.topic");
  await witness.send([48, 77, {}, procedure]);
  assertEquals((await callee.receive())[0], 68);
  const publish = framesOf(callee, [[16, 9, {}, "com.topic", ["partial"]]]);
  await callee.sendBytes(octetsOf(publish));
  assertEquals(router.server.running.inventory().pendingCalls, 1);
  return { procedure };
}

scenario(
  "FR-20: a stream that ends before HELLO leaves nothing behind",
  async (router) => {
    const client = await router.open("json");
    await client.sendBytes(
      framesOf(client, [[1, "realm1", helloDetails()]]).slice(0, -1),
    );
    await client.conn.closeWrite();
    await client.expectClosed();
    await router.server.emptied();
  },
);
