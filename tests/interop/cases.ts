/**
 * The cases: which client plays which side, over what.
 */
import type { SerializerName } from "../../src/serializer/serializer.ts";
import {
  ASYNCIO,
  CLIENTS,
  type ForeignClient,
  NEXUS,
  NODE,
  type Part,
  pythonWithAutobahn,
  type Scenario,
  TWISTED,
} from "./clients.ts";
import type { Login } from "./logins.ts";
import { Program } from "./program.ts";
import {
  type Addresses,
  type ClientKind,
  pathOf,
  type RouterProcess,
} from "./router.ts";

const CASE_DEADLINE_MS = 40_000;

/** One named case; it fails by throwing. */
export interface Case {
  readonly name: string;
  run(router: RouterProcess): Promise<void>;
}

interface Seat {
  readonly client: ForeignClient;
  readonly kind: ClientKind;
  readonly serializer: SerializerName;
}

const NODE_UNIX = seat(NODE, "unix", "json");

/** Every order of two serializers, and each client with each other. */
const PAIRS: readonly (readonly [serve: Seat, use: Seat])[] = [
  [seat(ASYNCIO, "tcp", "msgpack"), seat(NEXUS, "unix", "cbor")],
  [seat(NEXUS, "tls", "cbor"), seat(ASYNCIO, "tcp", "msgpack")],
  [seat(TWISTED, "unix", "cbor"), seat(NODE, "tcp", "json")],
  [seat(NODE, "tcp", "json"), seat(TWISTED, "tls", "cbor")],
  [seat(NEXUS, "tcp", "msgpack"), seat(NODE, "unix", "json")],
  [seat(NODE, "unix", "json"), seat(NEXUS, "tls", "msgpack")],
  [seat(TWISTED, "tls", "json"), seat(ASYNCIO, "unix", "cbor")],
  [seat(NEXUS, "tcp", "json"), seat(TWISTED, "unix", "msgpack")],
  [seat(NODE, "ws", "cbor"), seat(NEXUS, "tcp", "msgpack")],
  [seat(ASYNCIO, "unix", "msgpack"), seat(NODE, "wss", "msgpack")],
  [seat(NEXUS, "ws", "json"), seat(TWISTED, "wss", "cbor")],
];

/** Few of each client: features do not depend on transport and serializer. */
const ADVANCED: readonly Seat[] = [
  seat(ASYNCIO, "tcp", "msgpack"),
  seat(ASYNCIO, "tls", "json"),
  seat(TWISTED, "tcp", "msgpack"),
  seat(TWISTED, "unix", "cbor"),
  seat(NEXUS, "tcp", "msgpack"),
  seat(NEXUS, "tls", "json"),
  seat(NEXUS, "unix", "cbor"),
  seat(NODE, "tcp", "json"),
  seat(NODE, "unix", "json"),
  seat(ASYNCIO, "ws", "cbor"),
  seat(TWISTED, "wss", "json"),
  seat(NEXUS, "ws", "msgpack"),
  seat(NODE, "ws", "json"),
];

/** Clients that learn of each other's callees and events by the router alone. */
const ADVANCED_PAIRS: readonly (readonly [serve: Seat, use: Seat])[] = [
  [seat(ASYNCIO, "unix", "cbor"), seat(NEXUS, "tcp", "json")],
  [seat(NEXUS, "tls", "msgpack"), seat(TWISTED, "unix", "json")],
  [seat(TWISTED, "tcp", "cbor"), seat(NODE, "unix", "json")],
  [seat(NODE, "tcp", "json"), seat(NEXUS, "unix", "msgpack")],
];

/** Every client calls what two others share. */
const SHARED: readonly (readonly [serving: readonly Seat[], use: Seat])[] = [
  [[seat(ASYNCIO, "tcp", "cbor"), seat(NEXUS, "tls", "msgpack")], NODE_UNIX],
  [[seat(NEXUS, "unix", "json"), NODE_UNIX], seat(TWISTED, "tls", "msgpack")],
  [[NODE_UNIX, seat(TWISTED, "unix", "cbor")], seat(NEXUS, "tcp", "msgpack")],
];

