/** Keys and secrets for the config: `keygen` and `secret`. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { RawClient } from "../support/raw_client.ts";
import {
  challenged,
  clientKey,
  craSignature,
  scramAnswer,
  welcomedBy,
} from "../support/login.ts";
import { PROJECT, run, RunningProgram, Scratch } from "./_program.ts";

const PASSWORD = "MaRkEd pencil \u00fc";
const NONCE = "egVDf3DMJh0=";

/** The lines that a command printed, as an object. */
function linesOf(stdout: string): Record<string, string & number> {
  return JSON.parse(`{${stdout}}`);
}

Deno.test("secret wampcra prints what stands for the password, never the password", async () => {
  const { code, stdout, stderr } = await run(["secret", "wampcra"], {
    flags: [],
    input: `${PASSWORD}\n`,
  });
  assertEquals([code, stderr], [0, ""]);
  assert(!stdout.includes("MaRkEd"));
  const lines = linesOf(stdout);
  assertEquals(Object.keys(lines), [
    "derived_secret",
    "salt",
    "iterations",
    "keylen",
  ]);
  const { salt, iterations, keylen } = lines;
  const key = pbkdf2Sync(PASSWORD, salt, iterations, keylen, "sha256");
  assertEquals(lines["derived_secret"], key.toString("base64"));
});

Deno.test("secret scram prints what stands for the password, by either function", async () => {
  const argon = await run(["secret", "scram", "--iterations=1"], {
    flags: [],
    input: PASSWORD,
  });
  assertEquals([argon.code, argon.stderr], [0, ""]);
  const { kdf, iterations, memory } = linesOf(argon.stdout);
  assertEquals([kdf, iterations, memory], ["argon2id13", 1, 65_536]);
  const pbkdf2 = await run(["secret", "scram", "--kdf=pbkdf2"], {
    flags: [],
    input: `${PASSWORD}\r\n`,
  });
  const lines = linesOf(pbkdf2.stdout);
  const salt = Uint8Array.fromHex(lines["salt"]);
  const salted = pbkdf2Sync(PASSWORD, salt, lines["iterations"], 32, "sha256");
  const hmac = (data: string) =>
    createHmac("sha256", salted).update(data).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("hex");
  assertEquals(lines["stored-key"], stored);
  assertEquals(lines["server-key"], hmac("Server Key").toString("hex"));
  assert(!`${argon.stdout}${pbkdf2.stdout}`.includes("MaRkEd"));
});

Deno.test("secret salts anew each time", async () => {
  const words = ["secret", "wampcra", "--iterations=4096"];
  const options = { flags: [], input: PASSWORD };
  const [a, b] = await Promise.all([run(words, options), run(words, options)]);
  assert(linesOf(a.stdout)["salt"] !== linesOf(b.stdout)["salt"]);
});

Deno.test("secret refuses what is no password, without showing it", async () => {
  const rows: [input: string, error: RegExp][] = [
    ["", /^error: the password is empty\n$/],
    ["\n", /^error: the password is empty\n$/],
    [
      "MaRkEd\u0007",
      /^error: the password has characters that are not allowed/,
    ],
  ];
  for (const [input, error] of rows) {
    const { code, stdout, stderr } = await run(["secret", "scram"], {
      flags: [],
      input,
    });
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, error);
    assert(!stderr.includes("MaRkEd"));
  }
});

Deno.test("keygen prints a pair whose public key goes into the config as it is", async () => {
  const { code, stdout } = await run(["keygen"], { flags: [] });
  assertEquals(code, 0);
  const [, privateKey, , line] = stdout.split("\n");
  const { authorized_keys } = JSON.parse(`{${line}}`);
  assertEquals(authorized_keys, [clientKey(privateKey).publicKey]);
});

