/** What clients announce in HELLO, and routers in WELCOME (checklist §5.3). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { helloDetails, RawClient, show } from "../support/raw_client.ts";
import { CANCELING, expectViolation, scenario } from "../support/scenario.ts";
import { openRealm, TRANSPORT_KINDS } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

type Details = Record<string, unknown>;
/** WELCOME.Details.roles. */
type Roles = Record<string, { features?: Record<string, unknown> }>;

/** Roles that a client may announce. */
const GOOD_ROLES: [name: string, roles: unknown][] = [
  ["HW-01: publisher alone", { publisher: {} }],
  ["HW-01: subscriber alone", { subscriber: {} }],
  ["HW-01: caller alone", { caller: {} }],
  ["HW-01: callee alone", { callee: {} }],
  ["HW-01: roles with features", {
    caller: { features: { call_timeout: true } },
    callee: { features: {} },
  }],
  ["HW-02: unknown roles beside a known one", { caller: {}, dancer: {} }],
  ["HW-02: unknown roles that are no dicts", { caller: {}, dancer: 1 }],
  ["HW-03: unknown features", {
    caller: { features: { telepathy: true, _mine: { deep: [1] } } },
  }],
  ["HW-03: features that are false", {
    callee: { features: { call_canceling: false } },
  }],
  ["HW-03: features that are no bools", {
    callee: { features: { call_canceling: "yes", call_timeout: 1 } },
  }],
  ["HW-03: unknown keys in a role", { caller: { version: "1.0" } }],
];

for (const [name, roles] of GOOD_ROLES) {
  scenario(`${name}: welcome`, async (router) => {
    const client = await router.open();
    await client.hello({ roles });
    await client.expectNothing();
  }, { everySerializer: true });
}

/** Roles that are none. */
const BAD_ROLES: [name: string, details: Details][] = [
  ["missing roles", {}],
  ["roles of null", { roles: null }],
  ["a list of roles", { roles: ["caller"] }],
  ["a string as roles", { roles: "caller" }],
  ["a number as roles", { roles: 1 }],
  ["binary as roles", { roles: new Uint8Array([1]) }],
  ["empty roles", { roles: {} }],
  ["only unknown roles", { roles: { dancer: {}, broker: {} } }],
  ["a role that is no dict", { roles: { caller: true } }],
  ["a role that is a list", { roles: { caller: [], callee: {} } }],
];

for (const [name, details] of BAD_ROLES) {
  scenario(`HW-02: ${name}: ABORT`, async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      await client.send([1, "realm1", details]);
      await expectViolation(client);
    }
  });
}

/** What a callee announced about canceling, and whether it gets INTERRUPT. */
const CANCELING_SPELLINGS: [
  name: string,
  features: unknown,
  interrupted: boolean,
][] = [
  ["HW-04: call_canceling", { call_canceling: true }, true],
  ["HW-04: call_cancelling", { call_cancelling: true }, true],
  ["HW-03: call_canceling of false", { call_canceling: false }, false],
  ["HW-03: call_canceling of 1", { call_canceling: 1 }, false],
  ["HW-03: call_canceling of null", { call_canceling: null }, false],
  ["HW-03: no features", undefined, false],
];

for (const [name, features, interrupted] of CANCELING_SPELLINGS) {
  scenario(
    `${name}: INTERRUPT is ${interrupted ? "" : "not "}sent to the callee`,
    async (router) => {
      const caller = await router.join();
      const callee = await router.open();
      await callee.hello({
        roles: { callee: features === undefined ? {} : { features } },
      });
      await callee.register("com.a");
      await caller.send([48, 1, {}, "com.a"]);
      await callee.receive();
      await caller.send([49, 1, { mode: "killnowait" }]);
      assertEquals(
        (await caller.receive()).slice(0, 5),
        [8, 48, 1, {}, "wamp.error.canceled"],
      );
      if (interrupted) {
        assertEquals((await callee.receive()).slice(0, 2), [69, 1]);
      }
      await callee.expectNothing();
    },
    { everySerializer: true },
  );
}

