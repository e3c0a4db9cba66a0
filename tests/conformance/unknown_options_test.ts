/**
 * What a router does with options, features and messages that it does not know,
 * that were not announced, or that it does not serve (checklist §13, and the
 * sketches that say what a router without the feature does).
 */
import { assertEquals } from "@std/assert";
import { helloDetails, type WireMessage } from "../support/raw_client.ts";
import {
  CANCELING,
  expectError,
  expectSilence,
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

scenario(
  "FD-01: unknown options, details, features and roles change nothing",
  async (router) => {
    const unknown = { x_future: { a: [1] }, y_future: true };
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      const { roles } = helloDetails() as { roles: Record<string, unknown> };
      await client.hello({
        ...unknown,
        roles: {
          ...roles,
          oracle: { features: { prophecy: true } },
          callee: {
            features: { call_canceling: true, ...unknown },
            ...unknown,
          },
        },
      });
      const subscription = await client.subscribe("com.a", unknown);
      await client.register("com.a", unknown);
      await client.send([16, 7, { exclude_me: false, ...unknown }, "com.a"]);
      assertEquals((await client.receive()).slice(0, 2), [36, subscription]);
      await client.send([48, 8, unknown, "com.a"]);
      assertEquals((await client.receive())[3], {});
      await client.send([49, 8, { mode: "kill", ...unknown }]);
      assertEquals(await client.receive(), [69, 1, { mode: "kill" }]);
      await client.send([70, 1, unknown]);
      assertEquals(await client.receive(), [50, 8, {}]);
      // The name is taken until the session ends.
      await client.request([6, unknown, "com.bye"]);
    }
  },
);

scenario("FD-02: an unknown message type ends the session", async (router) => {
  for (const serializer of SERIALIZERS) {
    for (const code of [7, 37, 71, 300]) {
      const client = await router.join({ serializer });
      await client.send([code, 1, {}, "com.a"]);
      await expectViolation(client);
    }
  }
});

for (const role of ["publisher", "subscriber", "caller", "callee"]) {
  scenario(
    `FD-03: a session that announced only ${role} may use every role's messages`,
    async (router) => {
      const client = await router.open();
      await client.hello({ roles: { [role]: {} } });
      const subscription = await client.subscribe("com.a");
      const registration = await client.register("com.a");
      await client.send([16, 3, { exclude_me: false }, "com.a"]);
      assertEquals((await client.receive()).slice(0, 2), [36, subscription]);
      assertEquals(
        await client.request([48, 4, {}, "com.a"]),
        [68, 1, registration, {}],
      );
      assertEquals(await client.request([70, 1, {}]), [50, 4, {}]);
    },
  );
}

/** Sends `call` to a callee with `features`; what the callee gets. */
async function invocationOf(
  router: Scenario,
  call: WireMessage,
  features = {},
): Promise<WireMessage> {
  const [caller, callee] = [
    await router.join({ features }),
    await router.join({ features }),
  ];
  await callee.register("com.a");
  await caller.send(call);
  const invocation = await callee.receive();
  await callee.send([70, 1, { progress: true }, ["part"]]);
  await callee.send([70, 1, {}, ["whole"]]);
  assertEquals(await caller.receive(), [50, 7, {}, ["whole"]]);
  return invocation;
}

scenario(
  "FD-04: receive_progress of a caller that did not announce progressive results gives a final result only",
  async (router) => {
    const features = {
      callee: { progressive_call_results: true, ...CANCELING.callee },
    };
    const call = [48, 7, { receive_progress: true }, "com.a"];
    assertEquals((await invocationOf(router, call, features))[3], {});
  },
);

scenario(
  "FD-04: CANCEL works for a caller that did not announce call_canceling",
  async (router) => {
    const callee = await router.join({ features: CANCELING });
    const caller = await router.join();
    await callee.register("com.a");
    await caller.send([48, 7, {}, "com.a"]);
    await callee.receive();
    await caller.send([49, 7, { mode: "killnowait" }]);
    await expectError(caller, 48, 7, "wamp.error.canceled");
    assertEquals(await callee.receive(), [69, 1, { mode: "killnowait" }]);
  },
);

scenario(
  "FD-04: a callee that did not announce call_canceling never gets INTERRUPT",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    for (const [i, mode] of ["skip", "kill", "killnowait"].entries()) {
      await caller.send([48, i + 1, {}, "com.a"]);
      await callee.receive();
      await caller.send([49, i + 1, { mode }]);
      await expectError(caller, 48, i + 1, "wamp.error.canceled");
    }
    await callee.expectNothing();
  },
);

