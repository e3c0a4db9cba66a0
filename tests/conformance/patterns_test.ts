/** Pattern-based subscriptions and registrations (checklist §8.6, §9.8). */
import { assertEquals } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import {
  expectError,
  expectSilence,
  expectViolation,
  scenario,
} from "../support/scenario.ts";
import { quietRealm } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** Patterns with URIs that they match and URIs that they do not. */
const MATCHES: [
  number: string,
  match: string,
  pattern: string,
  matched: string[],
  unmatched: string[],
][] = [
  [
    "PM-02",
    "prefix",
    "com.myapp.topic.emergency",
    [
      "com.myapp.topic.emergency",
      "com.myapp.topic.emergency.11",
      "com.myapp.topic.emergency-low",
      "com.myapp.topic.emergency.category.severe",
    ],
    ["com.myapp.topic.emerge", "org.com.myapp.topic.emergency"],
  ],
  ["PM-03", "prefix", "com.a.", ["com.a.b", "com.a.b.c"], ["com.a", "com.ab"]],
  ["PM-03", "prefix", "", ["com.a", "a", "x.y.z"], []],
  [
    "PM-04",
    "wildcard",
    "com.myapp..userevent",
    ["com.myapp.foo.userevent", "com.myapp.bar.userevent"],
    [
      "com.myapp.foo.userevent.bar",
      "com.myapp.foo.user",
      "com.myapp2.foo.userevent",
      "com.myapp.userevent",
    ],
  ],
  ["PM-04", "wildcard", "com.a", ["com.a"], ["com.b", "com.a.b", "com"]],
  ["PM-05", "wildcard", ".b", ["a.b", "x.b"], ["b", "a.b.b", "a.c"]],
  ["PM-05", "wildcard", "a.", ["a.b", "a.x"], ["a", "a.b.c", "b.a"]],
  ["PM-05", "wildcard", "a..", ["a.b.c", "a.x.y"], ["a", "a.b", "a.b.c.d"]],
  ["PM-05", "wildcard", "", ["a", "b"], ["a.b"]],
  ["PM-05", "wildcard", "..", ["a.b.c"], ["a", "a.b", "a.b.c.d"]],
];

for (const [number, match, pattern, matched, unmatched] of MATCHES) {
  const title =
    `the ${match} "${pattern}" matches what it should and nothing else`;
  scenario(`${number} PM-06: ${title}`, async (router) => {
    const [subscriber, publisher] = await router.joinMany(2);
    const subscription = await subscriber.subscribe(pattern, { match });
    for (const topic of [...matched, ...unmatched]) {
      await publisher.send([16, publisher.nextRequest(), {}, topic, [topic]]);
    }
    for (const topic of matched) {
      const event = await subscriber.receive();
      assertEquals(event.slice(0, 2), [36, subscription]);
      assertEquals(event.slice(3), [{ topic }, [topic]]);
    }
    if (pattern !== "") await expectSilence(publisher, subscriber);
  }, { everySerializer: true, realms: [quietRealm()] });

  scenario(`PB-01 PB-06 ${number}: for calls too, ${title}`, async (router) => {
    const [callee, caller] = await router.joinMany(2);
    const registration = await callee.register(pattern, { match });
    for (const procedure of matched) {
      await caller.send([48, caller.nextRequest(), {}, procedure, [procedure]]);
      const invocation = await callee.receive();
      assertEquals(invocation[2], registration);
      assertEquals(invocation.slice(3), [{ procedure }, [procedure]]);
    }
    for (const procedure of unmatched) {
      const request = caller.nextRequest();
      await caller.send([48, request, {}, procedure]);
      await expectError(
        caller,
        48,
        request,
        "wamp.error.no_such_procedure",
      );
    }
  });
}

for (const type of [32, 64]) {
  const name = type === 32 ? "PM-01: SUBSCRIBE" : "PB-01: REGISTER";
  scenario(
    `${name} takes three policies, of which exact is the default`,
    async (router) => {
      const client = await router.join();
      const ids = new Set<number>();
      for (const match of ["exact", "prefix", "wildcard"]) {
        const answer = await client.request([type, 1, { match }, "com.a"]);
        assertEquals(answer[0], type + 1);
        ids.add(answer[2]);
      }
      // The same text under different policies is three different things.
      assertEquals(ids.size, 3);
      const again = await client.request([type, 2, {}, "com.a"]);
      if (type === 32) assertEquals(ids.has(again[2]), true);
      else assertEquals(again[4], "wamp.error.procedure_already_exists");
    },
  );

  scenario(`${name} with another policy ends the session`, async (router) => {
    for (const serializer of SERIALIZERS) {
      for (const match of ["foo", "", "regex", "Exact", 1]) {
        const client = await router.join({ serializer });
        await client.send([type, 1, { match }, "com.a"]);
        await expectViolation(client);
      }
    }
  });
}

