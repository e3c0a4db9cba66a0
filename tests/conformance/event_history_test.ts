/** Event history (checklist §8.8). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { HistoryConfig, RealmConfig } from "../../src/config/config.ts";
import { callMeta, refuseMeta } from "../support/meta.ts";
import type { RawClient } from "../support/raw_client.ts";
import {
  assertError,
  scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { brokerFeatures, joinAs, realmOfTwoRoles } from "./_identities.ts";

const GET_EVENTS = "wamp.subscription.get_events";
const INVALID_ARGUMENT = "wamp.error.invalid_argument";
const RFC_3339_REGEXP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function history(
  uri: string,
  match: HistoryConfig["match"] = "exact",
  maxEvents = 1000,
): HistoryConfig {
  return { uri, match, maxEvents, maxBytes: 2 ** 24 };
}

/** `realm` with a history of `com.a`, `com.` and `com..x`, and of `com.few` three events. */
function withHistories(realm: RealmConfig): RealmConfig {
  return {
    ...realm,
    store: {
      ...realm.store,
      histories: [
        history("com.a"),
        history("com.", "prefix"),
        history("com..x", "wildcard"),
        history("com.few", "exact", 3),
      ],
    },
  };
}

const HISTORIES: ScenarioOptions = {
  realms: [withHistories(openRealm("realm1"))],
};

// deno-lint-ignore no-explicit-any
type HistoryEvent = any;

/** What `get_events` answers. */
async function eventsOf(
  client: RawClient,
  subscription: number,
  kwargs: Record<string, unknown> = {},
): Promise<HistoryEvent[]> {
  const [args = [], ...rest] = await callMeta(
    client,
    GET_EVENTS,
    [subscription],
    kwargs,
  );
  assertEquals(rest, []);
  return args;
}

/** The first argument of each event that `get_events` answers. */
async function textsOf(
  client: RawClient,
  subscription: number,
  kwargs: Record<string, unknown> = {},
): Promise<unknown[]> {
  const events = await eventsOf(client, subscription, kwargs);
  return events.map(({ args }) => args[0]);
}

/** Publishes, and returns the publication's ID. */
async function publish(
  client: RawClient,
  topic: string,
  text: unknown,
  options: Record<string, unknown> = {},
): Promise<number> {
  const request = client.nextRequest();
  const all = { ...options, acknowledge: true };
  const answer = await client.request([16, request, all, topic, [text]]);
  assertEquals(answer.slice(0, 2), [17, request]);
  return answer[2];
}

/** The IDs of the subscriptions that have a history, by pattern; without subscribing. */
async function idOf(
  client: RawClient,
  uri: string,
  match: HistoryConfig["match"] = "exact",
): Promise<number> {
  const [[id]] = await callMeta(client, "wamp.subscription.lookup", [uri, {
    match,
  }]);
  assert(typeof id === "number", `${match} "${uri}" has no subscription`);
  return id;
}

scenario(
  "EH-01 EH-05: get_events gives the events of a history as the list of its arguments",
  async (router) => {
    const [publisher, reader] = await router.joinMany(2);
    const before = Date.now();
    const id = await idOf(reader, "com.few");
    const first = await publish(publisher, "com.few", "one");
    await publisher.send([16, 9, {}, "com.few"]);
    await publisher.send([16, 9, { disclose_me: true }, "com.few", [], {
      k: ["v"],
    }]);
    await publisher.expectNothing();
    const [one, two, three, ...more] = await eventsOf(reader, id);
    assertEquals(more, []);
    assertEquals(one, {
      timestamp: one.timestamp,
      subscription: id,
      publication: first,
      details: {},
      args: ["one"],
    });
    assertMatch(one.timestamp, RFC_3339_REGEXP);
    const time = Date.parse(one.timestamp);
    assert(time >= before && time <= Date.now(), one.timestamp);
    assertEquals(Object.keys(two).toSorted(), [
      "details",
      "publication",
      "subscription",
      "timestamp",
    ]);
    assertEquals(three.details.publisher, publisher.sessionId);
    assertEquals([three.args, three.kwargs], [[], { k: ["v"] }]);
  },
  { ...HISTORIES, everySerializer: true },
);