scenario(
  "FD-04: patterns and exclusion work for clients that did not announce them",
  async (router) => {
    const client = await router.join();
    const subscription = await client.subscribe("com", { match: "prefix" });
    await client.register("com", { match: "prefix" });
    await client.send([16, 7, { exclude_me: false }, "com.a"]);
    assertEquals((await client.receive()).slice(0, 2), [36, subscription]);
    await client.send([48, 8, {}, "com.a"]);
    assertEquals((await client.receive())[3], { procedure: "com.a" });
  },
);

/** Options that change nothing: of sketches, or of what is not asked for. */
const IGNORED_OPTIONS: [
  numbers: string,
  name: string,
  type: 16 | 32 | 48 | 64,
  options: Record<string, unknown>,
][] = [
  ["FD-04", "receive_progress that was not announced", 48, {
    receive_progress: true,
  }],
  ["PG-01", "progress: false", 48, { progress: false }],
  ["TO-01", "a timeout of 0", 48, { timeout: 0 }],
  ["TO-04", "forward_timeout that was not announced", 64, {
    forward_timeout: true,
  }],
  ["ER-02", "retain: false", 16, { retain: false }],
  ["ER-03", "get_retained where nothing is", 32, { get_retained: true }],
  ["SS-01", "rkey of a publisher", 16, { rkey: "k" }],
  ["SS-01", "nkey", 32, { nkey: "k" }],
  ["SD-01", "runmode and rkey", 48, { runmode: "partition", rkey: "k" }],
  ["RL-03", "forward_for of a publisher", 16, {
    forward_for: [{ session: 1, authid: "admin", authrole: "admin" }],
  }],
  ["RL-03", "forward_for of a caller", 48, {
    forward_for: [{ session: 1, authid: null, authrole: "admin" }],
  }],
  ["PP-10", "enc_algo of a publisher", 16, {
    enc_algo: "cryptobox",
    enc_serializer: "json",
    enc_key: "00",
  }],
  ["PP-10", "enc_algo of a caller", 48, { enc_algo: "cryptobox" }],
  ["PP-09", "an empty ppt_scheme", 16, { ppt_scheme: "", ppt_keyid: "k" }],
  ["PP-09", "ppt keys without a scheme", 48, { ppt_serializer: "cbor" }],
];

for (const [numbers, name, type, options] of IGNORED_OPTIONS) {
  scenario(
    `${numbers}: ${name} is ignored: everything is as without it`,
    async (router) => {
      const [peer, client] = await router.joinMany(2);
      const on = (code: number) => code === type ? options : {};
      await client.request([32, 1, on(32), "com.topic"]);
      await client.request([64, 2, on(64), "com.procedure"]);
      const answer = await peer.request([
        16,
        1,
        { acknowledge: true, ...on(16) },
        "com.topic",
        ["payload"],
      ]);
      assertEquals(answer.slice(0, 2), [17, 1]);
      assertEquals((await client.receive()).slice(3), [{}, ["payload"]]);
      await peer.send([48, 2, on(48), "com.procedure", ["payload"]]);
      assertEquals((await client.receive()).slice(3), [{}, ["payload"]]);
      await client.send([70, 1, {}, ["result"]]);
      assertEquals(await peer.receive(), [50, 2, {}, ["result"]]);
      await expectSilence(peer, client);
    },
    { everySerializer: true },
  );
}

for (const key of ["ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"]) {
  scenario(
    `PP-09: a ${key} that is no string ends the session`,
    async (router) => {
      for (const type of [16, 48]) {
        const client = await router.join();
        await client.send([type, 1, { [key]: 1 }, "com.a"]);
        await expectViolation(client);
      }
    },
  );
}

/** What a client must announce before it uses it. */
const UNANNOUNCED: [numbers: string, name: string, message: WireMessage][] = [
  ["FD-04 PG-02", "CALL with progress", [
    48,
    9,
    { progress: true },
    "com.a",
  ]],
  ["FD-04 PP-01", "CALL with ppt_scheme", [
    48,
    9,
    { ppt_scheme: "wamp" },
    "com.a",
  ]],
  ["FD-04 PP-01", "PUBLISH with ppt_scheme", [
    16,
    9,
    { ppt_scheme: "x_my" },
    "com.a",
  ]],
  ["FD-04 PP-01", "YIELD with ppt_scheme", [
    70,
    1,
    { ppt_scheme: "mqtt" },
  ]],
];

