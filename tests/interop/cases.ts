/**
 * The cases: which client plays which side, over what.
 */
import type { SerializerName } from "../../src/serializer/serializer.ts";
import type { TransportKind } from "../support/test_server.ts";
import {
  ASYNCIO,
  CLIENTS,
  type ForeignClient,
  NEXUS,
  NODE,
  pythonWithAutobahn,
  type Role,
  TWISTED,
} from "./clients.ts";
import { attemptsBy, LOGIN_REALM } from "./logins.ts";
import { Program } from "./program.ts";
import { pathOf, type RouterProcess } from "./router.ts";

const CASE_DEADLINE_MS = 40_000;
const LOGIN_KINDS = ["tcp", "tls"] as const;

/** One named case; it fails by throwing. */
export interface Case {
  readonly name: string;
  run(router: RouterProcess): Promise<void>;
}

interface Seat {
  readonly client: ForeignClient;
  readonly kind: TransportKind;
  readonly serializer: SerializerName;
}

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
];

/** All cases that need a running router. */
export const CASES: readonly Case[] = numbered([
  ...CLIENTS.flatMap((client) =>
    client.kinds.flatMap((kind) =>
      client.serializers.map((serializer) =>
        alone({ client, kind, serializer })
      )
    )
  ),
  ...PAIRS.map(([serve, use]) => together(serve, use)),
  ...CLIENTS.flatMap((client) =>
    LOGIN_KINDS.filter((kind) => client.kinds.includes(kind)).flatMap((kind) =>
      client.serializers.map((serializer) => login(client, kind, serializer))
    )
  ),
  example("autobahn_tcp.py", ({ tcp }) => {
    const { hostname, port } = new URL(tcp);
    return [hostname, port];
  }),
  example("autobahn_unix.py", ({ unix }) => [new URL(unix).pathname]),
]);

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
  kind: TransportKind,
  serializer: SerializerName,
): Seat {
  return { client, kind, serializer };
}

/** Two sessions of one client, in one process. */
function alone(place: Seat): Numbered {
  return {
    name: describe(place),
    async run(router, prefix) {
      const program = await start(place, "both", router, prefix);
      await program.success(CASE_DEADLINE_MS);
    },
  };
}

/** A session of one client that serves, and one of another that uses it. */
function together(serve: Seat, use: Seat): Numbered {
  return {
    name: `${describe(serve)} serves ${describe(use)}`,
    async run(router, prefix) {
      const server = await start(serve, "serve", router, prefix);
      try {
        await server.printed(/^ready$/m, CASE_DEADLINE_MS);
        const user = await start(use, "use", router, prefix);
        await user.success(CASE_DEADLINE_MS);
        await server.success(CASE_DEADLINE_MS);
      } finally {
        server.kill();
      }
    },
  };
}

/** All logins that a client has, each in a session of its own. */
function login(
  client: ForeignClient,
  kind: typeof LOGIN_KINDS[number],
  serializer: SerializerName,
): Numbered {
  return {
    name: `${describe({ client, kind, serializer })} logs in`,
    async run({ loginAddresses }, prefix) {
      const { command } = await client.install();
      const words = command({
        role: "login",
        address: loginAddresses[kind],
        serializer,
        prefix,
        more: [LOGIN_REALM, JSON.stringify(attemptsBy(client.loginMethods))],
      });
      await Program.run({ words }, CASE_DEADLINE_MS);
    },
  };
}

/** A Python script of `examples/`. */
function example(
  file: string,
  args: (addresses: RouterProcess["addresses"]) => string[],
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
  role: Role,
  router: RouterProcess,
  prefix: string,
): Promise<Program> {
  const installed = await client.install();
  const address = router.addresses[kind];
  const words = installed.command({ role, address, serializer, prefix });
  return Program.start({ words });
}

function describe({ client, kind, serializer }: Seat): string {
  return `${client.name}, ${kind}, ${serializer}`;
}
