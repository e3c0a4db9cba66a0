/**
 * The router under test, started as a user starts it.
 */
import type { TransportKind } from "../support/test_server.ts";
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
}

/** A router process. */
export class RouterProcess {
  /** `tcp://…`, `tls://…` and `unix:///…`, as URLs. */
  readonly addresses: Readonly<Record<TransportKind, string>>;
  readonly #program: Program;
  readonly #folder: string;

  private constructor(
    program: Program,
    folder: string,
    addresses: Readonly<Record<TransportKind, string>>,
  ) {
    this.#program = program;
    this.#folder = folder;
    this.addresses = addresses;
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
    const address = (kind: TransportKind) =>
      lines.find(({ transport }) => transport === kind)?.address ?? "";
    return new RouterProcess(program, folder, {
      tcp: address("tcp"),
      tls: address("tls"),
      unix: `unix://${folder}/router.sock`,
    });
  }

  /** Fails if the log has a warning or an error. */
  expectCleanLog(): void {
    const bad = linesOf(this.#program.output)
      .filter(({ level }) => level !== "info");
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
  const all = { call: true, register: true, publish: true, subscribe: true };
  return {
    realms: [{
      name: "realm1",
      roles: [{ name: "anonymous", permissions: [{ uri: "*", allow: all }] }],
    }],
    transports: [
      transport("tcp", tcp),
      transport("tls", { ...tcp, tls }),
      transport("unix", { type: "unix", path: `${folder}/router.sock` }),
    ],
  };
}

function transport(id: TransportKind, endpoint: unknown): unknown {
  return {
    id,
    type: "rawsocket",
    serializers: ["json", "msgpack", "cbor"],
    max_message_size: 1024 * 1024,
    endpoint,
  };
}

function linesOf(output: string): LogLine[] {
  return output.trim().split("\n").map((line) => JSON.parse(line));
}