/** WELCOME.Details of an ordinary session. */
async function welcome(
  client: RawClient,
  details: Details = helloDetails(),
): Promise<Details & { roles: Roles }> {
  return await client.hello(details) as Details & { roles: Roles };
}

scenario(
  "HW-05: WELCOME announces the roles broker and dealer, each a dict with features",
  async (router) => {
    const { roles } = await welcome(await router.open());
    assertEquals(Object.keys(roles).sort(), ["broker", "dealer"]);
    for (const role of Object.values(roles)) {
      for (const [feature, value] of Object.entries(role.features ?? {})) {
        // With a line in front where it is the router's own (MF-06).
        assertMatch(feature, /^_?[a-z][a-z0-9_]{2,}$/);
        assertEquals(value, true);
      }
    }
  },
  { everySerializer: true },
);

/** All that the protocol has names for, by role. */
const KNOWN_FEATURES: Record<string, string[]> = {
  broker: [
    "publisher_identification",
    "publisher_exclusion",
    "subscriber_blackwhite_listing",
    "pattern_based_subscription",
    "publication_trustlevels",
    "subscription_meta_api",
    "session_meta_api",
    "event_history",
    "event_retention",
    "subscription_revocation",
    "payload_passthru_mode",
  ],
  dealer: [
    "progressive_call_results",
    "progressive_call_invocations",
    "call_timeout",
    "call_canceling",
    "caller_identification",
    "call_trustlevels",
    "call_reroute",
    "registration_meta_api",
    "session_meta_api",
    "testament_meta_api",
    "pattern_based_registration",
    "shared_registration",
    "registration_revocation",
    "payload_passthru_mode",
  ],
};

/** The router's own (MF-06). */
const OWN_FEATURES: Record<string, string[]> = {
  broker: ["_payload_unsupported", "_clear_retained"],
  dealer: ["_least_pending"],
};

for (const [number, role] of [["HW-13", "broker"], ["HW-14", "dealer"]]) {
  scenario(
    `HW-05 ${number}: the ${role} announces what works under the protocol's names, and nothing else`,
    async (router) => {
      const { roles } = await welcome(await router.open());
      const announced = Object.keys(roles[role].features ?? {});
      // All works: the tests of each are in the files of its section.
      assertEquals(
        announced.toSorted(),
        [...KNOWN_FEATURES[role], ...OWN_FEATURES[role]].toSorted(),
      );
    },
  );
}

scenario(
  "HW-13: a subscriber by pattern and a publisher that is excluded get what is announced",
  async (router) => {
    const client = await router.join();
    const prefix = await client.subscribe("com.", { match: "prefix" });
    const wildcard = await client.subscribe("com..a", { match: "wildcard" });
    await client.send([16, 9, { exclude_me: false }, "com.x.a"]);
    const events = [await client.receive(), await client.receive()];
    assertEquals(
      events.map((event) => event[1]).toSorted(),
      [prefix, wildcard].toSorted(),
    );
    await client.send([16, 10, {}, "com.x.a"]);
    await client.expectNothing();
  },
);

scenario(
  "HW-14: a registration by pattern and a canceled call get what is announced",
  async (router) => {
    const client = await router.join({ features: CANCELING });
    const prefix = await client.register("com.", { match: "prefix" });
    await client.send([48, 9, {}, "com.x.a"]);
    assertEquals((await client.receive())[2], prefix);
    await client.send([49, 9, { mode: "kill" }]);
    assertEquals(await client.receive(), [69, 1, { mode: "kill" }]);
    await client.send([8, 68, 1, {}, "wamp.error.canceled"]);
    assertEquals(
      await client.receive(),
      [8, 48, 9, {}, "wamp.error.canceled"],
    );
  },
);

scenario(
  "HW-04: WELCOME spells call_canceling with one l",
  async (router) => {
    const { roles } = await welcome(await router.open());
    assertEquals(roles["dealer"].features?.["call_canceling"], true);
    assertEquals("call_cancelling" in (roles["dealer"].features ?? {}), false);
  },
);

