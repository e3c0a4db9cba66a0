/** Testaments (checklist §11.4): events that a session leaves behind. */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import {
  askMeta,
  callMeta,
  doMeta,
  guardedRealm,
  refuseMeta,
  watch,
} from "../support/meta.ts";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";

const ADD = "wamp.session.add_testament";
const FLUSH = "wamp.session.flush_testaments";
const INVALID_ARGUMENT = "wamp.error.invalid_argument";
const INVALID_URI = "wamp.error.invalid_uri";
const NOT_AUTHORIZED = "wamp.error.not_authorized";
const LIMIT_REACHED = "sluice.error.limit_reached";

/** Adds a testament to `com.will` with one argument. */
async function leave(
  client: RawClient,
  argument: unknown,
  kwargs: Record<string, unknown> = {},
): Promise<void> {
  await doMeta(client, ADD, ["com.will", [argument], {}], kwargs);
}

/** A subscriber of `com.will`, and the session that makes its testaments. */
async function heirAndTestator(
  router: Scenario,
): Promise<[RawClient, RawClient]> {
  const [heir, testator] = await router.joinMany(2);
  await heir.subscribe("com.will");
  return [heir, testator];
}

/** Expects these arguments of events on `com.will`, and no more. */
async function expectWills(heir: RawClient, ...due: unknown[]): Promise<void> {
  for (const argument of due) {
    const event = await heir.receive();
    assertEquals([event[0], event[4]], [36, [argument]]);
  }
  await heir.expectNothing();
}

/** The ways in which a session can end with its testaments published. */
const ENDINGS: [
  name: string,
  end: (client: RawClient, killer: RawClient) => Promise<void>,
][] = [
  ["GOODBYE", async (client) => {
    assertEquals((await client.request([6, {}, "com.bye"]))[0], 6);
    await client.hello();
  }],
  ["loss of the connection", (client) => {
    client.close();
    return Promise.resolve();
  }],
  ["ABORT", async (client) => {
    await client.send([3, {}, "com.leaving"]);
    await client.expectClosed();
  }],
  ["a protocol violation", async (client) => {
    await client.send([99]);
    await expectViolation(client);
  }],
  ["kill", async (client, killer) => {
    await doMeta(killer, "wamp.session.kill", [client.sessionId]);
    assertEquals((await client.receive())[0], 6);
    await client.send([6, {}, "wamp.close.goodbye_and_out"]);
    await client.expectClosed();
  }],
];

for (const [name, end] of ENDINGS) {
  scenario(
    `TS-01 TS-04 TS-05: testaments are published when a session ends by ${name}, but not to itself`,
    async (router) => {
      const [heir, testator] = await heirAndTestator(router);
      const killer = await router.join();
      await testator.subscribe("com.will");
      await testator.subscribe("com", { match: "prefix" });
      await leave(testator, "will", {
        publish_options: { exclude_me: false },
      });
      await heir.expectNothing();
      // end() fails on any message to the testator but those that are due.
      await end(testator, killer);
      await expectWills(heir, "will");
    },
    { realms: [guardedRealm()] },
  );
}

scenario(
  "TS-01 TS-04: arguments, keywords and their absence come as they were given",
  async (router) => {
    const heir = await router.join();
    await heir.subscribe("com.will");
    const payloads: unknown[][] = [
      [[1, "two", [3], { four: null }], { five: 5.5, six: true }],
      [[], { only: "keywords" }],
      [["only arguments"], {}],
      [[], {}],
      [[new Uint8Array([0, 255])], {}],
    ];
    const testator = await router.join();
    for (const payload of payloads) {
      await doMeta(testator, ADD, ["com.will", ...payload]);
    }
    await testator.request([6, {}, "com.bye"]);
    const events: WireMessage[] = [];
    for (const _ of payloads) events.push((await heir.receive()).slice(3));
    const binary = heir.serializer === "json"
      ? "\0AP8="
      : new Uint8Array([0, 255]);
    assertEquals(events, [
      [{}, ...payloads[0]],
      [{}, ...payloads[1]],
      [{}, ["only arguments"]],
      [{}],
      [{}, [binary]],
    ]);
  },
  { everySerializer: true },
);

scenario(
  "TS-04: those of scope detached come before those of scope destroyed, each in the order added",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    await leave(testator, "destroyed 1");
    await leave(testator, "detached 1", { scope: "detached" });
    await leave(testator, "destroyed 2", { scope: "destroyed" });
    await leave(testator, "detached 2", { scope: "detached" });
    await leave(testator, "destroyed 3", { scope: null });
    testator.close();
    await expectWills(
      heir,
      "detached 1",
      "detached 2",
      "destroyed 1",
      "destroyed 2",
      "destroyed 3",
    );
  },
);