scenario(
  "PM-06: EVENT of an exact subscription has no topic",
  async (router) => {
    const [subscriber, publisher] = await router.joinMany(2);
    await subscriber.subscribe("com.a");
    await publisher.send([16, 1, {}, "com.a"]);
    assertEquals((await subscriber.receive())[3], {});
  },
);

scenario(
  "PM-07: a publication gives one EVENT per matching subscription of a session, with one publication ID",
  async (router) => {
    const [subscriber, publisher] = await router.joinMany(2);
    const subscriptions = [
      await subscriber.subscribe("com.a.b"),
      await subscriber.subscribe("com", { match: "prefix" }),
      await subscriber.subscribe("com.a.", { match: "prefix" }),
      await subscriber.subscribe("", { match: "prefix" }),
      await subscriber.subscribe("com..b", { match: "wildcard" }),
      await subscriber.subscribe("..", { match: "wildcard" }),
      await subscriber.subscribe("com.a.b", { match: "wildcard" }),
    ];
    await subscriber.subscribe("com.b", { match: "prefix" });
    await publisher.send([16, 1, {}, "com.a.b", ["payload"]]);
    const publications = new Set<number>();
    const matched = [];
    for (let i = 0; i < subscriptions.length; i++) {
      const event = await subscriber.receive();
      assertEquals([event[0], event[4]], [36, ["payload"]]);
      matched.push(event[1]);
      publications.add(event[2]);
    }
    matched.sort((a, b) => a - b);
    assertEquals(matched, subscriptions);
    assertEquals(publications.size, 1);
    await subscriber.send([34, 99, subscriptions[3]]);
    assertEquals(await subscriber.receive(), [35, 99]);
    await expectSilence(publisher, subscriber);
  },
  { everySerializer: true, realms: [quietRealm()] },
);

scenario(
  "PM-08: a subscription is no set: what was never subscribed cannot be taken out of it",
  async (router) => {
    const [one, other, publisher] = await router.joinMany(3);
    const wide = await one.subscribe("com.a", { match: "prefix" });
    const narrow = await other.subscribe("com.a.b", { match: "prefix" });
    await one.send([34, 9, narrow]);
    await expectError(one, 34, 9, "wamp.error.no_such_subscription");
    await publisher.send([16, 1, {}, "com.a.b.c"]);
    assertEquals((await one.receive()).slice(0, 2), [36, wide]);
  },
);

scenario(
  "PM-08: ending one of a session's subscriptions leaves the others alone",
  async (router) => {
    const [subscriber, publisher] = await router.joinMany(2);
    const wide = await subscriber.subscribe("com.a", { match: "prefix" });
    const narrow = await subscriber.subscribe("com.a.b", { match: "prefix" });
    const exact = await subscriber.subscribe("com.a.b");
    await subscriber.request([34, 9, wide]);
    await publisher.send([16, 1, {}, "com.a.b"]);
    await publisher.send([16, 2, {}, "com.a"]);
    const events = [await subscriber.receive(), await subscriber.receive()];
    assertEquals(
      new Set(events.map((event) => event[1])),
      new Set([narrow, exact]),
    );
    await expectSilence(publisher, subscriber);
  },
);

/** Where calls go: registrations in the order they are made, then URI and winner. */
interface Routing {
  readonly name: string;
  readonly registrations: [match: string, uri: string][];
  /** Called URI, and the place of the registration that gets it. */
  readonly calls: [uri: string, winner: number | undefined][];
}

