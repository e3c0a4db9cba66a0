/** Decisions of authorizers that are remembered, and forgotten (checklist AZ-08). */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import { type RawClient, show } from "../support/raw_client.ts";
import { expectError, type Scenario, scenario } from "../support/scenario.ts";
import { challenged, welcomedBy } from "../support/login.ts";
import { ticketOf } from "../support/principals.ts";
import {
  authorized,
  type Authorizer,
  authorizer,
  joinTrusted,
} from "./_authorizer.ts";

const FLUSH = "sluice.authorization.flush";

/** PUBLISH of `client`, acknowledged: whether it was allowed. */
async function publishes(client: RawClient, topic: string): Promise<boolean> {
  const request = client.nextRequest();
  const answer = await client.request([
    16,
    request,
    { acknowledge: true },
    topic,
  ]);
  assertEquals(answer[answer[0] === 8 ? 2 : 1], request);
  return answer[0] === 17;
}

/** The same, with a question that `decider` answers. */
async function publishesWhenAsked(
  client: RawClient,
  decider: Authorizer,
  topic: string,
  result: unknown,
): Promise<boolean> {
  const [isAllowed] = await Promise.all([
    publishes(client, topic),
    decider.decide(topic, result),
  ]);
  return isAllowed;
}

scenario(
  "AZ-08: without cache, each request is asked about",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    for (const result of [true, false, { allow: true, cache: false }, false]) {
      const isAllowed = await publishesWhenAsked(
        client,
        decider,
        "com.a",
        result,
      );
      assertEquals(isAllowed, result !== false);
    }
  },
  authorized(),
);

for (const cache of [true, "session"]) {
  scenario(
    `AZ-08: cache ${cache} holds for the session, the action and the URI alone`,
    async (router) => {
      const decider = await authorizer(router);
      const client = await router.join();
      const other = await router.join();
      const yes = { allow: true, cache };
      const no = { allow: false, cache };
      assertEquals(
        await publishesWhenAsked(client, decider, "com.a", yes),
        true,
      );
      assertEquals(
        await publishesWhenAsked(client, decider, "com.b", no),
        false,
      );
      assertEquals(await publishes(client, "com.a"), true);
      assertEquals(await publishes(client, "com.b"), false);
      await decider.expectNoQuestion();
      assertEquals(
        await publishesWhenAsked(other, decider, "com.a", no),
        false,
      );
      await client.send([32, 77, {}, "com.a"]);
      await decider.decide("com.a", false);
      await expectError(client, 32, 77, "wamp.error.not_authorized");
      await client.send([32, 78, { match: "prefix" }, "com.a"]);
      await decider.decide("com.a", true);
      assertEquals((await client.receive())[0], 33);
    },
    authorized(),
  );
}

/** Requests that an authorizer is shown as different from the plain one. */
const OPTIONS: readonly [code: number, options: Record<string, unknown>][] = [
  [16, { retain: true }],
  [16, { disclose_me: true }],
  [16, { exclude_me: false }],
  [16, { eligible_authrole: ["admin"] }],
  [16, { exclude: [1, 2] }],
  [16, { ppt_scheme: "x_a" }],
  [16, { rkey: "1" }],
  [48, { disclose_me: true }],
  [48, { receive_progress: true }],
  [48, { timeout: 5000 }],
  [48, { rkey: "a" }],
  [32, { get_retained: true }],
  [64, { invoke: "roundrobin" }],
  [64, { disclose_caller: true }],
  [64, { force_reregister: true }],
];

/** The request of `client`: whether it was allowed. What it owns is given up. */
async function asks(
  client: RawClient,
  code: number,
  options: Record<string, unknown>,
): Promise<boolean> {
  const request = client.nextRequest();
  const told = code === 16 ? { acknowledge: true, ...options } : options;
  const answer = await client.request([code, request, told, "com.a"]);
  const isError = answer[0] === 8;
  assertEquals(answer[isError ? 2 : 1], request, show(answer));
  if (code === 48 && isError) {
    // Nobody has registered it.
    return answer[4] === "wamp.error.no_such_procedure";
  }
  if (!isError && (code === 32 || code === 64)) {
    await client.request([code + 2, client.nextRequest(), answer[2]]);
  }
  return !isError;
}

for (const cache of ["session", "authid", "role"]) {
  for (const [code, options] of OPTIONS) {
    scenario(
      `AZ-08: what was decided for the ${cache} of message ${code} without options does not cover ${
        JSON.stringify(options)
      }, nor the other way`,
      async (router) => {
        const decider = await authorizer(router);
        const client = await router.join({
          features: {
            publisher: { payload_passthru_mode: true },
            caller: { progressive_call_results: true },
          },
        });
        const decides = async (
          told: Record<string, unknown>,
          allow: boolean,
        ) => {
          const [isAllowed] = await Promise.all([
            asks(client, code, told),
            decider.decide("com.a", { allow, cache }),
          ]);
          assertEquals(isAllowed, allow);
        };
        await decides({}, true);
        await decides(options, false);
        for (let round = 0; round < 2; round++) {
          assertEquals(await asks(client, code, {}), true);
          assertEquals(await asks(client, code, options), false);
        }
        await decider.expectNoQuestion();
      },
      authorized(),
    );
  }
}

