/**
 * What is true of all meta procedures and events (checklist §11, AZ-11, AZ-12,
 * UR-11, FD-05).
 */
import { assert, assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import { bytesOf } from "../support/hex.ts";
import {
  askMeta,
  callMeta,
  doMeta,
  guardedRealm,
  refuseMeta,
  watch,
} from "../support/meta.ts";
import {
  type RawClient,
  show,
  type WireMessage,
} from "../support/raw_client.ts";
import { expectError, scenario } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";
import { sendOctets } from "./_octets.ts";

const NO_SUCH_PROCEDURE = "wamp.error.no_such_procedure";
const NOT_AUTHORIZED = "wamp.error.not_authorized";

/** All procedures, with arguments that are well typed. */
const PROCEDURES: [procedure: string, args: unknown[]][] = [
  ["wamp.session.count", []],
  ["wamp.session.list", []],
  ["wamp.session.get", [1]],
  ["wamp.session.add_testament", ["com.a", [], {}]],
  ["wamp.session.flush_testaments", []],
  ["wamp.registration.list", []],
  ["wamp.registration.lookup", ["com.a"]],
  ["wamp.registration.match", ["com.a"]],
  ["wamp.registration.get", [1]],
  ["wamp.registration.list_callees", [1]],
  ["wamp.registration.count_callees", [1]],
  ["wamp.subscription.list", []],
  ["wamp.subscription.lookup", ["com.a"]],
  ["wamp.subscription.match", ["com.a"]],
  ["wamp.subscription.get", [1]],
  ["wamp.subscription.list_subscribers", [1]],
  ["wamp.subscription.count_subscribers", [1]],
  ["wamp.subscription.get_events", [1]],
];

/** Those that end what other sessions have. */
const GUARDED: [procedure: string, args: unknown[]][] = [
  ["wamp.session.kill", [1]],
  ["wamp.session.kill_by_authid", ["x"]],
  ["wamp.session.kill_by_authrole", ["x"]],
  ["wamp.session.kill_all", []],
  ["wamp.registration.remove_callee", [1, 1]],
  ["wamp.subscription.remove_subscriber", [1, 1]],
];

/** A realm whose role may do what these permissions say, all of them. */
function realmWith(
  ...rules: [uri: string, match: "exact" | "prefix" | "wildcard"][]
): RealmConfig {
  const realm = openRealm("realm1");
  const [role] = realm.roles;
  const permissions = rules.map(([uri, match]) => ({
    ...role.permissions[0],
    uri,
    match,
  }));
  return { ...realm, roles: [{ ...role, permissions }] };
}

/** Calls `procedure`; the URI of the error, if that is the answer. */
async function errorOf(
  client: RawClient,
  procedure: string,
  args: unknown[],
): Promise<string | undefined> {
  const request = client.nextRequest();
  const answer = await client.request([48, request, {}, procedure, args]);
  if (answer[0] === 50) return undefined;
  assertEquals(answer.slice(0, 3), [8, 48, request], show(answer));
  return answer[4];
}

scenario(
  "AZ-11: calling a meta procedure needs a permission, like any call",
  async (router) => {
    const client = await router.join();
    for (const [procedure, args] of [...PROCEDURES, ...GUARDED]) {
      assertEquals(await errorOf(client, procedure, args), NOT_AUTHORIZED);
    }
    await refuseMeta(client, NOT_AUTHORIZED, "wamp.no.such.procedure");
  },
  { realms: [realmWith(["com.", "prefix"])] },
);

/** Permissions for every action, and whether they name guarded procedures. */
const GRANTS: [
  rules: Parameters<typeof realmWith>,
  isNamed: boolean,
][] = [
  [[["", "prefix"]], false],
  [[["w", "prefix"]], false],
  [[["wamp", "prefix"]], false],
  [[["..", "wildcard"], ["", "prefix"]], false],
  [[["wamp.session.kill_nobody", "exact"], ["", "prefix"]], false],
  [[["wamp.", "prefix"]], true],
  [[["wamp..", "wildcard"], ["", "prefix"]], true],
  [[["wamp.", "prefix"], ["", "prefix"]], true],
  [GUARDED.map(([procedure]) => [procedure, "exact"]), true],
];

for (const [rules, isNamed] of GRANTS) {
  scenario(
    `AZ-11: ${
      isNamed
        ? "what names wamp. grants"
        : "what does not name them does not grant"
    } kill and remove: ${
      rules.map(([uri, match]) => `${match} "${uri}"`).slice(0, 2).join(", ")
    }`,
    async (router) => {
      const client = await router.join();
      for (const [procedure, args] of GUARDED) {
        const error = await errorOf(client, procedure, args);
        assertEquals(error === NOT_AUTHORIZED, !isNamed, procedure);
      }
    },
    { realms: [realmWith(...rules)] },
  );
}

scenario(
  "AZ-11: a permission for everything grants all other meta procedures",
  async (router) => {
    const client = await router.join();
    for (const [procedure, args] of PROCEDURES) {
      const error = await errorOf(client, procedure, args);
      assert(
        error !== NOT_AUTHORIZED && error !== NO_SUCH_PROCEDURE,
        `${procedure}: ${error}`,
      );
    }
  },
);

scenario(
  "AZ-12: meta events need no permission to be published",
  async (router) => {
    const client = await router.join();
    const events = await watch(client, "wamp.session.");
    const other = await router.join();
    assertEquals((await events.next())[0], "wamp.session.on_join");
    other.close();
    assertEquals((await events.next())[0], "wamp.session.on_leave");
  },
  { realms: [subscribeOnlyRealm()] },
);

function subscribeOnlyRealm(): RealmConfig {
  const realm = openRealm("realm1");
  const [role] = realm.roles;
  const [permission] = role.permissions;
  const allow = {
    call: false,
    register: false,
    publish: false,
    subscribe: true,
  };
  return {
    ...realm,
    roles: [{ ...role, permissions: [{ ...permission, allow }] }],
  };
}

scenario(
  "UR-10 UR-11: an unknown procedure below wamp. is no such procedure",
  async (router) => {
    const client = await router.join();
    for (
      const procedure of [
        "wamp",
        "wamp.session",
        "wamp.session.count.x",
        "wamp.session.constructor",
        "wamp.subscription.count_suscribers",
      ]
    ) await refuseMeta(client, NO_SUCH_PROCEDURE, procedure);
  },
);

scenario(
  "UR-11: pattern subscriptions that match a meta topic get its events",
  async (router) => {
    const client = await router.join();
    const patterns: [string, string][] = [
      ["wamp.session.on_join", "exact"],
      ["wamp.session", "prefix"],
      ["..on_join", "wildcard"],
      ["wamp.session.", "wildcard"],
      // Last, for it is told of all that follow, and of its own creation.
      ["", "prefix"],
    ];
    const due = new Map<number, object>();
    await client.subscribe("wamp.session.on_leave");
    for (const [topic, match] of patterns) {
      const id = await client.subscribe(topic, { match });
      const topicOf = match === "exact" ? {} : {
        topic: "wamp.session.on_join",
      };
      due.set(id, topicOf);
    }
    for (let i = 0; i < 2; i++) {
      assertEquals((await client.receive())[4][0], client.sessionId);
    }
    const other = await router.join();
    let publication: unknown;
    for (let i = 0; i < patterns.length; i++) {
      const event = await client.receive();
      assertEquals(event[3], due.get(event[1]), show(event));
      due.delete(event[1]);
      assertEquals(event[4][0].session, other.sessionId);
      publication ??= event[2];
      assertEquals(event[2], publication);
    }
    await client.expectNothing();
  },
  { everySerializer: true },
);

/** Options of a CALL that mean nothing to a procedure that answers at once. */
const IDLE_OPTIONS: Record<string, unknown>[] = [
  { receive_progress: true },
  { disclose_me: true },
  { timeout: 1 },
  { progress: false },
  { x_unknown: 1 },
];

scenario(
  "MS-04 RP-09: whatever a call's options, a meta procedure answers it once",
  async (router) => {
    const client = await router.join({
      features: {
        caller: {
          progressive_call_results: true,
          progressive_call_invocations: true,
          payload_passthru_mode: true,
        },
      },
    });
    for (const options of IDLE_OPTIONS) {
      const request = client.nextRequest();
      assertEquals(
        await client.request([48, request, options, "wamp.session.count"]),
        [50, request, {}, [1]],
      );
      await client.send([49, request, { mode: "kill" }]);
      await client.expectNothing();
    }
  },
  { realms: [{ ...openRealm("realm1"), allowsDisclosure: false }] },
);

scenario(
  "PG-03 PP-03: meta procedures take no call in pieces and no opaque payload",
  async (router) => {
    const client = await router.join({
      features: {
        caller: {
          progressive_call_invocations: true,
          payload_passthru_mode: true,
        },
      },
    });
    const request = client.nextRequest();
    const chunks: WireMessage[] = [
      [48, request, { progress: true }, "wamp.session.count"],
      [48, request, { progress: true }, "wamp.session.count"],
      [48, request, {}, "wamp.session.count"],
    ];
    for (const chunk of chunks) await client.send(chunk);
    const unsupported = "wamp.error.feature_not_supported";
    await expectError(client, 48, request, unsupported);
    await client.expectNothing();
    const opaque = client.nextRequest();
    await client.send([
      48,
      opaque,
      { ppt_scheme: "x_my" },
      "wamp.session.count",
      [new Uint8Array([1])],
    ]);
    await expectError(client, 48, opaque, unsupported);
  },
);

scenario(
  "FR-16: a result that is longer than the caller takes is payload_size_exceeded",
  async (router) => {
    const client = await router.join({ limit: 2, serializer: "json" });
    const owner = await router.join();
    for (let i = 0; i < 700; i++) {
      await owner.send([64, owner.nextRequest(), {}, `com.x${i}`]);
    }
    for (let i = 0; i < 700; i++) await owner.receive();
    await refuseMeta(
      client,
      "wamp.error.payload_size_exceeded",
      "wamp.registration.list",
    );
    assertEquals(router.server.running.counted("calls_too_long"), 1);
    assertEquals(await askMeta(client, "wamp.session.count"), 2);
  },
);

scenario(
  "MU-06 A-55: a session gets events about itself, after its own answer",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.join({ serializer });
      await watch(client);
      const codes: unknown[] = [];
      await client.send([32, client.nextRequest(), {}, "com.a"]);
      for (let i = 0; i < 3; i++) codes.push((await client.receive())[0]);
      await client.send([64, client.nextRequest(), {}, "com.a"]);
      for (let i = 0; i < 3; i++) codes.push((await client.receive())[0]);
      assertEquals(codes, [33, 36, 36, 65, 36, 36]);
      await client.request([6, {}, "com.bye"]);
    }
  },
);

