/**
 * Autobahn|JS where it is refused, sent away, pings, or meets sessions that
 * speak another serializer.
 */
import type { Buffer } from "node:buffer";
import { connect } from "node:net";
import rawsocket from "autobahn/lib/transport/rawsocket.js";
import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/test_server.ts";
import { KINDS } from "./_each_kind.ts";
import { AutobahnClient, failure, result, wampError } from "./autobahn_js.ts";

/** The octets 00 ff 10, as JSON sessions send them. */
const BINARY_TEXT = "\0AP8Q";
const BINARY = Uint8Array.of(0x00, 0xff, 0x10);

for (const kind of KINDS) {
  Deno.test(`Autobahn|JS, ${kind}: RS-07: a transport without JSON refuses it in the handshake`, async () => {
    await using server = await TestServer.start({
      kinds: [kind],
      serializers: ["msgpack"],
    });
    const client = new AutobahnClient(server.address(kind));
    const { transport, reason } = await client.end();
    assertEquals([transport, reason], ["unreachable", null]);
    await server.emptied();
  });

  Deno.test(`Autobahn|JS, ${kind}: SL-12: a realm that does not exist is refused with ABORT`, async () => {
    await using server = await TestServer.start({ kinds: [kind] });
    const client = new AutobahnClient(server.address(kind), {
      realm: "elsewhere",
    });
    const { transport, reason } = await client.end();
    assertEquals([transport, reason], [
      "closed",
      "wamp.error.no_such_realm",
    ]);
    await server.emptied();
  });

  Deno.test(`Autobahn|JS, ${kind}: SL-13, GB-03: a router that stops says so and is answered`, async () => {
    await using server = await TestServer.start({ kinds: [kind] });
    const client = await AutobahnClient.join(server.address(kind));
    await within(server.running.shutdown(), "the router to stop");
    const { transport, reason } = await client.end();
    assertEquals([transport, reason], [
      "closed",
      "wamp.close.system_shutdown",
    ]);
  });

  Deno.test(`Autobahn|JS, ${kind}: RP-14, PS-12: those who stay notice only what a vanished session owed them`, async () => {
    await using server = await TestServer.start({ kinds: [kind] });
    const address = server.address(kind);
    await using caller = await AutobahnClient.join(address);
    const callee = await RawClient.join(address);
    await callee.register("com.example.slow");
    await callee.subscribe("com.example.news");
    const call = caller.session.call("com.example.slow");
    await callee.receive();
    callee.close();
    assertEquals((await failure(call)).error, "wamp.error.canceled");
    const acknowledge = { acknowledge: true };
    await caller.session.publish("com.example.news", [], {}, acknowledge);
    const again = caller.session.call("com.example.slow");
    assertEquals((await failure(again)).error, "wamp.error.no_such_procedure");
  });

  Deno.test(`Autobahn|JS, ${kind}: FR-07: its PINGs come back as they were, before HELLO as well`, async () => {
    await using server = await TestServer.start({ kinds: [kind] });
    const address = server.address(kind);
    const socket = connect(
      kind === "unix"
        ? { path: address.slice("unix:".length) }
        : { host: "127.0.0.1", port: Number(new URL(address).port) },
    );
    // `strict_pong`, its default, compares the payloads.
    const protocol = new rawsocket.Protocol(socket, { ping_timeout: false });
    const pongs: string[] = [];
    const errors: unknown[] = [];
    const joined = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    protocol.on("error", (error: unknown) => errors.push(error));
    protocol.on("close", closed.resolve);
    protocol.on("data", ([code]: [number]) => {
      if (code === 2) joined.resolve();
    });
    const handle = protocol._handlePongPacket;
    protocol._handlePongPacket = function (payload: Buffer) {
      pongs.push(payload.toString());
      return handle.call(this, payload);
    };
    protocol.on("connect", () => {
      protocol.ping("Grüße");
      protocol.write([1, "realm1", { roles: { caller: {} } }]);
    });
    await within(joined.promise, "WELCOME");
    protocol.close();
    await within(closed.promise, "the connection's end");
    assertEquals([pongs, errors], [["Grüße"], []]);
    await server.emptied();
  });
}

for (const serializer of ["msgpack", "cbor"] as const) {
  Deno.test(`Autobahn|JS and ${serializer}: SE-05, SJ-05: calls and their results cross over, octets stay octets`, async () => {
    await using server = await TestServer.start({ kinds: ["tcp", "unix"] });
    await using client = await AutobahnClient.join(server.address("tcp"));
    using other = await RawClient.join(server.address("unix"), serializer);
    const { session } = client;
    await session.register("com.example.echo", (args, kwargs) => {
      if (args.length > 0) return result(args, kwargs);
      throw wampError("com.example.error.empty", [BINARY_TEXT], { k: null });
    });
    const procedure = "com.example.echo";
    const args = [BINARY, "text", 2 ** 53 - 1, -1.5, { a: [BINARY] }];
    assertEquals(
      await other.request([48, 1, {}, procedure, args, { k: BINARY }]),
      [50, 1, {}, args, { k: BINARY }],
    );
    assertEquals(
      await other.request([48, 2, {}, procedure]),
      [8, 48, 2, {}, "com.example.error.empty", [BINARY], { k: null }],
    );
    await other.send([64, 3, {}, "com.example.other"]);
    const [, , registration] = await other.receive();
    const call = session.call("com.example.other", [BINARY_TEXT, [null]]);
    const [code, invocation, ...rest] = await other.receive();
    assertEquals([code, ...rest], [68, registration, {}, [BINARY, [null]]]);
    await other.send([70, invocation, {}, [BINARY], { n: 2 ** 40 }]);
    assertEquals(await call, result([BINARY_TEXT], { n: 2 ** 40 }));
  });

  Deno.test(`Autobahn|JS and ${serializer}: SE-05: events cross over both ways`, async () => {
    await using server = await TestServer.start({ kinds: ["tcp", "unix"] });
    await using client = await AutobahnClient.join(server.address("unix"));
    using other = await RawClient.join(server.address("tcp"), serializer);
    const { session } = client;
    const topic = "com.example.news";
    const subscription = await other.subscribe(topic);
    const seen = Promise.withResolvers<unknown>();
    await session.subscribe(
      topic,
      (args, kwargs) => seen.resolve([args, kwargs]),
    );
    session.publish(topic, [BINARY_TEXT, "ü"], { list: [1, null] });
    const [code, id, , details, ...payload] = await other.receive();
    assertEquals([code, id, details], [36, subscription, {}]);
    assertEquals(payload, [[BINARY, "ü"], { list: [1, null] }]);
    await other.send([16, 9, {}, topic, [BINARY], { n: 2 ** 40 }]);
    assertEquals(
      await within(seen.promise, "the event"),
      [[BINARY_TEXT], { n: 2 ** 40 }],
    );
  });
}
