/** Progressive call results (checklist §9.4). */
import { assertEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  expectError,
  expectSilence,
  type Scenario,
  scenario,
} from "../support/scenario.ts";

const CANCELED = "wamp.error.canceled";
const PROGRESS = { progress: true };

/** A caller and a callee that announced all that it takes. */
const FEATURES = {
  caller: { progressive_call_results: true },
  callee: { progressive_call_results: true, call_canceling: true },
};

interface Pending {
  readonly caller: RawClient;
  readonly callee: RawClient;
  /** INVOCATION.Details; its request is 1, that of the CALL 7. */
  readonly details: Record<string, unknown>;
}

/** A call with `options` that has reached its callee. */
async function pendingCall(
  router: Scenario,
  options: Record<string, unknown> = { receive_progress: true },
  features: Record<string, Record<string, boolean>> = FEATURES,
): Promise<Pending> {
  const [caller, callee] = await router.joinMany(2, { features });
  await callee.register("com.a");
  await caller.send([48, 7, options, "com.a"]);
  const [, invocation, , details] = await callee.receive();
  assertEquals(invocation, 1);
  return { caller, callee, details };
}

/** Who announced progressive results, and what the callee is told then. */
const ANNOUNCEMENTS: [
  caller: boolean,
  callee: Record<string, boolean>,
  asked: unknown,
  told: boolean,
][] = [
  [true, FEATURES.callee, true, true],
  [true, { progressive_call_results: true }, true, true],
  [true, { call_canceling: true }, true, false],
  [true, {}, true, false],
  [false, FEATURES.callee, true, false],
  [true, FEATURES.callee, false, false],
  [true, FEATURES.callee, null, false],
  [true, FEATURES.callee, undefined, false],
];

for (const [caller, callee, asked, told] of ANNOUNCEMENTS) {
  scenario(
    `PR-01 PR-02 FD-04: receive_progress ${asked}, announced by the caller ${caller}, callee ${
      Object.keys(callee).join(" and ") || "without features"
    }: told ${told}`,
    async (router) => {
      const { details } = await pendingCall(
        router,
        asked === undefined ? {} : { receive_progress: asked },
        { caller: { progressive_call_results: caller }, callee },
      );
      assertEquals(details, told ? { receive_progress: true } : {});
    },
  );
}

scenario(
  "PR-03 PR-04 PR-05 OG-07: progressive results come at once and in order, the final one last and without progress",
  async (router) => {
    const { caller, callee } = await pendingCall(router);
    const pieces: WireMessage[] = [
      [["one"]],
      [],
      [[], { two: 2 }],
      [[3, [4]], { five: null }],
    ];
    for (const piece of pieces) {
      await callee.send([70, 1, PROGRESS, ...piece]);
      assertEquals(await caller.receive(), [50, 7, PROGRESS, ...piece]);
    }
    for (let i = 0; i < 200; i++) await callee.send([70, 1, PROGRESS, [i]]);
    await callee.send([70, 1, {}]);
    for (let i = 0; i < 200; i++) {
      assertEquals(await caller.receive(), [50, 7, PROGRESS, [i]]);
    }
    assertEquals(await caller.receive(), [50, 7, {}]);
    await callee.send([70, 1, PROGRESS, ["late"]]);
    await callee.send([70, 1, {}, ["late"]]);
    await expectSilence(callee, caller);
  },
  { everySerializer: true },
);

for (const options of [{}, { progress: false }, { progress: null }]) {
  scenario(
    `PR-04 PR-05: YIELD with ${
      JSON.stringify(options)
    } is final, also as the only result`,
    async (router) => {
      const { caller, callee } = await pendingCall(router);
      await callee.send([70, 1, options, ["all"]]);
      assertEquals(await caller.receive(), [50, 7, {}, ["all"]]);
      await callee.send([70, 1, PROGRESS, ["late"]]);
      await expectSilence(callee, caller);
    },
  );
}

scenario(
  "PR-06: an ERROR after progressive results ends the call",
  async (router) => {
    const { caller, callee } = await pendingCall(router);
    await callee.send([70, 1, PROGRESS, [1]]);
    await callee.send([8, 68, 1, {}, "com.broken", ["why"], { k: 1 }]);
    assertEquals(await caller.receive(), [50, 7, PROGRESS, [1]]);
    assertEquals(
      await caller.receive(),
      [8, 48, 7, {}, "com.broken", ["why"], { k: 1 }],
    );
    await callee.send([70, 1, PROGRESS, ["late"]]);
    await expectSilence(callee, caller);
  },
  { everySerializer: true },
);

/** Callers that get no progressive results. */
const UNWANTED: [
  name: string,
  options: Record<string, unknown>,
  caller: boolean,
][] = [
  ["did not ask", {}, true],
  ["did not announce the feature", { receive_progress: true }, false],
];