scenario(
  "EH-02: a publication is in the history of each subscription that it matches, in the order received",
  async (router) => {
    const [publisher, reader] = await router.joinMany(2);
    const topics = ["com.a", "com.a.x", "com.b", "org.a.x"];
    for (const topic of topics) await publish(publisher, topic, topic);
    const patterns = [
      ["com.a", "exact", ["com.a"]],
      ["com.", "prefix", ["com.a", "com.a.x", "com.b"]],
      ["com..x", "wildcard", ["com.a.x"]],
    ] as const;
    for (const [uri, match, due] of patterns) {
      const events = await eventsOf(reader, await idOf(reader, uri, match));
      assertEquals(events.map(({ args }) => args[0]), [...due]);
      // What an EVENT of the subscription would have.
      assertEquals(
        events.map(({ details }) => details.topic),
        due.map((topic) => match === "exact" ? undefined : topic),
      );
    }
  },
  HISTORIES,
);

scenario(
  "EH-02 EH-11: a history is there without subscribers, and outlives the last under the same ID",
  async (router) => {
    const [publisher, subscriber, reader] = await router.joinMany(3);
    await publish(publisher, "com.few", 1);
    const id = await subscriber.subscribe("com.few");
    assertEquals(id, await idOf(reader, "com.few"));
    await publish(publisher, "com.few", 2);
    assertEquals((await subscriber.receive())[4], [2]);
    await subscriber.request([34, subscriber.nextRequest(), id]);
    await publish(publisher, "com.few", 3);
    assertEquals(await textsOf(reader, id), [1, 2, 3]);
    assertEquals(await subscriber.subscribe("com.few"), id);
    subscriber.close();
    // The oldest go first.
    await publish(publisher, "com.few", 4);
    assertEquals(await textsOf(reader, id), [2, 3, 4]);
    assertEquals(await reader.subscribe("com.few"), id);
  },
  HISTORIES,
);

scenario(
  "EH-04: limit counts in the order of traversal: the oldest n, or in reverse the newest",
  async (router) => {
    const client = await router.join();
    const id = await idOf(client, "com.few");
    for (const n of [1, 2, 3]) await publish(client, "com.few", n);
    const rows: [kwargs: Record<string, unknown>, due: number[]][] = [
      [{}, [1, 2, 3]],
      [{ limit: 2 }, [1, 2]],
      [{ limit: 9 }, [1, 2, 3]],
      [{ reverse: true }, [3, 2, 1]],
      [{ reverse: true, limit: 2 }, [3, 2]],
      [{ reverse: false, limit: 1 }, [1]],
      [{ reverse: null, limit: null }, [1, 2, 3]],
      [{ unknown: [] }, [1, 2, 3]],
    ];
    for (const [kwargs, due] of rows) {
      assertEquals(
        await textsOf(client, id, kwargs),
        due,
        `${Object.keys(kwargs)}`,
      );
    }
    // As clients of Crossbar.io send it.
    const [args] = await callMeta(client, GET_EVENTS, [id, 2]);
    assertEquals(args.length, 2);
  },
  HISTORIES,
);

