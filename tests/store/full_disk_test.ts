/** A store on a disk of its own that is full, and has room again. */
import { assert, assertEquals } from "@std/assert";
import { PROJECT, RunningProgram, Scratch } from "../cli/_program.ts";
import { callMeta } from "../support/meta.ts";
import { RawClient } from "../support/raw_client.ts";

/** A disk of 1 MiB, in a name space of its own where mounts need no rights. */
async function canMount(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("unshare", {
      args: ["-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const CONFIG = {
  realms: [{
    name: "realm1",
    roles: [{
      name: "anonymous",
      permissions: [{
        uri: "",
        match: "prefix",
        allow: { call: true, publish: true, subscribe: true, register: true },
      }, {
        uri: "wamp.subscription.get_events",
        allow: { call: true },
      }],
    }],
    store: {
      type: "sqlite",
      path: "/mnt/events.db",
      flush_ms: 200,
      "event-history": [{ uri: "com.kept" }],
    },
  }],
  transports: [{
    type: "rawsocket",
    serializer: "json",
    endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
  }],
};

/** What the shell in the name space does beside the router, told by files. */
const SCRIPT = `set -e
mount -t tmpfs -o size=1m tmpfs /mnt
"$@" &
router=$!
trap 'kill $router' TERM
until [ -e "$SIGNALS/fill" ]; do sleep 0.05; done
dd if=/dev/zero of=/mnt/filler bs=4k 2>/dev/null || true
: > "$SIGNALS/filled"
until [ -e "$SIGNALS/free" ]; do sleep 0.05; done
rm /mnt/filler
wait $router || true
wait $router`;

async function appears(path: string): Promise<void> {
  while (true) {
    try {
      await Deno.stat(path);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function publish(
  client: RawClient,
  other: RawClient,
  text: string,
): Promise<void> {
  const request = client.nextRequest();
  await client.request([16, request, { acknowledge: true }, "com.kept", [
    text,
  ]]);
  assertEquals((await other.receive())[4], [text]);
}

Deno.test({
  name:
    "a store on a full disk says so once, routing goes on, and it is mended when there is room",
  ignore: !await canMount(),
  async fn() {
    await using scratch = await Scratch.make({ "config.json": CONFIG });
    const folder = scratch.file("");
    const router = await RunningProgram.start(
      new Deno.Command("unshare", {
        args: [
          ...["-rm", "sh", "-c", SCRIPT, "sh", Deno.execPath()],
          ...["run", "-A", "main.ts", scratch.file("config.json")],
        ],
        cwd: PROJECT,
        env: { SIGNALS: folder },
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }),
    );
    const address = `tcp://127.0.0.1:${router.port}`;
    using client = await RawClient.join(address);
    using other = await RawClient.join(address);
    const subscription = await other.subscribe("com.kept");
    await publish(client, other, "before");

    await Deno.writeTextFile(`${folder}/fill`, "");
    await appears(`${folder}/filled`);
    const long = "x".repeat(20_000);
    for (let n = 0; n < 20; n++) await publish(client, other, `${n}${long}`);
    const line = await router.logged("the store cannot write events");
    assert(line.includes("database or disk is full"), line);
    await publish(client, other, "while it is full");

    await Deno.writeTextFile(`${folder}/free`, "");
    await router.logged("the store can write events again");
    await publish(client, other, "after");
    const [events] = await callMeta(client, "wamp.subscription.get_events", [
      subscription,
    ]) as [{ args: string[] }[]];
    const texts = events.map(({ args }) => args[0]);
    assert(texts.includes("while it is full"), String(texts.length));
    assert(texts.includes("after"));
    const told = router.log.filter((text) => text.includes("cannot write"));
    assertEquals(told.length, 1);
    router.kill("SIGTERM");
    assertEquals(await router.ended(), 0);
  },
});
