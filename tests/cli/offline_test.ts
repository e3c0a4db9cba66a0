/**
 * What a first start needs from the network: the packages that the router
 * imports, and none of those that only the tests do.
 */
import { assertEquals } from "@std/assert";
import { PROJECT, run, RunningProgram, Scratch } from "./_program.ts";

/** All that `src` imports from npm, with what that needs in turn. */
const ROUTER_PACKAGES = [
  "@mongodb-js/saslprep@1.6.3",
  "fresh@2.0.0",
  "hash-wasm@4.13.0",
  "jsonc-parser@3.3.1",
  "memory-pager@1.5.0",
  "mime@4.1.0",
  "range-parser@2.0.0",
  "sparse-bitfield@3.0.3",
  "yaml@2.9.1",
];

const CONFIG = {
  type: "rawsocket",
  serializer: "json",
  endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
};

interface Lock {
  readonly npm: Readonly<
    Record<string, { readonly dependencies?: readonly string[] }>
  >;
}

async function json(path: string): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(`${PROJECT}/${path}`));
}

/** Files below `folder` that end in `.ts`. */
async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

/** The npm packages that are named in `src`, as `name@version`. */
async function importedPackages(): Promise<Set<string>> {
  const { imports } = await json("deno.json") as {
    imports: Record<string, string>;
  };
  const found = new Set<string>();
  for await (const path of sources(`${PROJECT}/src`)) {
    const text = await Deno.readTextFile(path);
    for (const [name, target] of Object.entries(imports)) {
      if (!target.startsWith("npm:")) continue;
      if (text.includes(`"${name}"`)) found.add(target.slice("npm:".length));
    }
  }
  return found;
}

/** Those, and all that they need. */
async function neededPackages(): Promise<string[]> {
  const { npm } = await json("deno.lock") as Lock;
  const byName = new Map(
    Object.keys(npm).map((id) => [id.slice(0, id.lastIndexOf("@")), id]),
  );
  const needed = new Set<string>();
  const waiting = [...await importedPackages()];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    for (const one of npm[id]?.dependencies ?? []) {
      waiting.push(one in npm ? one : byName.get(one) as string);
    }
  }
  return [...needed].sort();
}

/** Where Deno keeps npm packages. */
async function npmCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Deno's cache as a first start leaves it: with those packages alone. */
async function cacheOf(
  packages: readonly string[],
  denoDir: string,
): Promise<void> {
  const cache = await npmCache();
  for await (const { name: registry } of Deno.readDir(cache)) {
    for (const id of packages) {
      const at = id.lastIndexOf("@");
      const path = `${registry}/${id.slice(0, at)}/${id.slice(at + 1)}`;
      await copyFolder(`${cache}/${path}`, `${denoDir}/npm/${path}`);
      const index = `${registry}/${id.slice(0, at)}/registry.json`;
      await Deno.copyFile(`${cache}/${index}`, `${denoDir}/npm/${index}`)
        .catch(() => {}); // Deno writes it only where it had to look.
    }
  }
}

Deno.test("the router imports as few npm packages as are listed here", async () => {
  assertEquals(await neededPackages(), ROUTER_PACKAGES);
});

Deno.test("the router starts without the network and without the packages of its tests", async () => {
  await using scratch = await Scratch.make({ "sluice.json": CONFIG });
  const env = { DENO_DIR: scratch.file("deno") };
  await cacheOf(ROUTER_PACKAGES, env.DENO_DIR);
  const flags = ["--cached-only", "-A"];
  await using router = await RunningProgram.start(
    new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", ...flags],
        ...["main.ts", scratch.file("sluice.json")],
      ],
      cwd: PROJECT,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }),
  );
  router.kill("SIGTERM");
  assertEquals(await router.ended(), 0);
  const hashed = await run(["secret", "scram"], {
    flags,
    env,
    input: "pencil\n",
  });
  assertEquals([hashed.code, hashed.stderr], [0, ""]);
});