for (const [name, options, announced] of UNWANTED) {
  scenario(
    `PR-02 PR-07 A-46: progressive results are dropped where the caller ${name}, and the call goes on`,
    async (router) => {
      const { caller, callee } = await pendingCall(router, options, {
        ...FEATURES,
        caller: { progressive_call_results: announced },
      });
      for (let i = 0; i < 3; i++) await callee.send([70, 1, PROGRESS, [i]]);
      await expectSilence(callee, caller);
      await callee.send([70, 1, {}, ["final"]]);
      assertEquals(await caller.receive(), [50, 7, {}, ["final"]]);
    },
    { everySerializer: true },
  );
}

scenario(
  "PR-07 A-46: progressive results of a callee that announced nothing reach the caller that asked",
  async (router) => {
    const { caller, callee } = await pendingCall(
      router,
      { receive_progress: true },
      { caller: FEATURES.caller },
    );
    await callee.send([70, 1, PROGRESS, [1]]);
    assertEquals(await caller.receive(), [50, 7, PROGRESS, [1]]);
    await callee.send([70, 1, {}]);
    assertEquals(await caller.receive(), [50, 7, {}]);
  },
);

scenario(
  "PR-08: when the caller leaves in the middle the callee is interrupted",
  async (router) => {
    const { caller, callee } = await pendingCall(router);
    await callee.send([70, 1, PROGRESS, [1]]);
    await caller.receive();
    caller.close();
    assertEquals(await callee.receive(), [69, 1, { mode: "killnowait" }]);
    await callee.send([70, 1, PROGRESS, [2]]);
    await callee.send([70, 1, {}]);
    await callee.expectNothing();
  },
);

scenario(
  "PR-08: when the callee leaves in the middle the call ends in the error canceled",
  async (router) => {
    const { caller, callee } = await pendingCall(router);
    await callee.send([70, 1, PROGRESS, [1]]);
    assertEquals(await caller.receive(), [50, 7, PROGRESS, [1]]);
    callee.close();
    await expectError(caller, 48, 7, CANCELED);
    await caller.expectNothing();
  },
);

scenario(
  "CX-11: between the INTERRUPT of a kill and the final answer progressive results still come",
  async (router) => {
    const { caller, callee } = await pendingCall(router);
    await caller.send([49, 7, { mode: "kill" }]);
    assertEquals(await callee.receive(), [69, 1, { mode: "kill" }]);
    await callee.send([70, 1, PROGRESS, ["last words"]]);
    assertEquals(await caller.receive(), [50, 7, PROGRESS, ["last words"]]);
    await callee.send([8, 68, 1, {}, CANCELED]);
    assertEquals(await caller.receive(), [8, 48, 7, {}, CANCELED]);
  },
);

for (const mode of ["skip", "killnowait"]) {
  scenario(
    `CX-11: after a CANCEL in mode ${mode} no progressive result comes`,
    async (router) => {
      const { caller, callee } = await pendingCall(router);
      await callee.send([70, 1, PROGRESS, [1]]);
      await caller.receive();
      await caller.send([49, 7, { mode }]);
      await expectError(caller, 48, 7, CANCELED);
      if (mode === "killnowait") await callee.receive();
      await callee.send([70, 1, PROGRESS, [2]]);
      await callee.send([70, 1, {}, [3]]);
      await expectSilence(callee, caller);
    },
  );
}

scenario(
  "FR-16: a progressive result longer than the caller takes ends the call and interrupts the callee",
  async (router) => {
    const caller = await router.join({ features: FEATURES, limit: 2 });
    const callee = await router.join({ features: FEATURES });
    await callee.register("com.a");
    await caller.send([48, 7, { receive_progress: true }, "com.a"]);
    await callee.receive();
    await callee.send([70, 1, PROGRESS, ["fits"]]);
    assertEquals(await caller.receive(), [50, 7, PROGRESS, ["fits"]]);
    await callee.send([70, 1, PROGRESS, ["x".repeat(2048)]]);
    await expectError(caller, 48, 7, "wamp.error.payload_size_exceeded");
    assertEquals(await callee.receive(), [69, 1, { mode: "killnowait" }]);
    await callee.send([70, 1, {}]);
    await expectSilence(callee, caller);
  },
);

scenario(
  "PR-09: a caller that does not read ends its own call only",
  async (router) => {
    const { callee } = await pendingCall(router);
    const other = await router.join();
    await callee.register("com.b");
    const piece = [70, 1, PROGRESS, ["x".repeat(100_000)]];
    let interrupted = false;
    for (let i = 1; !interrupted; i++) {
      await callee.send(piece);
      await other.send([48, i, {}, "com.b"]);
      // Meanwhile the callee serves another caller, call by call.
      let message = await callee.receive();
      if (message[0] === 69) {
        interrupted = true;
        message = await callee.receive();
      }
      assertEquals(message[0], 68);
      await callee.send([70, message[1], {}]);
      assertEquals(await other.receive(), [50, i, {}]);
    }
  },
  { limits: { maxOutboxBytes: 500_000 } },
);

scenario(
  "HW-15: progressive_call_results is announced together with call_canceling",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    const { features } = roles["dealer"];
    for (
      const feature of [
        "progressive_call_results",
        "progressive_call_invocations",
        "call_canceling",
      ]
    ) assertEquals(features[feature], true, feature);
    assertEquals("call_cancelling" in features, false);
  },
);
