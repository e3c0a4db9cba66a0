/** Room for the descriptors of many clients, before the first one comes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeDescriptorRoom } from "../../src/cli/descriptor_room.ts";
import { PROJECT, RunningProgram, Scratch, shakeHands } from "./_program.ts";

const TCP = {
  type: "rawsocket",
  serializer: "json",
  endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
};

const README = `${PROJECT}/README.md`;

// What it opens it closes: the leak sanitizer sees to that.
Deno.test("room is made for as many as are asked for, up to 2,048", () => {
  assertEquals(makeDescriptorRoom(README, 3), { held: 3, isLimit: false });
  const { held } = makeDescriptorRoom(README, 100_000);
  assert(held <= 2048);
});

Deno.test("a pipe, a folder and what is not there are let alone", async () => {
  await using scratch = await Scratch.make();
  const pipe = scratch.file("pipe");
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const paths = [pipe, PROJECT, scratch.file("nothing")];
  assertEquals(
    paths.map((path) => makeDescriptorRoom(path, 10)),
    paths.map(() => ({ held: 0, isLimit: false })),
  );
});

/** The size of a process's table of descriptors. */
async function tableSize(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/^FDSize:\s*(\d+)$/m)?.[1]);
}

/** Of a child that opens nothing. */
async function inheritedTableSize(): Promise<number> {
  const child = new Deno.Command("cat", { stdin: "piped", stdout: "null" })
    .spawn();
  const size = await tableSize(child.pid);
  await child.stdin.close();
  await child.status;
  return size;
}

Deno.test({
  name: "start has room for 4,096 descriptors when it is ready",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using scratch = await Scratch.make({ "c.json": TCP });
    await using program = await RunningProgram.startMain([
      scratch.file("c.json"),
    ]);
    assert(await tableSize(program.pid) >= 4096);
  },
});

Deno.test({
  name: "start makes no room that max_connections does not need",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using scratch = await Scratch.make({
      "c.json": { ...TCP, options: { max_connections: 10 } },
    });
    await using program = await RunningProgram.startMain([
      scratch.file("c.json"),
    ]);
    // A child begins with room for what is open in the process of the tests.
    const inherited = await inheritedTableSize();
    assert(await tableSize(program.pid) <= Math.max(inherited, 2048));
  },
});

Deno.test("start warns where the system allows fewer descriptors than max_connections, and serves", async () => {
  await using scratch = await Scratch.make({ "c.json": TCP });
  await using program = await RunningProgram.start(
    new Deno.Command("bash", {
      args: [
        "-c",
        'ulimit -n 300 && exec "$0" run --no-prompt -A main.ts "$1"',
        Deno.execPath(),
        scratch.file("c.json"),
      ],
      cwd: PROJECT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }),
  );
  assertMatch(
    program.log[0],
    /WARN .*fewer open files than max_connections needs: raise .* free=2\d\d max_connections=20000$/,
  );
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: program.port,
  });
  await shakeHands(conn);
});
