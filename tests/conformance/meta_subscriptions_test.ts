/** Subscription meta API (checklist §11.3). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { askMeta, guardedRealm, refuseMeta, watch } from "../support/meta.ts";
import type { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";

const NO_SUCH_SUBSCRIPTION = "wamp.error.no_such_subscription";
const INVALID_ARGUMENT = "wamp.error.invalid_argument";
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What the meta API tells about `id`, and that its time is in order. */
async function detailsOf(
  client: RawClient,
  id: number,
): Promise<Record<string, unknown>> {
  const { created, ...details } = await askMeta(
    client,
    "wamp.subscription.get",
    id,
  ) as Record<string, unknown>;
  assertMatch(created as string, ISO_8601);
  const age = Date.now() - Date.parse(created as string);
  assert(age >= 0 && age < 60_000, `created ${created}`);
  return details;
}

scenario(
  "MU-01 MU-02: the first subscriber creates a subscription, the last one deletes it",
  async (router) => {
    const watcher = await router.join();
    const [first, second] = await router.joinMany(2);
    const events = await watch(watcher);
    const id = await first.subscribe("com.a", { match: "prefix" });
    const [topic, session, details] = await events.next();
    assertEquals([topic, session], [
      "wamp.subscription.on_create",
      first.sessionId,
    ]);
    assertEquals(details, await askMeta(second, "wamp.subscription.get", id));
    await events.expect([
      "wamp.subscription.on_subscribe",
      first.sessionId,
      id,
    ]);
    await second.subscribe("com.a", { match: "prefix" });
    await events.expect([
      "wamp.subscription.on_subscribe",
      second.sessionId,
      id,
    ]);
    // The same session again changes nothing (PS-02).
    await second.subscribe("com.a", { match: "prefix" });
    await events.expect();
    await first.request([34, 9, id]);
    await events.expect([
      "wamp.subscription.on_unsubscribe",
      first.sessionId,
      id,
    ]);
    await second.request([34, 9, id]);
    await events.expect(
      ["wamp.subscription.on_unsubscribe", second.sessionId, id],
      ["wamp.subscription.on_delete", second.sessionId, id],
    );
  },
  { everySerializer: true },
);

scenario(
  "MU-02 TS-06: a session that leaves unsubscribes before it is said to have left",
  async (router) => {
    const [watcher, leaver] = await router.joinMany(2);
    const events = await watch(watcher);
    const shared = await watcher.subscribe("com.shared");
    const own = await leaver.subscribe("com.own");
    await leaver.subscribe("com.shared");
    for (let i = 0; i < 5; i++) await events.next();
    const session = leaver.sessionId;
    const { authid, authrole } = await askMeta(
      watcher,
      "wamp.session.get",
      session,
    ) as Record<string, string>;
    leaver.close();
    await events.expect(
      ["wamp.subscription.on_unsubscribe", session, own],
      ["wamp.subscription.on_delete", session, own],
      ["wamp.subscription.on_unsubscribe", session, shared],
      ["wamp.session.on_leave", session, authid, authrole],
    );
  },
);

scenario(
  "MU-01: a refused SUBSCRIBE and UNSUBSCRIBE cause no event",
  async (router) => {
    const [watcher, one, other] = await router.joinMany(3);
    await one.subscribe("com.a");
    const events = await watch(watcher);
    assertEquals((await other.request([32, 1, {}, "com..a"]))[0], 8);
    assertEquals((await other.request([34, 1, 1]))[0], 8);
    await events.expect();
  },
);

scenario(
  "MU-03 MU-04: list, get and lookup tell each subscription under its own policy",
  async (router) => {
    const [subscriber, client] = await router.joinMany(2);
    const none = { exact: [], prefix: [], wildcard: [] };
    assertEquals(await askMeta(client, "wamp.subscription.list"), none);
    const ids: number[] = [];
    const subscriptions = [
      ["com.a", "exact"],
      ["com.a", "prefix"],
      ["com.a", "wildcard"],
      ["com.b", "exact"],
      ["com..x", "wildcard"],
      ["", "prefix"],
    ];
    for (const [uri, match] of subscriptions) {
      const id = await subscriber.subscribe(uri, { match });
      assertEquals(await detailsOf(client, id), { id, uri, match });
      assertEquals(
        await askMeta(client, "wamp.subscription.lookup", uri, { match }),
        id,
      );
      ids.push(id);
    }
    assertEquals(await askMeta(client, "wamp.subscription.list"), {
      exact: [ids[0], ids[3]],
      prefix: [ids[1], ids[5]],
      wildcard: [ids[2], ids[4]],
    });
  },
  { everySerializer: true },
);

scenario(
  "MU-03: lookup takes the text and the policy, match finds all for a topic",
  async (router) => {
    const [subscriber, client] = await router.joinMany(2);
    const exact = await subscriber.subscribe("com.a.b");
    const prefix = await subscriber.subscribe("com.a", { match: "prefix" });
    const wildcard = await subscriber.subscribe("com..b", {
      match: "wildcard",
    });
    const lookups: [args: unknown[], id: number | null][] = [
      [["com.a.b"], exact],
      [["com.a.b", null], exact],
      [["com.a.b", { match: "exact" }], exact],
      [["com.a.b", { match: "prefix" }], null],
      [["com.a", { match: "prefix" }], prefix],
      [["com.x.b", { match: "wildcard" }], null],
      [["no..uri"], null],
    ];
    for (const [args, id] of lookups) {
      assertEquals(
        await askMeta(client, "wamp.subscription.lookup", ...args),
        id,
      );
    }
    const matches: [topic: string, ids: number[] | null][] = [
      ["com.a.b", [exact, prefix, wildcard]],
      ["com.ab", [prefix]],
      ["com.x.b", [wildcard]],
      ["com.x.c", null],
      ["", null],
    ];
    for (const [topic, ids] of matches) {
      assertEquals(
        (await askMeta(client, "wamp.subscription.match", topic) as
          | number[]
          | null)?.sort() ?? null,
        ids,
      );
    }
  },
  { everySerializer: true },
);