/** A realm with `enable_meta_api` off. */
const BARE: RealmConfig = { ...guardedRealm(), hasMetaApi: false };

scenario(
  "FD-05 HW-05: without meta API nothing of it is announced, answered or published",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    for (const { features } of Object.values(roles)) {
      assertEquals(
        Object.keys(features).filter((name) => name.endsWith("_meta_api")),
        [],
      );
      assertEquals("event_history" in features, false);
    }
    const events = await watch(client);
    for (const [procedure, args] of [...PROCEDURES, ...GUARDED]) {
      assertEquals(await errorOf(client, procedure, args), NO_SUCH_PROCEDURE);
    }
    const other = await router.join();
    await other.subscribe("com.a");
    await other.register("com.a");
    await other.request([6, {}, "com.bye"]);
    await events.expect();
  },
  { realms: [BARE] },
);

scenario(
  "SE-05: the answers of meta procedures are the same in every serializer",
  async (router) => {
    const answers: unknown[] = [];
    const owner = await router.join();
    const registration = await owner.register("com.a", {
      match: "wildcard",
      invoke: "last",
    });
    for (const serializer of SERIALIZERS) {
      const client = await router.join({ serializer });
      answers.push([
        await callMeta(client, "wamp.registration.get", [registration]),
        await askMeta(client, "wamp.registration.list"),
        await askMeta(client, "wamp.session.get", owner.sessionId),
        await askMeta(client, "wamp.registration.lookup", "com.b"),
      ]);
      await doMeta(client, "wamp.session.flush_testaments");
    }
    assertEquals(answers[1], answers[0]);
    assertEquals(answers[2], answers[0]);
  },
);

scenario(
  "A-13: the router's own procedures refuse a value that no other form exists for",
  async (router) => {
    const client = await router.join({ serializer: "cbor" });
    for (
      const procedure of ["wamp.session.count", "wamp.session.add_testament"]
    ) {
      for (const value of ["e5", "f3", "a1 a0 00"]) {
        const request = client.nextRequest();
        const head = [48, request, {}, procedure];
        await sendOctets(client, head, bytesOf(`81 ${value}`));
        await expectError(client, 48, request, "wamp.error.invalid_argument");
      }
    }
  },
);
