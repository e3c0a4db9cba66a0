/** The router as a process: what it says, and how it ends. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  PROJECT,
  run,
  RunningProgram,
  Scratch,
  shakeHands,
} from "./_program.ts";

const TCP = {
  id: "front",
  type: "rawsocket",
  serializers: ["json", "msgpack"],
  endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
};

function unix(path: string): object {
  return { ...TCP, id: "side", endpoint: { type: "unix", path } };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("start says a line for each transport, and that it is ready", async () => {
  await using scratch = await Scratch.make({ "c.json": TCP });
  await using program = await RunningProgram.startMain([
    scratch.file("c.json"),
  ]);
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: program.port,
  });
  await shakeHands(conn);
  const bare = program.log.map((line) => line.replace(/^\S+ /, ""));
  assertMatch(
    bare[0],
    /^INFO {2}listening transport=front address=tcp:\/\/127\.0\.0\.1:\d+ serializers=json,msgpack max_message_size=131072 auth=anonymous$/,
  );
  assertMatch(bare[1], /^INFO {2}ready version=\d+\.\d+\.\d+$/);
});

Deno.test("start logs JSON and warnings where it is asked to", async () => {
  await using scratch = await Scratch.make({
    "c.json": {
      realms: [{
        name: "realm1",
        roles: [{ name: "anonymous", "allow-by-default": true }],
      }],
      transports: [{ ...TCP, endpoint: { type: "tcp", port: 0 } }],
    },
  });
  await using program = await RunningProgram.startMain([
    scratch.file("c.json"),
    "--log-format=json",
  ]);
  const [warning, listening] = program.log.map((line) => JSON.parse(line));
  assertEquals(warning.level, "warn");
  assertMatch(
    warning.message,
    /listens on tcp:\/\/0\.0\.0\.0:0 and has no auth/,
  );
  assertEquals(
    [listening.level, listening.message, listening.transport],
    ["info", "listening", "front"],
  );
});

Deno.test("start gives up its permissions before it is ready", async () => {
  await using scratch = await Scratch.make();
  const tcp = scratch.file("tcp.json");
  const both = scratch.file("both.json");
  await Deno.writeTextFile(tcp, JSON.stringify(TCP));
  await Deno.writeTextFile(
    both,
    JSON.stringify({ transports: [TCP, unix(scratch.file("s"))] }),
  );
  const cases: [config: string, message: RegExp][] = [
    [tcp, /permissions given up$/],
    // Deno cannot narrow -A, and the socket must be removed at the end.
    [both, /permission to read and write files is kept/],
  ];
  for (const [config, message] of cases) {
    await using program = await RunningProgram.startMain([
      config,
      "--log-level=debug",
    ]);
    const given = program.log.findIndex((line) => message.test(line));
    const ready = program.log.findIndex((line) => / ready /.test(line));
    assert(given >= 0 && given < ready, program.log.join("\n"));
  }
});

Deno.test("a socket file that is removed comes back, though the permissions are given up", async () => {
  await using scratch = await Scratch.make();
  const socket = scratch.file("s");
  const config = scratch.file("c.json");
  await Deno.writeTextFile(config, JSON.stringify(unix(socket)));
  const { stdout } = await run(["permissions", config]);
  const narrow = stdout.trimEnd().split(" ").slice(2, -2)
    .map((word) => word.replaceAll("'", ""));
  for (const flags of [["--no-prompt", "-A"], narrow]) {
    await using program = await RunningProgram.start(
      new Deno.Command(Deno.execPath(), {
        args: ["run", ...flags, "main.ts", config],
        cwd: PROJECT,
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }),
    );
    await Deno.remove(socket);
    await program.logged("the socket's file was removed, and is put back");
    using conn = await Deno.connect({ transport: "unix", path: socket });
    await shakeHands(conn);
    conn.close();
    program.kill("SIGTERM");
    assertEquals(await program.ended(), 0);
    const left = await Array.fromAsync(Deno.readDir(scratch.path));
    assertEquals(left.map(({ name }) => name), ["c.json"]);
  }
});

const SIGNALS = [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const;

for (const [signal] of SIGNALS) {
  Deno.test(`start ends with 0 at ${signal} and removes its socket file`, async () => {
    await using scratch = await Scratch.make();
    const socket = scratch.file("s");
    const config = scratch.file("c.json");
    await Deno.writeTextFile(config, JSON.stringify(unix(socket)));
    await using program = await RunningProgram.startMain([config]);
    assert(await isThere(socket));
    program.kill(signal);
    assertEquals(await program.ended(), 0);
    assert(!await isThere(socket));
    assertMatch(program.log.at(-1) ?? "", / INFO {2}stopped$/);
  });
}

for (const [signal, code] of SIGNALS) {
  Deno.test(`start says GOODBYE at ${signal} and ends at once with ${code} at a second one`, async () => {
    await using scratch = await Scratch.make({
      "c.json": {
        shutdown_timeout_ms: 3_600_000,
        goodbye_timeout_ms: 3_600_000,
        transports: [TCP],
      },
    });
    await using program = await RunningProgram.startMain([
      scratch.file("c.json"),
    ]);
    using conn = await Deno.connect({
      hostname: "127.0.0.1",
      port: program.port,
    });
    await shakeHands(conn);
    await conn.write(frame('[1,"realm1",{"roles":{"caller":{}}}]'));
    assertMatch(await readFrame(conn), /^\[2,/);
    program.kill(signal);
    // The session does not answer, so stopping goes on until the second signal.
    assertMatch(await readFrame(conn), /wamp\.close\.system_shutdown/);
    program.kill(signal);
    assertEquals(await program.ended(), code);
  });
}

Deno.test("start goes on at SIGHUP under nohup", async () => {
  await using scratch = await Scratch.make({ "c.json": TCP });
  await using program = await RunningProgram.start(
    new Deno.Command("nohup", {
      args: [Deno.execPath(), "run", "-A", "main.ts", scratch.file("c.json")],
      cwd: PROJECT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }),
  );
  program.kill("SIGHUP");
  program.kill("SIGTERM");
  assertEquals(await program.ended(), 0);
  const heard = program.log.filter((line) => line.includes("signal received"));
  assertEquals(heard.length, 1);
  assertMatch(heard[0], /signal=SIGTERM$/);
});

Deno.test("start stops before it listens where a signal comes while it reads its config", async () => {
  await using scratch = await Scratch.make();
  const socket = scratch.file("s");
  const config = scratch.file("c.json");
  // As long as nobody writes into it, the start waits for its config.
  assertEquals(
    (await new Deno.Command("mkfifo", { args: [config] }).output()).code,
    0,
  );
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", "main.ts", config],
    cwd: PROJECT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  // It is opened for writing when the start has opened it for reading.
  const pipe = await Deno.open(config, { write: true });
  process.kill("SIGTERM");
  const text = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const heard = (await text.read()).value ?? "";
  assertMatch(heard, /signal received signal=SIGTERM\n$/);
  await pipe.write(new TextEncoder().encode(JSON.stringify(unix(socket))));
  pipe.close();
  const rest = (await text.read()).value ?? "";
  assertMatch(rest, / stopped before any listener was opened\n$/);
  assertEquals((await text.read()).done, true);
  assertEquals((await process.status).code, 0);
  assert(!await isThere(socket));
});

Deno.test("start leaves a socket alone that a successor made in its place", async () => {
  await using scratch = await Scratch.make();
  const socket = scratch.file("s");
  const config = scratch.file("c.json");
  await Deno.writeTextFile(config, JSON.stringify(unix(socket)));
  await using first = await RunningProgram.startMain([config]);
  await Deno.remove(socket);
  await using second = await RunningProgram.startMain([config]);
  first.kill("SIGTERM");
  assertEquals(await first.ended(), 0);
  assert(first.log.some((line) => line.includes("it is left alone")));
  {
    using conn = await Deno.connect({ transport: "unix", path: socket });
    await shakeHands(conn);
  }
  second.kill("SIGTERM");
  assertEquals(await second.ended(), 0);
  assert(!await isThere(socket));
});

Deno.test("start runs this very config as it is: examples/mysocket.json", async () => {
  await using program = await RunningProgram.startMain([
    "examples/mysocket.json",
  ]);
  using conn = await Deno.connect({
    transport: "unix",
    path: "/tmp/mysocket1",
  });
  await conn.write(Uint8Array.of(0x7f, 0xf2, 0, 0));
  const reply = new Uint8Array(4);
  await conn.read(reply);
  assertEquals(reply, Uint8Array.of(0x7f, 0x82, 0, 0));
  program.kill("SIGTERM");
  assertEquals(await program.ended(), 0);
});

Deno.test("the line that permissions prints works when it is pasted", async () => {
  await using scratch = await Scratch.make();
  const config = scratch.file("it's a config.json");
  const pem = `${PROJECT}/tests/fixtures`;
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      transports: [
        {
          ...TCP,
          endpoint: {
            ...TCP.endpoint,
            port: "$SLUICE_PORT",
            tls: {
              key: `${pem}/localhost.key`,
              certificate: `${pem}/localhost.crt`,
            },
          },
        },
        unix(scratch.file("a socket")),
        { ...unix(scratch.file("other")), id: "other" },
      ],
    }),
  );
  const env = { SLUICE_PORT: "0" };
  const { code, stdout, stderr } = await run(["permissions", config], { env });
  assertEquals(code, 0, stderr);
  const line = stdout.trimEnd();
  assertMatch(line, /^deno run --no-prompt '--allow-net=127\.0\.0\.1:0,/);
  const deno = `'${Deno.execPath().replaceAll("'", `'\\''`)}'`;
  const command = new Deno.Command("sh", {
    args: ["-c", `exec ${deno}${line.slice("deno".length)}`],
    cwd: PROJECT,
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  await using program = await RunningProgram.start(command);
  {
    const caCerts = [await Deno.readTextFile(`${pem}/ca.crt`)];
    using conn = await Deno.connectTls({
      hostname: "localhost",
      port: program.port,
      caCerts,
    });
    await shakeHands(conn);
  }
  {
    const path = scratch.file("a socket");
    using conn = await Deno.connect({ transport: "unix", path });
    await shakeHands(conn);
  }
  await Deno.remove(scratch.file("other"));
  await Deno.writeTextFile(scratch.file("other"), "mine");
  program.kill("SIGTERM");
  assertEquals(await program.ended(), 0);
  assert(!await isThere(scratch.file("a socket")));
  assertEquals(await Deno.readTextFile(scratch.file("other")), "mine");
  // With a grant for just that, nothing more has to stay.
  assert(!program.log.some((text) => text.includes("files is kept")));
});

Deno.test("the line that permissions --absolute prints works from every folder", async () => {
  await using scratch = await Scratch.make({ "c.json": TCP });
  const relative = scratch.file("c.json").replace(/^\//, "");
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", `${PROJECT}/main.ts`],
      ...["permissions", "--absolute", relative],
    ],
    cwd: "/",
  }).output();
  const line = new TextDecoder().decode(stdout).trimEnd();
  assertEquals(
    line,
    `deno run --no-prompt --allow-net=127.0.0.1:0 --allow-read=/${relative} ${PROJECT}/main.ts /${relative}`,
  );
  const [, ...words] = line.split(" ");
  await using program = await RunningProgram.start(
    new Deno.Command(Deno.execPath(), {
      args: words,
      cwd: scratch.path,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }),
  );
  program.kill("SIGTERM");
  assertEquals(await program.ended(), 0);
});

Deno.test("an error that nobody handles is logged and ends the process with 1", async () => {
  const scripts = [
    'Promise.reject(new Error("lost"));',
    'setTimeout(() => { throw new Error("lost"); });',
  ];
  for (const script of scripts) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { exitOnDefect } from "${PROJECT}/src/cli/start_command.ts";
         const print = (message, fields) => console.error(message, fields);
         exitOnDefect({ error: print }, (code) => Deno.exit(code));
         ${script}
         setTimeout(() => Deno.exit(0), 10_000);`,
      ],
      cwd: PROJECT,
    }).output();
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stderr), /not handled: lost/);
  }
});

function frame(text: string): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(text);
  return Uint8Array.of(
    0,
    body.length >> 16,
    body.length >> 8,
    body.length,
    ...body,
  );
}

async function readFrame(conn: Deno.Conn): Promise<string> {
  const head = await readExactly(conn, 4);
  const length = head[1] << 16 | head[2] << 8 | head[3];
  return new TextDecoder().decode(await readExactly(conn, length));
}

async function readExactly(
  conn: Deno.Conn,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await conn.read(bytes.subarray(at));
    assert(count !== null, "the connection was closed");
    at += count;
  }
  return bytes;
}

Deno.test("start says what a node config's author should know: what strangers may do, and what differs from Crossbar.io", async () => {
  const roles = [{ name: "anonymous", "allow-by-default": true }];
  await using scratch = await Scratch.make({
    "c.json": {
      version: 2,
      workers: [
        {
          type: "router",
          realms: [{ name: "realm1", roles: [...roles, { name: "idle" }] }],
          transports: [{
            type: "rawsocket",
            endpoint: { type: "tcp", port: 0 },
            auth: { anonymous: { type: "static", role: "anonymous" } },
          }],
        },
        { type: "router", options: { disabled: true } },
      ],
    },
  });
  const path = scratch.file("c.json");
  await using program = await RunningProgram.startMain([path]);
  const log = program.log.map((line) => line.replace(/^\S+ /, ""));
  const check = await run(["check", path]);
  assertEquals(check.code, 0);
  for (
    const [level, text] of [
      ["WARN", 'role "idle" has no permissions'],
      ["WARN", "can join without a secret, and do everything"],
      ["WARN", "workers[1]: this worker is disabled; left out"],
      ["INFO", "note: workers[0].transports[0]: max_message_size is 131072"],
    ]
  ) {
    const line = log.find((one) => one.includes(text));
    assertEquals(line?.split(" ")[0], level, `${text}: ${log.join("\n")}`);
    assert(check.stdout.includes(text), check.stdout);
  }
});
