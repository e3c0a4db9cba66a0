/**
 * Revocation of registrations (checklist §9.11), by `remove_callee` and by
 * `force_reregister`. Who may do the latter is in `registration_takeover_test.ts`.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import {
  askMeta,
  doMeta,
  guardedRealm,
  refuseMeta,
  watch,
} from "../support/meta.ts";
import { expectError, expectSilence, scenario } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";

const REMOVE = "wamp.registration.remove_callee";
const REVOCATION = { callee: { registration_revocation: true } };
const FORCE = { force_reregister: true };
const GUARDED = { realms: [guardedRealm()] };

scenario(
  "RV-01 RV-02 RV-04: a removed callee is told, gets no new calls, and its registration is gone",
  async (router) => {
    const caller = await router.join();
    const callee = await router.join({ features: REVOCATION });
    const cases: [Record<string, unknown>, Record<string, unknown>][] = [
      [{}, {}],
      [{ reason: null }, {}],
      [{ reason: "com.why" }, { reason: "com.why" }],
      [{ reason: "for no reason" }, { reason: "for no reason" }],
      [{ reason: "" }, { reason: "" }],
    ];
    for (const [kwargs, details] of cases) {
      const registration = await callee.register("com.a");
      await doMeta(caller, REMOVE, [registration, callee.sessionId], kwargs);
      assertEquals(await callee.receive(), [67, 0, {
        registration,
        ...details,
      }]);
      const request = caller.nextRequest();
      await caller.send([48, request, {}, "com.a"]);
      await expectError(caller, 48, request, "wamp.error.no_such_procedure");
    }
  },
  { ...GUARDED, everySerializer: true },
);

scenario(
  "RV-02 FD-04: a callee that did not announce registration_revocation is told nothing",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    const registration = await callee.register("com.a");
    await doMeta(caller, REMOVE, [registration, callee.sessionId]);
    await callee.expectNothing();
    await caller.send([48, 9, {}, "com.a"]);
    await expectError(caller, 48, 9, "wamp.error.no_such_procedure");
  },
  GUARDED,
);

scenario(
  "RV-01 A-66: calls that are pending when a registration is revoked run on",
  async (router) => {
    const caller = await router.join();
    const callee = await router.join({ features: REVOCATION });
    const registration = await callee.register("com.a");
    await caller.send([48, 7, {}, "com.a"]);
    await callee.receive();
    await doMeta(caller, REMOVE, [registration, callee.sessionId]);
    assertEquals((await callee.receive())[0], 67);
    await callee.send([70, 1, {}, ["done"]]);
    assertEquals(await caller.receive(), [50, 7, {}, ["done"]]);
  },
  GUARDED,
);

scenario(
  "RV-03 A-65: meta events tell of the revocation, and UNREGISTER comes too late",
  async (router) => {
    const [admin, watcher, one, other] = await router.joinMany(4);
    const invoke = "first";
    const id = await one.register("com.a", { invoke });
    await other.register("com.a", { invoke });
    const events = await watch(watcher);
    await doMeta(admin, REMOVE, [id, one.sessionId]);
    await events.expect(["wamp.registration.on_unregister", one.sessionId, id]);
    await one.send([66, 9, id]);
    await expectError(one, 66, 9, "wamp.error.no_such_registration");
    await doMeta(admin, REMOVE, [id, other.sessionId]);
    await events.expect(
      ["wamp.registration.on_unregister", other.sessionId, id],
      ["wamp.registration.on_delete", other.sessionId, id],
    );
    await refuseMeta(admin, "wamp.error.no_such_registration", REMOVE, [
      id,
      other.sessionId,
    ]);
  },
  GUARDED,
);

scenario(
  "RV-04: a session that is no callee of the registration is no such session",
  async (router) => {
    const [admin, callee, other] = await router.joinMany(3);
    const id = await callee.register("com.a");
    await other.register("com.b");
    for (const session of [other.sessionId, admin.sessionId, 1]) {
      await refuseMeta(admin, "wamp.error.no_such_session", REMOVE, [
        id,
        session,
      ]);
    }
    assertEquals(await askMeta(admin, "wamp.registration.list_callees", id), [
      callee.sessionId,
    ]);
  },
  GUARDED,
);

scenario(
  "RV-04: a session may remove itself",
  async (router) => {
    const client = await router.join({ features: REVOCATION });
    const id = await client.register("com.a");
    const request = client.nextRequest();
    await client.send([48, request, {}, REMOVE, [id, client.sessionId]]);
    assertEquals(await client.receive(), [67, 0, { registration: id }]);
    assertEquals(await client.receive(), [50, request, {}]);
  },
  GUARDED,
);

/** A realm in which anybody may take procedures from anybody. */
function forcingRealm(): ReturnType<typeof openRealm> {
  const realm = openRealm("realm1");
  const [role] = realm.roles;
  const [rule] = role.permissions;
  const permissions = [{ ...rule, allow: { ...rule.allow, ...FORCE } }];
  return { ...realm, roles: [{ ...role, permissions }] };
}

