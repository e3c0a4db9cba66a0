/** Calls of the Advanced Profile with Autobahn|JS. */
import { assertEquals } from "@std/assert";
import { helloDetails, RawClient } from "../support/raw_client.ts";
import { KINDS, test } from "./_each_kind.ts";
import { TELLING_REALM } from "./_telling_realm.ts";
import { AutobahnClient, failure, Inbox } from "./autobahn_js.ts";

for (const kind of KINDS) {
  test(
    kind,
    "PB-01, PB-06: a pattern gets the calls that it matches, with the procedure",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      for (
        const [name, uri, match] of [
          ["exact", "com.example.a", undefined],
          ["prefix", "com.example.", "prefix"],
          ["wildcard", "com..b", "wildcard"],
        ]
      ) {
        await callee.session.register(
          uri ?? "",
          (_args, _kwargs, { procedure }) => `${name}: ${procedure}`,
          match === undefined ? {} : { match },
        );
      }
      const called = ["com.example.a", "com.example.a.b", "com.other.b"];
      const results: unknown[] = [];
      for (const uri of called) results.push(await caller.session.call(uri));
      assertEquals(results, [
        "exact: com.example.a",
        "prefix: com.example.a.b",
        "wildcard: com.other.b",
      ]);
      const unmatched = caller.session.call("com.other.c");
      assertEquals(
        (await failure(unmatched)).error,
        "wamp.error.no_such_procedure",
      );
    },
  );

  test(
    kind,
    "SH-05: roundrobin calls two callees in turn, and one when the other has left",
    async (server) => {
      await using first = await AutobahnClient.join(server.address(kind));
      await using second = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      const options = { invoke: "roundrobin" };
      for (const { session } of [first, second]) {
        await session.register("com.example.who", () => session.id, options);
      }
      const { id } = second.session;
      const turn = [first.session.id, id];
      const call = () => caller.session.call("com.example.who");
      const callees: unknown[] = [];
      for (let count = 0; count < 4; count++) callees.push(await call());
      assertEquals(callees, [...turn, ...turn]);
      await first.leave();
      assertEquals([await call(), await call()], [id, id]);
    },
  );

  test(
    kind,
    "PR-02, PR-04: progressive results come in order, where the caller wants them",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      await callee.session.register(
        "com.example.count",
        (_args, _kwargs, { progress }) => {
          for (let step = 0; step < 5; step++) progress?.([step]);
          return progress === null ? "at once" : "in steps";
        },
      );
      const options = { receive_progress: true };
      const call = caller.session.call("com.example.count", [], {}, options);
      assertEquals(await call, "in steps");
      assertEquals(caller.progress, [0, 1, 2, 3, 4]);
      assertEquals(await caller.session.call("com.example.count"), "at once");
    },
  );

  test(
    kind,
    "CX-05, CX-07: cancel by kill interrupts the callee, whose ERROR the caller gets",
    async (server) => {
      await using caller = await AutobahnClient.join(server.address(kind));
      const features = { callee: { call_canceling: true } };
      const hello = helloDetails(features);
      using callee = await RawClient.join(
        server.address(kind),
        "cbor",
        hello,
      );
      await callee.register("com.example.wait");
      const call = caller.session.call("com.example.wait");
      const [, invocation] = await callee.receive();
      // In other modes Autobahn|JS takes the ERROR for a violation.
      call.cancel({ mode: "kill" });
      const interrupt = await callee.receive();
      assertEquals(interrupt, [69, invocation, { mode: "kill" }]);
      await callee.send([8, 68, invocation, {}, "com.example.error.stopped"]);
      assertEquals((await failure(call)).error, "com.example.error.stopped");
    },
  );

  test(
    kind,
    "CX-06, CX-12, TO-02: without INTERRUPT, cancel and timeout end a call for its caller",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      const { session } = caller;
      const waiting = new Inbox<() => void>();
      await callee.session.register(
        "com.example.wait",
        () => new Promise<void>((resolve) => waiting.put(resolve)),
      );
      const canceled = session.call("com.example.wait");
      const answerCanceled = await waiting.take();
      canceled.cancel({ mode: "kill" });
      assertEquals((await failure(canceled)).error, "wamp.error.canceled");
      const options = { timeout: 50 };
      const late = session.call("com.example.wait", [], {}, options);
      const answerLate = await waiting.take();
      assertEquals((await failure(late)).error, "wamp.error.timeout");
      // Answers that nobody waits for any more are no violation.
      answerCanceled();
      answerLate();
      await callee.session.register("com.example.next", () => "next");
      assertEquals(await session.call("com.example.next"), "next");
    },
  );

  test(
    kind,
    "CI-01, CI-02: callers are disclosed who ask for it, or by permission",
    async (server) => {
      await using callee = await AutobahnClient.join(server.address(kind));
      await using caller = await AutobahnClient.join(server.address(kind));
      const { session } = caller;
      for (const uri of ["com.example.caller", "com.example.told"]) {
        await callee.session.register(
          uri,
          (_args, _kwargs, details) => details.caller ?? null,
        );
      }
      const options = { disclose_me: true };
      const asked = session.call("com.example.caller", [], {}, options);
      assertEquals([
        await session.call("com.example.caller"),
        await asked,
        await session.call("com.example.told"),
      ], [null, session.id, session.id]);
    },
    { realms: [TELLING_REALM] },
  );
}