scenario(
  "EH-03 EH-07 EH-08: topic, times and publications filter, all together",
  async (router) => {
    const client = await router.join();
    const id = await idOf(client, "com.", "prefix");
    const ids: number[] = [];
    for (const n of [0, 1, 2, 3, 4]) {
      ids.push(await publish(client, n % 2 === 0 ? "com.even" : "com.odd", n));
    }
    const [{ timestamp }] = await eventsOf(client, id, { limit: 1 });
    const rows: [kwargs: Record<string, unknown>, due: number[]][] = [
      [{ topic: "com.odd" }, [1, 3]],
      [{ topic: "com.none" }, []],
      [{ from_publication: ids[2] }, [2, 3, 4]],
      [{ after_publication: ids[2] }, [3, 4]],
      [{ before_publication: ids[2] }, [0, 1]],
      [{ until_publication: ids[2] }, [0, 1, 2]],
      [{ from_publication: ids[1], before_publication: ids[4] }, [1, 2, 3]],
      [{ from_publication: ids[1], topic: "com.even", limit: 1 }, [2]],
      [{ from_publication: 1 }, []],
      [{ after_publication: 1, reverse: true }, []],
      [{ before_publication: 1 }, [0, 1, 2, 3, 4]],
      [{ until_publication: 1, limit: 1 }, [0]],
      [{ from_time: timestamp }, [0, 1, 2, 3, 4]],
      [{ before_time: timestamp }, []],
      [{ after_time: "2999-01-01T00:00:00Z" }, []],
      [{ until_time: "2999-01-01T00:00:00+14:00" }, [0, 1, 2, 3, 4]],
    ];
    for (const [kwargs, due] of rows) {
      for (const reverse of [false, true]) {
        if (reverse && kwargs["limit"] !== undefined) continue;
        const found = await textsOf(client, id, { reverse, ...kwargs });
        const isReverse = reverse || kwargs["reverse"] === true;
        const shown = JSON.stringify({ reverse, ...kwargs });
        assertEquals(found, isReverse ? due.toReversed() : due, shown);
      }
    }
    // For exact subscriptions topic is the one that was published to.
    const exact = await idOf(client, "com.a");
    await publish(client, "com.a", "x");
    assertEquals(await textsOf(client, exact, { topic: "com.a" }), ["x"]);
    assertEquals(await textsOf(client, exact, { topic: "com.b" }), []);
  },
  HISTORIES,
);

scenario(
  "EH-06: an unknown subscription is an error, one without history has none",
  async (router) => {
    const client = await router.join();
    const id = await client.subscribe("org.none");
    await publish(client, "org.none", 1);
    assertEquals(await eventsOf(client, id), []);
    for (const unknown of [id + 1, 2 ** 53]) {
      await refuseMeta(
        client,
        "wamp.error.no_such_subscription",
        GET_EVENTS,
        [unknown],
      );
    }
  },
  { ...HISTORIES, everySerializer: true },
);

scenario(
  "EH-06: arguments that are missing or wrong are invalid_argument",
  async (router) => {
    const client = await router.join();
    const id = await idOf(client, "com.a");
    for (const args of [[], [null], ["1"], [0], [-1], [1.5], [true], [[id]]]) {
      await refuseMeta(client, INVALID_ARGUMENT, GET_EVENTS, args);
    }
    const wrong: Record<string, unknown>[] = [
      { reverse: 1 },
      { limit: 0 },
      { limit: -1 },
      { limit: 1.5 },
      { limit: "1" },
      { topic: 1 },
      { from_time: 1 },
      { from_time: "yesterday" },
      { after_time: "2030-01-01" },
      { before_time: "2030-02-30T00:00:00Z" },
      { until_time: "2030-01-01T00:00:00" },
      { from_publication: "1" },
      { after_publication: 0 },
      { before_publication: -1 },
      { until_publication: 1.5 },
    ];
    for (const kwargs of wrong) {
      await refuseMeta(client, INVALID_ARGUMENT, GET_EVENTS, [id], kwargs);
    }
    await refuseMeta(client, INVALID_ARGUMENT, GET_EVENTS, [id, 0]);
  },
  { ...HISTORIES, everySerializer: true },
);