scenario(
  "AZ-08: what is told in options too long to remember by is asked about each time",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    const options = { exclude: Array.from({ length: 1000 }, (_, i) => i + 1) };
    for (const allow of [true, false, true]) {
      const [isAllowed] = await Promise.all([
        asks(client, 16, options),
        decider.decide("com.a", { allow, cache: true }),
      ]);
      assertEquals(isAllowed, allow);
    }
  },
  authorized(),
);

scenario(
  "AZ-08: a match that is told or left out, and the order of options, make no other request",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    const yes = { allow: true, cache: true };
    await Promise.all([asks(client, 32, {}), decider.decide("com.a", yes)]);
    assertEquals(await asks(client, 32, { match: "exact" }), true);
    const options = { retain: true, exclude_me: false };
    await Promise.all([
      asks(client, 16, options),
      decider.decide("com.a", yes),
    ]);
    const { retain, exclude_me } = options;
    assertEquals(await asks(client, 16, { exclude_me, retain }), true);
    await decider.expectNoQuestion();
  },
  { ...authorized(), everySerializer: true },
);

scenario(
  "AZ-08: cache role holds for all sessions of the role",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    const other = await router.join();
    const yes = { allow: true, cache: "role" };
    assertEquals(await publishesWhenAsked(client, decider, "com.a", yes), true);
    assertEquals(await publishes(other, "com.a"), true);
    assertEquals(await publishes(other, "com.a"), true);
    await decider.expectNoQuestion();
  },
  authorized(),
);

scenario(
  "AZ-08: a decision for the role is not remembered past authorizer_cache",
  async (router) => {
    const decider = await authorizer(router);
    const client = await router.join();
    const yes = { allow: true, cache: "role" };
    for (const topic of ["com.a", "com.b", "com.c"]) {
      await publishesWhenAsked(client, decider, topic, yes);
    }
    const other = await router.join();
    assertEquals(await publishes(other, "com.c"), true);
    assertEquals(await publishes(other, "com.b"), true);
    assertEquals(
      await publishesWhenAsked(other, decider, "com.a", false),
      false,
    );
  },
  authorized({ authorizerCache: 2 }),
);

scenario(
  "AZ-08: cache authid holds for sessions of the same authid, whatever others were told",
  async (router) => {
    const decider = await authorizer(router);
    const [first, second] = [
      await joinAs(router, "anna"),
      await joinAs(router, "anna"),
    ];
    const stranger = await joinAs(router, "bob");
    const no = { allow: false, cache: "authid" };
    const yes = { allow: true, cache: "role" };
    assertEquals(await publishesWhenAsked(first, decider, "com.a", no), false);
    assertEquals(
      await publishesWhenAsked(stranger, decider, "com.a", yes),
      true,
    );
    assertEquals(await publishes(second, "com.a"), false);
    assertEquals(await publishes(await joinAs(router, "eve"), "com.a"), true);
    await decider.expectNoQuestion();
  },
  withAuthids(),
);

/** The sessions of several authids are under the authorizer. */
function withAuthids(): ReturnType<typeof authorized> {
  const asked = { role: "asked" };
  return {
    ...flushing(),
    auth: {
      anonymous: { role: "trusted" },
      ticket: {
        principals: ["anna", "bob", "eve"].map((authid) =>
          ticketOf(authid, authid, asked)
        ),
      },
    },
  };
}

/** A session of `authid`, under the authorizer. */
async function joinAs(router: Scenario, authid: string): Promise<RawClient> {
  const client = await router.open();
  await challenged(client, "ticket", { authid });
  await welcomedBy(client, authid);
  return client;
}

/** As `authorized()`; trusted sessions may flush. */
function flushing(): ReturnType<typeof authorized> {
  const options = authorized();
  const [realm] = options.realms as [RealmConfig];
  const [trusted, asked] = realm.roles;
  const [rule] = trusted.permissions;
  const permissions = [...trusted.permissions, {
    ...rule,
    uri: FLUSH,
    match: "exact" as const,
  }];
  return {
    ...options,
    realms: [{ ...realm, roles: [{ ...trusted, permissions }, asked] }],
  };
}

/** What `sluice.authorization.flush` says that it forgot. */
async function flush(
  client: RawClient,
  concerned: Record<string, unknown>,
): Promise<number> {
  const request = client.nextRequest();
  const answer = await client.request([48, request, {}, FLUSH, [], concerned]);
  assertEquals(answer.slice(0, 2), [50, request], show(answer));
  return answer[3][0];
}

