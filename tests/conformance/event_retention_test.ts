/** Retained events (checklist §8.9). */
import { assertEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  expectError,
  expectSilence,
  expectViolation,
  scenario,
  sendTogether,
} from "../support/scenario.ts";
import { doMeta } from "../support/meta.ts";
import { openRealm } from "../support/test_server.ts";
import { brokerFeatures, joinAs, realmOfTwoRoles } from "./_identities.ts";

const GET = { get_retained: true };

/** Publishes a retained event and waits until it is; its publication ID. */
async function retain(
  publisher: RawClient,
  topic: string,
  args: unknown[],
  options: Record<string, unknown> = {},
): Promise<number> {
  const request = publisher.nextRequest();
  const all = { retain: true, acknowledge: true, ...options };
  const answer = await publisher.request([16, request, all, topic, args]);
  assertEquals(answer.slice(0, 2), [17, request]);
  return answer[2];
}

scenario(
  "ER-02 ER-03 ER-06: the retained event comes right after SUBSCRIBED, under its own publication ID",
  async (router) => {
    const [publisher, late, plain] = await router.joinMany(3);
    await retain(publisher, "com.a", ["older"]);
    const publication = await retain(publisher, "com.a", ["newer"]);
    const subscription = await late.subscribe("com.a", GET);
    assertEquals(await late.receive(), [
      36,
      subscription,
      publication,
      { retained: true },
      ["newer"],
    ]);
    await late.expectNothing();
    // Without get_retained, or where it is false, there is none.
    await plain.subscribe("com.a");
    await plain.subscribe("com.a", { get_retained: false });
    await plain.subscribe("com.a", { get_retained: null });
    await plain.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "ER-02: a publication without retain leaves the retained event, and live events are not marked",
  async (router) => {
    const [publisher, early, late] = await router.joinMany(3);
    await early.subscribe("com.a");
    await retain(publisher, "com.a", ["kept"]);
    await publisher.send([16, 9, {}, "com.a", ["passing"]]);
    await publisher.send([16, 10, { retain: false }, "com.a", ["passing"]]);
    await publisher.expectNothing();
    for (const text of ["kept", "passing", "passing"]) {
      assertEquals((await early.receive()).slice(3), [{}, [text]]);
    }
    await late.subscribe("com.a", GET);
    assertEquals((await late.receive()).slice(3), [{ retained: true }, [
      "kept",
    ]]);
    await late.expectNothing();
  },
);

scenario(
  "ER-02: what is refused is not retained",
  async (router) => {
    const [publisher, late] = await router.joinMany(2);
    const rows: [topic: string, options: object, error: string][] = [
      ["com..a", {}, "wamp.error.invalid_uri"],
      ["wamp.a", {}, "wamp.error.invalid_uri"],
      ["com.forbidden", {}, "wamp.error.not_authorized"],
    ];
    for (const [topic, options, error] of rows) {
      const all = { ...options, retain: true };
      const request = publisher.nextRequest();
      await publisher.send([16, request, { ...all, acknowledge: true }, topic]);
      await expectError(publisher, 16, request, error);
      await publisher.send([16, publisher.nextRequest(), all, topic]);
    }
    await publisher.expectNothing();
    await late.subscribe("", { ...GET, match: "prefix" });
    await late.expectNothing();
  },
  {
    realms: [{
      ...openRealm("realm1"),
      hasMetaApi: false,
      roles: openRealm("realm1").roles.map((role) => ({
        ...role,
        permissions: [...role.permissions, {
          ...role.permissions[0],
          uri: "com.forbidden",
          match: "exact",
          allow: {
            ...role.permissions[0].allow,
            publish: false,
          },
        }],
      })),
    }],
  },
);

scenario(
  "ER-06: who subscribes to a pattern gets one event for each matching topic, with its topic",
  async (router) => {
    const [publisher, late] = await router.joinMany(2);
    const topics = ["com.a.x", "com.b.x", "com.b.y", "org.b.x"];
    for (const topic of topics) await retain(publisher, topic, [topic]);
    const rows: [pattern: string, match: string, due: string[]][] = [
      ["com.", "prefix", ["com.a.x", "com.b.x", "com.b.y"]],
      ["com.b", "prefix", ["com.b.x", "com.b.y"]],
      ["..x", "wildcard", ["com.a.x", "com.b.x", "org.b.x"]],
      ["com..x", "wildcard", ["com.a.x", "com.b.x"]],
      ["net.", "prefix", []],
    ];
    for (const [pattern, match, due] of rows) {
      const subscription = await late.subscribe(pattern, { ...GET, match });
      const found: unknown[] = [];
      for (let i = 0; i < due.length; i++) {
        const event = await late.receive();
        assertEquals(event.slice(0, 2), [36, subscription]);
        assertEquals(event[3], { topic: event[4][0], retained: true });
        found.push(event[4][0]);
      }
      assertEquals(found.toSorted(), due, `${match} "${pattern}"`);
      await late.expectNothing();
    }
  },
  { everySerializer: true },
);

scenario(
  "ER-05 BW-06: nobody gets a retained event that its lists would have kept from them",
  async (router) => {
    const publisher = await router.join();
    const [anna, admin] = [await joinAs(router), await joinAs(router, "admin")];
    const rows: [
      options: Record<string, unknown>,
      anna: boolean,
      admin: boolean,
    ][] = [
      [{}, true, true],
      [{ exclude: [anna.session] }, false, true],
      [{ exclude_authid: [admin.authid] }, true, false],
      [{ exclude_authrole: ["admin"] }, true, false],
      [{ eligible: [admin.session] }, false, true],
      [{ eligible_authid: [anna.authid] }, true, false],
      [{ eligible_authrole: ["admin"] }, false, true],
      [{ eligible: [] }, false, false],
      [{ exclude: [] }, true, true],
    ];
    for (const [i, [options, ...due]] of rows.entries()) {
      const topic = `com.t${i}`;
      await retain(publisher, topic, [i], options);
      for (const [j, { client }] of [anna, admin].entries()) {
        await client.subscribe(topic, GET);
        if (due[j]) {
          const event = await client.receive();
          assertEquals(event.slice(3), [{ retained: true }, [i]]);
        }
        await client.expectNothing();
      }
    }
  },
  realmOfTwoRoles(),
);

scenario(
  "ER-03 ER-04: who may not get the newest retained event gets the newest that it may",
  async (router) => {
    const publisher = await router.join();
    const [anna, admin] = [await joinAs(router), await joinAs(router, "admin")];
    await retain(publisher, "com.a", ["for all"]);
    await retain(publisher, "com.a", ["for admin"], {
      eligible_authrole: ["admin"],
    });
    for (
      const [{ client }, text] of [[anna, "for all"], [
        admin,
        "for admin",
      ]] as const
    ) {
      await client.subscribe("com.a", GET);
      assertEquals((await client.receive())[4], [text]);
      await client.expectNothing();
    }
    await retain(publisher, "com.a", ["newer"]);
    for (const { client } of [anna, admin]) {
      assertEquals((await client.receive()).slice(3), [{}, ["newer"]]);
      await client.subscribe("com.a", GET);
      const again = await client.receive();
      assertEquals(again.slice(3), [{ retained: true }, ["newer"]]);
    }
  },
  realmOfTwoRoles(),
);

scenario(
  "ER-07: a session that is subscribed already gets it again when it asks again",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    await retain(publisher, "com.a", ["kept"]);
    const first = await subscriber.subscribe("com.a", GET);
    assertEquals((await subscriber.receive())[1], first);
    for (let i = 0; i < 2; i++) {
      assertEquals(await subscriber.subscribe("com.a", GET), first);
      assertEquals((await subscriber.receive())[4], ["kept"]);
    }
    assertEquals(await subscriber.subscribe("com.a"), first);
    await subscriber.expectNothing();
  },
);