/** All cases that need a running router. */
export const CASES: readonly Case[] = numbered([
  ...CLIENTS.flatMap((client) =>
    client.kinds.flatMap((kind) =>
      client.serializersOver(kind).map((serializer) =>
        alone("basic", { client, kind, serializer })
      )
    )
  ),
  ...PAIRS.map(([serve, use]) => together("basic", [serve], use)),
  ...ADVANCED.map((place) => alone("advanced", place)),
  ...ADVANCED_PAIRS.map(([serve, use]) => together("advanced", [serve], use)),
  ...SHARED.map(([serving, use]) => together("shared", serving, use)),
  ...CLIENTS.flatMap((client) =>
    loginKinds(client).flatMap((kind, index) => {
      const serializers = client.serializersOver(kind);
      const serializer = serializers[index % serializers.length];
      return client.logins.map((login) =>
        joining(login, { client, kind, serializer })
      );
    })
  ),
  example("autobahn_tcp.py", ({ tcp }) => {
    const { hostname, port } = new URL(tcp);
    return [hostname, port];
  }),
  example("autobahn_websocket.py", ({ ws }) => [ws]),
  example("autobahn_unix.py", ({ unix }) => [new URL(unix).pathname]),
]);

/** TCP, TLS where the client has it, and WebSocket over both. */
function loginKinds({ kinds }: ForeignClient): readonly ClientKind[] {
  return kinds.filter((kind) => kind !== "unix");
}

/** A case that learns its number, for URIs of its own. */
type Numbered = Omit<Case, "run"> & {
  run(router: RouterProcess, prefix: string): Promise<void>;
};

function numbered(cases: readonly Numbered[]): Case[] {
  return cases.map(({ name, run }, index) => ({
    name,
    run: (router) => run(router, `interop.case${index + 1}`),
  }));
}

function seat(
  client: ForeignClient,
  kind: ClientKind,
  serializer: SerializerName,
): Seat {
  return { client, kind, serializer };
}

/** Two sessions of one client, in one process. */
function alone(scenario: Scenario, place: Seat): Numbered {
  return {
    name: `${describe(place)}: ${scenario}`,
    async run(router, prefix) {
      const part = { scenario, role: "both", prefix } as const;
      const program = await start(place, part, router.addresses);
      await program.success(CASE_DEADLINE_MS);
    },
  };
}

/** Programs that serve, one after the other, and one that uses them. */
function together(
  scenario: Scenario,
  serving: readonly Seat[],
  use: Seat,
): Numbered {
  const serve = serving.length === 1 ? "serves" : "serve";
  return {
    name: `${serving.map(describe).join(" and ")} ${serve} ${
      describe(use)
    }: ${scenario}`,
    async run({ addresses }, prefix) {
      const part = { scenario, prefix };
      const servers: Program[] = [];
      try {
        for (const place of serving) {
          const serve = { ...part, role: "serve" } as const;
          const server = await start(place, serve, addresses);
          servers.push(server);
          await server.printed(/^ready$/m, CASE_DEADLINE_MS);
        }
        const user = await start(use, { ...part, role: "use" }, addresses);
        await user.success(CASE_DEADLINE_MS);
        for (const server of servers) await server.success(CASE_DEADLINE_MS);
      } finally {
        for (const server of servers) server.kill();
      }
    },
  };
}

/** A login with the right secret, and one with a wrong one. */
function joining({ name, method, credentials }: Login, place: Seat): Numbered {
  return {
    name: `${describe(place)}: login by ${name}`,
    async run({ loginAddresses }, prefix) {
      const program = await start(place, {
        scenario: "login",
        role: method,
        prefix,
        credentials,
      }, loginAddresses);
      await program.success(CASE_DEADLINE_MS);
    },
  };
}

/** A Python script of `examples/`. */
function example(
  file: string,
  args: (addresses: Addresses) => string[],
): Numbered {
  return {
    name: `examples/${file}`,
    async run(router) {
      const python = await pythonWithAutobahn();
      const script = pathOf(`examples/${file}`);
      const words = [python, script, ...args(router.addresses)];
      await Program.run({ words }, CASE_DEADLINE_MS);
    },
  };
}

async function start(
  { client, kind, serializer }: Seat,
  part: Omit<Part, "address" | "serializer">,
  addresses: Addresses,
): Promise<Program> {
  const installed = await client.install();
  const address = addresses[kind];
  const words = installed.command({ ...part, address, serializer });
  return Program.start({ words });
}

function describe({ client, kind, serializer }: Seat): string {
  return `${client.name}, ${kind}, ${serializer}`;
}
