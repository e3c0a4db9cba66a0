/**
 * Clients that end without a word, in each state: killed, frozen, and behind a
 * network that is cut. Nothing of theirs remains, and who waits for them is
 * answered.
 */
import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { ticketOf } from "../support/principals.ts";
import { RawClient, show } from "../support/raw_client.ts";
import {
  openRealm,
  TestServer,
  TRANSPORT_KINDS,
} from "../support/test_server.ts";
import { CuttableProxy } from "./_cuttable_proxy.ts";

const LIMITS = {
  handshakeTimeoutMs: 1000,
  helloTimeoutMs: 1000,
  authenticateTimeoutMs: 1000,
  autoPingIntervalMs: 100,
  autoPingTimeoutMs: 1000,
  maxOutboxBytes: 2 ** 28,
};
/** More than the system holds for a socket. */
const FLOOD = { messages: 200, text: "x".repeat(100_000) };

/** A router to which clients log in by ticket, or anonymously. */
async function startRouter(): Promise<TestServer> {
  return await TestServer.start({
    kinds: ["tcp", "tls", "unix"],
    realms: [openRealm("realm1", ["anonymous", "user"])],
    auth: {
      anonymous: { role: "anonymous" },
      ticket: { principals: [ticketOf("joe", "open sesame")] },
    },
    limits: LIMITS,
  });
}

/** Starts the process of the clients that are about to die. */
async function startClients(address: string): Promise<Deno.ChildProcess> {
  const script = new URL("_client_process.ts", import.meta.url).pathname;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", script, address],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.getReader();
  await within(reader.read(), "the clients to be ready");
  await reader.cancel();
  return process;
}

/** The next message of `code`, others left out. */
async function next(client: RawClient, code: number): Promise<unknown[]> {
  while (true) {
    const message = await client.receive();
    if (message[0] === code) return message;
  }
}

/** A client that has to do with all of them, and outlives them. */
class Neighbour {
  readonly #client: RawClient;

  private constructor(client: RawClient) {
    this.#client = client;
  }

  static async join(router: TestServer): Promise<Neighbour> {
    const client = await RawClient.join(router.address("unix"));
    await client.subscribe("com.last_words");
    await client.register("com.neighbour");
    return new Neighbour(client);
  }

  /** Calls one of them, and sends another more than it will read. */
  async involve(): Promise<void> {
    const client = this.#client;
    await next(client, 68);
    await client.send([48, client.nextRequest(), {}, "com.dead"]);
    for (let i = 0; i < FLOOD.messages; i++) {
      const request = client.nextRequest();
      await client.send([16, request, {}, "com.flood", [FLOOD.text]]);
    }
  }

  /** Gets the error of its call and the testament, in any order. */
  async expectEnds(): Promise<void> {
    const ends = [await this.#client.receive(), await this.#client.receive()];
    const codes = ends.map(([code]) => code).sort();
    assertEquals(codes, [36, 8].sort(), show(ends));
    const error = ends.find(([code]) => code === 8);
    assertEquals(error?.[4], "wamp.error.canceled");
  }

  close(): void {
    this.#client.close();
  }
}

/** Has clients die by `die`; nothing of them remains. */
async function dieBy(
  router: TestServer,
  address: string,
  die: (clients: Deno.ChildProcess) => void,
): Promise<void> {
  const neighbour = await Neighbour.join(router);
  const clients = await startClients(address);
  try {
    await neighbour.involve();
    die(clients);
    await neighbour.expectEnds();
    neighbour.close();
    await router.emptied();
  } finally {
    await end(clients);
  }
}

/** Ends a process that may have ended. */
async function end(process: Deno.ChildProcess): Promise<void> {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has.
  }
  await process.status;
}

for (const kind of TRANSPORT_KINDS) {
  Deno.test(`clients that are killed in any state over ${kind} leave nothing behind`, async () => {
    await using router = await startRouter();
    await dieBy(router, router.address(kind), (clients) => {
      clients.kill("SIGKILL");
    });
  });

  Deno.test(`clients that are frozen in any state over ${kind} leave nothing behind`, async () => {
    await using router = await startRouter();
    await dieBy(router, router.address(kind), (clients) => {
      clients.kill("SIGSTOP");
    });
    // All that had joined; of the others other deadlines tell.
    assertEquals(router.running.counted("peers_lost"), 4);
  });
}

Deno.test("clients behind a network that is cut leave nothing behind", async () => {
  await using router = await startRouter();
  await using proxy = new CuttableProxy(router.address());
  await dieBy(router, proxy.address, () => proxy.cut());
  assertEquals(router.running.counted("peers_lost"), 4);
});
