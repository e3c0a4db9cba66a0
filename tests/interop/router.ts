/**
 * The router under test, started as a user starts it.
 */
import type { TransportKind } from "../support/test_server.ts";
import { AUTH } from "./logins.ts";
import { Program } from "./program.ts";

const ROOT = new URL("../../", import.meta.url);
const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 15_000;

/** Of WebSocket. */
const PATH = "/ws";

/** Begins the ids of the transports for logins. */
const LOGIN = "login-";

/** The certificate of who has signed the router's. */
export const CA_FILE = pathOf("tests/fixtures/ca.crt");

/** A file of the project. */
export function pathOf(name: string): string {
  return decodeURIComponent(new URL(name, ROOT).pathname);
}

/** One line of the router's log. */
interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly transport?: string;
  readonly address?: string;
}

/** How clients connect: those that begin with `ws` speak WebSocket. */
export type ClientKind = TransportKind | "ws" | "wss";

/** `tcp://…`, `tls://…`, `unix:///…`, `ws://…` and `wss://…`, as URLs. */
export type Addresses = Readonly<Record<ClientKind, string>>;

/** A router process. */
export class RouterProcess {
  /** Of the transports for anonymous sessions. */
  readonly addresses: Addresses;
  /** Of the transports for logins. */
  readonly loginAddresses: Addresses;
  readonly #program: Program;
  readonly #folder: string;

  private constructor(program: Program, folder: string) {
    this.#program = program;
    this.#folder = folder;
    this.addresses = this.#addressesOf("");
    this.loginAddresses = this.#addressesOf(LOGIN);
  }

  /** Starts a router on free ports and a private Unix socket. */
  static async start(): Promise<RouterProcess> {
    const folder = await Deno.makeTempDir({ prefix: "sluice-interop-" });
    await putTlsFiles(folder);
    const config = `${folder}/config.json`;
    await Deno.writeTextFile(config, JSON.stringify(configIn(folder)));
    const words = [
      Deno.execPath(),
      ...["run", "-A", pathOf("main.ts")],
      ...["--log-format", "json", config],
    ];
    const program = Program.start({ words });
    await program.printed(/"message":"ready"/, START_DEADLINE_MS);
    return new RouterProcess(program, folder);
  }

  /** Fails if the log has a warning or an error, but of refused logins. */
  expectCleanLog(): void {
    const bad = linesOf(this.#program.output)
      .filter(({ level, message }) =>
        level !== "info" && message !== "login refused"
      );
    if (bad.length === 0) return;
    throw new Error(bad.map((line) => JSON.stringify(line)).join("\n"));
  }

  /** Stops it as systemd would; fails if it ends badly. */
  async stop(): Promise<void> {
    this.#program.terminate();
    await this.#program.success(STOP_DEADLINE_MS);
    await Deno.remove(this.#folder, { recursive: true });
  }

  #addressesOf(prefix: string): Addresses {
    const lines = linesOf(this.#program.output);
    const address = (kind: TransportKind) =>
      lines.find(({ transport }) => transport === `${prefix}${kind}`)
        ?.address ?? "";
    return {
      // One port each for RawSocket and WebSocket.
      ws: address("tcp").replace(/^tcp:/, "ws:") + PATH,
      wss: address("tls").replace(/^tls:\/\/127.0.0.1/, "wss://localhost") +
        PATH,
      tcp: address("tcp"),
      tls: address("tls"),
      unix: address("unix").replace(/^unix:/, "unix://"),
    };
  }
}

/** The key for the router alone, and the whole chain: `check` warns otherwise. */
async function putTlsFiles(folder: string): Promise<void> {
  const read = (name: string) =>
    Deno.readTextFile(pathOf(`tests/fixtures/${name}`));
  const key = await read("localhost.key");
  await Deno.writeTextFile(`${folder}/server.key`, key, { mode: 0o600 });
  const chain = await read("localhost.crt") + await read("ca.crt");
  await Deno.writeTextFile(`${folder}/server.crt`, chain);
}

function configIn(folder: string): unknown {
  const tcp = { type: "tcp", interface: "127.0.0.1", port: 0 };
  const tls = {
    key: `${folder}/server.key`,
    certificate: `${folder}/server.crt`,
  };
  const endpoints = [
    ["tcp", tcp],
    ["tls", { ...tcp, tls }],
  ] as const;
  const socket = (name: string) => ({
    type: "unix",
    path: `${folder}/${name}`,
  });
  return {
    realms: [{
      name: "realm1",
      roles: [
        { name: "anonymous", permissions: permissions() },
        {
          name: "user",
          permissions: [{ uri: "interop.*", allow: { call: true } }],
        },
      ],
    }],
    transports: [
      ...endpoints.map(([kind, endpoint]) => transport(kind, endpoint)),
      transport("unix", socket("router.sock")),
      ...endpoints.map(([kind, endpoint]) => login(kind, endpoint)),
      login("unix", socket("login.sock")),
    ],
    // All wrong secrets come from one address.
    max_auth_failures: 1000,
  };
}

function permissions(): unknown[] {
  const all = { call: true, register: true, publish: true, subscribe: true };
  return [
    { uri: "*", allow: all },
    // The rule for everything does not count here (AZ-11).
    { uri: "wamp.session.kill", allow: { call: true } },
    // Of the advanced scenario.
    {
      uri: "interop.*.told",
      allow: all,
      disclose: { caller: true, publisher: true },
    },
  ];
}

function login(kind: TransportKind, endpoint: unknown): unknown {
  return transport(`${LOGIN}${kind}`, endpoint, { auth: AUTH });
}

function transport(
  id: string,
  endpoint: unknown,
  auth: Record<string, unknown> = {},
): Record<string, unknown> {
  const max_message_size = 1024 * 1024;
  return {
    id,
    type: "universal",
    endpoint,
    rawsocket: { max_message_size, ...auth },
    websocket: {
      ws: { type: "websocket", options: { max_message_size }, ...auth },
    },
  };
}

function linesOf(output: string): LogLine[] {
  return output.trim().split("\n").map((line) => JSON.parse(line));
}
