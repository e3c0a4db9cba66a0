/**
 * What attacks do to a healthy neighbour and to the router's memory, one attack
 * after the other, each against a router of its own with the default config.
 *
 * Run: `deno run -A bench/attacks/main.ts [--router FOLDER] [--seconds N] [TEXT...]`
 * with a checkout of the router to attack; TEXT picks attacks whose name has it.
 */
import { parseArgs } from "@std/cli";
import { ATTACKS } from "./attacks.ts";
import type { Seen } from "./neighbour.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

const { router = ROOT, seconds = "8", _: wanted } = parseArgs(Deno.args, {
  string: ["router", "seconds"],
});

const CONFIG = {
  realms: [{
    name: "realm1",
    roles: [{
      name: "anonymous",
      permissions: [{
        uri: "*",
        allow: { call: true, register: true, publish: true, subscribe: true },
      }],
    }],
  }],
  transports: [{
    type: "rawsocket",
    serializers: ["json", "msgpack", "cbor"],
    endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
  }],
};

interface Router {
  readonly process: Deno.ChildProcess;
  readonly port: number;
}

async function startRouter(): Promise<Router> {
  const config = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(config, JSON.stringify(CONFIG));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${router}/main.ts`, config],
    cwd: router,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const decoder = new TextDecoder();
  const reader = process.stderr.getReader();
  const port = await new Promise<number>((resolve, reject) => {
    const read = async () => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return reject(new Error(`The router did not start:\n${log}`));
        log = (log + decoder.decode(value)).slice(-10_000);
        const found = /tcp:\/\/127\.0\.0\.1:(\d+)/.exec(log);
        if (found !== null) resolve(Number(found[1]));
      }
    };
    read();
  });
  return { process, port };
}

/** In MiB; 0 where the process is gone. */
async function residentMib(pid: number): Promise<number> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function ask(worker: Worker): Promise<Seen> {
  return await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage("tell");
  });
}

async function attack(name: string): Promise<string> {
  const { process, port } = await startRouter();
  const neighbour = new Worker(new URL("neighbour.ts", import.meta.url), {
    type: "module",
  });
  neighbour.postMessage(port);
  await pause(1000);
  await ask(neighbour);
  const untilMs = Date.now() + Number(seconds) * 1000;
  const script = new URL("attacks.ts", import.meta.url).pathname;
  const attacker = new Deno.Command("nice", {
    args: [
      "-n",
      "5",
      Deno.execPath(),
      ...["run", "-A", script, name, String(port), String(untilMs)],
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  let peakMib = 0;
  while (Date.now() < untilMs) {
    peakMib = Math.max(peakMib, await residentMib(process.pid));
    await pause(100);
  }
  const during = await ask(neighbour);
  kill(attacker);
  await pause(1500);
  const after = await ask(neighbour);
  const isAlive = await residentMib(process.pid) > 0;
  neighbour.terminate();
  kill(process);
  await process.status;
  const end = isAlive ? during.failure ?? "" : "the router is gone";
  return row([
    name,
    String(during.calls),
    during.medianMs.toFixed(1),
    during.p99Ms.toFixed(1),
    during.worstMs.toFixed(1),
    after.worstMs.toFixed(1),
    peakMib.toFixed(0),
    end,
  ]);
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(text));
}

await print(row([
  "attack",
  "calls",
  "median ms",
  "p99 ms",
  "worst ms",
  "worst ms after",
  "peak MiB",
  "end",
]));
await print("|---|---|---|---|---|---|---|---|\n");
for (const name of Object.keys(ATTACKS)) {
  const isWanted = wanted.length === 0 ||
    wanted.some((text) => name.includes(String(text)));
  if (isWanted) await print(await attack(name));
}
Deno.exit(0);