scenario(
  "HW-15: progressive calls are announced only together with call canceling",
  async (router) => {
    const { roles } = await welcome(await router.open());
    const features = roles["dealer"].features ?? {};
    if (
      "progressive_call_results" in features ||
      "progressive_call_invocations" in features
    ) assertEquals(features["call_canceling"], true);
  },
);

scenario(
  "HW-16: session_meta_api is announced under both roles or under none",
  async (router) => {
    const { roles } = await welcome(await router.open());
    const [broker, dealer] = ["broker", "dealer"].map((role) =>
      roles[role].features?.["session_meta_api"]
    );
    assertEquals(broker, dealer);
  },
);

scenario(
  "HW-06: WELCOME names the router's agent, and HELLO's is taken whatever it says",
  async (router) => {
    for (const agent of ["Autobahn-23.6.2", "", "x".repeat(5000), null]) {
      const details = await welcome(await router.open(), {
        ...helloDetails(),
        agent,
      });
      assertMatch(details["agent"] as string, /^Sluice/);
    }
  },
  { everySerializer: true },
);

for (const kind of TRANSPORT_KINDS) {
  scenario(
    `HW-07 HW-08: WELCOME says who an anonymous client is, and in which realm, over ${kind}`,
    async ({ server }) => {
      for (const serializer of SERIALIZERS) {
        for (const realm of ["realm1", "com.example.other"]) {
          using client = await RawClient.open(server.address(kind), serializer);
          const details = await client.hello(helloDetails(), realm);
          assertEquals(
            ["realm", "authrole", "authmethod", "authprovider"]
              .map((key) => details[key]),
            [realm, "anonymous", "anonymous", "static"],
          );
          assertMatch(details["authid"] as string, /^\S{20,}$/);
          assertEquals("authextra" in details, false);
        }
      }
    },
    {
      kinds: [kind],
      realms: [openRealm("realm1"), openRealm("com.example.other")],
    },
  );
}

scenario(
  "HW-09: WELCOME.Session is an ID of the session's own, which the log names it by",
  async (router) => {
    const clients = await router.joinMany(10);
    const ids = clients.map((client) => client.sessionId);
    assertEquals(new Set(ids).size, ids.length);
    for (const [i, id] of ids.entries()) {
      assert(Number.isInteger(id) && id >= 1 && id <= 2 ** 53, `${id}`);
      const topic = `com.topic.${i}`;
      await clients[i].subscribe(topic);
      const line = await router.server.logged(topic);
      assertEquals([line.message, line.fields["session"]], [
        "received SUBSCRIBE",
        id,
      ]);
    }
  },
  { debug: true },
);

/** Realms that are no name of one, and the reason of the ABORT. */
const BAD_REALMS: [realm: unknown, reason: string][] = [
  [null, "wamp.error.no_such_realm"],
  ["", "wamp.error.invalid_uri"],
];

for (const [realm, reason] of BAD_REALMS) {
  scenario(
    `HW-10: a realm of ${JSON.stringify(realm)} is refused with ${reason}`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.open(serializer);
        await client.send([1, realm, helloDetails()]);
        await client.expectAbort(reason);
      }
    },
  );
}

/** Details of HELLO with a type that they cannot have. */
const BAD_DETAILS: [key: string, ...values: unknown[]][] = [
  ["authmethods", "anonymous", 1, true, {}, [1], ["anonymous", null], [[]]],
  ["authid", 1, true, [], {}, 1.5],
  ["authextra", "x", 1, true, [], [{}]],
  ["authrole", 1, true, [], {}],
  ["agent", 1, true, [], {}],
];

for (const [key, ...values] of BAD_DETAILS) {
  scenario(
    `HW-11: ${key} of a wrong type ends the connection`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        for (const value of values) {
          const client = await router.open(serializer);
          await client.send([1, "realm1", { ...helloDetails(), [key]: value }]);
          const answer = await client.receive();
          assertEquals(
            [answer[0], answer[2]],
            [3, "wamp.error.protocol_violation"],
            `${show(value)} gave ${show(answer)}`,
          );
          await client.expectClosed();
        }
      }
    },
  );
}