Deno.test("keygen writes the private key into a new file of its owner, and prints it not", async () => {
  await using scratch = await Scratch.make();
  const path = scratch.file("client.key");
  const { code, stdout } = await run(["keygen", path]);
  assertEquals(code, 0);
  const text = await Deno.readTextFile(path);
  assertMatch(text, /^[0-9a-f]{64}\n$/);
  assert(!stdout.includes(text.trim()));
  assert(stdout.includes(clientKey(text.trim()).publicKey));
  const { mode } = await Deno.stat(path);
  assertEquals((mode ?? 0) & 0o777, 0o600);
  // A key is never written over.
  const again = await run(["keygen", path]);
  assertEquals(again.code, 1);
  assertMatch(again.stderr, /the file exists already/);
  assertEquals(await Deno.readTextFile(path), text);
  const other = scratch.file("other.key");
  const denied = await run(["keygen", other], { flags: [] });
  assertEquals(denied.code, 1);
  assertEquals(
    denied.stderr,
    `error: cannot write ${other}: Deno does not permit it: add --allow-write=${other}\n`,
  );
});

Deno.test("what the commands print lets clients in, with the permissions that are computed", async () => {
  const [cra, scram, keys] = await Promise.all([
    run(["secret", "wampcra"], { flags: [], input: PASSWORD }),
    run(["secret", "scram", "--kdf=pbkdf2", "--iterations=4096"], {
      flags: [],
      input: PASSWORD,
    }),
    run(["keygen"], { flags: [] }),
  ]);
  const key = clientKey(keys.stdout.split("\n")[1]);
  await using scratch = await Scratch.make({
    "ticket.txt": `${PASSWORD}\n`,
    "c.json": `{
  "realms": [{ "name": "realm1", "roles": [{ "name": "user", "allow-by-default": true }] }],
  "transports": [{
    "type": "rawsocket", "serializer": "json",
    "endpoint": { "type": "tcp", "interface": "127.0.0.1", "port": 0 },
    "auth": {
      "ticket": { "type": "static", "default-role": "user", "principals": {
        "joe": { "ticket": { "file": "ticket.txt" } }, "ann": { "ticket": "\${ANN}" } } },
      "wampcra": { "type": "static", "default-role": "user", "users": { "joe": {
        ${cra.stdout} } } },
      "scram": { "type": "static", "default-role": "user", "principals": { "joe": {
        ${scram.stdout} } } },
      "cryptosign": { "type": "static", "default-role": "user", "principals": { "joe": {
        "authorized_keys": ["${key.publicKey}"] } } }
    }
  }]
}`,
  });
  const config = scratch.file("c.json");
  const env = { ANN: "ann's ticket" };
  const { stdout } = await run(["permissions", config], { env });
  assertMatch(stdout, /--allow-read=\S+ticket\.txt/);
  assertMatch(stdout, /--allow-env=ANN/);
  const [, ...words] = stdout.trim().split(" ");
  await using program = await RunningProgram.start(
    new Deno.Command(Deno.execPath(), {
      args: words,
      cwd: PROJECT,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }),
  );
  const address = `tcp://127.0.0.1:${program.port}`;
  for (const [authid, ticket] of [["joe", PASSWORD], ["ann", env.ANN]]) {
    using client = await RawClient.open(address, "json");
    await challenged(client, "ticket", { authid });
    await welcomedBy(client, ticket);
  }
  using cryptosign = await RawClient.open(address, "json");
  const authextra = { pubkey: key.publicKey, nonce: NONCE };
  const who = { authid: "joe", authextra };
  const { challenge } = await challenged(cryptosign, "cryptosign", who);
  await welcomedBy(cryptosign, key.sign(challenge));
  using wampcra = await RawClient.open(address, "json");
  const salted = await challenged(wampcra, "wampcra", who);
  await welcomedBy(wampcra, craSignature(PASSWORD, salted));
  using wampScram = await RawClient.open(address, "json");
  const extra = await challenged(wampScram, "wamp-scram", who);
  const options = { authid: "joe", password: PASSWORD, clientNonce: NONCE };
  const { proof } = await scramAnswer(options, extra);
  await welcomedBy(wampScram, proof, { nonce: extra.nonce });
  program.kill("SIGTERM");
  assertEquals(await program.ended(), 0);
  const log = program.log.join("\n");
  assert(!log.includes("MaRkEd") && !log.includes(env.ANN), log);
  assertMatch(log, /auth="?ticket,wampcra,scram,cryptosign/);
});