scenario(
  "TS-02: flush_testaments drops one scope of the calling session only",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    const other = await router.join();
    await leave(other, "other's");
    await leave(testator, "destroyed");
    await leave(testator, "detached", { scope: "detached" });
    assertEquals(await callMeta(testator, FLUSH), []);
    await leave(testator, "detached 2", { scope: "detached" });
    testator.close();
    await expectWills(heir, "detached", "detached 2");
    assertEquals(await callMeta(other, FLUSH, [], { scope: "detached" }), []);
    other.close();
    await expectWills(heir, "other's");
    const third = await router.join();
    await leave(third, "dropped", { scope: "detached" });
    await doMeta(third, FLUSH, [], { scope: "detached" });
    await leave(third, "kept", { scope: "detached" });
    third.close();
    await expectWills(heir, "kept");
  },
  { everySerializer: true },
);

/** What is no testament. */
const ILL_TYPED: [args: unknown[], kwargs?: Record<string, unknown>][] = [
  [[]],
  [["com.will"]],
  [["com.will", []]],
  [[5, [], {}]],
  [["com.will", {}, {}]],
  [["com.will", "x", {}]],
  [["com.will", [], []]],
  [["com.will", [], null]],
  [["com.will", null, {}]],
  [["com.will", [], {}, {}]],
  [["com.will", [], {}], { scope: "sometime" }],
  [["com.will", [], {}], { scope: 1 }],
  [["com.will", [], {}], { publish_options: [] }],
  [["com.will", [], {}], { publish_options: { retain: "x" } }],
  [["com.will", [], {}], { publish_options: { exclude: ["x"] } }],
  [["com.will", [], {}], { publish_options: { eligible: [0] } }],
  [["com.will", [], {}], { publish_options: { ppt_scheme: 1 } }],
];

scenario(
  "TS-03: ill-typed arguments and a bad topic are refused, and nothing is kept",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    for (const [args, kwargs] of ILL_TYPED) {
      await refuseMeta(testator, INVALID_ARGUMENT, ADD, args, kwargs);
    }
    for (const scope of ["", "sometime", 1, ["detached"]]) {
      await refuseMeta(testator, INVALID_ARGUMENT, FLUSH, [], { scope });
    }
    // TS-05, A-56: nobody speaks in the router's name.
    for (
      const topic of ["", "a..b", "a b", "wamp", "wamp.session.on_join"]
    ) await refuseMeta(testator, INVALID_URI, ADD, [topic, [], {}]);
    testator.close();
    await expectWills(heir);
  },
  { everySerializer: true },
);

scenario(
  "TS-04: acknowledge is ignored, unknown options too",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    await leave(testator, "will", {
      publish_options: { acknowledge: true, x_other: 1, retain: null },
    });
    assertEquals((await testator.request([6, {}, "com.bye"]))[0], 6);
    await testator.hello();
    await testator.expectNothing();
    await expectWills(heir, "will");
  },
);

scenario(
  "TS-04: lists of receivers hold for testaments",
  async (router) => {
    const heirs = await router.joinMany(3);
    for (const heir of heirs) await heir.subscribe("com.will");
    const testator = await router.join();
    const [first, second] = heirs.map((heir) => heir.sessionId);
    await leave(testator, "eligible", {
      publish_options: { eligible: [first, second] },
    });
    await leave(testator, "excluded", {
      publish_options: { exclude: [first] },
    });
    await leave(testator, "by role", {
      publish_options: { exclude_authrole: ["anonymous"] },
    });
    testator.close();
    await expectWills(heirs[0], "eligible");
    await expectWills(heirs[1], "eligible", "excluded");
    await expectWills(heirs[2], "excluded");
  },
);

scenario(
  "TS-04: disclose_me and payload passthru mode hold for testaments",
  async (router) => {
    const heir = await router.join();
    await heir.subscribe("com.will");
    const testator = await router.join({
      features: { publisher: { payload_passthru_mode: true } },
    });
    const session = testator.sessionId;
    const { authid, authrole } = await askMeta(
      heir,
      "wamp.session.get",
      session,
    ) as Record<string, string>;
    await leave(testator, "disclosed", {
      publish_options: { disclose_me: true },
    });
    await leave(testator, "opaque", {
      publish_options: { ppt_scheme: "x_my", ppt_keyid: "k" },
    });
    testator.close();
    assertEquals((await heir.receive())[3], {
      publisher: session,
      publisher_authid: authid,
      publisher_authrole: authrole,
    });
    assertEquals((await heir.receive())[3], {
      ppt_scheme: "x_my",
      ppt_keyid: "k",
    });
  },
  { everySerializer: true },
);

scenario(
  "TS-04 ER-02: a retained testament is there for later subscribers",
  async (router) => {
    const [one, testator] = await router.joinMany(2);
    await leave(testator, "retained", { publish_options: { retain: true } });
    await testator.request([6, {}, "com.bye"]);
    await one.send([32, 9, { get_retained: true }, "com.will"]);
    assertEquals((await one.receive())[0], 33);
    assertEquals((await one.receive()).slice(3), [{ retained: true }, [
      "retained",
    ]]);
  },
);

