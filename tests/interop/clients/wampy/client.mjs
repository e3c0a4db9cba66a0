/**
 * The basic scenario of ../../README.md, played by wampy: over WebSocket, and over
 * RawSocket with the class of `clients/rawsocket`, which stands beside this program.
 *
 * Usage: client.mjs basic ROLE ADDRESS SERIALIZER PREFIX CA_FILE
 */
// Plain JavaScript, for Node.js.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import process from "node:process";
import WebSocket from "ws";

/** By name: it is installed where this program runs, and nowhere else. */
const load = (name) => import(name);
const { Wampy } = await load("wampy");
const { CborSerializer } = await load("wampy/CborSerializer.js");
const { JsonSerializer } = await load("wampy/JsonSerializer.js");
const { MsgpackSerializer } = await load("wampy/MsgpackSerializer.js");
const { RawSocket, rawSocketTo } = await load("./rawsocket.mjs");

const [, role, address, serializerName, prefix, caFile] = process.argv
  .slice(2);
const SERIALIZERS = {
  json: JsonSerializer,
  msgpack: MsgpackSerializer,
  cbor: CborSerializer,
};
const ARGS = [0, -7, 1.5, "Grüße, 世界 👋", "", true, null, [1, [2, []]]];
const KWARGS = { name: "x", nested: { list: [] } };
const SAMPLE = { argsList: ARGS, argsDict: KWARGS };
const LARGE_BYTES = 300_000;
const CALLS_AT_ONCE = 200;

function done(step) {
  process.stdout.write(`ok ${step}\n`);
}

function expectEqual(found, wanted, what) {
  if (isDeepStrictEqual(found, wanted)) return;
  const [due, got] = [wanted, found].map((value) => JSON.stringify(value));
  throw new Error(`${what}: ${due} is due, not ${got}`);
}

const uri = (name) => `${prefix}.${name}`;

/** The URL is to be one of WebSocket's, whatever the class makes of it. */
function transport() {
  if (/^wss?:/.test(address)) return [address, WebSocket];
  if (address.startsWith("tcp:")) {
    return [address.replace("tcp:", "ws:"), RawSocket];
  }
  const tls = { ca: readFileSync(caFile) };
  return ["ws://rawsocket", rawSocketTo(address, { tls })];
}

async function join() {
  const [url, ws] = transport();
  const session = new Wampy(url, {
    realm: "realm1",
    ws,
    serializer: new SERIALIZERS[serializerName](),
    autoReconnect: false,
  });
  await session.connect();
  return session;
}

async function serve() {
  const session = await join();
  done("serve: join");
  await session.register(uri("echo"), ({ argsList, argsDict }) => ({
    argsList,
    argsDict,
  }));
  await session.register(uri("refuse"), () => {
    throw Object.assign(new Error("refused"), {
      error: uri("error.refused"),
      argsList: ARGS,
    });
  });
  await session.register(uri("count"), ({ result_handler }) => {
    for (const step of [1, 2]) {
      result_handler({ argsList: [step], options: { progress: true } });
    }
    return { argsList: [3] };
  });
  await session.register(uri("wait"), () => new Promise(() => {}));
  done("serve: register");
  let end;
  const ended = new Promise((resolve) => end = resolve);
  await session.subscribe(uri("done"), () => end());
  done("serve: subscribe");
  process.stdout.write("ready\n");
  return async () => {
    await ended;
    await session.disconnect();
    done("serve: leave");
  };
}

async function use() {
  const session = await join();
  done("use: join");
  const echo = async (payload) => {
    const { argsList, argsDict } = await session.call(uri("echo"), payload);
    return { argsList, argsDict };
  };
  expectEqual(await echo(SAMPLE), SAMPLE, "echo");
  const text = "x".repeat(LARGE_BYTES);
  const { argsList: [large] } = await echo({ argsList: [text], argsDict: {} });
  expectEqual(large === text, true, "large echo");
  done("use: call");
  const numbers = Array.from({ length: CALLS_AT_ONCE }, (_, index) => index);
  const results = await Promise.all(
    numbers.map((number) => session.call(uri("echo"), [number])),
  );
  expectEqual(results.map(({ argsList }) => argsList[0]), numbers, "calls");
  done("use: calls at once");
  await expectError("wamp.error.no_such_procedure", session.call(uri("none")));
  await expectError(uri("error.refused"), session.call(uri("refuse")));
  done("use: errors");
  await useProgressAndCancel(session);
  await useReconnect();
  const heard = [];
  const listener = await join();
  const { topic } = { topic: uri("news") };
  await listener.subscribe(topic, ({ argsList, argsDict }) => {
    heard.push({ argsList, argsDict });
  });
  await session.publish(topic, SAMPLE);
  // Answered behind the event.
  await listener.call(uri("echo"), [1]);
  expectEqual(heard, [SAMPLE], "events");
  await listener.disconnect();
  done("use: event");
  await session.publish(uri("done"));
  await session.disconnect();
  done("use: leave");
}

async function useProgressAndCancel(session) {
  const steps = [];
  const { argsList: [last] } = await session.call(uri("count"), null, {
    progress_callback: ({ argsList: [step] }) => steps.push(step),
  });
  expectEqual([...steps, last], [1, 2, 3], "progressive results");
  done("use: progress");
  const call = session.call(uri("wait"));
  const { reqId } = session.getOpStatus();
  session.cancel(reqId, { mode: "killnowait" });
  await expectError("wamp.error.canceled", call);
  done("use: cancel");
}

/** A session whose connection is lost comes back by itself. */
async function useReconnect() {
  const [url, ws] = transport();
  const sockets = [];
  class Seen extends ws {
    constructor(...args) {
      super(...args);
      sockets.push(this);
    }
  }
  let back;
  const isBack = new Promise((resolve) => back = resolve);
  const session = new Wampy(url, {
    realm: "realm1",
    ws: Seen,
    serializer: new SERIALIZERS[serializerName](),
    reconnectInterval: 10,
    onReconnectSuccess: () => back(),
  });
  await session.connect();
  sockets[0].close();
  await isBack;
  expectEqual(sockets.length, 2, "connections");
  const { argsList } = await session.call(uri("echo"), ["again"]);
  expectEqual(argsList, ["again"], "echo after the connection was lost");
  await session.disconnect();
  done("use: reconnect");
}

async function expectError(wanted, request) {
  const error = await request.then(
    () => ({ errorUri: "none" }),
    (error) => error,
  );
  expectEqual(error.errorUri, wanted, "error");
}

try {
  const leave = role === "use" ? undefined : await serve();
  if (role !== "serve") await use();
  await leave?.();
  process.exit(0);
} catch (error) {
  process.stdout.write(`FAILED: ${error.stack ?? JSON.stringify(error)}\n`);
  process.exit(1);
}
