/** Progressive call invocations (checklist §9.5). */
import { assertEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  expectError,
  expectSilence,
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const CANCELED = "wamp.error.canceled";
const MORE = { progress: true };

const FEATURES = {
  publisher: { payload_passthru_mode: true },
  caller: {
    progressive_call_invocations: true,
    progressive_call_results: true,
    payload_passthru_mode: true,
  },
  callee: {
    progressive_call_invocations: true,
    progressive_call_results: true,
    call_canceling: true,
    payload_passthru_mode: true,
  },
};

interface Pending {
  readonly caller: RawClient;
  readonly callee: RawClient;
  readonly registration: number;
}

/** A call, request 7 and invocation 1, whose first chunk was sent. */
async function begunCall(
  router: Scenario,
  options: Record<string, unknown> = {},
): Promise<Pending> {
  const [caller, callee] = await router.joinMany(2, { features: FEATURES });
  const registration = await callee.register("com.a");
  await caller.send([48, 7, { ...MORE, ...options }, "com.a", ["first"]]);
  const first = await callee.receive();
  assertEquals(first.slice(0, 3), [68, 1, registration]);
  assertEquals(first[3]["progress"], true);
  assertEquals(first[4], ["first"]);
  return { caller, callee, registration };
}

scenario(
  "PG-01 PG-05 OG-07: all chunks reach the callee in order as one invocation, progress on all but the last",
  async (router) => {
    const { caller, callee, registration } = await begunCall(router);
    const chunks: WireMessage[] = [
      [["second"]],
      [],
      [[], { third: 3 }],
      [[4, [5]], { six: null }],
    ];
    for (const chunk of chunks) {
      await caller.send([48, 7, MORE, "com.a", ...chunk]);
      assertEquals(
        await callee.receive(),
        [68, 1, registration, MORE, ...chunk],
      );
    }
    for (let i = 0; i < 200; i++) {
      await caller.send([48, 7, MORE, "com.a", [i]]);
    }
    await caller.send([48, 7, {}, "com.a", ["last"]]);
    for (let i = 0; i < 200; i++) {
      assertEquals(await callee.receive(), [68, 1, registration, MORE, [i]]);
    }
    assertEquals(await callee.receive(), [68, 1, registration, {}, ["last"]]);
    await callee.send([70, 1, {}, ["done"]]);
    assertEquals(await caller.receive(), [50, 7, {}, ["done"]]);
    // The next invocation has the next number.
    await caller.send([48, 8, {}, "com.a"]);
    assertEquals(await callee.receive(), [68, 2, registration, {}]);
  },
  { everySerializer: true },
);

for (const last of [{ progress: false }, { progress: null }]) {
  scenario(
    `PG-01: a chunk with ${JSON.stringify(last)} is the last`,
    async (router) => {
      const { caller, callee, registration } = await begunCall(router);
      await caller.send([48, 7, last, "com.a"]);
      assertEquals(await callee.receive(), [68, 1, registration, {}]);
    },
  );
}

scenario(
  "PG-02 FD-04: progress by a caller that did not announce it ends its session",
  async (router) => {
    const callee = await router.join({ features: FEATURES });
    await callee.register("com.a");
    for (const serializer of SERIALIZERS) {
      const caller = await router.join({ serializer });
      await caller.send([48, 1, MORE, "com.a"]);
      await expectViolation(caller);
    }
    await callee.expectNothing();
  },
);

/** Callees that cannot take a call in pieces. */
const LACKING: [name: string, callee: Record<string, boolean>][] = [
  ["nothing", {}],
  ["canceling only", { call_canceling: true }],
  ["the feature without canceling", { progressive_call_invocations: true }],
];

for (const [name, callee] of LACKING) {
  scenario(
    `PG-03 FD-04: a callee that announced ${name} gets no call in pieces, and the caller one error`,
    async (router) => {
      const caller = await router.join({ features: FEATURES });
      const other = await router.join({ features: { callee } });
      await other.register("com.a");
      await caller.send([48, 7, MORE, "com.a"]);
      await caller.send([48, 7, MORE, "com.a"]);
      await caller.send([48, 7, {}, "com.a"]);
      await expectError(caller, 48, 7, "wamp.error.feature_not_supported");
      await expectSilence(caller, other);
      await caller.send([48, 8, {}, "com.a"]);
      assertEquals((await other.receive())[0], 68);
    },
  );
}

scenario(
  "PG-04: all chunks go to the callee of the first, and turn by turn goes on behind it",
  async (router) => {
    const caller = await router.join({ features: FEATURES });
    const callees = await router.joinMany(3, { features: FEATURES });
    const options = { invoke: "roundrobin" };
    for (const callee of callees) await callee.register("com.a", options);
    await caller.send([48, 7, MORE, "com.a", ["first"]]);
    await callees[0].receive();
    for (let i = 0; i < 4; i++) {
      await caller.send([48, 7, MORE, "com.a", [i]]);
      assertEquals((await callees[0].receive()).slice(3), [MORE, [i]]);
    }
    await caller.send([48, 8, {}, "com.a"]);
    assertEquals((await callees[1].receive())[0], 68);
    await caller.send([48, 7, {}, "com.a", ["last"]]);
    assertEquals((await callees[0].receive())[4], ["last"]);
    await caller.send([48, 9, {}, "com.a"]);
    assertEquals((await callees[2].receive())[0], 68);
    await expectSilence(caller, ...callees);
  },
);

/** Final answers, and what the caller gets. */
const FINAL_ANSWERS: [
  name: string,
  answer: WireMessage,
  received: WireMessage,
][] = [
  ["RESULT", [70, 1, {}, ["enough"]], [50, 7, {}, ["enough"]]],
  ["ERROR", [8, 68, 1, {}, "com.enough"], [8, 48, 7, {}, "com.enough"]],
];

for (const [name, answer, received] of FINAL_ANSWERS) {
  scenario(
    `PG-06 PG-10: a final ${name} before the last chunk ends the call, and further chunks are discarded`,
    async (router) => {
      const { caller, callee } = await begunCall(router);
      await callee.send(answer);
      assertEquals(await caller.receive(), received);
      await caller.send([48, 7, MORE, "com.a", ["late"]]);
      await caller.send([48, 7, {}, "com.a", ["late"]]);
      await expectSilence(caller, callee);
    },
    { everySerializer: true },
  );
}

scenario(
  "PG-07: all invocations derive from the first chunk's options; later ones are ignored",
  async (router) => {
    const { caller, callee } = await begunCall(router, {
      disclose_me: true,
      receive_progress: true,
      ppt_scheme: "x_first",
      ppt_keyid: "1",
    });
    await caller.send([
      48,
      7,
      {
        ...MORE,
        disclose_me: false,
        receive_progress: false,
        timeout: 1,
        ppt_scheme: "x_second",
        rkey: "k",
        x_custom: 1,
      },
      "com.a",
    ]);
    const second = (await callee.receive())[3];
    await caller.send([48, 7, {}, "com.a"]);
    const last = (await callee.receive())[3];
    const { caller_authid, caller_authrole, ...rest } = second;
    assertEquals([typeof caller_authid, caller_authrole], [
      "string",
      "anonymous",
    ]);
    assertEquals(rest, {
      progress: true,
      caller: caller.sessionId,
      receive_progress: true,
      ppt_scheme: "x_first",
      ppt_keyid: "1",
    });
    const { progress: _, ...withoutProgress } = second;
    assertEquals(last, withoutProgress);
    await callee.send([70, 1, MORE]);
    assertEquals(await caller.receive(), [50, 7, MORE]);
  },
  { everySerializer: true },
);

scenario(
  "PG-07: options that the first chunk did not have do not come later",
  async (router) => {
    const { caller, callee } = await begunCall(router);
    await caller.send([
      48,
      7,
      { ...MORE, disclose_me: true, receive_progress: true, ppt_scheme: "x_a" },
      "com.a",
    ]);
    assertEquals((await callee.receive())[3], MORE);
    await callee.send([70, 1, MORE, ["unasked"]]);
    await expectSilence(callee, caller);
  },
);

scenario(
  "PG-07 PG-08: a chunk is told by its ID, whatever came between, and IDs above are new calls",
  async (router) => {
    const { caller, callee } = await begunCall(router);
    await caller.subscribe("com.t");
    await caller.send([48, 8, MORE, "com.a", ["other"]]);
    assertEquals((await callee.receive()).slice(0, 2), [68, 2]);
    await caller.send([16, 9, { acknowledge: true }, "com.t"]);
    assertEquals((await caller.receive())[0], 17);
    await caller.send([48, 7, MORE, "com.a", ["second"]]);
    assertEquals((await callee.receive())[1], 1);
    await caller.send([48, 8, {}, "com.a", ["other's last"]]);
    assertEquals((await callee.receive())[1], 2);
    await caller.send([48, 7, {}, "com.a", ["last"]]);
    assertEquals((await callee.receive())[1], 1);
  },
);

scenario(
  "PG-08 ID-05: with strict request IDs a gap ends the session, a chunk does not",
  async (router) => {
    const callee = await router.join({ features: FEATURES });
    await callee.register("com.a");
    const caller = await router.join({ features: FEATURES });
    await caller.send([48, 1, MORE, "com.a"]);
    await caller.send([48, 2, MORE, "com.a"]);
    await caller.send([48, 1, MORE, "com.a"]);
    await caller.send([48, 1, {}, "com.a"]);
    for (const id of [1, 2, 1, 1]) {
      assertEquals((await callee.receive())[1], id);
    }
    // Late chunks of a call that has ended are no gap (PG-10).
    await callee.send([70, 2, {}]);
    assertEquals((await caller.receive())[0], 50);
    await caller.send([48, 2, MORE, "com.a"]);
    await caller.send([48, 2, {}, "com.a"]);
    await caller.send([48, 3, {}, "com.a"]);
    assertEquals((await callee.receive())[1], 3);
    await caller.send([48, 5, MORE, "com.a"]);
    await expectViolation(caller);
  },
  { limits: { strictRequestIds: true } },
);

scenario(
  "PG-10 ID-05: with strict request IDs a chunk of a call that never was ends the session",
  async (router) => {
    const caller = await router.join({ features: FEATURES });
    await caller.subscribe("com.t");
    await caller.subscribe("com.u");
    await caller.send([48, 1, MORE, "com.a"]);
    await expectViolation(caller);
  },
  { limits: { strictRequestIds: true } },
);

scenario(
  "PG-09: a further CALL with the ID of a pending call without progress ends the session",
  async (router) => {
    const callee = await router.join({ features: FEATURES });
    await callee.register("com.a");
    for (const options of [MORE, {}]) {
      const caller = await router.join({ features: FEATURES });
      await caller.send([48, 7, {}, "com.a"]);
      await callee.receive();
      await caller.send([48, 7, options, "com.a"]);
      await expectViolation(caller);
      assertEquals((await callee.receive())[0], 69);
    }
  },
);

scenario(
  "PG-09: a further chunk behind the last one ends the session",
  async (router) => {
    const { caller, callee } = await begunCall(router);
    await caller.send([48, 7, {}, "com.a"]);
    await caller.send([48, 7, MORE, "com.a"]);
    await expectViolation(caller);
    assertEquals((await callee.receive())[0], 68);
    assertEquals((await callee.receive())[0], 69);
  },
);

/** Calls in pieces that come to nothing, and how the caller hears of it. */
const REFUSED: [procedure: string, error: string][] = [
  ["com.none", "wamp.error.no_such_procedure"],
  ["com..none", "wamp.error.invalid_uri"],
  ["wamp.none", "wamp.error.no_such_procedure"],
];

scenario(
  "PG-10 RP-09: a call in pieces that is refused is answered once, its further chunks are discarded",
  async (router) => {
    const caller = await router.join({ features: FEATURES });
    for (const [i, [procedure, error]] of REFUSED.entries()) {
      for (const options of [MORE, MORE, {}]) {
        await caller.send([48, i + 1, options, procedure]);
      }
      await expectError(caller, 48, i + 1, error);
      await caller.expectNothing();
    }
  },
);

for (const mode of ["skip", "killnowait"]) {
  scenario(
    `PG-10 PG-13: chunks of a call that was canceled in mode ${mode} are discarded`,
    async (router) => {
      const { caller, callee } = await begunCall(router);
      await caller.send([49, 7, { mode }]);
      await expectError(caller, 48, 7, CANCELED);
      if (mode === "killnowait") assertEquals((await callee.receive())[0], 69);
      await caller.send([48, 7, MORE, "com.a"]);
      await caller.send([48, 7, {}, "com.a"]);
      await expectSilence(caller, callee);
    },
  );
}

scenario(
  "PG-10: chunks of a call that has timed out are discarded",
  async (router) => {
    const { caller, callee } = await begunCall(router, { timeout: 1 });
    await expectError(caller, 48, 7, "wamp.error.timeout");
    assertEquals((await callee.receive())[0], 69);
    await caller.send([48, 7, {}, "com.a"]);
    await expectSilence(caller, callee);
  },
);

scenario(
  "PG-11: a chunk with the ID of another request, or for another procedure, is discarded",
  async (router) => {
    const { caller, callee } = await begunCall(router);
    await callee.register("com.b");
    await caller.send([32, 9, {}, "com.t"]);
    assertEquals((await caller.receive())[0], 33);
    for (const request of [9, 3]) {
      await caller.send([48, request, MORE, "com.a"]);
    }
    for (const options of [MORE, {}]) {
      await caller.send([48, 7, options, "com.b"]);
    }
    await expectSilence(caller, callee);
    await caller.send([48, 7, {}, "com.a", ["last"]]);
    assertEquals((await callee.receive()).slice(3), [{}, ["last"]]);
  },
);

scenario(
  "PG-11 ID-05: with strict_request_ids the ID of a call to another procedure ends the session",
  async (router) => {
    const caller = await router.join({ features: FEATURES });
    const callee = await router.join({ features: FEATURES });
    await callee.register("com.a");
    await callee.register("com.b");
    await caller.send([48, 1, MORE, "com.a"]);
    await callee.receive();
    await caller.send([48, 1, MORE, "com.b"]);
    await expectViolation(caller);
  },
  { limits: { strictRequestIds: true } },
);

scenario(
  "PG-10: late pieces of 1,000 calls that ended before are discarded, with strict_request_ids, too",
  async (router) => {
    const [caller, callee] = await router.joinMany(2, { features: FEATURES });
    await callee.register("com.a");
    for (let id = 1; id <= 1000; id++) {
      await caller.send([48, caller.nextRequest(), MORE, "com.a"]);
      await callee.receive();
      await callee.send([8, 68, id, {}, "com.enough"]);
      assertEquals(await caller.receive(), [8, 48, id, {}, "com.enough"]);
    }
    for (let id = 1; id <= 1000; id++) {
      await caller.send([48, id, MORE, "com.a"]);
      await caller.send([48, id, {}, "com.a"]);
    }
    await expectSilence(caller, callee);
  },
  { limits: { strictRequestIds: true } },
);

scenario(
  "PG-12: when the caller leaves between chunks the callee is interrupted",
  async (router) => {
    const { caller, callee } = await begunCall(router);
    caller.close();
    assertEquals(await callee.receive(), [69, 1, { mode: "killnowait" }]);
    await callee.send([70, 1, {}]);
    await callee.expectNothing();
  },
);

scenario(
  "PG-12: when the callee leaves between chunks the call is canceled, and further chunks are discarded",
  async (router) => {
    const { caller, callee } = await begunCall(router);
    callee.close();
    await expectError(caller, 48, 7, CANCELED);
    const successor = await router.join({ features: FEATURES });
    await successor.register("com.a");
    await caller.send([48, 7, MORE, "com.a"]);
    await caller.send([48, 7, {}, "com.a"]);
    await expectSilence(caller, successor);
  },
);

scenario(
  "PG-13: chunks reach the same callee after it has unregistered, and after another took the name",
  async (router) => {
    const { caller, callee, registration } = await begunCall(router);
    assertEquals(await callee.request([66, 2, registration]), [67, 2]);
    const successor = await router.join({ features: FEATURES });
    await successor.register("com.a");
    await caller.send([48, 7, MORE, "com.a", ["second"]]);
    assertEquals(
      await callee.receive(),
      [68, 1, registration, MORE, ["second"]],
    );
    await caller.send([48, 7, {}, "com.a", ["last"]]);
    assertEquals((await callee.receive())[4], ["last"]);
    await expectSilence(caller, successor);
    await callee.send([70, 1, {}]);
    assertEquals(await caller.receive(), [50, 7, {}]);
  },
);

scenario(
  "PG-13: a call in pieces can be killed before its last chunk, and the callee has the last word",
  async (router) => {
    const { caller, callee } = await begunCall(router);
    await caller.send([49, 7, { mode: "kill" }]);
    assertEquals(await callee.receive(), [69, 1, { mode: "kill" }]);
    await caller.send([48, 7, MORE, "com.a"]);
    await expectSilence(caller, callee);
    await callee.send([8, 68, 1, {}, CANCELED]);
    assertEquals(await caller.receive(), [8, 48, 7, {}, CANCELED]);
    await caller.send([48, 7, {}, "com.a"]);
    await expectSilence(caller, callee);
  },
);

scenario(
  "PG-13: a call in pieces can be killed after its last chunk",
  async (router) => {
    const { caller, callee } = await begunCall(router);
    await caller.send([48, 7, {}, "com.a"]);
    await callee.receive();
    await caller.send([49, 7, { mode: "kill" }]);
    assertEquals(await callee.receive(), [69, 1, { mode: "kill" }]);
    await callee.send([70, 1, {}, ["too late"]]);
    assertEquals(await caller.receive(), [50, 7, {}, ["too late"]]);
  },
);

scenario(
  "PG-06 PG-14: chunks and progressive results flow in both directions, not in pairs",
  async (router) => {
    const { caller, callee } = await begunCall(router, {
      receive_progress: true,
    });
    for (let i = 0; i < 3; i++) await callee.send([70, 1, MORE, [i]]);
    for (let i = 0; i < 3; i++) {
      assertEquals(await caller.receive(), [50, 7, MORE, [i]]);
    }
    await caller.send([48, 7, MORE, "com.a", ["second"]]);
    assertEquals((await callee.receive())[3], {
      progress: true,
      receive_progress: true,
    });
    await caller.send([48, 7, {}, "com.a", ["last"]]);
    assertEquals((await callee.receive())[3], { receive_progress: true });
    await callee.send([70, 1, MORE, ["more"]]);
    await callee.send([70, 1, {}, ["done"]]);
    assertEquals(await caller.receive(), [50, 7, MORE, ["more"]]);
    assertEquals(await caller.receive(), [50, 7, {}, ["done"]]);
  },
  { everySerializer: true },
);

scenario(
  "FR-17: a chunk longer than the callee takes ends the call, and the callee is interrupted",
  async (router) => {
    const caller = await router.join({ features: FEATURES });
    const callee = await router.join({ features: FEATURES, limit: 2 });
    await callee.register("com.a");
    await caller.send([48, 7, MORE, "com.a"]);
    await callee.receive();
    await caller.send([48, 7, MORE, "com.a", ["x".repeat(2048)]]);
    await expectError(caller, 48, 7, "wamp.error.payload_size_exceeded");
    assertEquals(await callee.receive(), [69, 1, { mode: "killnowait" }]);
    await caller.send([48, 7, {}, "com.a"]);
    await expectSilence(caller, callee);
  },
);