for (const [numbers, name, message] of UNANNOUNCED) {
  scenario(
    `${numbers}: ${name} ends the session of a client that did not announce it`,
    async (router) => {
      const other = await router.join();
      await other.subscribe("com.a");
      await other.register("com.a");
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer });
        await client.register("com.own");
        await client.request([48, 2, {}, "com.own"]);
        await client.send(message);
        await expectViolation(client);
      }
      await other.expectNothing();
    },
  );
}

/** All that the router does: not the sketches SS, SD, RF, RL and RE. */
const ANNOUNCED = [
  "broker._clear_retained",
  "broker._payload_unsupported",
  "broker.event_history",
  "broker.event_retention",
  "broker.pattern_based_subscription",
  "broker.payload_passthru_mode",
  "broker.publication_trustlevels",
  "broker.publisher_exclusion",
  "broker.publisher_identification",
  "broker.session_meta_api",
  "broker.subscriber_blackwhite_listing",
  "broker.subscription_meta_api",
  "broker.subscription_revocation",
  "dealer._least_pending",
  "dealer.call_canceling",
  "dealer.call_reroute",
  "dealer.call_timeout",
  "dealer.call_trustlevels",
  "dealer.caller_identification",
  "dealer.pattern_based_registration",
  "dealer.payload_passthru_mode",
  "dealer.progressive_call_invocations",
  "dealer.progressive_call_results",
  "dealer.registration_meta_api",
  "dealer.registration_revocation",
  "dealer.session_meta_api",
  "dealer.shared_registration",
  "dealer.testament_meta_api",
];

scenario(
  "FD-05 HW-13 HW-14: WELCOME announces nothing that the router does not do",
  async (router) => {
    const client = await router.open();
    const roles = (await client.hello())["roles"] as Record<
      string,
      { features: Record<string, boolean> }
    >;
    const announced = Object.entries(roles).flatMap(([role, { features }]) =>
      Object.keys(features).map((feature) => `${role}.${feature}`)
    );
    assertEquals(announced.sort(), ANNOUNCED);
    // Reflection would stand beside the features.
    for (const role of Object.values(roles)) {
      assertEquals(Object.keys(role), ["features"]);
    }
  },
);

scenario(
  "RF-01: reflection is neither announced nor served",
  async (router) => {
    const client = await router.open();
    const roles = (await client.hello())["roles"] as Record<string, object>;
    for (const role of Object.values(roles)) {
      assertEquals("reflection" in role, false);
    }
    for (const name of ["topic.list", "procedure.describe", "error.list"]) {
      await client.send([48, 1, {}, `wamp.reflection.${name}`]);
      await expectError(client, 48, 1, "wamp.error.no_such_procedure");
    }
    await client.send([48, 1, {}, "wamp.reflect.define"]);
    await expectError(client, 48, 1, "wamp.error.no_such_procedure");
  },
);

scenario(
  "RE-01: keys of session resumption are ignored, and WELCOME has none",
  async (router) => {
    const client = await router.open();
    const welcome = await client.hello({
      ...helloDetails(),
      resumable: true,
      "resume-session": 123,
      "resume-token": "token",
    });
    for (const key of ["resumed", "resumable", "resume-ticket"]) {
      assertEquals(key in welcome, false);
    }
  },
);

scenario(
  "FD-04: wamp.error.unavailable is forwarded like any other error",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await caller.send([48, 7, {}, "com.a"]);
    await callee.receive();
    await callee.send([8, 68, 1, {}, "wamp.error.unavailable", ["busy"]]);
    assertEquals(
      await caller.receive(),
      [8, 48, 7, {}, "wamp.error.unavailable", ["busy"]],
    );
  },
);

scenario(
  "FD-05: without request and configuration nobody is disclosed and no trust level given",
  async (router) => {
    const [peer, client] = await router.joinMany(2);
    await client.subscribe("com", { match: "prefix" });
    await client.register("com", { match: "prefix" });
    await peer.send([16, 1, {}, "com.a"]);
    assertEquals((await client.receive())[3], { topic: "com.a" });
    await peer.send([48, 2, {}, "com.a"]);
    assertEquals((await client.receive())[3], { procedure: "com.a" });
  },
  { realms: [openRealm("realm1")] },
);