const ROUTINGS: Routing[] = [
  {
    name: "PB-02: exact, then prefix, then wildcard",
    registrations: [
      ["wildcard", "com."],
      ["prefix", "com."],
      ["exact", "com.a"],
    ],
    calls: [["com.a", 2], ["com.b", 1], ["org.a", undefined]],
  },
  {
    name: "PB-03: any prefix beats any wildcard",
    registrations: [
      ["wildcard", "com.example.a."],
      ["wildcard", "com.example.a.b"],
      ["prefix", "c"],
    ],
    calls: [["com.example.a.b", 2], ["com.example.a.x", 2]],
  },
  {
    name: "PB-03: the empty prefix beats any wildcard",
    registrations: [["wildcard", "com.a"], ["prefix", ""]],
    calls: [["com.a", 1], ["x", 1]],
  },
  {
    name: "PB-03: of two prefixes the longer text wins",
    registrations: [
      ["prefix", "com.a"],
      ["prefix", "com.a.b"],
      ["prefix", "com.ab"],
      ["prefix", ""],
    ],
    calls: [
      ["com.a.b", 1],
      ["com.a.bc", 1],
      ["com.a.c", 0],
      ["com.abc", 2],
      ["org", 3],
    ],
  },
  {
    name: "PB-04: of two wildcards the one with the earlier literal wins",
    registrations: [
      ["wildcard", "..c"],
      ["wildcard", "a.."],
      ["wildcard", "a..c"],
      ["wildcard", ".b.c"],
      ["wildcard", "a.b."],
    ],
    calls: [
      ["a.b.c", 4],
      ["a.x.c", 2],
      ["a.x.y", 1],
      ["x.b.c", 3],
      ["x.y.c", 0],
      ["x.b.y", undefined],
    ],
  },
  {
    name: "PB-04: a literal early beats more literals late",
    registrations: [["wildcard", "a...."], ["wildcard", ".b.c.d.e"]],
    calls: [["a.b.c.d.e", 0], ["x.b.c.d.e", 1]],
  },
  {
    name:
      "PB-04: a wildcard that fits is found behind a literal that leads nowhere",
    registrations: [["wildcard", "a.b..d"], ["wildcard", "a...e"]],
    calls: [["a.b.c.e", 1], ["a.b.c.d", 0], ["a.x.c.d", undefined]],
  },
  {
    name: "PB-05: the specification's example",
    registrations: [
      ["exact", "a1.b2.c3.d4.e55"],
      ["prefix", "a1.b2.c3"],
      ["prefix", "a1.b2.c3.d4"],
      ["wildcard", "a1.b2..d4.e5"],
      ["wildcard", "a1.b2.c33..e5"],
      ["wildcard", "a1.b2..d4.e5..g7"],
      ["wildcard", "a1.b2..d4..f6.g7"],
    ],
    calls: [
      ["a1.b2.c3.d4.e55", 0],
      ["a1.b2.c3.d98.e74", 1],
      ["a1.b2.c3.d4.e325", 2],
      ["a1.b2.c55.d4.e5", 3],
      ["a1.b2.c33.d4.e5", 1],
      ["a1.b2.c88.d4.e5.f6.g7", 5],
      ["a2.b2.c2.d2.e2", undefined],
    ],
  },
  {
    name: "PB-05: the specification's wildcards without its prefixes",
    registrations: [
      ["wildcard", "a1.b2..d4.e5"],
      ["wildcard", "a1.b2.c33..e5"],
    ],
    calls: [["a1.b2.c33.d4.e5", 1], ["a1.b2.c55.d4.e5", 0]],
  },
];

for (const { name, registrations, calls } of ROUTINGS) {
  for (const order of ["in order", "in reverse order"]) {
    scenario(`${name} (registered ${order})`, async (router) => {
      const callees: RawClient[] = [];
      const places = [...registrations.keys()];
      if (order !== "in order") places.reverse();
      for (const place of places) {
        const [match, uri] = registrations[place];
        callees[place] = await router.join();
        await callees[place].register(uri, { match });
      }
      const caller = await router.join();
      for (const [uri, winner] of calls) {
        const request = caller.nextRequest();
        await caller.send([48, request, {}, uri, [uri]]);
        if (winner === undefined) {
          await expectError(
            caller,
            48,
            request,
            "wamp.error.no_such_procedure",
          );
          continue;
        }
        const invocation = await callees[winner].receive();
        assertEquals([invocation[0], invocation[4]], [68, [uri]]);
        const isExact = registrations[winner][0] === "exact";
        assertEquals(invocation[3], isExact ? {} : { procedure: uri });
      }
      // Exactly one callee each: nobody else was sent anything.
      await expectSilence(caller, ...callees);
    });
  }
}

scenario(
  "PB-02: a registration that is gone no longer gets calls, and the next best does",
  async (router) => {
    const [callee, caller] = await router.joinMany(2);
    const exact = await callee.register("com.a");
    const prefix = await callee.register("com", { match: "prefix" });
    const wildcard = await callee.register("com.", { match: "wildcard" });
    const winners = [];
    for (const registration of [exact, prefix, wildcard]) {
      await caller.send([48, caller.nextRequest(), {}, "com.a"]);
      winners.push((await callee.receive())[2]);
      await callee.request([66, 50, registration]);
    }
    assertEquals(winners, [exact, prefix, wildcard]);
    await caller.send([48, 99, {}, "com.a"]);
    await expectError(caller, 48, 99, "wamp.error.no_such_procedure");
  },
);

scenario(
  "PB-07: no second-best registration is tried when the best one's callee errs or leaves",
  async (router) => {
    const [best, second, caller] = await router.joinMany(3);
    await best.register("com.a");
    await second.register("com", { match: "prefix" });
    await caller.send([48, 1, {}, "com.a"]);
    await best.receive();
    await best.send([8, 68, 1, {}, "wamp.error.unavailable"]);
    assertEquals(
      await caller.receive(),
      [8, 48, 1, {}, "wamp.error.unavailable"],
    );
    await caller.send([48, 2, {}, "com.a"]);
    await best.receive();
    best.close();
    await expectError(caller, 48, 2, "wamp.error.canceled");
    await expectSilence(caller, second);
  },
);

for (const role of ["broker", "dealer"]) {
  const [number, feature] = role === "broker"
    ? ["PM-01", "pattern_based_subscription"]
    : ["PB-01", "pattern_based_registration"];
  scenario(`${number}: the ${role} announces ${feature}`, async (router) => {
    const client = await router.open();
    const roles = (await client.hello())["roles"] as Record<
      string,
      { features: Record<string, boolean> }
    >;
    assertEquals(roles[role].features[feature], true);
  });
}