scenario(
  "TS-05 PP-01: opaque payload that was not announced is refused, the session lives on",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    await refuseMeta(
      testator,
      "wamp.error.feature_not_supported",
      ADD,
      ["com.will", ["x"], {}],
      { publish_options: { ppt_scheme: "x_my" } },
    );
    testator.close();
    await expectWills(heir);
  },
);

/** A realm whose role may publish to `com.free` only, but call everything. */
function restrictedRealm(): RealmConfig {
  const realm = openRealm("realm1");
  const [role] = realm.roles;
  const [rule] = role.permissions;
  const permissions = [
    { ...rule, allow: { ...rule.allow, publish: false } },
    { ...rule, uri: "com.free", match: "exact" as const },
    { ...rule, uri: "test.fence", match: "exact" as const },
  ];
  return { ...realm, roles: [{ ...role, permissions }] };
}

scenario(
  "TS-05: a testament needs the right to publish to its topic",
  async (router) => {
    const [heir, testator] = await router.joinMany(2);
    await heir.subscribe("com.will");
    await heir.subscribe("com.free");
    await refuseMeta(testator, NOT_AUTHORIZED, ADD, ["com.will", [1], {}]);
    await doMeta(testator, ADD, ["com.free", ["free"], {}]);
    testator.close();
    await expectWills(heir, "free");
  },
  { realms: [restrictedRealm()] },
);

scenario(
  "TS-05 PI-02: where the realm discloses nobody, a testament cannot either",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    await refuseMeta(
      testator,
      "wamp.error.option_disallowed.disclose_me",
      ADD,
      ["com.will", [1], {}],
      { publish_options: { disclose_me: true } },
    );
    testator.close();
    await expectWills(heir);
  },
  { realms: [{ ...openRealm("realm1"), allowsDisclosure: false }] },
);

scenario(
  "TS-06 A-57: testaments come before the meta events of leaving, on_leave last",
  async (router) => {
    const [heir, testator] = await router.joinMany(2);
    await heir.subscribe("com.will");
    await testator.subscribe("com.will");
    await testator.register("com.a");
    await leave(testator, "will");
    await watch(heir);
    testator.close();
    const seen: string[] = [];
    for (let i = 0; i < 5; i++) {
      seen.push((await heir.receive())[3].topic ?? "com.will");
    }
    assertEquals(seen, [
      "com.will",
      "wamp.subscription.on_unsubscribe",
      "wamp.registration.on_unregister",
      "wamp.registration.on_delete",
      "wamp.session.on_leave",
    ]);
    await heir.expectNothing();
  },
);

scenario(
  "TS-07: a testament is published once, and not carried to the next session",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    await leave(testator, "first");
    for (let i = 0; i < 2; i++) {
      await testator.request([6, {}, "com.bye"]);
      await testator.hello();
    }
    testator.close();
    await expectWills(heir, "first");
  },
);

scenario(
  "TS-07: testament_meta_api is announced by the dealer",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    assertEquals(roles["dealer"].features["testament_meta_api"], true);
    assertEquals("testament_meta_api" in roles["broker"].features, false);
  },
);

scenario(
  "TS-01: a session has max_testaments of both scopes and no more",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    await leave(testator, 1);
    await leave(testator, 2, { scope: "detached" });
    for (const scope of ["destroyed", "detached"]) {
      const will = ["com.will", [3], {}];
      await refuseMeta(testator, LIMIT_REACHED, ADD, will, { scope });
    }
    await doMeta(testator, FLUSH, [], { scope: "detached" });
    await leave(testator, 4);
    testator.close();
    await expectWills(heir, 1, 4);
  },
  { limits: { maxTestaments: 2 } },
);

scenario(
  "TS-01: the testaments of a session take max_testament_bytes and no more",
  async (router) => {
    const [heir, testator] = await heirAndTestator(router);
    const large = "x".repeat(6000);
    const will = ["com.will", [large], {}];
    await leave(testator, large);
    await refuseMeta(testator, LIMIT_REACHED, ADD, will);
    await refuseMeta(testator, LIMIT_REACHED, ADD, [
      "com.will",
      Array.from({ length: 5000 }, () => 1),
      {},
    ]);
    await refuseMeta(testator, LIMIT_REACHED, ADD, ["com.will", [], {}], {
      publish_options: { eligible_authid: [large] },
    });
    await refuseMeta(testator, LIMIT_REACHED, ADD, ["com.will", [], {
      [large]: 1,
    }]);
    await leave(testator, "small", { scope: "detached" });
    // What is flushed makes room.
    await doMeta(testator, FLUSH);
    await leave(testator, large);
    testator.close();
    await expectWills(heir, "small", large);
  },
  { limits: { maxTestamentBytes: 10_000 } },
);
