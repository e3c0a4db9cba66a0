/**
 * Autobahn|JS, unchanged from its registry, against the router. Its RawSocket
 * transport knows TCP and Unix sockets, and of the serializers JSON alone.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { KINDS, test } from "./_each_kind.ts";
import {
  type Args,
  AutobahnClient,
  failure,
  Inbox,
  type Kwargs,
  result,
  wampError,
} from "./autobahn_js.ts";

/** A value of each kind that JSON has, at the edges. */
const ARGS = [
  0,
  -7,
  1.5,
  Number.MAX_SAFE_INTEGER,
  "Grüße, 世界 👋\n",
  "",
  true,
  null,
  [1, [2, []]],
  { a: { b: {} } },
];

const KWARGS = { name: "x", list: [1, 2], "ключ": { deep: [null] } };

for (const kind of KINDS) {
  test(
    kind,
    "SL-03, GB-02: joins, and leaves by GOODBYE both ways",
    async (server) => {
      await using client = await AutobahnClient.join(server.address(kind));
      const { realm, authrole, authmethod, roles } = client.details;
      assertEquals(
        { realm, authrole, authmethod },
        { realm: "realm1", authrole: "anonymous", authmethod: "anonymous" },
      );
      assertEquals(Object.keys(roles as Kwargs).sort(), ["broker", "dealer"]);
      assertEquals(await client.leave(), {
        transport: "closed",
        reason: "wamp.close.goodbye_and_out",
        message: "",
      });
      await server.emptied();
    },
  );

  test(
    kind,
    "RP-06, RP-07: arguments reach the callee and results the caller",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      const calls: [Args, Kwargs][] = [];
      await callee.session.register("com.example.echo", (args, kwargs) => {
        calls.push([args, kwargs]);
        return result(args, kwargs);
      });
      await callee.session.register("com.example.first", ([first]) => first);
      const echo = caller.session.call("com.example.echo", ARGS, KWARGS);
      assertEquals(
        await within(echo, "the echo"),
        result(ARGS, KWARGS),
      );
      const bare = caller.session.call("com.example.echo");
      assertEquals(await within(bare, "nothing"), null);
      const keywords = caller.session.call("com.example.echo", [], { k: 1 });
      assertEquals(await within(keywords, "keywords"), result([], { k: 1 }));
      const first = caller.session.call("com.example.first", [ARGS]);
      assertEquals(await within(first, "one value"), ARGS);
      assertEquals(calls, [[ARGS, KWARGS], [[], {}], [[], { k: 1 }]]);
    },
  );

  test(
    kind,
    "RP-08: a callee's error reaches the caller with its payload",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      const errors = [
        wampError("com.example.error.full", ARGS, KWARGS),
        wampError("com.example.error.bare"),
        wampError("com.example.error.keywords", [], { k: 1 }),
      ];
      await callee.session.register("com.example.fail", ([index]) => {
        throw errors[index as number];
      });
      for (const [index, error] of errors.entries()) {
        const call = caller.session.call("com.example.fail", [index]);
        assertEquals(await failure(call), error);
      }
      await callee.session.register(
        "com.example.throw",
        () => Promise.reject("a text"),
      );
      assertEquals(
        await failure(caller.session.call("com.example.throw")),
        wampError("wamp.error.runtime_error", ["a text"]),
      );
    },
  );

  test(
    kind,
    "PS-07, PS-09, PS-10: events reach the subscribers and not their publisher",
    async (server) => {
      await using publisher = await AutobahnClient.join(server.address(kind));
      await using subscriber = await AutobahnClient.join(server.address(kind));
      const own: Args[] = [];
      await publisher.session.subscribe(
        "com.example.news",
        (args) => own.push(args),
      );
      const events = new Inbox<Kwargs>();
      await subscriber.session.subscribe(
        "com.example.news",
        (args, kwargs, { topic, publication }) =>
          events.put({ args, kwargs, topic, publication }),
      );
      const { session } = publisher;
      const plain = { acknowledge: true };
      const published = await session.publish(
        "com.example.news",
        ARGS,
        KWARGS,
        plain,
      );
      assertEquals(await events.take(), {
        args: ARGS,
        kwargs: KWARGS,
        topic: "com.example.news",
        publication: published?.id,
      });
      session.publish("com.example.news");
      const bare = await events.take();
      assertEquals([bare["args"], bare["kwargs"]], [[], {}]);
      assertEquals(own, []);
      const included = { acknowledge: true, exclude_me: false };
      await session.publish("com.example.news", ["own"], {}, included);
      await events.take();
      assertEquals(own, [["own"]]);
    },
  );

  test(
    kind,
    "PS-02, PS-04: subscribing twice gives one subscription, unsubscribing ends it",
    async (server) => {
      await using client = await AutobahnClient.join(server.address(kind));
      const { session } = client;
      const seen: string[] = [];
      const topic = "com.example.news";
      const one = await session.subscribe(topic, () => seen.push("one"));
      const two = await session.subscribe(topic, () => seen.push("two"));
      assertEquals(one.id, two.id);
      const publish = () =>
        session.publish(topic, [], {}, {
          acknowledge: true,
          exclude_me: false,
        });
      await publish();
      assertEquals(seen.splice(0), ["one", "two"]);
      // This much Autobahn|JS does by itself.
      assertEquals(await session.unsubscribe(one), false);
      await publish();
      assertEquals(seen.splice(0), ["two"]);
      assertEquals(await session.unsubscribe(two), true);
      await publish();
      assertEquals(seen, []);
      const again = await session.subscribe(topic, () => seen.push("again"));
      assertNotEquals(again.id, 0);
      await publish();
      assertEquals(seen, ["again"]);
    },
  );

  test(
    kind,
    "RP-02, RP-03, RP-05: registering twice is refused, unregistering frees the name",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using other = await AutobahnClient.join(server.address(kind));
      const name = "com.example.name";
      assertEquals(
        (await failure(other.session.call(name))).error,
        "wamp.error.no_such_procedure",
      );
      const registration = await callee.session.register(name, () => "first");
      assertEquals(
        (await failure(other.session.register(name, () => "second"))).error,
        "wamp.error.procedure_already_exists",
      );
      assertEquals(await other.session.call(name), "first");
      await callee.session.unregister(registration);
      assertEquals(
        (await failure(other.session.call(name))).error,
        "wamp.error.no_such_procedure",
      );
      await other.session.register(name, () => "second");
      assertEquals(await callee.session.call(name), "second");
    },
  );

  test(
    kind,
    "RP-10, OG-01: many calls at once each get their result, events keep their order",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      const count = 2_000;
      const numbers = Array.from({ length: count }, (_, index) => index);
      const seen: unknown[] = [];
      await callee.session.subscribe("com.example.count", (args) => {
        seen.push(args[0]);
      });
      await callee.session.register("com.example.double", async ([number]) => {
        // Every third answer comes later than it could.
        if (number as number % 3 === 0) await Promise.resolve();
        return number as number * 2;
      });
      const calls = numbers.map((number) => {
        caller.session.publish("com.example.count", [number]);
        return caller.session.call("com.example.double", [number]);
      });
      assertEquals(
        await within(Promise.all(calls), "all results"),
        numbers.map((number) => number * 2),
      );
      assertEquals(seen, numbers);
    },
  );

  test(
    kind,
    "FR-06: a payload of some MB goes through whole",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      await callee.session.register("com.example.echo", ([text]) => text);
      // Four octets each in UTF-8, cut anywhere by the network.
      for (const length of [16_000, 65_536, 1_000_000]) {
        const text = "👋".repeat(length);
        const echo = caller.session.call("com.example.echo", [text]);
        assertEquals(await within(echo, `${length} signs`) === text, true);
      }
    },
    { maxMessageBytes: 16 * 1024 * 1024 },
  );
}