scenario(
  "ER-07: the publisher gets its own retained event only if exclude_me was false",
  async (router) => {
    const publisher = await router.join();
    await retain(publisher, "com.a", ["not mine"]);
    await publisher.subscribe("com.a", GET);
    await publisher.expectNothing();
    await retain(publisher, "com.b", ["mine"], { exclude_me: false });
    await publisher.subscribe("com.b", GET);
    assertEquals((await publisher.receive())[4], ["mine"]);
  },
);

scenario(
  "ER-06: the retained event discloses its publisher as it was when it was published",
  async (router) => {
    const publisher = await joinAs(router, "admin");
    await retain(publisher.client, "com.a", [1], { disclose_me: true });
    publisher.client.close();
    const late = await router.join();
    await late.subscribe("com.a", GET);
    assertEquals((await late.receive())[3], {
      publisher: publisher.session,
      publisher_authid: publisher.authid,
      publisher_authrole: "admin",
      trustlevel: 3,
      retained: true,
    });
  },
  realmOfTwoRoles((realm) => ({
    ...realm,
    roles: realm.roles.map((role) => ({ ...role, trustLevel: 3 })),
  })),
);

scenario(
  "OG-02: SUBSCRIBED, then retained events, then live ones",
  async (router) => {
    const subscriber = await router.join();
    await retain(subscriber, "com.a", ["retained"], { exclude_me: false });
    const publish = (text: string): WireMessage => [
      16,
      subscriber.nextRequest(),
      { exclude_me: false },
      "com.a",
      [text],
    ];
    const request = subscriber.nextRequest();
    await sendTogether(subscriber, [
      publish("before"),
      [32, request, GET, "com.a"],
      publish("live"),
    ]);
    assertEquals((await subscriber.receive()).slice(0, 2), [33, request]);
    assertEquals((await subscriber.receive())[4], ["retained"]);
    assertEquals((await subscriber.receive())[4], ["live"]);
  },
  { everySerializer: true },
);

