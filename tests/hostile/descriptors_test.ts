/** A router that runs out of file descriptors: it says so, a few times, and goes on. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  PROJECT,
  RunningProgram,
  Scratch,
  shakeHands,
} from "../cli/_program.ts";
import { within } from "../support/deadline.ts";

/** Enough for the router itself, not for all of those who come. */
const FILES_MAX = 80;
const CLIENTS = 100;

const CONFIG = {
  type: "rawsocket",
  serializer: "json",
  options: { handshake_timeout_ms: 2000 },
  endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
};

Deno.test("being out of descriptors is told with what to do, and not at every try", async () => {
  await using scratch = await Scratch.make({ "c.json": CONFIG });
  await using router = await RunningProgram.start(
    new Deno.Command("sh", {
      args: [
        "-c",
        `ulimit -n ${FILES_MAX}; exec "$0" "$@"`,
        Deno.execPath(),
        ...["run", "--no-prompt", "-A", "main.ts", scratch.file("c.json")],
      ],
      cwd: PROJECT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }),
  );
  const { port } = router;
  const dial = () => Deno.connect({ hostname: "127.0.0.1", port });
  const clients: Deno.Conn[] = [];
  for (let i = 0; i < CLIENTS; i++) clients.push(await dial());
  const line = await within(
    router.logged("cannot accept connections"),
    "the complaint",
  );
  assertMatch(line, /ERROR .*LimitNOFILE.*max_connections/);
  // Many tries later it is still the only one.
  await within(
    router.logged("the handshake did not come in time"),
    "an end",
  );
  const told = router.log.filter((one) => one.includes("cannot accept"));
  assertEquals(told.length, 1);
  for (const client of clients) client.close();
  await within(router.logged("connections are accepted again"), "its end");
  using later = await dial();
  await within(shakeHands(later), "the handshake");
});
