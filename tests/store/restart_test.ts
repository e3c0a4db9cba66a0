/** A router with a store in a file, as a process that ends in every way. */
import { assert, assertEquals } from "@std/assert";
import { PROJECT, run, RunningProgram, Scratch } from "../cli/_program.ts";
import { RawClient } from "../support/raw_client.ts";

const FLUSH_MS = 200;

/** A config whose realm keeps 10,000 events of `com.kept` in `events.db`. */
function config(path: string): object {
  return {
    realms: [{
      name: "realm1",
      roles: [{ name: "anonymous", "allow-by-default": true }],
      store: {
        type: "sqlite",
        path,
        flush_ms: FLUSH_MS,
        "event-history": [{ uri: "com.kept", limit: 10_000 }],
      },
    }],
    transports: [{
      type: "rawsocket",
      serializers: ["json", "cbor"],
      endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
    }],
  };
}

/** Starts the router with the permissions that it needs, and no other. */
async function start(scratch: Scratch): Promise<RunningProgram> {
  const { stdout } = await run(["permissions", scratch.file("c.json")]);
  return await RunningProgram.start(
    new Deno.Command("sh", {
      args: ["-c", `exec ${stdout}`],
      cwd: PROJECT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }),
  );
}

async function join(program: RunningProgram): Promise<RawClient> {
  return await RawClient.join(`tcp://127.0.0.1:${program.port}`, "cbor");
}

/** Publishes `[text]` on `com.kept`, retained; resolves when it is acknowledged. */
async function publish(client: RawClient, text: string): Promise<void> {
  const options = { acknowledge: true, retain: true };
  const request = client.nextRequest();
  const answer = await client.request([16, request, options, "com.kept", [
    text,
  ]]);
  assertEquals(answer.slice(0, 2), [17, request]);
}

/** What the history holds. */
async function historyOf(client: RawClient): Promise<string[]> {
  const call = async (procedure: string, arg: unknown) => {
    const message = [48, client.nextRequest(), {}, procedure, [arg]];
    return (await client.request(message))[3] ?? [];
  };
  const [id] = await call("wamp.subscription.lookup", "com.kept");
  const events = await call("wamp.subscription.get_events", id);
  return events.map(({ args }: { args: [string] }) => args[0]);
}

/** The retained event of the topic. */
async function retainedBy(client: RawClient): Promise<string> {
  await client.subscribe("com.kept", { get_retained: true });
  const event = await client.receive();
  assertEquals(event[3], { retained: true });
  return event[4][0];
}

async function makeScratch(): Promise<Scratch> {
  const scratch = await Scratch.make();
  await Deno.writeTextFile(
    scratch.file("c.json"),
    JSON.stringify(config(scratch.file("events.db"))),
  );
  return scratch;
}

Deno.test("EH-11 ER-04: what was acknowledged flush_ms before a kill -9 is there after the restart, and no event is missing between others", async () => {
  await using scratch = await makeScratch();
  const old: string[] = [];
  for (let round = 0; round < 3; round++) {
    await using program = await start(scratch);
    using client = await join(program);
    // With what was written before the last kill, without gaps.
    const found = await historyOf(client);
    assertEquals(found.slice(0, old.length), old);
    if (round > 0) assertEquals(await retainedBy(client), found.at(-1));
    old.splice(0, Infinity, ...found);
    for (let n = 0; n < 100; n++) {
      await publish(client, `${round}.${n}`);
      old.push(`${round}.${n}`);
    }
    // More than that, so that a busy machine does not decide.
    await new Promise((resolve) => setTimeout(resolve, FLUSH_MS + 100));
    // These may be there or not.
    for (let n = 100; n < 120; n++) await publish(client, `${round}.${n}`);
    program.kill("SIGKILL");
    await program.ended();
  }
  assert(old.length >= 300);
});

Deno.test("a router that is told to stop writes what waits", async () => {
  await using scratch = await makeScratch();
  const texts = ["a", "b", "c"];
  {
    await using program = await start(scratch);
    using client = await join(program);
    for (const text of texts) await publish(client, text);
    program.kill("SIGTERM");
    assertEquals((await client.receive())[0], 6);
    client.close();
    assertEquals(await program.ended(), 0);
  }
  // The log of writes has been taken into the file.
  const files = await Array.fromAsync(Deno.readDir(scratch.path));
  assertEquals(files.map(({ name }) => name).toSorted(), [
    "c.json",
    "events.db",
  ]);
  await using program = await start(scratch);
  using client = await join(program);
  assertEquals(await historyOf(client), texts);
  assertEquals(await retainedBy(client), "c");
});

Deno.test("ER-04: a retained event that was cleared does not come back with a restart", async () => {
  await using scratch = await makeScratch();
  for (const isFirst of [true, false]) {
    await using program = await start(scratch);
    using client = await join(program);
    if (isFirst) await publish(client, "a");
    else {
      // It is in the file, and not in what waits to be written.
      assertEquals(await retainedBy(client), "a");
      const options = { _clear_retained: true, acknowledge: true };
      const request = client.nextRequest();
      await client.request([16, request, options, "com.kept"]);
    }
    program.kill("SIGTERM");
    assertEquals((await client.receive())[0], 6);
    client.close();
    assertEquals(await program.ended(), 0);
  }
  await using program = await start(scratch);
  using client = await join(program);
  await client.subscribe("com.kept", { get_retained: true });
  await client.expectNothing();
});

Deno.test("check and start refuse a file that is another program's, and leave it as it is", async () => {
  await using scratch = await makeScratch();
  const foreign = new TextEncoder().encode("SQLite format 3\0");
  const header = new Uint8Array(4096);
  header.set(foreign);
  new DataView(header.buffer).setUint32(68, 7);
  await Deno.writeFile(scratch.file("events.db"), header);
  const wanted = `Cannot use ${
    scratch.file("events.db")
  } as store: it is a database of another program`;
  for (const command of [["check"], []]) {
    const { code, stdout, stderr } = await run([
      ...command,
      scratch.file("c.json"),
    ]);
    assertEquals(code, 2);
    assert(`${stdout}${stderr}`.includes(wanted), `${stdout}${stderr}`);
  }
  assertEquals(await Deno.readFile(scratch.file("events.db")), header);
});

Deno.test("check warns of a damaged file, and finds nothing wrong where there is none yet", async () => {
  await using scratch = await makeScratch();
  const fine = await run(["check", scratch.file("c.json")]);
  assertEquals([fine.code, fine.stdout.includes("warning")], [0, false]);
  await Deno.writeTextFile(scratch.file("events.db"), "x".repeat(5000));
  const damaged = await run(["check", scratch.file("c.json")]);
  assertEquals(damaged.code, 0);
  assert(
    /warning: realms\[0\]\.store\.path: .* file is not a database/.test(
      damaged.stdout,
    ),
    damaged.stdout,
  );
});