scenario(
  "RV-04: force_reregister takes the procedure from its holders, which are told why",
  async (router) => {
    const caller = await router.join();
    const holders = await router.joinMany(2, { features: REVOCATION });
    const [newcomer, silent] = await router.joinMany(2);
    const options = { invoke: "roundrobin" };
    const old = await holders[0].register("com.a", options);
    await holders[1].register("com.a", options);
    await silent.register("com.a", options);
    const id = await newcomer.register("com.a", FORCE);
    assertNotEquals(id, old);
    for (const holder of holders) {
      assertEquals(await holder.receive(), [67, 0, {
        registration: old,
        reason: "wamp.error.unregistered",
      }]);
      const request = holder.nextRequest();
      await holder.send([66, request, old]);
      await expectError(holder, 66, request, "wamp.error.no_such_registration");
    }
    await silent.expectNothing();
    await caller.send([48, 9, {}, "com.a"]);
    assertEquals((await newcomer.receive()).slice(0, 3), [68, 1, id]);
    await expectSilence(caller, ...holders, silent);
  },
  { realms: [forcingRealm()], everySerializer: true },
);

scenario(
  "RV-04: force_reregister touches only the same procedure under the same match policy",
  async (router) => {
    const [holder, other] = await router.joinMany(2);
    await holder.register("com.a", { match: "prefix" });
    await holder.register("com.a.b");
    await other.register("com.a", FORCE);
    await other.register("com.new", FORCE);
    await other.send([48, 9, {}, "com.a.b"]);
    assertEquals((await holder.receive())[0], 68);
    await other.send([48, 10, {}, "com.abc"]);
    assertEquals((await holder.receive())[0], 68);
  },
);

for (
  const options of [{ force_reregister: false }, {
    force_reregister: null,
  }, {}]
) {
  scenario(
    `RV-04: REGISTER of a taken procedure with ${
      JSON.stringify(options)
    } is refused`,
    async (router) => {
      const [holder, other] = await router.joinMany(2);
      await holder.register("com.a");
      await other.send([64, 1, options, "com.a"]);
      await expectError(
        other,
        64,
        1,
        "wamp.error.procedure_already_exists",
      );
      await holder.expectNothing();
    },
  );
}

scenario(
  "RV-03: force_reregister is told as the end of the old registration and the start of another",
  async (router) => {
    const [watcher, holder, newcomer] = await router.joinMany(3);
    const old = await holder.register("com.a", FORCE);
    const events = await watch(watcher);
    const id = await newcomer.register("com.a", FORCE);
    assertEquals(await events.next(), [
      "wamp.registration.on_unregister",
      holder.sessionId,
      old,
    ]);
    assertEquals(await events.next(), [
      "wamp.registration.on_delete",
      holder.sessionId,
      old,
    ]);
    assertEquals((await events.next()).slice(0, 2), [
      "wamp.registration.on_create",
      newcomer.sessionId,
    ]);
    await events.expect([
      "wamp.registration.on_register",
      newcomer.sessionId,
      id,
    ]);
  },
);

scenario(
  "RV-04: a client that comes back takes its procedure from its own ghost, whose call is still answered",
  async (router) => {
    const caller = await router.join();
    const ghost = await router.join();
    await ghost.register("com.a", FORCE);
    await caller.send([48, 1, {}, "com.a"]);
    await ghost.receive();
    const client = await router.join();
    await client.register("com.a", FORCE);
    await caller.send([48, 2, {}, "com.a"]);
    await client.send([70, (await client.receive())[1], {}, ["new"]]);
    assertEquals(await caller.receive(), [50, 2, {}, ["new"]]);
    ghost.close();
    await expectError(caller, 48, 1, "wamp.error.canceled");
  },
);

scenario(
  "RV-04: a session may force its own registration anew",
  async (router) => {
    const client = await router.join({ features: REVOCATION });
    const old = await client.register("com.a");
    await client.send([64, 2, FORCE, "com.a"]);
    assertEquals(await client.receive(), [67, 0, {
      registration: old,
      reason: "wamp.error.unregistered",
    }]);
    const [code, request, id] = await client.receive();
    assertEquals([code, request], [65, 2]);
    assertNotEquals(id, old);
  },
);

scenario(
  "RV-04 AZ-02: who may not register a procedure takes it from nobody, nor who is at its limit",
  async (router) => {
    const [holder, other] = await router.joinMany(2);
    await other.register("com.b");
    const id = await holder.register("com.a", FORCE);
    await other.send([64, 2, FORCE, "com.a"]);
    await expectError(other, 64, 2, "sluice.error.limit_reached");
    await other.send([64, 3, FORCE, "org.a"]);
    await expectError(other, 64, 3, "wamp.error.not_authorized");
    assertEquals(await askMeta(other, "wamp.registration.lookup", "com.a"), id);
    await holder.expectNothing();
  },
  {
    limits: { maxRegistrations: 1 },
    realms: [onlyComRealm()],
  },
);

/** A realm whose role may do everything, but register only below `com.`. */
function onlyComRealm(): ReturnType<typeof openRealm> {
  const realm = openRealm("realm1");
  const [role] = realm.roles;
  const [rule] = role.permissions;
  const permissions = [
    { ...rule, allow: { ...rule.allow, register: false } },
    { ...rule, uri: "com." },
  ];
  return { ...realm, roles: [{ ...role, permissions }] };
}

scenario(
  "RV-02 HW-14: registration_revocation is announced",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    assertEquals(roles["dealer"].features["registration_revocation"], true);
  },
);