/** Whom a flush concerns, and which sessions are asked about again. */
const FLUSHES: readonly [
  concerned: (sessions: readonly RawClient[]) => Record<string, unknown>,
  forgotten: readonly number[],
][] = [
  [() => ({}), [0, 1, 2]],
  [() => ({ role: "asked" }), [0, 1, 2]],
  [() => ({ role: "trusted" }), []],
  [() => ({ authid: "anna" }), [0, 1]],
  [() => ({ authid: "nobody" }), []],
  [([first]) => ({ session: first.sessionId }), [0]],
  [([first]) => ({ session: first.sessionId, authid: "bob" }), []],
];

for (const [concerned, forgotten] of FLUSHES) {
  const name = JSON.stringify(concerned([{ sessionId: 1 } as RawClient]));
  scenario(
    `AZ-08: flush of ${name} has the authorizer asked anew by those sessions, and no others`,
    async (router) => {
      const decider = await authorizer(router);
      const sessions = [
        await joinAs(router, "anna"),
        await joinAs(router, "anna"),
        await joinAs(router, "bob"),
      ];
      const yes = { allow: true, cache: true };
      for (const session of sessions) {
        await publishesWhenAsked(session, decider, "com.a", yes);
      }
      const admin = await joinTrusted(router);
      assertEquals(
        await flush(admin, concerned(sessions)),
        forgotten.length,
      );
      for (const [index, session] of sessions.entries()) {
        const isAsked = forgotten.includes(index);
        const isAllowed = isAsked
          ? await publishesWhenAsked(session, decider, "com.a", false)
          : await publishes(session, "com.a");
        assertEquals(isAllowed, !isAsked);
      }
    },
    withAuthids(),
  );
}

scenario(
  "AZ-08: flush of an authid forgets what was decided for it, and not what was for the role",
  async (router) => {
    const decider = await authorizer(router);
    const anna = await joinAs(router, "anna");
    const bob = await joinAs(router, "bob");
    const forAuthid = { allow: true, cache: "authid" };
    const forRole = { allow: true, cache: "role" };
    await publishesWhenAsked(anna, decider, "com.a", forAuthid);
    await publishesWhenAsked(bob, decider, "com.a", forAuthid);
    await publishesWhenAsked(anna, decider, "com.b", forRole);
    const admin = await joinTrusted(router);
    await flush(admin, { authid: "anna" });
    assertEquals(await publishes(bob, "com.a"), true);
    assertEquals(await publishes(anna, "com.b"), true);
    await decider.expectNoQuestion();
    assertEquals(
      await publishesWhenAsked(anna, decider, "com.a", false),
      false,
    );
  },
  withAuthids(),
);

scenario(
  "AZ-08: flush of a session leaves what was decided for its authid and its role",
  async (router) => {
    const decider = await authorizer(router);
    const anna = await joinAs(router, "anna");
    for (const cache of ["authid", "role", "session"]) {
      const yes = { allow: true, cache };
      await publishesWhenAsked(anna, decider, `com.${cache}`, yes);
    }
    const admin = await joinTrusted(router);
    await flush(admin, { session: anna.sessionId });
    assertEquals(await publishes(anna, "com.authid"), true);
    assertEquals(await publishes(anna, "com.role"), true);
    await decider.expectNoQuestion();
    assertEquals(
      await publishesWhenAsked(anna, decider, "com.session", false),
      false,
    );
  },
  withAuthids(),
);

for (const cache of ["session", "authid", "role"]) {
  scenario(
    `AZ-08: what was asked before a flush is not remembered for the ${cache} after it`,
    async (router) => {
      const decider = await authorizer(router);
      const admin = await joinTrusted(router);
      const anna = await joinAs(router, "anna");
      await anna.send([16, 77, { acknowledge: true }, "com.a"]);
      const question = await decider.asked();
      await flush(
        admin,
        cache === "session" ? { session: anna.sessionId } : { authid: "anna" },
      );
      await question.answer({ allow: true, cache });
      assertEquals((await anna.receive())[0], 17);
      const isAllowed = await publishesWhenAsked(anna, decider, "com.a", false);
      assertEquals(isAllowed, false);
    },
    withAuthids(),
  );
}

scenario(
  "AZ-11: flush has to be granted by name, and refuses wrong arguments",
  async (router) => {
    const admin = await joinTrusted(router);
    for (
      const wrong of [{ session: "1" }, { session: 0 }, { authid: 1 }, {
        role: [],
      }]
    ) {
      const request = admin.nextRequest();
      await admin.send([48, request, {}, FLUSH, [], wrong]);
      await expectError(admin, 48, request, "wamp.error.invalid_argument");
    }
  },
  flushing(),
);

scenario(
  "AZ-11: a rule for everything does not allow to flush",
  async (router) => {
    const client = await joinTrusted(router);
    const request = client.nextRequest();
    await client.send([48, request, {}, FLUSH]);
    await expectError(client, 48, request, "wamp.error.not_authorized");
  },
  authorized(),
);
