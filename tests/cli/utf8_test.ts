/** What people write in another encoding than UTF-8 is refused, not guessed at. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PROJECT, run, Scratch } from "./_program.ts";

const latin1 = (text: string) =>
  Uint8Array.from([...text].map((one) => one.charCodeAt(0)));

function utf16(text: string): Uint8Array {
  return Uint8Array.from(
    [...`\uFEFF${text}`].flatMap((one) => {
      const unit = one.charCodeAt(0);
      return [unit & 0xff, unit >> 8];
    }),
  );
}

function config(ticket: unknown): string {
  return `{
  "realms": [{ "name": "realm1", "roles": [{ "name": "user", "permissions": [] }] }],
  "transports": [{
    "type": "rawsocket", "serializer": "json",
    "endpoint": { "type": "tcp", "interface": "127.0.0.1", "port": 0 },
    "auth": { "ticket": { "type": "static", "principals": {
      "joe": { "role": "user",
        "ticket": ${JSON.stringify(ticket)} } } } }
  }]
}
`;
}

Deno.test("a config that is not UTF-8 is refused at its first wrong byte, by every command that reads it", async () => {
  await using scratch = await Scratch.make();
  const path = scratch.file("c.json");
  const text = config("sécret-of-joe");
  const offset = text.indexOf("é");
  await Deno.writeFile(path, latin1(text));
  for (const words of [["check", path], [path], ["permissions", path]]) {
    const { code, stdout, stderr } = await run(words);
    const said = stdout + stderr;
    assertEquals(code, 2, said);
    assertStringIncludes(
      said,
      `${path}:8:21: error: cannot read the config: the byte at offset ${offset} is not UTF-8 text; this may be Latin-1 or Windows-1252: save it as UTF-8`,
    );
    assert(!said.includes("cret-of-joe"), said);
  }
  await Deno.writeFile(path, utf16(text));
  const { code, stdout } = await run(["check", path]);
  assertEquals(code, 2);
  assertStringIncludes(stdout, `${path}:1:1: error: `);
  assertStringIncludes(stdout, "this looks like UTF-16: save it as UTF-8");
  // As ever.
  await Deno.writeTextFile(path, `\uFEFF${text.replaceAll("\n", "\r\n")}`);
  assertEquals((await run(["check", path])).code, 0);
});

Deno.test("a file with a secret that is not UTF-8 is refused, and none of it is shown", async () => {
  await using scratch = await Scratch.make({
    "c.json": config({ file: "ticket" }),
  });
  const path = scratch.file("ticket");
  for (
    const [bytes, said] of [
      [latin1("sécret-of-joe\n"), "line 1, column 2: the byte at offset 1 is"],
      [utf16("secret-of-joe"), "this looks like UTF-16"],
      [latin1("secret-of-joe\0"), "text cannot hold the character U+0000"],
    ] as const
  ) {
    await Deno.writeFile(path, bytes);
    for (const words of [["check"], []]) {
      const ended = await run([...words, scratch.file("c.json")]);
      const all = ended.stdout + ended.stderr;
      assertEquals(ended.code, 2, all);
      assertStringIncludes(all, "c.json:8:19: error: ");
      assertStringIncludes(all, `cannot read ${path}: `);
      assertStringIncludes(all, said);
      assert(!all.includes("of-joe"), all);
    }
  }
});

Deno.test("an environment variable that is not UTF-8 is refused, and not shown", async () => {
  await using scratch = await Scratch.make({
    "c.json": config("${TICKET_OF_JOE}"),
  });
  for (const value of ["s\\351cret-of-joe", "s\\357\\277\\275cret-of-joe"]) {
    const { code, stdout } = await new Deno.Command("sh", {
      args: [
        "-c",
        `TICKET_OF_JOE="$(printf '${value}')" exec "$0" "$@"`,
        Deno.execPath(),
        ...["run", "--no-prompt", "-A", "main.ts", "check"],
        scratch.file("c.json"),
      ],
      cwd: PROJECT,
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    assertEquals(code, 2, said);
    assertStringIncludes(
      said,
      "cannot read environment variable TICKET_OF_JOE: its value is not UTF-8",
    );
    assert(!said.includes("cret-of-joe"), said);
  }
});

Deno.test("a password on standard input that is not UTF-8 is refused", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "main.ts", "secret", "wampcra"],
    cwd: PROJECT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(latin1("pässword\n"));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert(code !== 0);
  assertEquals(stdout.length, 0);
  assertStringIncludes(
    new TextDecoder().decode(stderr),
    "error: line 1, column 2: the byte at offset 1 is not UTF-8 text",
  );
});
