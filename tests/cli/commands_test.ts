/** The commands that end by themselves. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { PROGRAM } from "../../src/cli/main.ts";
import { PROJECT, run, Scratch } from "./_program.ts";

const SOUND = {
  type: "rawsocket",
  serializer: "json",
  endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
};

Deno.test("version prints the versions", async () => {
  const { code, stdout } = await run(["version"], { flags: [] });
  assertEquals(code, 0);
  assertMatch(stdout, /^sluice \d+\.\d+\.\d+ \(deno \d+\.\d+\.\d+\)\n$/);
});

Deno.test("schema prints docs/config.schema.json, without any permission", async () => {
  const { code, stdout } = await run(["schema"], { flags: [] });
  assertEquals(code, 0);
  assert(
    stdout === await Deno.readTextFile(`${PROJECT}/docs/config.schema.json`),
  );
});

Deno.test("--help says what each command is for", async () => {
  const general = await run(["--help"], { flags: [] });
  assertEquals(general.code, 0);
  for (const { name, summary } of PROGRAM.entries) {
    assertMatch(
      general.stdout,
      new RegExp(`main\\.ts \\[?${name}.* ${summary}`),
    );
    const { code, stdout } = await run([name, "--help"], { flags: [] });
    assertEquals(code, 0);
    assertMatch(stdout, new RegExp(`^Usage:\\s+main\\.ts \\[?${name}\\b`));
    for (const line of (general.stdout + stdout).split("\n")) {
      assert(line.length <= 90, line);
    }
  }
  const { stdout } = await run(["secret", "scram", "--help"], { flags: [] });
  assertMatch(stdout, /^Usage: main\.ts secret scram \[OPTIONS\]\n/);
});

Deno.test("wrong usage exits with 2 and says how it is done", async () => {
  const { code, stdout, stderr } = await run(["--log-levl=x", "c.json"]);
  assertEquals([code, stdout], [2, ""]);
  assertEquals(
    stderr,
    'error: unknown option "--log-levl"; did you mean "--log-level"?\n--help says more\n',
  );
});

Deno.test("check reports everything in the file, and in the files that it names", async () => {
  await using scratch = await Scratch.make({
    "c.json": `{
  "type": "rawsocket", "serializer": "jsn",
  "endpoint": { "type": "tcp", "port": 1, "interface": "::1", "tls": {
    "key": "none.key", "certificate": "text.crt" } }
}`,
    "text.crt": "hello",
  });
  const config = scratch.file("c.json");
  const { code, stdout } = await run(["check", config]);
  assertEquals(code, 2);
  assertEquals(
    stdout.replaceAll(scratch.path, "."),
    `\
./c.json:2:38: error: serializer: "jsn" is not known; write one of "json", "msgpack", "cbor"; did you mean "json"?
./c.json:4:12: error: endpoint.tls.key: cannot read ./none.key: there is no such file
./c.json:4:39: error: endpoint.tls.certificate: ./text.crt holds no certificate in PEM form, but nothing in PEM form
./c.json: 3 errors
`,
  );
});

Deno.test("check says what a good config comes to, with warnings and notes", async () => {
  await using scratch = await Scratch.make({
    "c.json": {
      ...SOUND,
      id: "t",
      max_message_size: 16_777_217,
      options: { max_connections: 10, max_session_bytes: 2 ** 20 },
    },
  });
  const { code, stdout } = await run(["check", scratch.file("c.json")]);
  assertEquals(code, 0);
  const shown = stdout.replaceAll(scratch.path, ".")
    .replace(/\d+ MiB for what clients/, "N MiB for what clients");
  assertEquals(
    shown,
    `\
./c.json:1:128: note: max_message_size: 16777217 is more than RawSocket can carry: its own limit of 16777216 (16 MiB) counts
./c.json: fine
  realm realm1: roles anonymous
  transport t: tcp://127.0.0.1:0 json
  memory: N MiB for what clients make the router keep (max_memory_bytes, which is not set: as on this machine)
  memory: 64 MiB for retained events and histories
  memory: 787 MiB is what all clients together could take without max_memory_bytes
`,
  );
});

Deno.test("check names the permission that it lacks itself", async () => {
  const { code, stdout } = await run(["check", "examples/config.json"], {
    flags: [],
  });
  assertEquals(code, 2);
  assertStringIncludes(
    stdout,
    "cannot read the config: Deno does not permit it: add --allow-read=examples/config.json",
  );
});

Deno.test("check names the variable that it may not read", async () => {
  await using scratch = await Scratch.make({
    "c.json": { ...SOUND, endpoint: { ...SOUND.endpoint, port: "$SLUICE_P" } },
  });
  const { code, stdout } = await run(["check", scratch.file("c.json")], {
    flags: [`--allow-read=${scratch.path}`],
    env: { SLUICE_P: "8080" },
  });
  assertEquals(code, 2);
  assertStringIncludes(
    stdout,
    "cannot read environment variable SLUICE_P: Deno does not permit it: add --allow-env=SLUICE_P",
  );
});

Deno.test("every example passes check", async () => {
  await using scratch = await Scratch.make();
  for (const file of ["server.key", "server.crt"]) {
    await Deno.copyFile(
      `${PROJECT}/tests/config/pem/${file}`,
      scratch.file(file),
    );
  }
  for (const name of ["config", "mysocket", "tls", "crossbar"]) {
    const copy = scratch.file(`${name}.json`);
    await Deno.copyFile(`${PROJECT}/examples/${name}.json`, copy);
    const { code, stdout } = await run(["check", copy]);
    assertEquals(code, 0, stdout);
  }
});

Deno.test("start prints the errors of a config and exits with 2", async () => {
  await using scratch = await Scratch.make({ "c.json": { ...SOUND, id: "" } });
  const { code, stderr } = await run([scratch.file("c.json")]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "c.json:1:105: error: id: is empty");
});

Deno.test("start names every missing permission with its flag before it opens a socket", async () => {
  await using scratch = await Scratch.make();
  const config = scratch.file("c.json");
  const socket = scratch.file("s");
  const files = ["server.key", "server.crt"].map((name) =>
    `${PROJECT}/tests/config/pem/${name}`
  );
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      transports: [{
        ...SOUND,
        endpoint: {
          ...SOUND.endpoint,
          port: "$SLUICE_P",
          tls: { key: files[0], certificate: files[1] },
        },
      }, { ...SOUND, endpoint: { type: "unix", path: socket } }],
    }),
  );
  const { code, stderr } = await run([config], {
    flags: [`--allow-read=${config}`, "--allow-env=SLUICE_P"],
    env: { SLUICE_P: "0" },
  });
  assertEquals(code, 2);
  for (
    const flag of [
      "net=127.0.0.1:0",
      `net=unix:${socket}`,
      `net=unix:${scratch.path}/.s~/s`,
      `read=${files[0]}`,
      `read=${files[1]}`,
      `read=${socket}`,
      `read=${scratch.path}/.s~`,
      `write=${socket}`,
      `write=${scratch.path}/.s~`,
    ]
  ) {
    assertMatch(stderr, new RegExp(`^  --allow-${RegExp.escape(flag)} `, "m"));
  }
  assertStringIncludes(stderr, "\n  deno run --no-prompt '--allow-net=");
});

Deno.test("start exits with 2 when a key cannot be loaded", async () => {
  await using scratch = await Scratch.make({
    "c.json": {
      ...SOUND,
      endpoint: {
        ...SOUND.endpoint,
        tls: { key: "k", certificate: "k" },
      },
    },
    "k": "hello",
  });
  const { code, stderr } = await run([scratch.file("c.json")]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "endpoint.tls.key: ");
});

Deno.test("start exits with 1 when the address is in use", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using scratch = await Scratch.make({
    "c.json": { ...SOUND, endpoint: { ...SOUND.endpoint, port }, id: "busy" },
  });
  const { code, stderr } = await run([scratch.file("c.json")]);
  assertEquals(code, 1);
  assertMatch(stderr, /ERROR .*tcp:\/\/127\.0\.0\.1:\d+.*busy.*in use/);
});
