/** Payload passthru mode of calls (checklist §10). */
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

const NOT_SUPPORTED = "wamp.error.feature_not_supported";

const FEATURES = {
  caller: {
    payload_passthru_mode: true,
    progressive_call_results: true,
    progressive_call_invocations: true,
  },
  callee: {
    payload_passthru_mode: true,
    progressive_call_results: true,
    progressive_call_invocations: true,
    call_canceling: true,
  },
};

const ALL_KEYS = {
  ppt_scheme: "x_my_ppt",
  ppt_serializer: "x_my_serializer",
  ppt_cipher: "x_my_cipher",
  ppt_keyid: "x_my_key",
};

/** The payload's octets as a client with that serializer writes and reads them. */
function opaque(client: RawClient, ...octets: number[]): unknown {
  return client.serializer === "json"
    ? "\0" + btoa(String.fromCharCode(...octets))
    : new Uint8Array(octets);
}

/** A caller and a callee of `com.a`, both with all features. */
async function pair(router: Scenario): Promise<[RawClient, RawClient]> {
  const [caller, callee] = await router.joinMany(2, { features: FEATURES });
  await callee.register("com.a");
  return [caller, callee];
}

scenario(
  "PP-06 PP-07: keys and payload of CALL, YIELD and ERROR arrive unchanged, whatever the scheme",
  async (router) => {
    for (const from of SERIALIZERS) {
      for (const to of SERIALIZERS) {
        const caller = await router.join({
          serializer: from,
          features: FEATURES,
        });
        const callee = await router.join({
          serializer: to,
          features: FEATURES,
        });
        await callee.register(`com.${from}.${to}`);
        const payload = (client: RawClient) => [opaque(client, 0, 1, 254, 255)];
        for (const [i, keys] of [ALL_KEYS, { ppt_scheme: "mqtt" }].entries()) {
          const request = i * 2 + 1;
          const procedure = `com.${from}.${to}`;
          await caller.send([48, request, keys, procedure, payload(caller)]);
          assertEquals(
            (await callee.receive()).slice(3),
            [keys, payload(callee)],
          );
          await callee.send([70, request, keys, payload(callee)]);
          assertEquals(
            await caller.receive(),
            [50, request, keys, payload(caller)],
          );
          await caller.send([48, request + 1, {}, procedure]);
          assertEquals((await callee.receive())[3], {});
          await callee.send([
            8,
            68,
            request + 1,
            keys,
            "com.broken",
            payload(callee),
          ]);
          assertEquals(
            await caller.receive(),
            [8, 48, request + 1, keys, "com.broken", payload(caller)],
          );
        }
      }
    }
  },
);

scenario(
  "PP-07 A-53: the router does not count the items of an opaque payload",
  async (router) => {
    const [caller, callee] = await pair(router);
    const payloads: WireMessage[] = [
      [],
      [["no binary", 2, null]],
      [[], { k: "v" }],
    ];
    for (const [i, payload] of payloads.entries()) {
      await caller.send([
        48,
        i + 1,
        { ppt_scheme: "x_my" },
        "com.a",
        ...payload,
      ]);
      assertEquals((await callee.receive()).slice(4), payload);
    }
  },
  { everySerializer: true },
);

/** What each kind of message in the mode needs announced, by which role. */
const SENDERS: [name: string, role: string, message: WireMessage][] = [
  ["CALL", "caller", [48, 9, { ppt_scheme: "x_my" }, "com.a"]],
  ["PUBLISH", "publisher", [16, 9, { ppt_scheme: "x_my" }, "com.a"]],
  ["YIELD", "callee", [70, 1, { ppt_scheme: "x_my" }]],
];

for (const [name, role, message] of SENDERS) {
  scenario(
    `PP-01 FD-04: ${name} in the mode by a session that did not announce it as ${role} ends the session`,
    async (router) => {
      const other = await router.join({ features: FEATURES });
      await other.subscribe("com.a");
      await other.register("com.a");
      const allButOne = Object.fromEntries(
        ["publisher", "subscriber", "caller", "callee"]
          .filter((one) => one !== role)
          .map((one) => [one, { payload_passthru_mode: true }]),
      );
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer, features: allButOne });
        await client.register("com.own");
        await client.request([48, 8, {}, "com.own"]);
        await client.send(message);
        await expectViolation(client);
      }
      await other.expectNothing();
    },
  );
}

