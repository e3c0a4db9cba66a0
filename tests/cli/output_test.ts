/** What becomes of commands whose output cannot be written. */
import { assert, assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { PROJECT, Scratch, shakeHands } from "./_program.ts";

const CONFIG = "examples/config.json";
const QUESTION = ["--realm=realm1", "--role=anonymous", "--call=com.example.a"];

/** All that print. */
const COMMANDS: readonly (readonly string[])[] = [
  ["version"],
  ["--help"],
  ["check", "--help"],
  ["schema"],
  ["check", CONFIG],
  ["explain", CONFIG, ...QUESTION],
  ["permissions", CONFIG],
  ["keygen"],
  ["secret", "wampcra"],
];

const DENO = ["run", "--no-prompt", "-A", "main.ts"];

/** Runs the program through a shell, with the streams as `redirection` has them. */
function shell(
  redirection: string,
  words: readonly string[],
  before = "",
): Deno.Command {
  return new Deno.Command("sh", {
    args: [
      "-c",
      `${before} exec "$@" ${redirection}`,
      "sh",
      Deno.execPath(),
      ...DENO,
      ...words,
    ],
    cwd: PROJECT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

async function give(process: Deno.ChildProcess, input: string): Promise<void> {
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
}

Deno.test("commands end with 1 and say so where their output cannot be written", async () => {
  for (const words of COMMANDS) {
    const process = shell(">/dev/full", words).spawn();
    await give(process, "secret");
    const { code, stderr } = await process.output();
    assertEquals(
      [words, code, new TextDecoder().decode(stderr)],
      [
        words,
        1,
        "error: cannot write to standard output: No space left on device (os error 28)\n",
      ],
    );
  }
});

Deno.test("commands end with 1, without a word, where nobody reads their output", async () => {
  for (const words of COMMANDS) {
    // It begins when nobody can read its output any more.
    const process = shell("", words, "read -r line;").spawn();
    await process.stdout.cancel();
    await give(process, "go\nsecret");
    const [stderr, { code }] = await Promise.all([
      new Response(process.stderr).text(),
      process.status,
    ]);
    assertEquals([words, code, stderr], [words, 1, ""]);
  }
});

Deno.test("keygen leaves no key behind whose public key nobody has seen", async () => {
  await using scratch = await Scratch.make();
  const path = scratch.file("client.key");
  const process = shell(">/dev/full", ["keygen", path]).spawn();
  await give(process, "");
  assertEquals((await process.output()).code, 1);
  assertEquals(await Array.fromAsync(Deno.readDir(scratch.path)), []);
});

Deno.test("keygen ends with 1 where it cannot make its file", async () => {
  await using scratch = await Scratch.make();
  for (
    const path of [scratch.file("none/client.key"), scratch.path, "/dev/full"]
  ) {
    const process = shell("", ["keygen", path]).spawn();
    await give(process, "");
    const { code, stdout, stderr } = await process.output();
    assertEquals([code, stdout.length], [1, 0]);
    assert(
      new TextDecoder().decode(stderr).startsWith(
        `error: cannot write ${path}: `,
      ),
    );
  }
});

for (const redirection of ["2>/dev/full", "2>&-", "2>/dev/null >&-"]) {
  Deno.test(`start runs and stops where its log cannot be written: ${redirection}`, async () => {
    await using scratch = await Scratch.make();
    const path = scratch.file("s");
    const config = scratch.file("c.json");
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        type: "rawsocket",
        serializer: "json",
        endpoint: { type: "unix", path },
      }),
    );
    using changes = Deno.watchFs(scratch.path);
    const process = shell(redirection, [config]).spawn();
    await within(made(changes, path), "the socket");
    {
      using conn = await Deno.connect({ transport: "unix", path });
      await shakeHands(conn);
    }
    process.kill("SIGTERM");
    await give(process, "").catch(() => {});
    assertEquals((await process.output()).code, 0);
  });
}

async function made(changes: Deno.FsWatcher, path: string): Promise<void> {
  for await (const { paths } of changes) {
    if (paths.includes(path)) return;
  }
}
