/**
 * A router in a process of its own that says what it holds: started with a
 * config in JSON, told by lines on standard input, answers in lines of JSON.
 *
 * Needs `--v8-flags=--expose-gc`, without which nothing can be told of memory.
 */
import type { Logger } from "../../src/base/log.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import type { Inventory } from "../../src/server/inventory.ts";
import { type RunningServer, startServer } from "../../src/server/server.ts";

/** What the process answers to `look`. */
export interface RouterState {
  readonly inventory: Inventory;
  /** Octets of JavaScript values and of buffers, after a collection. */
  readonly heldBytes: number;
  /** Octets of the process in memory. */
  readonly rssBytes: number;
  /** Open files and sockets. */
  readonly descriptors: number;
  /** The log's lines of level `error`. */
  readonly errors: readonly string[];
}

const COLLECTIONS = 4;

declare const gc: (() => void) | undefined;

async function start(configText: string, log: Logger): Promise<RunningServer> {
  const { config, errors } = await loadConfig("config.json", {
    readTextFile: () => Promise.resolve(configText),
    env: () => undefined,
    workingFolder: Deno.cwd(),
  });
  if (config === undefined) throw new Error(JSON.stringify(errors));
  return await startServer(config, log);
}

async function look(
  server: RunningServer,
  errors: readonly string[],
): Promise<RouterState> {
  if (gc === undefined) throw new Error("--expose-gc is missing");
  for (let i = 0; i < COLLECTIONS; i++) {
    gc();
    // What a collection found is finalized in turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return {
    inventory: server.inventory(),
    heldBytes: heapUsed + external,
    rssBytes: rss,
    descriptors: (await Array.fromAsync(Deno.readDir("/proc/self/fd"))).length,
    errors,
  };
}

function say(answer: unknown): void {
  const line = new TextEncoder().encode(JSON.stringify(answer) + "\n");
  Deno.stdout.writeSync(line);
}

async function main(configText: string): Promise<void> {
  const errors: string[] = [];
  const silent = () => {};
  const server = await start(configText, {
    debug: silent,
    info: silent,
    warn: silent,
    error: (message, fields) =>
      errors.push(`${message} ${JSON.stringify(fields)}`),
  });
  say(server.listeners.map(({ address }) => address));
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const line of lines) {
    if (line.includes("look")) say(await look(server, errors));
  }
  await server.shutdown();
}

if (import.meta.main) await main(Deno.args[0]);