scenario(
  "MU-04: list_subscribers and count_subscribers tell who listens",
  async (router) => {
    const [client, ...subscribers] = await router.joinMany(4);
    const id = await subscribers[0].subscribe("com.a");
    for (const subscriber of subscribers) await subscriber.subscribe("com.a");
    const sessions = subscribers.map((subscriber) => subscriber.sessionId);
    const ask = (what: string) =>
      askMeta(client, `wamp.subscription.${what}_subscribers`, id);
    assertEquals(await ask("list"), sessions);
    assertEquals(await ask("count"), 3);
    await subscribers[1].request([34, 9, id]);
    assertEquals(await ask("list"), [sessions[0], sessions[2]]);
    assertEquals(await ask("count"), 2);
  },
  { everySerializer: true },
);

/** The procedures that take the ID of a subscription. */
const BY_ID = ["get", "list_subscribers", "count_subscribers"];

scenario(
  "MU-04: an unknown subscription is no such subscription",
  async (router) => {
    const client = await router.join();
    const id = await client.subscribe("com.a");
    await client.request([34, 2, id]);
    for (const what of BY_ID) {
      for (const unknown of [id, 99, 2 ** 53]) {
        await refuseMeta(
          client,
          NO_SUCH_SUBSCRIPTION,
          `wamp.subscription.${what}`,
          [unknown],
        );
      }
    }
    await refuseMeta(
      client,
      NO_SUCH_SUBSCRIPTION,
      "wamp.subscription.remove_subscriber",
      [id, client.sessionId],
    );
  },
  { realms: [guardedRealm()] },
);

/** Arguments that are missing or of a wrong type. */
const ILL_TYPED: [
  procedure: string,
  args: unknown[],
  kwargs?: Record<string, unknown>,
][] = [
  ["lookup", []],
  ["lookup", [1]],
  ["lookup", ["com.a", "exact"]],
  ["lookup", ["com.a", { match: "fuzzy" }]],
  ["lookup", ["com.a", ["exact"]]],
  ["match", []],
  ["match", [{}]],
  ...BY_ID.flatMap((what): [string, unknown[]][] => [
    [what, []],
    [what, ["1"]],
    [what, [0]],
    [what, [1.5]],
    [what, [[1]]],
  ]),
  ["remove_subscriber", []],
  ["remove_subscriber", [1]],
  ["remove_subscriber", ["1", 1]],
  ["remove_subscriber", [1, "1"]],
  ["remove_subscriber", [1, 1], { reason: 5 }],
  ["remove_subscriber", [1, 1], { reason: "r".repeat(400) }],
];

scenario(
  "MU-03 MU-04 SV-04: missing and ill-typed arguments are refused",
  async (router) => {
    const client = await router.join();
    for (const [what, args, kwargs] of ILL_TYPED) {
      await refuseMeta(
        client,
        INVALID_ARGUMENT,
        `wamp.subscription.${what}`,
        args,
        kwargs,
      );
    }
  },
  { realms: [guardedRealm()], everySerializer: true },
);

scenario(
  "MU-05 A-54: subscriptions to meta topics are hidden and cause no event",
  async (router) => {
    const [client, other] = await router.joinMany(2);
    await watch(client, "wamp.subscription.");
    const topic = "wamp.session.on_leave";
    const hidden = [
      await other.subscribe(topic),
      await other.subscribe("wamp", { match: "prefix" }),
      await other.subscribe("wamp..x", { match: "wildcard" }),
    ];
    await client.expectNothing();
    assertEquals(await askMeta(client, "wamp.subscription.list"), {
      exact: [],
      prefix: [],
      wildcard: [],
    });
    assertEquals(
      await askMeta(client, "wamp.subscription.lookup", topic),
      null,
    );
    assertEquals(await askMeta(client, "wamp.subscription.match", topic), null);
    for (const id of hidden) {
      for (const what of BY_ID) {
        await refuseMeta(
          client,
          NO_SUCH_SUBSCRIPTION,
          `wamp.subscription.${what}`,
          [id],
        );
      }
      await refuseMeta(
        client,
        NO_SUCH_SUBSCRIPTION,
        "wamp.subscription.remove_subscriber",
        [id, other.sessionId],
      );
    }
    for (const id of hidden) await other.request([34, 9, id]);
    await client.expectNothing();
    await other.request([6, {}, "com.bye"]);
    await client.expectNothing();
    // A pattern that matches more than meta topics is like any other.
    const wide = await client.subscribe("wa", { match: "prefix" });
    for (let i = 0; i < 4; i++) await client.receive();
    assertEquals(
      await askMeta(client, "wamp.subscription.match", topic),
      [wide],
    );
  },
  { realms: [guardedRealm()] },
);

scenario(
  "MU-07: subscription_meta_api is announced by the broker",
  async (router) => {
    const client = await router.open();
    const { roles } = await client.hello() as {
      roles: Record<string, { features: Record<string, boolean> }>;
    };
    assertEquals(roles["broker"].features["subscription_meta_api"], true);
    assertEquals("subscription_meta_api" in roles["dealer"].features, false);
  },
);
