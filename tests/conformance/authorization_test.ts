/** Static authorization (checklist §7). */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  assertError,
  expectError,
  expectSilence,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";

type Match = "exact" | "prefix" | "wildcard";
type Action = "call" | "register" | "publish" | "subscribe";

const ACTIONS: readonly Action[] = ["call", "register", "publish", "subscribe"];
const NOT_AUTHORIZED = "wamp.error.not_authorized";

/** A rule that allows exactly `allowed`. */
function rule(match: Match, uri: string, ...allowed: Action[]) {
  const allows = (action: Action) => allowed.includes(action);
  return {
    uri,
    match,
    allow: {
      call: allows("call"),
      register: allows("register"),
      publish: allows("publish"),
      subscribe: allows("subscribe"),
    },
    disclose: { caller: false, publisher: false },
  };
}

/** Needed by the tests' fences. */
const FENCE = rule("exact", "test.fence", ...ACTIONS);

/** `realm1` under `rules`, beside `realm2`, where everything is allowed. */
function realms(...rules: ReturnType<typeof rule>[]): RealmConfig[] {
  const open = openRealm("realm1");
  const [role] = open.roles;
  const permissions = [...rules, FENCE];
  return [
    { ...open, roles: [{ ...role, permissions }] },
    openRealm("realm2"),
  ];
}

/** The request that needs `action` on `uri`. */
function requestFor(
  action: Action,
  request: number,
  uri: string,
  match: Match = "exact",
): WireMessage {
  const options = match === "exact" ? {} : { match };
  switch (action) {
    case "call":
      return [48, request, {}, uri];
    case "register":
      return [64, request, options, uri];
    case "publish":
      return [16, request, { acknowledge: true }, uri];
    case "subscribe":
      return [32, request, options, uri];
  }
}

/** Whether `client` may do `action` on `uri`. */
async function isAllowed(
  client: RawClient,
  action: Action,
  uri: string,
  match: Match = "exact",
): Promise<boolean> {
  const message = requestFor(action, client.nextRequest(), uri, match);
  const answer = await client.request(message);
  if (answer[0] === 8 && answer[4] === NOT_AUTHORIZED) {
    assertError(answer, message[0], message[1], NOT_AUTHORIZED);
    return false;
  }
  // What was entered is taken back, so that the next row finds it free.
  if (answer[0] === 65) {
    await client.request([66, client.nextRequest(), answer[2]]);
  }
  if (answer[0] === 33) {
    await client.request([34, client.nextRequest(), answer[2]]);
  }
  return true;
}

/** The actions that are allowed on `uri`. */
async function allowedOn(
  router: Scenario,
  uri: string,
  realm = "realm1",
): Promise<Action[]> {
  const client = await router.join({ realm });
  const allowed: Action[] = [];
  for (const action of ACTIONS) {
    if (await isAllowed(client, action, uri)) allowed.push(action);
  }
  return allowed;
}

for (const action of ACTIONS) {
  scenario(
    `AZ-01 AZ-02: permission to ${action} allows that and nothing else; the rest is refused with not_authorized`,
    async (router) => {
      assertEquals(await allowedOn(router, "com.a"), [action]);
      assertEquals(await allowedOn(router, "com.b"), []);
      // Rules belong to their realm.
      assertEquals(await allowedOn(router, "com.a", "realm2"), [...ACTIONS]);
    },
    { realms: realms(rule("exact", "com.a", action)) },
  );
}

scenario(
  "AZ-01: UNSUBSCRIBE, UNREGISTER, YIELD, ERROR and CANCEL need no permission",
  async (router) => {
    const client = await router.join();
    const subscription = await client.subscribe("com.a");
    const registration = await client.register("com.a");
    await client.request([48, 3, {}, "com.a"]);
    assertEquals((await client.request([70, 1, {}]))[0], 50);
    await client.request([48, 4, {}, "com.a"]);
    assertEquals((await client.request([8, 68, 2, {}, "com.e"]))[0], 8);
    await client.request([48, 5, {}, "com.a"]);
    assertEquals(
      (await client.request([49, 5, {}])).slice(0, 5),
      [8, 48, 5, {}, "wamp.error.canceled"],
    );
    assertEquals(await client.request([34, 6, subscription]), [35, 6]);
    assertEquals(await client.request([66, 7, registration]), [67, 7]);
  },
  {
    realms: realms(rule("exact", "com.a", "subscribe", "register", "call")),
  },
);

scenario(
  "AZ-03: a denied PUBLISH without acknowledge gives neither answer nor event",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    await subscriber.subscribe("com.a");
    await publisher.send([16, 1, {}, "com.a", ["secret"]]);
    await publisher.send([16, 2, { acknowledge: false }, "com.a", ["secret"]]);
    await expectSilence(publisher, subscriber);
  },
  { realms: realms(rule("exact", "com.a", "subscribe")) },
);

