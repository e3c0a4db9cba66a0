/** Events of the Advanced Profile, and the meta API, with Autobahn|JS. */
import { assertEquals } from "@std/assert";
import { guardedRealm } from "../support/meta.ts";
import { KINDS, test } from "./_each_kind.ts";
import { TELLING_REALM } from "./_telling_realm.ts";
import {
  type Args,
  AutobahnClient,
  failure,
  Inbox,
  type Kwargs,
} from "./autobahn_js.ts";

const NEWS = "com.example.news";

for (const kind of KINDS) {
  test(
    kind,
    "PM-06, PM-08: patterns get the events that they match, with the topic",
    async (server) => {
      await using subscriber = await AutobahnClient.join(server.address(kind));
      await using publisher = await AutobahnClient.join(server.address(kind));
      const events = new Inbox<string>();
      for (
        const [uri, match] of [
          ["com.example.", "prefix"],
          ["com..news", "wildcard"],
          ["org.example.last", "exact"],
        ]
      ) {
        await subscriber.session.subscribe(
          uri,
          (_args, _kwargs, { topic }) => events.put(`${match}: ${topic}`),
          { match },
        );
      }
      for (const topic of ["com.other.sport", "com.other.news", NEWS]) {
        publisher.session.publish(topic);
      }
      publisher.session.publish("org.example.last");
      const last = "exact: org.example.last";
      assertEquals(
        await takeUntil(events, last),
        [
          "wildcard: com.other.news",
          "prefix: com.example.news",
          "wildcard: com.example.news",
        ].sort(),
      );
    },
  );

  test(
    kind,
    "BW-01, BW-05: lists choose among the subscribers",
    async (server) => {
      await using publisher = await AutobahnClient.join(server.address(kind));
      await using first = await AutobahnClient.join(server.address(kind));
      await using second = await AutobahnClient.join(server.address(kind));
      const clients = [publisher, first, second];
      const inboxes = clients.map(() => new Inbox<string>());
      for (const [index, { session }] of clients.entries()) {
        await session.subscribe(
          NEWS,
          ([text]) => inboxes[index].put(String(text)),
        );
      }
      const { authid } = first.details;
      const { id } = second.session;
      const lists: Record<string, Kwargs> = {
        eligible: { eligible: [id] },
        exclude: { exclude: [id] },
        eligible_authid: { eligible_authid: [authid] },
        exclude_authid: { exclude_authid: [authid] },
        eligible_authrole: { eligible_authrole: ["other"] },
        exclude_authrole: { exclude_authrole: ["anonymous"] },
        both: { eligible: [id], exclude: [id] },
        last: { exclude_me: false },
      };
      for (const [text, options] of Object.entries(lists)) {
        publisher.session.publish(NEWS, [text], {}, options);
      }
      const heard = inboxes.map((inbox) => takeUntil(inbox, "last"));
      assertEquals(await Promise.all(heard), [
        [],
        ["eligible_authid", "exclude"],
        ["eligible", "exclude_authid"],
      ]);
    },
  );

  test(
    kind,
    "PI-01, PI-03: publishers are disclosed who ask for it, or by permission",
    async (server) => {
      await using publisher = await AutobahnClient.join(server.address(kind));
      await using subscriber = await AutobahnClient.join(server.address(kind));
      const { session } = publisher;
      const publishers = new Inbox<number | undefined>();
      for (const topic of [NEWS, "com.example.told"]) {
        await subscriber.session.subscribe(
          topic,
          (_args, _kwargs, details) => publishers.put(details.publisher),
        );
      }
      session.publish(NEWS);
      session.publish(NEWS, [], {}, { disclose_me: true });
      session.publish("com.example.told");
      assertEquals(await publishers.take(), undefined);
      assertEquals(await publishers.take(), session.id);
      assertEquals(await publishers.take(), session.id);
    },
    { realms: [TELLING_REALM] },
  );

  test(
    kind,
    "MS-01, MS-02, MS-05, TS-04: others learn of who joins and leaves, and get the testament",
    async (server) => {
      await using client = await AutobahnClient.join(server.address(kind));
      const { session } = client;
      const events = new Inbox<Event>();
      await watch(client, "wamp.session.on_join", events);
      await watch(client, "wamp.session.on_leave", events);
      await watch(client, "com.example.will", events);
      const guest = await AutobahnClient.join(server.address(kind));
      const { id } = guest.session;
      const { args: [joined] } = await events.take();
      const { authid } = guest.details;
      const { session: known, authrole } = joined as Kwargs;
      assertEquals([known, authrole], [id, "anonymous"]);
      const details = await session.call("wamp.session.get", [id]);
      assertEquals((details as Kwargs)["authid"], authid);
      const sessions = await session.call("wamp.session.list");
      assertEquals((sessions as number[]).sort(), [session.id, id].sort());
      const will = ["com.example.will", ["gone"], { who: id }];
      await guest.session.call("wamp.session.add_testament", will);
      await guest.drop();
      assertEquals(
        await events.take(),
        { topic: "com.example.will", args: ["gone"], kwargs: { who: id } },
      );
      assertEquals(await events.take(), {
        topic: "wamp.session.on_leave",
        args: [id, authid, "anonymous"],
        kwargs: {},
      });
    },
  );

  test(
    kind,
    "MR-01, MR-04, MR-05: others learn of registrations and subscriptions",
    async (server) => {
      await using client = await AutobahnClient.join(server.address(kind));
      await using guest = await AutobahnClient.join(server.address(kind));
      const { session } = client;
      const { id } = guest.session;
      for (
        const { kind, uri, make, lookup, members } of [
          {
            kind: "registration",
            uri: "com.example.bell.",
            make: (uri: string, options: Kwargs) =>
              guest.session.register(uri, () => {}, options),
            lookup: "wamp.registration.lookup",
            members: "wamp.registration.list_callees",
          },
          {
            kind: "subscription",
            uri: "com.example.room.",
            make: (uri: string, options: Kwargs) =>
              guest.session.subscribe(uri, () => {}, options),
            lookup: "wamp.subscription.lookup",
            members: "wamp.subscription.list_subscribers",
          },
        ]
      ) {
        const events = new Inbox<Event>();
        await watch(client, `wamp.${kind}.on_create`, events);
        const options = { match: "prefix" };
        const handle = await make(uri, options);
        const { args: [who, created] } = await events.take();
        const { id: number, uri: pattern, match } = created as Kwargs;
        assertEquals(
          [who, number, pattern, match],
          [id, handle.id, uri, "prefix"],
        );
        const found = await session.call(lookup, [uri, options]);
        assertEquals(found, handle.id);
        assertEquals(await session.call(members, [handle.id]), [id]);
      }
    },
  );

  test(
    kind,
    "MS-06: a session is sent away by who may do so, with a reason",
    async (server) => {
      await using client = await AutobahnClient.join(server.address(kind));
      await using guest = await AutobahnClient.join(server.address(kind));
      const { session } = client;
      const { id } = guest.session;
      const kwargs = { reason: "com.example.enough", message: "goodbye" };
      await session.call("wamp.session.kill", [id], kwargs);
      assertEquals(await guest.end(), {
        transport: "closed",
        reason: "com.example.enough",
        message: "goodbye",
      });
      const gone = session.call("wamp.session.get", [id]);
      assertEquals((await failure(gone)).error, "wamp.error.no_such_session");
    },
    { realms: [guardedRealm()] },
  );
}

interface Event {
  readonly topic: string;
  readonly args: Args;
  readonly kwargs: Kwargs;
}

async function watch(
  client: AutobahnClient,
  topic: string,
  events: Inbox<Event>,
): Promise<void> {
  await client.session.subscribe(
    topic,
    (args, kwargs) => events.put({ topic, args, kwargs }),
  );
}

/** What came before `last`, sorted: the order of subscriptions is free. */
async function takeUntil(
  inbox: Inbox<string>,
  last: string,
): Promise<string[]> {
  const taken: string[] = [];
  while (true) {
    const item = await inbox.take();
    if (item === last) return taken.sort();
    taken.push(item);
  }
}
