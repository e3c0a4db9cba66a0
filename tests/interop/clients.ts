/**
 * The foreign clients: how each is installed from its registry, and how it is
 * told to play the scenario.
 */
import config from "../../deno.json" with { type: "json" };
import type { SerializerName } from "../../src/serializer/serializer.ts";
import {
  ANONYMOUS,
  CRYPTOSIGN,
  type Login,
  SCRAM,
  TICKET,
  WAMPCRA,
  WAMPCRA_SALTED,
} from "./logins.ts";
import { Program } from "./program.ts";
import { CA_FILE, type ClientKind, pathOf } from "./router.ts";

const INSTALL_DEADLINE_MS = 240_000;
/** WebSocket for versions of Node.js that have none. */
const WS = versionOf(config.imports.ws);
/** Its packages are none of this project's: it runs in Node.js alone. */
const WAMPY_PACKAGE = "wampy@8.0.2";
const PYTHON_MINIMUM = [3, 11] as const;

/** What a program plays. */
export type Scenario = "basic" | "advanced" | "shared" | "login";

/** One part in a case. */
export interface Part {
  readonly scenario: Scenario;
  /** A side of the scenario, or `both`; of a login, its method. */
  readonly role: "serve" | "use" | "both" | Login["method"];
  readonly address: string;
  readonly serializer: SerializerName;
  /** Begins all URIs of the case. */
  readonly prefix: string;
  /** Of a login. */
  readonly credentials?: readonly string[];
}

/** A client that is installed. */
export interface InstalledClient {
  /** The words that start it. */
  command(part: Part): string[];
}

/** A client library. */
export interface ForeignClient {
  readonly name: string;
  readonly kinds: readonly ClientKind[];
  /** All that it speaks over `kind`. */
  serializersOver(kind: ClientKind): readonly SerializerName[];
  /** What it can log in with. */
  readonly logins: readonly Login[];
  /** Resolves when it is there; several clients may share one installation. */
  install(): Promise<InstalledClient>;
}

const ALL_KINDS = ["tcp", "tls", "unix", "ws", "wss"] as const;
const ALL_SERIALIZERS = ["json", "msgpack", "cbor"] as const;
const allSerializers = () => ALL_SERIALIZERS;
const pythonOnce = once(installPython);

/** Autobahn|Python on asyncio. */
export const ASYNCIO = pythonClient("asyncio");

/** Autobahn|Python on Twisted. */
export const TWISTED = pythonClient("twisted");

/** The client of Nexus. */
export const NEXUS: ForeignClient = {
  name: "Nexus",
  kinds: ALL_KINDS,
  serializersOver: allSerializers,
  logins: [ANONYMOUS, TICKET, WAMPCRA, WAMPCRA_SALTED],
  install: once(async () => {
    const binary = `${await cacheFolder("nexus")}/client`;
    await expectTool("go", ["version"], "the Nexus client");
    await Program.run({
      words: ["go", "build", "-o", binary, "."],
      folder: pathOf("tests/interop/clients/nexus"),
      // No C compiler is needed then.
      env: { CGO_ENABLED: "0" },
    }, INSTALL_DEADLINE_MS);
    return { command: (part) => [binary, ...wordsOf(part)] };
  }),
};

/** Autobahn|JS on Node.js; its RawSocket knows neither TLS nor MessagePack. */
export const NODE: ForeignClient = {
  name: "Autobahn|JS (Node.js)",
  kinds: ["tcp", "unix", "ws", "wss"],
  serializersOver: (kind) => isWebSocket(kind) ? ALL_SERIALIZERS : ["json"],
  logins: [ANONYMOUS, TICKET, WAMPCRA, WAMPCRA_SALTED, CRYPTOSIGN],
  install: once(async () =>
    inNode(
      await nodeFolder("autobahn_js", [
        versionOf(config.imports.autobahn),
        WS,
      ]),
    )
  ),
};

const wampyFolder = once(async () => {
  const folder = await nodeFolder("wampy", [WAMPY_PACKAGE, WS]);
  const name = "rawsocket.mjs";
  const path = pathOf(`clients/rawsocket/${name}`);
  await Deno.copyFile(path, `${folder}/${name}`);
  return folder;
});

/** wampy on Node.js; over RawSocket with the class of `clients/rawsocket`. */
export const WAMPY: ForeignClient = {
  name: "wampy (Node.js)",
  kinds: ALL_KINDS,
  serializersOver: allSerializers,
  logins: [],
  install: async () => inNode(await wampyFolder()),
};

/** The same on Deno, over RawSocket. */
export const WAMPY_DENO: ForeignClient = {
  ...WAMPY,
  name: "wampy (Deno)",
  kinds: ["tcp", "tls", "unix"],
  // Its CBOR is a native addon that is built for Node.js.
  serializersOver: () => ["json", "msgpack"],
  async install() {
    const program = `${await wampyFolder()}/client.mjs`;
    const flags = [
      "-A",
      "--no-check",
      "--no-lock",
      "--node-modules-dir=manual",
    ];
    return {
      command: (part) => [
        ...[Deno.execPath(), "run", ...flags, program],
        ...wordsOf(part),
      ],
    };
  },
};

