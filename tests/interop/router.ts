/**
 * The router under test, started as a user starts it.
 */
import type { TransportKind } from "../support/test_server.ts";
import { AUTH, LOGIN_REALM, REALM } from "./logins.ts";
import { Program } from "./program.ts";

const ROOT = new URL("../../", import.meta.url);
const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 15_000;

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
  readonly realm?: string;
}

/** What of a config's transport differs between those of the suite. */
interface TransportConfig {
  readonly id: string;
  readonly endpoint: unknown;
  readonly auth?: unknown;
  readonly options?: { readonly max_auth_failures: number };
}

/** A router process. */
export class RouterProcess {
  /** `tcp://…`, `tls://…` and `unix:///…`, as URLs. */
  readonly addresses: Readonly<Record<TransportKind, string>>;
  /** Where clients have to log in. */
  readonly loginAddresses: Readonly<Record<"tcp" | "tls", string>>;
  readonly #program: Program;
  readonly #folder: string;

  private constructor(
    program: Program,
    folder: string,
    addresses: RouterProcess["addresses"],
    loginAddresses: RouterProcess["loginAddresses"],
  ) {
    this.#program = program;
    this.#folder = folder;
    this.addresses = addresses;
    this.loginAddresses = loginAddresses;
  }

  /** Starts a router on free ports and a private Unix socket. */
  static async start(): Promise<RouterProcess> {
    const folder = await Deno.makeTempDir({ prefix: "sluice-interop-" });
    const config = `${folder}/config.json`;
    await Deno.writeTextFile(config, JSON.stringify(configIn(folder)));
    const words = [
      Deno.execPath(),
      ...["run", "-A", pathOf("main.ts")],
      ...["--log-format", "json", config],
    ];
    const program = Program.start({ words });
    await program.printed(/"message":"ready"/, START_DEADLINE_MS);
    const lines = linesOf(program.output);
    const address = (id: string) =>
      lines.find(({ transport }) => transport === id)?.address ?? "";
    return new RouterProcess(program, folder, {
      tcp: address("tcp"),
      tls: address("tls"),
      unix: `unix://${folder}/router.sock`,
    }, {
      tcp: address("login-tcp"),
      tls: address("login-tls"),
    });
  }

  /** Fails if the log has a warning or an error that no login was to cause. */
  expectCleanLog(): void {
    const bad = linesOf(this.#program.output)
      .filter((line) => line.level !== "info" && !isLoginDenied(line));
    if (bad.length === 0) return;
    throw new Error(bad.map((line) => JSON.stringify(line)).join("\n"));
  }

  /** Stops it as systemd would; fails if it ends badly. */
  async stop(): Promise<void> {
    this.#program.terminate();
    await this.#program.success(STOP_DEADLINE_MS);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function configIn(folder: string): unknown {
  const tcp = { type: "tcp", interface: "127.0.0.1", port: 0 };
  const tls = {
    key: pathOf("tests/fixtures/localhost.key"),
    certificate: pathOf("tests/fixtures/localhost.crt"),
  };
  // All cases fail from one address.
  const login = { auth: AUTH, options: { max_auth_failures: 100_000 } };
  const all = { call: true, register: true, publish: true, subscribe: true };
  return {
    realms: [{
      name: "realm1",
      roles: [{ name: "anonymous", permissions: [{ uri: "*", allow: all }] }],
    }, REALM],
    transports: [
      transport({ id: "tcp", endpoint: tcp }),
      transport({ id: "tls", endpoint: { ...tcp, tls } }),
      transport({
        id: "unix",
        endpoint: { type: "unix", path: `${folder}/router.sock` },
      }),
      transport({ id: "login-tcp", endpoint: tcp, ...login }),
      transport({ id: "login-tls", endpoint: { ...tcp, tls }, ...login }),
    ],
  };
}

function transport(config: TransportConfig): unknown {
  return {
    type: "rawsocket",
    serializers: ["json", "msgpack", "cbor"],
    max_message_size: 1024 * 1024,
    ...config,
  };
}

function isLoginDenied({ message, realm, transport = "" }: LogLine): boolean {
  return message === "not authorized"
    ? realm === LOGIN_REALM
    : message === "login refused" && transport.startsWith("login-");
}

function linesOf(output: string): LogLine[] {
  return output.trim().split("\n").map((line) => JSON.parse(line));
}
