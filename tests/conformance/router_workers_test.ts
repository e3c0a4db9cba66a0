/** A node config with several router workers: each has realms of its own. */
import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/load_config.ts";
import { type RunningServer, startServer } from "../../src/server/server.ts";
import { RawClient, type WireMessage } from "../support/raw_client.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const ALL = { call: true, register: true, publish: true, subscribe: true };
const ROLES = [{
  name: "anonymous",
  permissions: [
    { uri: "*", allow: ALL },
    { uri: "com.authenticate", allow: { register: true } },
  ],
}];
const NO_SUCH_REALM = "wamp.error.no_such_realm";
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Each worker with a realm, and a transport that has its id. */
const NODE = {
  version: 2,
  workers: [
    {
      type: "router",
      realms: [{ name: "internal", roles: ROLES }],
      transports: [{
        id: "inside",
        type: "rawsocket",
        endpoint: { type: "unix", path: "inside.sock" },
      }],
    },
    {
      type: "router",
      realms: [{ name: "public", roles: ROLES }],
      transports: [
        {
          id: "outside",
          type: "rawsocket",
          endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
        },
        {
          id: "asked",
          type: "rawsocket",
          endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
          auth: {
            ticket: {
              type: "dynamic",
              authenticator: "com.authenticate",
              "authenticator-realm": "public",
            },
          },
        },
      ],
    },
  ],
};

/** Runs `body` with a router of that node config. */
async function withNode(
  body: (addresses: ReadonlyMap<string, string>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const { config, errors } = await loadConfig("config.json", {
    readTextFile: () => Promise.resolve(JSON.stringify(NODE)),
    env: () => undefined,
    workingFolder: folder,
  });
  if (config === undefined) throw new Error(errors[0].message);
  let server: RunningServer | undefined;
  try {
    server = await startServer(config, SILENT);
    await body(
      new Map(server.listeners.map(({ id, address }) => [id, address])),
    );
  } finally {
    await server?.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a HELLO through that transport is answered with. */
async function hello(
  addresses: ReadonlyMap<string, string>,
  transport: string,
  realm: string,
  serializer: typeof SERIALIZERS[number] = "json",
): Promise<WireMessage> {
  const client = await RawClient.open(
    addresses.get(transport) ?? "",
    serializer,
  );
  try {
    return await client.request([1, realm, { roles: { caller: {} } }]);
  } finally {
    client.close();
  }
}

for (const serializer of SERIALIZERS) {
  Deno.test(`through a worker's transports its own realms can be joined, and no other's (${serializer})`, async () => {
    await withNode(async (addresses) => {
      const rows: [transport: string, realm: string, joins: boolean][] = [
        ["inside", "internal", true],
        ["inside", "public", false],
        ["outside", "public", true],
        ["outside", "internal", false],
      ];
      for (const [transport, realm, joins] of rows) {
        const answer = await hello(addresses, transport, realm, serializer);
        assertEquals(
          joins ? answer[0] : answer[2],
          joins ? 2 : NO_SUCH_REALM,
          `${transport} ${realm}`,
        );
      }
      // As if it were nowhere.
      const hidden = await hello(addresses, "outside", "internal", serializer);
      const none = await hello(addresses, "outside", "nowhere", serializer);
      assertEquals(
        hidden[1].message.replace("internal", "nowhere"),
        none[1].message,
      );
    });
  });
}

Deno.test("an authenticator cannot send a client into another worker's realm", async () => {
  await withNode(async (addresses) => {
    const callee = await RawClient.open(addresses.get("outside") ?? "", "json");
    await callee.hello(undefined, "public");
    await callee.register("com.authenticate");
    for (const [realm, code] of [["internal", 3], ["public", 2]] as const) {
      const client = await RawClient.open(addresses.get("asked") ?? "", "json");
      const challenge = await client.request([1, "public", {
        roles: { caller: {} },
        authmethods: ["ticket"],
        authid: "joe",
      }]);
      assertEquals(challenge[0], 4);
      await client.send([5, "ticket", {}]);
      const invocation = await callee.receive();
      const result = { role: "anonymous", realm };
      await callee.send([70, invocation[1], {}, [result]]);
      const answer = await client.receive();
      assertEquals(answer[0], code);
      if (code === 3) assertEquals(answer[2], NO_SUCH_REALM);
      client.close();
    }
    callee.close();
  });
});
