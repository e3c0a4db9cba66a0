/**
 * Node configs of the kinds that people publish, started on ports of their own: each
 * WAMP service lets a client join, and each path of plain HTTP answers.
 */
import { assert, assertEquals } from "@std/assert";
import type { RouterConfig, TransportConfig } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { type RunningServer, startServer } from "../../src/server/server.ts";
import { within } from "../support/deadline.ts";
import { RawClient } from "../support/raw_client.ts";

const FOLDER = new URL("../config/published/", import.meta.url);
const CA = new URL("../fixtures/ca.crt", import.meta.url);
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Configs, and what HTTP answers at each path that has no WebSocket. */
const CONFIGS: readonly [name: string, http: Record<string, number>][] = [
  ["web_static.json", { "/": 200, "/index.html": 200, "/none": 404 }],
  ["websocket_url.json", {}],
  ["universal.json", { "/": 200, "/info": 200, "/none": 404 }],
  ["tls.json", { "/": 302 }],
  ["environment_port.json", { "/": 404, "/api": 404 }],
  ["workers.yaml", { "/": 404, "/hook/publish": 405, "/hook/github": 405 }],
];

for (const [name, http] of CONFIGS) {
  Deno.test(`published/${name} starts, and clients join all that it has`, async () => {
    const config = await loadPublished(name);
    const folder = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const moved = config.transports.map((one) => elsewhere(one, folder));
    const server = await startServer({ ...config, transports: moved }, SILENT);
    try {
      for (const transport of moved) {
        await joinAll(transport, config, server);
        if (transport.web === undefined) continue;
        for (const [path, status] of Object.entries(http)) {
          // The other transport of that config has this path alone.
          if (transport.websockets.length === 0 && path !== "/") continue;
          assertEquals(await get(transport, path, server), status, path);
        }
      }
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function loadPublished(name: string): Promise<RouterConfig> {
  const { config } = await loadConfig(new URL(name, FOLDER).pathname, {
    readTextFile: Deno.readTextFile,
    env: (variable) => ({ PORT: "1", APP_ROOT: "/srv/none" })[variable],
    workingFolder: "/",
    ignoreUnsupported: true,
  });
  assert(config !== undefined);
  return config;
}

/** The same on a free port of this machine. */
function elsewhere(
  transport: TransportConfig,
  folder: string,
): TransportConfig {
  const { endpoint } = transport;
  if (endpoint.type === "unix") {
    return { ...transport, endpoint: { ...endpoint, path: `${folder}/s` } };
  }
  const here = { ...endpoint, hostname: "127.0.0.1", port: 0 };
  return { ...transport, endpoint: here };
}

function addressOf(id: string, { listeners }: RunningServer): string {
  const address = listeners.find((one) => one.id === id)?.address;
  assert(address !== undefined);
  return address;
}

async function joinAll(
  transport: TransportConfig,
  config: RouterConfig,
  server: RunningServer,
): Promise<void> {
  const address = addressOf(transport.id, server);
  const realm = transport.realms?.[0] ?? config.realms[0].name;
  const { rawsocket, websockets } = transport;
  if (rawsocket !== undefined) {
    const [serializer] = rawsocket.serializers;
    using client = await RawClient.open(address, serializer);
    await client.send([1, realm, { roles: { caller: {} } }]);
    assertEquals((await client.receive())[0], 2);
  }
  for (const { path = "/any/path", auth } of websockets) {
    const isOpen = auth.anonymous !== undefined;
    const methods = isOpen ? ["anonymous"] : ["ticket"];
    const first = await firstAnswer(`${urlOf(address, "ws")}${path}`, [
      1,
      realm,
      { roles: { caller: {} }, authmethods: methods, authid: "joe" },
    ]);
    assertEquals(first[0], isOpen ? 2 : 4, JSON.stringify(first));
  }
}

/** `tls://127.0.0.1:1` as `wss://localhost:1`, the name in the certificate. */
function urlOf(address: string, scheme: "ws" | "http"): string {
  const secure = address.startsWith("tls:");
  const { port } = new URL(address);
  return `${scheme}${secure ? "s" : ""}://localhost:${port}`;
}

/** What comes first on a WebSocket of Deno's on which `message` is sent. */
async function firstAnswer(
  url: string,
  message: unknown[],
): Promise<unknown[]> {
  using client = await trusting();
  const options = { protocols: ["wamp.2.json"], client };
  // Types of Node.js, which packages of the tests bring in, know no options.
  const socket = new WebSocket(url, options as unknown as string[]);
  const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
  const closed = Promise.withResolvers<void>();
  socket.onopen = () => socket.send(JSON.stringify(message));
  socket.onmessage = ({ data }) => resolve(JSON.parse(data));
  socket.onerror = (event) => reject(event);
  socket.onclose = () => closed.resolve();
  const answer = await within(promise, `an answer from ${url}`);
  socket.close();
  await within(closed.promise, `the end of ${url}`);
  return answer;
}

async function get(
  { id }: TransportConfig,
  path: string,
  server: RunningServer,
): Promise<number> {
  using client = await trusting();
  const url = `${urlOf(addressOf(id, server), "http")}${path}`;
  const response = await fetch(url, { client, redirect: "manual" });
  await response.body?.cancel();
  return response.status;
}

async function trusting(): Promise<Deno.HttpClient> {
  return Deno.createHttpClient({ caCerts: [await Deno.readTextFile(CA)] });
}