scenario(
  "AZ-03: a denied PUBLISH with acknowledge gives an error and no event",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    await subscriber.subscribe("com.a");
    await publisher.send([16, 1, { acknowledge: true }, "com.a", ["secret"]]);
    await expectError(publisher, 16, 1, NOT_AUTHORIZED);
    await expectSilence(publisher, subscriber);
  },
  { realms: realms(rule("exact", "com.a", "subscribe")) },
);

scenario(
  "AZ-05: the unauthorized do not learn what is registered",
  async (router) => {
    const callee = await router.join();
    await callee.register("com.open.taken");
    const client = await router.join();
    for (const uri of ["com.closed.taken", "com.closed.free"]) {
      assertEquals(await isAllowed(client, "register", uri), false);
      assertEquals(await isAllowed(client, "call", uri), false);
    }
    // Registrable but not callable: no look at the registrations either.
    assertEquals(await isAllowed(client, "call", "com.open.taken"), false);
    assertEquals(await isAllowed(client, "call", "com.open.free"), false);
    await client.send([64, 7, {}, "com.open.taken"]);
    await expectError(client, 64, 7, "wamp.error.procedure_already_exists");
  },
  { realms: realms(rule("prefix", "com.open.", "register")) },
);

scenario(
  "AZ-05: an unauthorized REGISTER of a taken procedure is not_authorized",
  async (router) => {
    // The realm allows com.a under its exact rule, but not as a prefix.
    const callee = await router.join();
    await callee.register("com.a");
    const client = await router.join();
    await client.send([64, 1, { match: "prefix" }, "com.a"]);
    await expectError(client, 64, 1, NOT_AUTHORIZED);
  },
  { realms: realms(rule("exact", "com.a", "register")) },
);

scenario(
  "AZ-05: URI syntax and the reserved name come before authorization",
  async (router) => {
    const client = await router.join();
    for (const uri of ["a..b", "a b", ""]) {
      for (const action of ACTIONS) {
        const message = requestFor(action, client.nextRequest(), uri);
        await client.send(message);
        await expectError(
          client,
          message[0],
          message[1],
          "wamp.error.invalid_uri",
        );
      }
    }
    for (const action of ["register", "publish"] as const) {
      const message = requestFor(action, client.nextRequest(), "wamp.a");
      await client.send(message);
      await expectError(
        client,
        message[0],
        message[1],
        "wamp.error.invalid_uri",
      );
    }
  },
  { realms: realms() },
);

/** Rules that all match, the more specific ones with fewer actions. */
const PRECEDENCE = realms(
  rule("prefix", "", ...ACTIONS),
  rule("prefix", "com.", "call", "register", "publish"),
  rule("prefix", "com.example", "call", "register"),
  rule("wildcard", "com.example.", "call"),
  rule("exact", "com.example.one"),
  rule("wildcard", "..open", "subscribe"),
  rule("prefix", "com.example.longer", "publish"),
);

/** Which rule decides, and what it allows. */
const DECISIONS: [uri: string, rule: string, allowed: Action[]][] = [
  ["org.a", "the empty prefix", [...ACTIONS]],
  ["com.a", "the longer prefix", ["call", "register", "publish"]],
  ["com.example", "the longest prefix", ["call", "register"]],
  ["com.examples.a", "a text prefix", ["call", "register"]],
  ["com.example.two", "a wildcard before prefixes", ["call"]],
  ["com.example.one", "exact before all", []],
  ["com.example.longer", "a wildcard before a longer prefix", ["call"]],
  ["com.example.longer.b", "a prefix where no wildcard fits", ["publish"]],
  ["com.example.open", "the wildcard whose literal comes first", ["call"]],
  ["org.example.open", "a wildcard", ["subscribe"]],
];

for (const [uri, decider, allowed] of DECISIONS) {
  scenario(`AZ-06: on ${uri} ${decider} decides`, async (router) => {
    assertEquals(await allowedOn(router, uri), allowed);
  }, { realms: PRECEDENCE });
}

scenario("AZ-06: without a rule everything is denied", async (router) => {
  assertEquals(await allowedOn(router, "com.a"), []);
}, { realms: realms() });

