/** Call canceling (checklist §9.2). */
import { assertEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  assertError,
  CANCELING,
  expectError,
  expectSilence,
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const CANCELED = "wamp.error.canceled";
const MODES = ["skip", "kill", "killnowait"] as const;

interface PendingCall {
  readonly caller: RawClient;
  readonly callee: RawClient;
  /** INVOCATION.Request; CALL.Request is 7. */
  readonly invocation: number;
}

/** A call to a callee with `features`; by default it takes INTERRUPT. */
async function pendingCall(
  router: Scenario,
  features = CANCELING as Record<string, Record<string, boolean>>,
): Promise<PendingCall> {
  const caller = await router.join();
  const callee = await router.join({ features });
  await callee.register("com.a");
  // So that the two request IDs differ.
  await caller.send([48, 3, {}, "com.a"]);
  await callee.send([70, (await callee.receive())[1], {}]);
  await caller.receive();
  await caller.send([48, 7, {}, "com.a"]);
  return { caller, callee, invocation: (await callee.receive())[1] };
}

/** The callee's two kinds of final answer. */
function answersTo(invocation: number): WireMessage[] {
  return [
    [70, invocation, {}, ["late"]],
    [8, 68, invocation, {}, "com.late", ["late"]],
  ];
}

for (const mode of MODES) {
  scenario(`CX-01: CANCEL takes the mode "${mode}"`, async (router) => {
    const { caller, callee } = await pendingCall(router);
    await caller.send([49, 7, { mode }]);
    await expectSilenceOrInterrupt(caller, callee, mode);
  }, { everySerializer: true });
}

/** The first thing that each side sees of a CANCEL in `mode`. */
async function expectSilenceOrInterrupt(
  caller: RawClient,
  callee: RawClient,
  mode: typeof MODES[number],
): Promise<void> {
  if (mode !== "kill") await expectError(caller, 48, 7, CANCELED);
  if (mode === "skip") await callee.expectNothing();
  else assertEquals(await callee.receive(), [69, 2, { mode }]);
  await expectSilence(caller, callee);
}

for (const mode of ["abort", "", "KILL", 1, true]) {
  scenario(
    `CX-01: CANCEL with the mode ${JSON.stringify(mode)} ends the session`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer });
        await client.send([49, 7, { mode }]);
        await expectViolation(client);
      }
    },
  );
}

for (const options of [{}, { mode: null }]) {
  scenario(
    `CX-02: CANCEL with ${JSON.stringify(options)} is killnowait`,
    async (router) => {
      const { caller, callee, invocation } = await pendingCall(router);
      await caller.send([49, 7, options]);
      await expectError(caller, 48, 7, CANCELED);
      assertEquals(
        await callee.receive(),
        [69, invocation, { mode: "killnowait" }],
      );
    },
  );
}

for (const [which, name] of ["YIELD", "ERROR"].entries()) {
  scenario(
    `CX-03: skip ends the call for the caller, the callee hears nothing and its ${name} is dropped`,
    async (router) => {
      const { caller, callee, invocation } = await pendingCall(router);
      await caller.send([49, 7, { mode: "skip" }]);
      await expectError(caller, 48, 7, CANCELED);
      await callee.expectNothing();
      await callee.send(answersTo(invocation)[which]);
      await expectSilence(callee, caller);
    },
  );
}

scenario(
  "CX-04: killnowait ends the call for the caller and interrupts the callee, whose answer is dropped",
  async (router) => {
    const { caller, callee, invocation } = await pendingCall(router);
    await caller.send([49, 7, { mode: "killnowait" }]);
    await expectError(caller, 48, 7, CANCELED);
    assertEquals(
      await callee.receive(),
      [69, invocation, { mode: "killnowait" }],
    );
    for (const answer of answersTo(invocation)) await callee.send(answer);
    await expectSilence(callee, caller);
  },
  { everySerializer: true },
);

/** What a callee may answer to a kill, and what its caller gets. */
const ANSWERS_TO_KILL: [
  name: string,
  answer: (invocation: number) => WireMessage,
  received: WireMessage,
][] = [
  [
    "the error canceled",
    (id) => [8, 68, id, {}, CANCELED],
    [8, 48, 7, {}, CANCELED],
  ],
  [
    "an error of its own",
    (id) => [8, 68, id, {}, "com.stopped", [1], { k: 2 }],
    [8, 48, 7, {}, "com.stopped", [1], { k: 2 }],
  ],
  ["a result", (id) => [70, id, {}, ["done"]], [50, 7, {}, ["done"]]],
];