/** The WebSocket of `ws`, and no WAMP library. */
export const RAW_WS: ForeignClient = {
  name: "ws (Node.js)",
  kinds: ["ws", "wss"],
  serializersOver: () => ["json"],
  logins: [],
  install: once(async () => inNode(await nodeFolder("raw_peers", [WS]))),
};

/** Deno's own WebSocket, and no WAMP library. */
export const DENO: ForeignClient = {
  name: "WebSocket (Deno)",
  kinds: ["ws", "wss"],
  serializersOver: () => ["json"],
  logins: [],
  install: () =>
    Promise.resolve({
      command: (part) => [
        ...[Deno.execPath(), "run", "-A", "--no-check", "--cert", CA_FILE],
        pathOf("tests/interop/clients/raw_peers/client.mjs"),
        ...wordsOf(part),
      ],
    }),
};

/** All of them. */
export const CLIENTS: readonly ForeignClient[] = [
  ASYNCIO,
  TWISTED,
  NEXUS,
  NODE,
  WAMPY,
  WAMPY_DENO,
  RAW_WS,
  DENO,
];

/** The Python that has Autobahn. */
export async function pythonWithAutobahn(): Promise<string> {
  return await pythonOnce();
}

function pythonClient(framework: "asyncio" | "twisted"): ForeignClient {
  const script = pathOf("tests/interop/clients/autobahn_python/client.py");
  return {
    name: `Autobahn|Python (${framework})`,
    kinds: ALL_KINDS,
    serializersOver: allSerializers,
    logins: [ANONYMOUS, TICKET, WAMPCRA, WAMPCRA_SALTED, SCRAM, CRYPTOSIGN],
    async install() {
      const python = await pythonOnce();
      return {
        // -B: no compiled files in the project's folders.
        command: (part) => [python, "-B", script, framework, ...wordsOf(part)],
      };
    },
  };
}

/** `npm:ws@8.23.0` as npm has it. */
function versionOf(entry: string): string {
  return entry.replace(/^npm:/, "");
}

function isWebSocket(kind: ClientKind): boolean {
  return kind === "ws" || kind === "wss";
}

/** A folder with the program of `clients/NAME` and `packages` from npm. */
async function nodeFolder(
  name: string,
  packages: readonly string[],
): Promise<string> {
  const folder = await cacheFolder(name);
  await expectTool("node", ["--version"], name);
  await Program.run({
    words: ["npm", "install", "--no-audit", "--no-fund", ...packages],
    folder,
  }, INSTALL_DEADLINE_MS);
  const sources = pathOf(`tests/interop/clients/${name}`);
  for await (const { name } of Deno.readDir(sources)) {
    await Deno.copyFile(`${sources}/${name}`, `${folder}/${name}`);
  }
  return folder;
}

/** The program of such a folder on Node.js. */
function inNode(folder: string): InstalledClient {
  return {
    command: (part) => [
      ...["env", `NODE_EXTRA_CA_CERTS=${CA_FILE}`],
      ...["node", `${folder}/client.mjs`, ...wordsOf(part)],
    ],
  };
}

async function installPython(): Promise<string> {
  const printed = await expectTool("python3", ["--version"], "Autobahn|Python");
  const version = /(\d+)\.(\d+)/.exec(printed)?.slice(1).map(Number) ?? [0, 0];
  const [major, minor] = PYTHON_MINIMUM;
  if (version[0] < major || (version[0] === major && version[1] < minor)) {
    throw new Error(
      `Autobahn|Python needs python3 ${major}.${minor} or later, found ${printed.trim()}`,
    );
  }
  const folder = await cacheFolder("python");
  const python = `${folder}/bin/python`;
  const list = pathOf("tests/interop/clients/autobahn_python/requirements.txt");
  const wanted = `${printed}${await Deno.readTextFile(list)}`;
  const stamp = `${folder}/installed`;
  if (await textOf(stamp) === wanted) return python;
  const pip = ["-m", "pip", "--disable-pip-version-check"];
  for (
    const words of [
      ["python3", "-m", "venv", "--clear", folder],
      [python, ...pip, "install", "--quiet", "--requirement", list],
    ]
  ) {
    await Program.run({ words }, INSTALL_DEADLINE_MS);
  }
  await Deno.writeTextFile(stamp, wanted);
  return python;
}

function wordsOf({ credentials = [], ...part }: Part): string[] {
  const { scenario, role, address, serializer, prefix } = part;
  const words = [scenario, role, address, serializer, prefix, CA_FILE];
  return [...words, ...credentials];
}

/** What the tool says of itself; a clear word where it is not there. */
async function expectTool(
  name: string,
  args: readonly string[],
  use: string,
): Promise<string> {
  try {
    return await Program.run({ words: [name, ...args] }, INSTALL_DEADLINE_MS);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`"${name}" is not installed, and ${use} needs it`);
  }
}

async function cacheFolder(name: string): Promise<string> {
  const { env } = Deno;
  const caches = env.get("XDG_CACHE_HOME") ?? `${env.get("HOME")}/.cache`;
  const root = env.get("SLUICE_INTEROP_CACHE") ?? `${caches}/sluice-interop`;
  await Deno.mkdir(`${root}/${name}`, { recursive: true });
  return `${root}/${name}`;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => made ??= make();
}
