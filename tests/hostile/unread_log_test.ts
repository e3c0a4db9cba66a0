/** Nobody reads the pipe behind the router's standard error. */
import { assert, assertEquals } from "@std/assert";
import { PROJECT, Scratch } from "../cli/_program.ts";
import { within } from "../support/deadline.ts";
import { RawClient } from "../support/raw_client.ts";

/** Denials with URIs of this length fill a pipe, which takes 64 KiB. */
const URI = `com.${"x".repeat(4000)}`;
const DENIALS = 64;

/** A router whose log nobody reads until it has ended. */
class UnreadRouter {
  readonly address: string;
  readonly #process: Deno.ChildProcess;

  private constructor(path: string, process: Deno.ChildProcess) {
    this.address = `unix:${path}`;
    this.#process = process;
  }

  static async start(
    scratch: Scratch,
    shutdownTimeoutMs = 1,
  ): Promise<UnreadRouter> {
    const path = scratch.file("s");
    await Deno.writeTextFile(
      scratch.file("c.json"),
      JSON.stringify({
        shutdown_timeout_ms: shutdownTimeoutMs,
        realms: [{ name: "realm1", roles: [{ name: "anonymous" }] }],
        transports: [{
          type: "rawsocket",
          serializer: "json",
          endpoint: { type: "unix", path },
        }],
      }),
    );
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", "main.ts", scratch.file("c.json")],
      cwd: PROJECT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    await within(socketAt(path), "the router's socket");
    return new UnreadRouter(path, process);
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Its exit code. */
  async ended(): Promise<number> {
    return (await within(this.#process.status, "the router's end")).code;
  }

  /** All that it has logged, or could. */
  log(): Promise<string> {
    return new Response(this.#process.stderr).text();
  }
}

async function socketAt(path: string): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const watcher = Deno.watchFs(folder);
  if (isThere(path)) return watcher.close();
  for await (const _ of watcher) if (isThere(path)) return;
}

function isThere(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSocket === true;
  } catch {
    return false;
  }
}

/** Asks for what it may not, again and again; each time it is answered. */
async function fillLog(client: RawClient): Promise<void> {
  for (let i = 0; i < DENIALS; i++) {
    const answer = await client.request([48, client.nextRequest(), {}, URI]);
    assertEquals(answer[4], "wamp.error.not_authorized");
  }
}

Deno.test("a log that nobody reads holds up neither clients nor the end, and what fits is there to read", async () => {
  await using scratch = await Scratch.make();
  const router = await UnreadRouter.start(scratch);
  using client = await RawClient.join(router.address);
  await fillLog(client);
  router.kill("SIGTERM");
  assertEquals(await router.ended(), 0);
  const lines = (await router.log()).split("\n");
  assert(lines.some((line) => line.includes("ready version=")));
  assert(lines.some((line) => line.includes("not authorized")));
});

Deno.test("a log that is read late is whole and in order", async () => {
  await using scratch = await Scratch.make();
  const router = await UnreadRouter.start(scratch);
  using client = await RawClient.join(router.address);
  await fillLog(client);
  const log = router.log();
  router.kill("SIGTERM");
  assertEquals(await router.ended(), 0);
  const lines = (await log).split("\n");
  const denials = lines.filter((line) => line.includes("not authorized"));
  assertEquals(denials.length, DENIALS);
  const order = [
    "ready version=",
    "not authorized",
    "signal received",
    "stopping",
    "stopped",
  ].map((text) => lines.findIndex((line) => line.includes(text)));
  assertEquals(order, order.toSorted((a, b) => a - b));
  assert(!order.includes(-1), lines.join("\n"));
});

Deno.test("a second signal ends a router whose log nobody reads with the signal's exit code", async () => {
  await using scratch = await Scratch.make();
  const router = await UnreadRouter.start(scratch, 60_000);
  using client = await RawClient.join(router.address);
  await fillLog(client);
  router.kill("SIGINT");
  assertEquals((await client.receive())[0], 6, "GOODBYE, not answered");
  router.kill("SIGTERM");
  assertEquals(await router.ended(), 143);
  await router.log();
});