for (const [name, answer, received] of ANSWERS_TO_KILL) {
  scenario(
    `CX-05: kill interrupts the callee and gives the caller ${name} from it`,
    async (router) => {
      const { caller, callee, invocation } = await pendingCall(router);
      await caller.send([49, 7, { mode: "kill" }]);
      assertEquals(await callee.receive(), [69, invocation, { mode: "kill" }]);
      await expectSilence(caller, callee);
      await callee.send(answer(invocation));
      assertEquals(await caller.receive(), received);
      await callee.send(answer(invocation));
      await expectSilence(callee, caller);
    },
    { everySerializer: true },
  );
}

/** Announcements that do not say that the callee takes INTERRUPT. */
const NOT_ANNOUNCED: [
  name: string,
  features: Record<string, Record<string, boolean>>,
][] = [
  ["nothing", {}],
  ["call_canceling: false", { callee: { call_canceling: false } }],
  ["the feature as caller", { caller: { call_canceling: true } }],
];

for (const [name, features] of NOT_ANNOUNCED) {
  for (const mode of [undefined, ...MODES]) {
    scenario(
      `CX-06: to a callee that announced ${name} CANCEL in mode ${mode} is a skip`,
      async (router) => {
        const { caller, callee, invocation } = await pendingCall(
          router,
          features,
        );
        await caller.send([49, 7, mode === undefined ? {} : { mode }]);
        await expectError(caller, 48, 7, CANCELED);
        await callee.expectNothing();
        await callee.send(answersTo(invocation)[0]);
        await expectSilence(callee, caller);
      },
    );
  }
}

scenario(
  "CX-07: INTERRUPT names the invocation of its callee",
  async (router) => {
    const [caller, callee, other] = [
      await router.join(),
      await router.join({ features: CANCELING }),
      await router.join({ features: CANCELING }),
    ];
    await callee.register("com.a");
    await other.register("com.b");
    const invocations = new Map<number, number>();
    for (const request of [11, 12, 13]) {
      await caller.send([48, request, {}, "com.a"]);
      invocations.set(request, (await callee.receive())[1]);
    }
    await caller.send([48, 21, {}, "com.b"]);
    assertEquals((await other.receive())[1], 1);
    await caller.send([49, 12, { mode: "kill" }]);
    assertEquals(
      await callee.receive(),
      [69, invocations.get(12), { mode: "kill" }],
    );
    await caller.send([49, 21, { mode: "kill" }]);
    assertEquals(await other.receive(), [69, 1, { mode: "kill" }]);
    await expectSilence(caller, callee, other);
  },
);

scenario(
  "CX-08: CANCEL of an unknown, finished or canceled call is ignored",
  async (router) => {
    const { caller, callee, invocation } = await pendingCall(router);
    const cancels: WireMessage[] = [
      [49, 999, {}],
      [49, 3, { mode: "kill" }],
      [49, invocation, { mode: "killnowait" }],
    ];
    for (const cancel of cancels) await caller.send(cancel);
    await expectSilence(caller, callee);
    await caller.send([49, 7, { mode: "killnowait" }]);
    await expectError(caller, 48, 7, CANCELED);
    await callee.receive();
    for (const mode of MODES) await caller.send([49, 7, { mode }]);
    await expectSilence(caller, callee);
  },
);

scenario(
  "CX-09: when the callee leaves after a kill the caller gets the error canceled",
  async (router) => {
    const { caller, callee } = await pendingCall(router);
    await caller.send([49, 7, { mode: "kill" }]);
    await callee.receive();
    callee.close();
    await expectError(caller, 48, 7, CANCELED);
  },
);

scenario(
  "CX-09: when the caller leaves after a kill the callee is not interrupted again and its answer dropped",
  async (router) => {
    const { caller, callee, invocation } = await pendingCall(router);
    await caller.send([49, 7, { mode: "kill" }]);
    assertEquals((await callee.receive())[0], 69);
    await caller.request([6, {}, "com.bye"]);
    await callee.expectNothing();
    await callee.send(answersTo(invocation)[0]);
    await callee.expectNothing();
  },
);