scenario(
  "EH-09 BW-06: events for certain sessions are not kept; the other lists hold for who asks",
  async (router) => {
    const publisher = await router.join();
    const [anna, admin] = [await joinAs(router), await joinAs(router, "admin")];
    const id = await idOf(publisher, "com.a");
    const lists: [text: string, options: Record<string, unknown>][] = [
      ["all", {}],
      ["no session list", { exclude: [anna.session] }],
      ["no session list", { eligible: [anna.session, admin.session] }],
      ["no session list", { eligible: [] }],
      ["nobody is excluded", { exclude: [] }],
      ["not anna", { exclude_authid: [anna.authid] }],
      ["anna", { eligible_authid: [anna.authid] }],
      ["admin", { eligible_authrole: ["admin"] }],
      ["not admin", { exclude_authrole: ["admin"] }],
    ];
    for (const [text, options] of lists) {
      await publish(publisher, "com.a", text, options);
    }
    const toAll = ["all", "nobody is excluded"];
    assertEquals(await textsOf(anna.client, id), [
      ...toAll,
      "anna",
      "not admin",
    ]);
    assertEquals(await textsOf(admin.client, id), [
      ...toAll,
      "not anna",
      "admin",
    ]);
    // What one may not see does not count.
    assertEquals(await textsOf(admin.client, id, { reverse: true, limit: 2 }), [
      "admin",
      "not anna",
    ]);
  },
  realmOfTwoRoles(withHistories),
);

scenario(
  "EH-10 AZ-11: who may not subscribe, or not call the procedure, may not read",
  async (router) => {
    const [anonymous, admin] = [
      await joinAs(router),
      await joinAs(router, "admin"),
    ];
    const id = await idOf(admin.client, "com.a");
    const pattern = await idOf(admin.client, "com.", "prefix");
    for (const one of [id, pattern]) {
      await refuseMeta(
        anonymous.client,
        "wamp.error.not_authorized",
        GET_EVENTS,
        [one],
      );
    }
    const few = await idOf(admin.client, "com.few");
    assertEquals(await eventsOf(anonymous.client, few), []);
    const request = admin.client.nextRequest();
    const answer = await admin.client.request([48, request, {}, GET_EVENTS, [
      id,
    ]]);
    assertError(answer, 48, request, "wamp.error.not_authorized");
  },
  realmOfTwoRoles((realm) => {
    const [rule] = realm.roles[0].permissions;
    const deny = (uri: string, action: "subscribe" | "call") => ({
      ...rule,
      uri,
      match: "exact" as const,
      allow: { ...rule.allow, [action]: false },
    });
    return {
      ...withHistories(realm),
      roles: realm.roles.map((role) => ({
        ...role,
        permissions: [
          ...role.permissions,
          role.name === "admin"
            ? deny(GET_EVENTS, "call")
            : deny("com.a", "subscribe"),
        ],
      })),
    };
  }),
);

scenario(
  "SE-05 PP-06: history holds events of all serializers, with what is in their details",
  async (router) => {
    const clients = await router.joinMany(3, {
      features: { publisher: { payload_passthru_mode: true } },
    });
    const id = await idOf(clients[0], "com.a");
    const octets = Uint8Array.of(0, 127, 255);
    for (const client of clients) {
      await publish(client, "com.a", octets, { ppt_scheme: "x_any" });
    }
    for (const client of clients) {
      const shown = client.serializer === "json" ? "\0AH//" : octets;
      for (const event of await eventsOf(client, id)) {
        assertEquals([event.details, event.args], [
          { ppt_scheme: "x_any" },
          [shown],
        ]);
      }
    }
  },
  HISTORIES,
);

scenario(
  "FR-16: an answer that is too long for who asks is an error; a limit helps",
  async (router) => {
    const publisher = await router.join();
    const reader = await router.join({ limit: 3 });
    const id = await idOf(reader, "com.a");
    for (let n = 0; n < 5; n++) {
      await publish(publisher, "com.a", "x".repeat(2000));
    }
    await refuseMeta(
      reader,
      "wamp.error.payload_size_exceeded",
      GET_EVENTS,
      [id],
    );
    assertEquals((await eventsOf(reader, id, { limit: 1 })).length, 1);
  },
  HISTORIES,
);

scenario("EH-01: the broker announces event_history", async (router) => {
  const features = await brokerFeatures(router);
  assertEquals(features["event_history"], true);
});
