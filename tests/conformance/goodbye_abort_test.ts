/** The words that end a session (checklist §5.4). */
import { assertEquals } from "@std/assert";
import type { WireMessage } from "../support/raw_client.ts";
import { CANCELING, scenario, sendTogether } from "../support/scenario.ts";

const GOODBYE_AND_OUT = [6, {}, "wamp.close.goodbye_and_out"];

/** Reasons and Details of GOODBYE that a client may send. */
const GOODBYES: [name: string, message: WireMessage][] = [
  ["GB-03: close_realm", [6, {}, "wamp.close.close_realm"]],
  ["GB-03: normal", [6, {}, "wamp.close.normal"]],
  ["GB-03: logout", [6, {}, "wamp.close.logout"]],
  ["GB-03: goodbye_and_out", [6, {}, "wamp.close.goodbye_and_out"]],
  ["GB-03: system_shutdown", [6, {}, "wamp.close.system_shutdown"]],
  ["GB-03: killed", [6, {}, "wamp.close.killed"]],
  ["GB-03: a reason of its own", [6, {}, "com.example.enough"]],
  ["GB-04: a message", [6, { message: "Until tomorrow" }, "wamp.close.normal"]],
  ["GB-04: a message that is none", [6, { message: 1 }, "wamp.close.normal"]],
  ["GB-04: an empty reason", [6, {}, ""]],
  ["GB-04: a reason with a space", [6, {}, "good bye"]],
  ["GB-04: a reason with an empty component", [6, {}, "com..a"]],
  ["GB-04: a reason with #", [6, {}, "com.#.a"]],
];

for (const [name, message] of GOODBYES) {
  scenario(
    `${name}: GOODBYE is answered with goodbye_and_out (GB-02)`,
    async (router) => {
      const client = await router.join();
      await client.register("com.a");
      assertEquals(await client.request(message), GOODBYE_AND_OUT);
      assertEquals(router.server.running.inventory().sessions, 0);
      assertEquals(router.server.running.inventory().registrations, 0);
      await client.hello();
      await client.expectNothing();
    },
    { everySerializer: true },
  );
}

scenario(
  "GB-01 GB-02: GOODBYE is answered once, by goodbye_and_out whatever its reason",
  async (router) => {
    const client = await router.join();
    for (const reason of ["wamp.close.normal", "wamp.close.close_realm"]) {
      await client.send([6, {}, reason]);
      assertEquals(await client.receive(), GOODBYE_AND_OUT);
      // WELCOME is next: there was one answer.
      await client.hello();
    }
  },
  { everySerializer: true },
);

/** ABORTs that a client may send. */
const ABORTS: [name: string, message: WireMessage][] = [
  ["GB-01: 3 elements", [3, {}, "com.example.enough"]],
  ["GB-03: system_shutdown", [3, {}, "wamp.close.system_shutdown"]],
  ["GB-04: a message", [3, { message: "Enough" }, "com.example.enough"]],
  ["GB-04: a reason that is no URI", [3, {}, "no reason"]],
  ["GB-06: Arguments", [3, {}, "com.example.enough", [1, "a"]]],
  ["GB-06: empty Arguments", [3, {}, "com.example.enough", []]],
  ["GB-06: ArgumentsKw", [3, {}, "com.example.enough", [], { k: [1] }]],
];

for (const [name, message] of ABORTS) {
  scenario(
    `${name}: ABORT is not answered, before a session or in it (GB-01)`,
    async (router) => {
      const early = await router.open();
      await early.send(message);
      await early.expectClosed();
      const client = await router.join();
      const witness = await router.join();
      await client.register("com.a");
      await client.send(message);
      await client.expectClosed();
      assertEquals(
        (await witness.request([48, 1, {}, "com.a"]))[4],
        "wamp.error.no_such_procedure",
      );
    },
    { everySerializer: true },
  );
}

scenario(
  "GB-05: GOODBYE of a caller interrupts its calls, whose answers are dropped",
  async (router) => {
    const callee = await router.join({ features: CANCELING });
    const caller = await router.join();
    await callee.register("com.a");
    for (const request of [1, 2]) {
      await caller.send([48, request, {}, "com.a"]);
      assertEquals((await callee.receive())[1], request);
    }
    assertEquals(
      await caller.request([6, {}, "wamp.close.normal"]),
      GOODBYE_AND_OUT,
    );
    assertEquals(router.server.running.inventory().pendingCalls, 0);
    for (const request of [1, 2]) {
      assertEquals(
        await callee.receive(),
        [69, request, { mode: "killnowait" }],
      );
    }
    await callee.send([70, 1, {}, ["late"]]);
    await callee.send([8, 68, 2, {}, "wamp.error.canceled"]);
    await callee.expectNothing();
    // No RESULT followed, neither then nor in the next session.
    await caller.hello();
    await caller.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "GB-05: GOODBYE of a callee ends the calls that wait for it",
  async (router) => {
    const [callee, caller] = await router.joinMany(2);
    await callee.register("com.a");
    for (const request of [1, 2]) {
      await caller.send([48, request, {}, "com.a"]);
      assertEquals((await callee.receive())[1], request);
    }
    // The answer to the first is in time, the other comes too late.
    await sendTogether(callee, [
      [70, 1, {}, ["in time"]],
      [6, {}, "wamp.close.normal"],
    ]);
    assertEquals(await callee.receive(), GOODBYE_AND_OUT);
    assertEquals(await caller.receive(), [50, 1, {}, ["in time"]]);
    assertEquals(
      (await caller.receive()).slice(0, 5),
      [8, 48, 2, {}, "wamp.error.canceled"],
    );
    await caller.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "GB-05: a session that calls itself says GOODBYE without a RESULT behind",
  async (router) => {
    const client = await router.join({ features: CANCELING });
    await client.register("com.a");
    await client.send([48, 7, {}, "com.a"]);
    assertEquals((await client.receive())[0], 68);
    assertEquals(
      await client.request([6, {}, "wamp.close.normal"]),
      GOODBYE_AND_OUT,
    );
    await client.hello();
    await client.expectNothing();
    assertEquals(router.server.running.inventory().pendingCalls, 0);
  },
  { everySerializer: true },
);