for (const first of MODES) {
  for (const second of MODES) {
    const endsWait = first === "kill" && second !== "kill";
    scenario(
      `CX-10 CX-12: after ${first} a CANCEL in mode ${second} ${
        endsWait ? "ends the wait for the callee" : "changes nothing"
      }, and the caller gets one answer`,
      async (router) => {
        const { caller, callee, invocation } = await pendingCall(router);
        await caller.send([49, 7, { mode: first }]);
        await caller.send([49, 7, { mode: second }]);
        if (endsWait) await expectError(caller, 48, 7, CANCELED);
        if (first !== "skip") {
          assertEquals(
            await callee.receive(),
            [69, invocation, { mode: first }],
          );
        }
        await callee.expectNothing();
        for (const answer of answersTo(invocation)) await callee.send(answer);
        await callee.expectNothing();
        if (!endsWait) {
          const answer = await caller.receive();
          if (first === "kill") assertEquals(answer, [50, 7, {}, ["late"]]);
          else assertError(answer, 48, 7, CANCELED);
        }
        await caller.expectNothing();
      },
    );
  }
}

scenario(
  "CX-10: a CANCEL without mode, too, ends the wait for a killed callee, whose leaving then tells the caller nothing",
  async (router) => {
    const { caller, callee } = await pendingCall(router);
    await caller.send([49, 7, { mode: "kill" }]);
    assertEquals((await callee.receive())[0], 69);
    await expectSilence(caller, callee);
    await caller.send([49, 7, {}]);
    await expectError(caller, 48, 7, CANCELED);
    await callee.request([6, {}, "com.bye"]);
    await caller.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "CX-10 SH-05: a killed call that its caller gave up occupies the callee until that answers",
  async (router) => {
    const caller = await router.join();
    const callee = await router.join({ features: CANCELING });
    await callee.register("com.a", { concurrency: 1 });
    await caller.send([48, 1, {}, "com.a"]);
    const [, invocation] = await callee.receive();
    await caller.send([49, 1, { mode: "kill" }]);
    await caller.send([49, 1, { mode: "skip" }]);
    assertEquals(await callee.receive(), [69, invocation, { mode: "kill" }]);
    await expectError(caller, 48, 1, CANCELED);
    const busy = "wamp.error.max_concurrency_reached";
    await caller.send([48, 2, {}, "com.a"]);
    await expectError(caller, 48, 2, busy);
    await callee.send([8, 68, invocation, {}, CANCELED]);
    await callee.expectNothing();
    await caller.send([48, 3, {}, "com.a"]);
    assertEquals((await callee.receive())[0], 68);
    await caller.expectNothing();
  },
);

scenario(
  "CX-10 PG-10: after kill and killnowait further pieces of the call are discarded",
  async (router) => {
    const caller = await router.join({
      features: {
        caller: { progressive_call_invocations: true, call_canceling: true },
      },
    });
    const callee = await router.join({
      features: {
        callee: { progressive_call_invocations: true, call_canceling: true },
      },
    });
    await callee.register("com.a");
    await caller.send([48, 1, { progress: true }, "com.a"]);
    const [, invocation] = await callee.receive();
    await caller.send([49, 1, { mode: "kill" }]);
    await caller.send([49, 1, { mode: "killnowait" }]);
    await caller.send([48, 1, { progress: true }, "com.a"]);
    await caller.send([48, 1, {}, "com.a"]);
    await expectError(caller, 48, 1, CANCELED);
    assertEquals(await callee.receive(), [69, invocation, { mode: "kill" }]);
    await expectSilence(caller, callee);
  },
);

scenario(
  "CX-13: CANCEL works for a caller that announced nothing",
  async (router) => {
    // helloDetails() announces roles without features.
    for (const mode of MODES) {
      const caller = await router.join();
      const callee = await router.join({ features: CANCELING });
      await callee.register(`com.${mode}`);
      await caller.send([48, 7, {}, `com.${mode}`]);
      const [, invocation] = await callee.receive();
      await caller.send([49, 7, { mode }]);
      if (mode !== "skip") {
        assertEquals(await callee.receive(), [69, invocation, { mode }]);
      }
      if (mode === "kill") await callee.send([8, 68, invocation, {}, CANCELED]);
      assertEquals((await caller.receive()).slice(0, 5), [
        8,
        48,
        7,
        {},
        CANCELED,
      ]);
    }
  },
);