scenario(
  "PP-02 HW-14: the dealer announces payload_passthru_mode",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    assertEquals(roles["dealer"].features["payload_passthru_mode"], true);
  },
);

scenario(
  "PP-03 FD-04: a callee without the mode is not invoked, and the caller gets feature_not_supported",
  async (router) => {
    const caller = await router.join({ features: FEATURES });
    const callee = await router.join();
    await callee.register("com.a");
    await caller.send([48, 1, ALL_KEYS, "com.a", [opaque(caller, 1)]]);
    await expectError(caller, 48, 1, NOT_SUPPORTED);
    await expectSilence(caller, callee);
    await caller.send([48, 2, {}, "com.a"]);
    assertEquals((await callee.receive())[1], 1);
  },
  { everySerializer: true },
);

for (const progress of [false, true]) {
  scenario(
    `PP-04 FD-04 A-52: a ${
      progress ? "progressive " : ""
    }YIELD in the mode to a caller without it ends the call for both`,
    async (router) => {
      const caller = await router.join({
        features: { caller: { progressive_call_results: true } },
      });
      const callee = await router.join({ features: FEATURES });
      await callee.register("com.a");
      await caller.send([48, 7, { receive_progress: true }, "com.a"]);
      await callee.receive();
      await callee.send([70, 1, { ...ALL_KEYS, progress }, [
        opaque(callee, 1),
      ]]);
      await expectError(callee, 68, 1, NOT_SUPPORTED);
      await expectError(caller, 48, 7, NOT_SUPPORTED);
      await callee.send([70, 1, {}]);
      await expectSilence(callee, caller);
    },
    { everySerializer: true },
  );
}

scenario(
  "PP-08: the mode works with progressive results and invocations, each message with its keys",
  async (router) => {
    const [caller, callee] = await pair(router);
    const first = { ppt_scheme: "x_first", ppt_keyid: "1" };
    await caller.send([
      48,
      7,
      { ...first, progress: true, receive_progress: true },
      "com.a",
      [opaque(caller, 1)],
    ]);
    assertEquals((await callee.receive()).slice(3), [
      { ...first, progress: true, receive_progress: true },
      [opaque(callee, 1)],
    ]);
    await callee.send([70, 1, { ppt_scheme: "x_a", progress: true }, [
      opaque(callee, 2),
    ]]);
    assertEquals(await caller.receive(), [
      50,
      7,
      { ppt_scheme: "x_a", progress: true },
      [opaque(caller, 2)],
    ]);
    // The keys of the first chunk stand for all (PG-07).
    await caller.send([48, 7, { ppt_scheme: "x_other" }, "com.a"]);
    assertEquals((await callee.receive())[3], {
      ...first,
      receive_progress: true,
    });
    await callee.send([70, 1, { ppt_scheme: "x_b" }, [opaque(callee, 3)]]);
    assertEquals(await caller.receive(), [
      50,
      7,
      { ppt_scheme: "x_b" },
      [opaque(caller, 3)],
    ]);
  },
  { everySerializer: true },
);

/** Keys with which the mode is off, whoever announced what. */
const OFF: [name: string, keys: Record<string, unknown>][] = [
  ["an empty scheme", { ...ALL_KEYS, ppt_scheme: "" }],
  ["no scheme", { ppt_serializer: "cbor", ppt_keyid: "k" }],
  ["a scheme of null", { ...ALL_KEYS, ppt_scheme: null }],
];

for (const [name, keys] of OFF) {
  scenario(
    `PP-09: with ${name} the mode is off, and the other keys are ignored`,
    async (router) => {
      for (const features of [{}, FEATURES]) {
        const [caller, callee] = await router.joinMany(2, { features });
        const registration = await callee.register("com.a");
        await caller.send([48, 1, keys, "com.a", [1]]);
        assertEquals((await callee.receive()).slice(3), [{}, [1]]);
        await callee.send([70, 1, keys, [2]]);
        assertEquals(await caller.receive(), [50, 1, {}, [2]]);
        await callee.request([66, 9, registration]);
      }
    },
    { everySerializer: true },
  );
}

scenario(
  "PP-06: keys that are null are absent",
  async (router) => {
    const [caller, callee] = await pair(router);
    await caller.send([
      48,
      1,
      { ppt_scheme: "x_my", ppt_cipher: null, ppt_keyid: "k" },
      "com.a",
    ]);
    assertEquals((await callee.receive())[3], {
      ppt_scheme: "x_my",
      ppt_keyid: "k",
    });
  },
);