scenario(
  "AZ-02: each denial is logged and counted, with who, what and where",
  async (router) => {
    const client = await router.open();
    const { authid } = await client.hello();
    const request = requestFor("subscribe", 1, "com.secret", "prefix");
    await client.send(request);
    await expectError(client, 32, 1, NOT_AUTHORIZED);
    await client.send([16, 2, {}, "com.silent"]);
    await client.expectNothing();
    const { running } = router.server;
    assertEquals(running.counted("authorizations_denied"), 2);
    const common = {
      realm: "realm1",
      session: client.sessionId,
      authid: String(authid),
      authrole: "anonymous",
    };
    const line = await router.server.logged("com.secret");
    assertEquals([line.level, line.message], ["warn", "not authorized"]);
    const { decided_by, ...fields } = line.fields;
    assertEquals(fields, {
      ...common,
      action: "subscribe",
      uri: "com.secret",
      match: "prefix",
    });
    assertEquals(
      decided_by,
      "no rule in permissions matches all that the pattern matches",
    );
    const silent = await router.server.logged("com.silent");
    assertEquals(silent.fields["action"], "publish");
    assertEquals(
      router.server.log.filter(({ level }) => level === "warn").length,
      2,
    );
  },
  { realms: realms() },
);

/** Patterns of SUBSCRIBE and REGISTER against rules that allow both. */
const COVERED: [
  rules: [Match, string, allowed?: boolean][],
  match: Match,
  uri: string,
  allowed: boolean,
][] = [
  [[["exact", "com.a"]], "exact", "com.a", true],
  [[["exact", "com.a"]], "prefix", "com.a", false],
  [[["exact", "com.a"]], "wildcard", "com.a", true],
  [[["exact", "com.a"]], "wildcard", "com.", false],
  [[["prefix", "com.a"]], "prefix", "com.a", true],
  [[["prefix", "com.a"]], "prefix", "com.a.b", true],
  [[["prefix", "com.a"]], "prefix", "com.", false],
  [[["prefix", "com.a"]], "prefix", "", false],
  [[["prefix", "com.a."]], "wildcard", "com.a..c", true],
  [[["prefix", "com.a."]], "wildcard", "com..c", false],
  [[["prefix", "com.a."]], "wildcard", "..", false],
  [[["prefix", ""]], "wildcard", "..", true],
  [[["prefix", ""]], "prefix", "", true],
  [[["wildcard", "com."]], "wildcard", "com.", true],
  [[["wildcard", "com."]], "wildcard", ".", false],
  [[["wildcard", "com."]], "prefix", "com.", false],
  [[["wildcard", "."]], "wildcard", "com.", true],
  // A more specific rule that forbids a part forbids the pattern.
  [[["prefix", ""], ["exact", "com.a", false]], "prefix", "com", false],
  [[["prefix", ""], ["exact", "com.a", false]], "prefix", "org", true],
  [[["prefix", ""], ["prefix", "com.", false]], "prefix", "co", false],
  [[["prefix", ""], ["wildcard", ".a", false]], "wildcard", "com.", false],
  [[["prefix", ""], ["wildcard", ".a", false]], "wildcard", ".b", true],
];

for (const [rules, match, uri, allowed] of COVERED) {
  const text = rules.map(([match, uri, allow = true]) =>
    `${allow ? "" : "no "}${match} "${uri}"`
  ).join(", ");
  scenario(
    `AZ-07: with ${text} the ${match} pattern "${uri}" is ${
      allowed ? "allowed" : "denied"
    }`,
    async (router) => {
      const client = await router.join();
      for (const action of ["subscribe", "register"] as const) {
        assertEquals(
          await isAllowed(client, action, uri, match),
          allowed,
          action,
        );
      }
    },
    {
      realms: realms(
        ...rules.map(([match, uri, allow = true]) =>
          allow ? rule(match, uri, "subscribe", "register") : rule(match, uri)
        ),
      ),
    },
  );
}

/** A role that may do everything, and what else its rules say. */
const EVERYTHING = rule("prefix", "", ...ACTIONS);

/** Rules about what is the router's own, of which each grants a call. */
const GRANTS: [match: Match, uri: string][] = [
  ["exact", "wamp.session.kill"],
  ["exact", "wamp.session.count"],
  ["exact", "wamp.registration.remove_callee"],
  ["exact", "sluice.authorization.flush"],
  ["exact", "wamp.no.such.procedure"],
  ["wildcard", "wamp..kill"],
  ["wildcard", "wamp.session.kill"],
  ["wildcard", "sluice.authorization."],
  ["prefix", "wamp.session.kill"],
  ["prefix", "wamp.session.add_"],
  ["prefix", "sluice.authorization."],
];

