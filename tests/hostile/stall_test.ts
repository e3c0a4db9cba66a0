/**
 * The router's process is stopped for longer than any timeout, as on a machine
 * that is paused: what came meanwhile came in time.
 */
import { assertEquals } from "@std/assert";
import { RunningProgram, Scratch } from "../cli/_program.ts";
import {
  frame,
  helloDetails,
  RawClient,
  show,
  type WireMessage,
} from "../support/raw_client.ts";
import { encodeValue } from "../support/wire_codec.ts";

const TIMEOUT_MS = 1000;
const STALL_MS = 1500;
const PING = 1;
const PONG = 2;

/** @param path Of the Unix socket for logins. */
function configOf(path: string): unknown {
  const ALL = { call: true, register: true, publish: true, subscribe: true };
  const everything = { uri: "", match: "prefix", allow: ALL };
  const permissions = [everything, { ...everything, uri: "wamp." }];
  const transport = { type: "rawsocket", serializer: "json" };
  const joe = { ticket: "open sesame", role: "user" };
  return {
    handshake_timeout_ms: TIMEOUT_MS,
    hello_timeout_ms: TIMEOUT_MS,
    authenticate_timeout_ms: TIMEOUT_MS,
    auto_ping_interval_ms: 100,
    auto_ping_timeout_ms: TIMEOUT_MS,
    realms: [{ name: "realm1", roles: [{ name: "user", permissions }] }],
    transports: [
      {
        ...transport,
        endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
        auth: { anonymous: { type: "static", role: "user" } },
      },
      {
        ...transport,
        endpoint: { type: "unix", path },
        auth: { ticket: { type: "static", principals: { joe } } },
      },
    ],
  };
}

/** What a client sends while the router stands, and what it gets after. */
interface Late {
  readonly what: string;
  send(): Promise<void>;
  /** Takes the answer; a wrong one is a failure. */
  expect(): Promise<void>;
}

/** The next message is one of `code`. */
async function expectCode(client: RawClient, code: number): Promise<void> {
  const message = await client.receive();
  assertEquals(message[0], code, show(message));
}

async function lateHandshake(address: string): Promise<Late> {
  const client = await RawClient.connect(address);
  return {
    what: "the handshake",
    send: () => client.sendBytes([0x7f, 0xf1, 0, 0]),
    async expect() {
      assertEquals([...await client.readBytes(2)], [0x7f, 0x81]);
      client.close();
    },
  };
}

async function lateHello(address: string): Promise<Late> {
  const client = await RawClient.open(address, "json");
  return {
    what: "HELLO",
    send: () => client.send([1, "realm1", helloDetails()]),
    async expect() {
      await expectCode(client, 2);
      client.close();
    },
  };
}

async function lateAuthenticate(address: string): Promise<Late> {
  const client = await RawClient.open(address, "json");
  const login = { authmethods: ["ticket"], authid: "joe" };
  await client.send([1, "realm1", { ...helloDetails(), ...login }]);
  await expectCode(client, 4);
  return {
    what: "AUTHENTICATE",
    send: () => client.send([5, "open sesame", {}]),
    async expect() {
      await expectCode(client, 2);
      client.close();
    },
  };
}

/** The answer to a call, behind much else. */
async function lateYield(address: string): Promise<Late> {
  const callee = await RawClient.join(address);
  await callee.register("com.slow");
  const caller = await RawClient.join(address);
  await caller.send([48, 1, { timeout: TIMEOUT_MS }, "com.slow"]);
  const [, request] = await callee.receive();
  const publish: WireMessage = [16, 2, {}, "com.topic", ["x".repeat(100_000)]];
  return {
    what: "YIELD",
    async send() {
      for (let i = 0; i < 8; i++) {
        await callee.send([16, 2 + i, ...publish.slice(2)]);
      }
      await callee.send([70, request, {}, ["in time"]]);
    },
    async expect() {
      assertEquals(await caller.receive(), [50, 1, {}, ["in time"]]);
      callee.close();
      caller.close();
    },
  };
}

async function latePong(address: string): Promise<Late> {
  const client = await RawClient.join(address);
  await client.sendFrame(PING, new Uint8Array(0));
  assertEquals((await client.readFrame()).first, PONG);
  const { first, payload } = await client.readFrame();
  assertEquals(first, PING);
  const call = encodeValue("json", [48, 1, {}, "wamp.session.count"]);
  return {
    what: "PONG",
    send: () => client.sendFrame(PONG, payload),
    async expect() {
      await client.sendBytes(frame(0, call));
      await expectCode(client, 50);
      client.close();
    },
  };
}

Deno.test("after a stall of the router, what has arrived is read before deadlines fire", async () => {
  await using scratch = await Scratch.make();
  const path = scratch.file("login.sock");
  await Deno.writeTextFile(
    scratch.file("c.json"),
    JSON.stringify(configOf(path)),
  );
  await using router = await RunningProgram.startMain([scratch.file("c.json")]);
  const address = `tcp://127.0.0.1:${router.port}`;
  const all = [
    await latePong(address),
    await lateYield(address),
    await lateAuthenticate(`unix:${path}`),
    await lateHello(address),
    await lateHandshake(address),
  ];
  router.kill("SIGSTOP");
  for (const late of all) await late.send();
  // Nothing tells of time that passes in a stopped process.
  await new Promise((resolve) => setTimeout(resolve, STALL_MS));
  router.kill("SIGCONT");
  const outcomes: Record<string, string> = {};
  for (const late of all) {
    outcomes[late.what] = await late.expect().then(() => "ok", String);
  }
  const due = Object.fromEntries(all.map(({ what }) => [what, "ok"]));
  assertEquals(outcomes, due);
});