scenario(
  "SE-05: a retained event is there in every serializer",
  async (router) => {
    const [publisher, ...subscribers] = await router.joinMany(4);
    await retain(publisher, "com.a", ["ä", 2 ** 53, 1.5, null, [true]]);
    for (const subscriber of subscribers) {
      await subscriber.subscribe("com.a", GET);
      assertEquals(
        (await subscriber.receive())[4],
        ["ä", 2 ** 53, 1.5, null, [true]],
      );
    }
    await expectSilence(publisher, ...subscribers);
  },
  { everySerializer: true },
);

scenario(
  "MF-07: retain and get_retained of the wrong type are protocol violations",
  async (router) => {
    const wrong: WireMessage[] = [
      [16, 1, { retain: "x" }, "com.a"],
      [16, 1, { retain: 1 }, "com.a"],
      [32, 1, { get_retained: "x" }, "com.a"],
      [32, 1, { get_retained: 0 }, "com.a"],
    ];
    for (const message of wrong) {
      const client = await router.join();
      await client.send(message);
      await expectViolation(client);
    }
  },
);

const CLEAR = { _clear_retained: true, retain: null };

scenario(
  "ER-04: _clear_retained removes the retained event of its topic alone, and goes to subscribers as any event",
  async (router) => {
    const [publisher, early, late] = await router.joinMany(3);
    await early.subscribe("com.a");
    await retain(publisher, "com.a", ["kept"]);
    await retain(publisher, "com.ab", ["other"]);
    assertEquals((await early.receive())[4], ["kept"]);
    await retain(publisher, "com.a", ["gone"], CLEAR);
    assertEquals((await early.receive()).slice(3), [{}, ["gone"]]);
    await late.subscribe("com.a", GET);
    await late.expectNothing();
    await late.subscribe("com.", { ...GET, match: "prefix" });
    assertEquals((await late.receive())[4], ["other"]);
    await late.expectNothing();
    // Nothing is there to be cleared any more, which is no error.
    await retain(publisher, "com.a", [], CLEAR);
    assertEquals((await early.receive()).slice(3), [{}]);
    assertEquals((await late.receive()).slice(3), [{}]);
    assertEquals((await late.receive()).slice(3), [{ topic: "com.a" }]);
    // With retain it says the same; without either nothing is cleared.
    await retain(publisher, "com.ab", [], { _clear_retained: false });
    await publisher.send([16, 90, { _clear_retained: null }, "com.ab"]);
    const again = await router.join();
    await publisher.expectNothing();
    await again.subscribe("com.ab", GET);
    assertEquals((await again.receive()).slice(3), [{ retained: true }]);
    await retain(publisher, "com.ab", [], { _clear_retained: true });
    assertEquals((await again.receive()).slice(3), [{}]);
    await again.subscribe("com.ab", GET);
    await again.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "ER-04 ER-05 ER-07: clearing takes the retained event from those whom the publication is for",
  async (router) => {
    const publisher = await router.join();
    const [anna, admin] = [await joinAs(router), await joinAs(router, "admin")];
    const rows: [
      options: Record<string, unknown>,
      anna: boolean,
      admin: boolean,
    ][] = [
      [{}, false, false],
      [{ exclude: [anna.session] }, true, false],
      [{ exclude_authid: [admin.authid] }, false, true],
      [{ exclude_authrole: ["admin"] }, false, true],
      [{ eligible: [admin.session] }, true, false],
      [{ eligible_authid: [anna.authid] }, false, true],
      [{ eligible_authrole: ["admin"] }, true, false],
      [{ eligible: [] }, true, true],
    ];
    for (const [i, [options, ...isLeft]] of rows.entries()) {
      const topic = `com.t${i}`;
      await retain(publisher, topic, [i]);
      await retain(publisher, topic, [], { ...CLEAR, ...options });
      for (const [j, { client }] of [anna, admin].entries()) {
        await client.subscribe(topic, GET);
        if (isLeft[j]) assertEquals((await client.receive())[4], [i]);
        await client.expectNothing();
      }
    }
    // One's own publication is not for oneself, unless exclude_me is false.
    const lists = { eligible: [publisher.sessionId] };
    await retain(anna.client, "com.own", ["anna's"], { exclude_me: false });
    await retain(publisher, "com.own", [], { ...CLEAR, ...lists });
    await publisher.subscribe("com.own", GET);
    assertEquals((await publisher.receive())[4], ["anna's"]);
    const own = { ...CLEAR, ...lists, exclude_me: false };
    await publisher.send([16, publisher.nextRequest(), own, "com.own"]);
    assertEquals((await publisher.receive()).slice(3), [{}]);
    await publisher.subscribe("com.own", GET);
    await publisher.expectNothing();
  },
  realmOfTwoRoles(),
);

scenario(
  "ER-04: who may not publish to a topic cannot clear it",
  async (router) => {
    const [publisher, late] = await router.joinMany(2);
    const rows: [topic: string, error: string][] = [
      ["com..a", "wamp.error.invalid_uri"],
      ["wamp.a", "wamp.error.invalid_uri"],
      ["com.forbidden", "wamp.error.not_authorized"],
    ];
    for (const [topic, error] of rows) {
      const request = publisher.nextRequest();
      const options = { _clear_retained: true, acknowledge: true };
      await publisher.send([16, request, options, topic]);
      await expectError(publisher, 16, request, error);
    }
    await retain(publisher, "com.allowed", [1]);
    await publisher.send([16, 90, { _clear_retained: true }, "com.forbidden"]);
    await publisher.expectNothing();
    await late.subscribe("com.", { ...GET, match: "prefix" });
    assertEquals((await late.receive())[4], [1]);
    await late.expectNothing();
  },
  {
    realms: [{
      ...openRealm("realm1"),
      roles: openRealm("realm1").roles.map((role) => ({
        ...role,
        permissions: [...role.permissions, {
          ...role.permissions[0],
          uri: "com.forbidden",
          match: "exact",
          allow: { ...role.permissions[0].allow, publish: false },
        }],
      })),
    }],
  },
);

scenario(
  "ER-04 TS-04: a testament can clear",
  async (router) => {
    const [testator, late] = await router.joinMany(2);
    await retain(testator, "com.here", ["joe"]);
    await doMeta(
      testator,
      "wamp.session.add_testament",
      ["com.here", [], {}],
      { publish_options: { _clear_retained: true } },
    );
    await late.subscribe("com.here", GET);
    assertEquals((await late.receive())[4], ["joe"]);
    testator.close();
    assertEquals((await late.receive()).slice(3), [{}]);
    await late.subscribe("com.here", GET);
    await late.expectNothing();
  },
  { everySerializer: true },
);

scenario(
  "ER-01 MF-06: the broker announces event_retention, and that it can clear",
  async (router) => {
    const features = await brokerFeatures(router);
    assertEquals(features["event_retention"], true);
    assertEquals(features["_clear_retained"], true);
  },
);

scenario(
  "ER-03 ER-06 FR-21: a client that reads gets all that a pattern brings, also more than may wait",
  async (router) => {
    const publisher = await router.join();
    const text = "x".repeat(50_000);
    const topics = Array.from({ length: 40 }, (_, i) => `com.big.${i}`);
    for (const topic of topics) {
      const options = { retain: true, acknowledge: true };
      const request = publisher.nextRequest();
      await publisher.request([16, request, options, topic, [text]]);
    }
    const subscriber = await router.join();
    const options = { match: "prefix", get_retained: true };
    await subscriber.send([32, 1, options, "com.big."]);
    assertEquals((await subscriber.receive())[0], 33);
    const received = [];
    for (const _ of topics) {
      const [, , , details, [payload]] = await subscriber.receive();
      assertEquals(payload, text);
      received.push(details.topic);
    }
    assertEquals(received.sort(), topics.toSorted());
  },
  { limits: { maxOutboxBytes: 100_000 } },
);