/** Patterns that each of those reaches into, or some. */
const WIDE_PATTERNS: [match: Match, uri: string][] = [
  ["prefix", ""],
  ["prefix", "w"],
  ["prefix", "wamp"],
  ["prefix", "sluice."],
  ["wildcard", ".."],
  ["wildcard", ".session."],
  ["wildcard", "..kill"],
];
/** Below what clients cannot register. */
const ROUTER_PATTERNS: [match: Match, uri: string][] = [
  ["prefix", "wamp."],
  ["prefix", "wamp.session."],
  ["prefix", "sluice.authorization."],
  ["wildcard", "wamp.."],
  ["wildcard", "wamp.session."],
  ["exact", "wamp.session.kill"],
  ["exact", "wamp.session.on_join"],
];

for (const [match, uri] of GRANTS) {
  scenario(
    `AZ-07 AZ-11: the ${match} rule "${uri}" for calling denies no SUBSCRIBE and no REGISTER, since nothing of that can be there`,
    async (router) => {
      const client = await router.join();
      for (const [match, uri] of WIDE_PATTERNS) {
        for (const action of ["subscribe", "register"] as const) {
          const text = `${action} ${match} "${uri}"`;
          if (action === "register" && uri === "wamp") continue;
          assertEquals(await isAllowed(client, action, uri, match), true, text);
        }
      }
      for (const [match, uri] of ROUTER_PATTERNS) {
        const text = `subscribe ${match} "${uri}"`;
        assertEquals(
          await isAllowed(client, "subscribe", uri, match),
          true,
          text,
        );
      }
    },
    { realms: realms(EVERYTHING, rule(match, uri, "call")) },
  );
}

/** Rules that can be about subscribing, or about registering, and deny it. */
const DENYING: [
  rules: ReturnType<typeof rule>[],
  action: "subscribe" | "register",
  match: Match,
  uri: string,
][] = [
  // The router's own events have these topics.
  [[rule("exact", "wamp.session.on_join")], "subscribe", "prefix", ""],
  [[rule("exact", "wamp.session.on_join")], "subscribe", "prefix", "wamp."],
  [[rule("exact", "wamp.session.on_join")], "subscribe", "wildcard", ".."],
  [[rule("prefix", "wamp.", "call")], "subscribe", "prefix", ""],
  [[rule("prefix", "wamp.session.", "call")], "subscribe", "prefix", "wamp."],
  [[rule("wildcard", "wamp..", "call")], "subscribe", "prefix", ""],
  [[rule("wildcard", "..on_leave", "call")], "subscribe", "prefix", "wamp."],
  // Clients can publish and register there.
  [[rule("prefix", "wamp", "call")], "subscribe", "prefix", ""],
  [[rule("prefix", "wamp", "call")], "register", "prefix", ""],
  [[rule("wildcard", ".session.kill", "call")], "subscribe", "prefix", ""],
  [[rule("wildcard", ".session.kill", "call")], "register", "prefix", ""],
  [[rule("exact", "sluice.authorization", "call")], "register", "prefix", ""],
  [[rule("exact", "com.secret", "call")], "subscribe", "prefix", ""],
  [[rule("exact", "com.secret", "call")], "subscribe", "exact", "com.secret"],
  [[rule("exact", "com.secret", "call")], "register", "wildcard", "."],
  [[rule("exact", "com.feed", "publish")], "subscribe", "prefix", "com."],
];

for (const [rules, action, match, uri] of DENYING) {
  const [{ match: kind, uri: text }] = rules;
  scenario(
    `AZ-07: the ${kind} rule "${text}" denies to ${action} the ${match} "${uri}", which reaches into what it is about`,
    async (router) => {
      const client = await router.join();
      assertEquals(await isAllowed(client, action, uri, match), false);
    },
    { realms: realms(EVERYTHING, ...rules) },
  );
}

scenario(
  "AZ-07 AZ-11: who subscribes to everything beside a rule for calling gets the router's events",
  async (router) => {
    const client = await router.join();
    await client.subscribe("", { match: "prefix" });
    const other = await router.join();
    for (
      const topic of [
        "wamp.subscription.on_create",
        "wamp.subscription.on_subscribe",
        "wamp.session.on_join",
      ]
    ) {
      const [code, , , details, args] = await client.receive();
      assertEquals([code, details["topic"]], [36, topic]);
      if (topic.endsWith("join")) {
        assertEquals(args[0]["session"], other.sessionId);
      }
    }
  },
  { realms: realms(EVERYTHING, rule("exact", "wamp.session.kill", "call")) },
);

scenario(
  "UR-09: nobody but the router publishes below sluice.authorization.",
  async (router) => {
    const client = await router.join();
    for (
      const topic of ["sluice.authorization.flush", "sluice.authorization.a"]
    ) {
      const request = client.nextRequest();
      await client.send([16, request, { acknowledge: true }, topic]);
      await expectError(client, 16, request, "wamp.error.invalid_uri");
    }
    assertEquals(
      await isAllowed(client, "publish", "sluice.authorizations"),
      true,
    );
  },
);
