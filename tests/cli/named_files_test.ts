/** What `check` calls fine starts, and what it does not call fine does not. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  PROJECT,
  run,
  RunningProgram,
  Scratch,
  shakeHands,
} from "./_program.ts";

const PEM = `${PROJECT}/tests/config/pem`;

function tlsConfig(key: string, certificate: string, rest: object = {}) {
  return {
    type: "rawsocket",
    serializer: "json",
    endpoint: {
      type: "tcp",
      interface: "127.0.0.1",
      port: 0,
      tls: { key, certificate, ...rest },
    },
  };
}

function unixConfig(path: string) {
  return {
    type: "rawsocket",
    serializer: "json",
    endpoint: { type: "unix", path },
  };
}

async function read(name: string): Promise<string> {
  return await Deno.readTextFile(`${PEM}/chain/${name}`);
}

/** Fails unless `check` and the start refuse the config, with this. */
async function assertRefused(config: string, message: string): Promise<void> {
  const checked = await run(["check", config]);
  assertEquals(checked.code, 2, checked.stdout);
  assertStringIncludes(checked.stdout, message);
  const started = await run([config]);
  assertEquals(started.code, 2);
  assertStringIncludes(started.stderr, message);
}

Deno.test("a key and its chain are served from one file, also with a BOM, and a client trusts them", async () => {
  const one = await read("leaf.key") + await read("leaf.crt") +
    await read("inter.crt");
  const caCerts = [await read("root.crt")];
  for (const text of [one, `\uFEFF${one}`, one.replaceAll("\n", "\r\n")]) {
    await using scratch = await Scratch.make({
      "one.pem": text,
      "c.json": tlsConfig("one.pem", "one.pem"),
    });
    await Deno.chmod(scratch.file("one.pem"), 0o600);
    const { code, stdout } = await run(["check", scratch.file("c.json")]);
    assertEquals(code, 0);
    assert(!/warning: endpoint\.tls/.test(stdout), stdout);
    await using program = await RunningProgram.startMain([
      scratch.file("c.json"),
    ]);
    {
      using conn = await Deno.connectTls({
        hostname: "localhost",
        port: program.port,
        caCerts,
      });
      await shakeHands(conn);
    }
    program.kill("SIGTERM");
    assertEquals(await program.ended(), 0);
  }
});

Deno.test("check and the start refuse a key that TLS cannot use, and a certificate of version 1", async () => {
  await using scratch = await Scratch.make({
    "kind.json": tlsConfig(`${PEM}/chain/rsa_pss.key`, `${PEM}/chain/leaf.crt`),
    "old.json": tlsConfig(`${PEM}/chain/leaf.key`, `${PEM}/chain/version1.crt`),
  });
  await assertRefused(
    scratch.file("kind.json"),
    "rsa_pss.key is for RSA-PSS, which TLS cannot use here; make one for ECDSA",
  );
  await assertRefused(
    scratch.file("old.json"),
    "the certificate is of X.509 version 1; make one of version 3",
  );
});

Deno.test("check and the start warn of a chain that is not whole and of a key that all can read", async () => {
  await using scratch = await Scratch.make({
    "leaf.key": await read("leaf.key"),
    "leaf.crt": await read("leaf.crt"),
    "c.json": tlsConfig("leaf.key", "leaf.crt"),
  });
  await Deno.chmod(scratch.file("leaf.key"), 0o644);
  const warnings = [
    "CN=Between issued the certificate in",
    "leaf.key is open to every user of this machine (mode 0644); guard it: chmod 0600",
  ];
  const { code, stdout } = await run(["check", scratch.file("c.json")]);
  assertEquals(code, 0);
  await using program = await RunningProgram.startMain([
    scratch.file("c.json"),
  ]);
  for (const warning of warnings) {
    assertStringIncludes(stdout, warning);
    assertStringIncludes(program.log.join("\n"), warning);
  }
});

Deno.test("check and the start refuse a socket where none can be made", async () => {
  await using scratch = await Scratch.make({
    "missing.json": unixConfig("run/router.sock"),
    "home.json": unixConfig("~/router.sock"),
    "abstract.json": unixConfig("@router"),
    "taken.json": unixConfig("file"),
    "file": "",
    "held.json": unixConfig("s"),
  });
  await Deno.mkdir(scratch.file(".s~"));
  await Deno.writeTextFile(scratch.file(".s~/notes"), "mine");
  const cases: [name: string, message: string][] = [
    [
      "missing.json",
      `there is no folder ${scratch.file("run")} for the socket`,
    ],
    ["home.json", '"~/router.sock" begins with "~", which is not a folder'],
    ["abstract.json", '"@router" names an abstract socket; Deno has none'],
    ["taken.json", `there is a file at ${scratch.file("file")}`],
    ["held.json", "holds what is not the router's: notes; move it away"],
  ];
  for (const [name, message] of cases) {
    await assertRefused(scratch.file(name), message);
  }
  assertEquals(await Deno.readTextFile(scratch.file(".s~/notes")), "mine");
});

Deno.test("the start names the missing folder also where it may not look at it", async () => {
  await using scratch = await Scratch.make({
    "c.json": unixConfig("run/router.sock"),
  });
  const [config, socket] = ["c.json", "run/router.sock"].map((name) =>
    scratch.file(name)
  );
  const beside = scratch.file("run/.router.sock~");
  const { code, stderr } = await run([config], {
    flags: [
      `--allow-net=unix:${beside}/s,unix:${socket}`,
      `--allow-read=${config},${socket},${beside}`,
      `--allow-write=${socket},${beside}`,
    ],
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, `there is no folder ${scratch.file("run")} for`);
});

Deno.test("check names the permission that it lacks to look at a socket's place", async () => {
  await using scratch = await Scratch.make({ "c.json": unixConfig("s") });
  const config = scratch.file("c.json");
  const { code, stdout } = await run(["check", config], {
    flags: [`--allow-read=${config}`],
  });
  assertEquals(code, 2);
  assertStringIncludes(stdout, `it needs --allow-read=${scratch.file("s")}`);
});
