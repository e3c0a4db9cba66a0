import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type FileUse,
  formatProblem,
  type NamedFile,
} from "../../src/schema/check_context.ts";
import { checkFiles, type StoreFault } from "../../src/config/named_files.ts";
import { TEXT_SECRET } from "../../src/schema/secret_forms.ts";
import { NO_FAULTS } from "./_files.ts";
import { loadSound } from "./_load.ts";

/** What is wrong with each store. */
const STORE_FAULTS: Record<string, StoreFault> = {
  "foreign.db": { message: "it is foreign", severity: "error" },
  "damaged.db": { message: "it is damaged", severity: "warning" },
};

function named(use: FileUse, path: string, partner?: string): NamedFile {
  return { path, use, line: 1, column: 2, keyPath: "tls", partner };
}

async function check(
  files: readonly NamedFile[],
  options: Partial<Parameters<typeof checkFiles>[1]> = {},
): Promise<string[]> {
  const problems = await checkFiles(files, {
    ...NO_FAULTS,
    file: "c",
    readTextFile: () => Promise.resolve("text"),
    storeFault: (path) => STORE_FAULTS[path],
    now: 0,
    ...options,
  });
  return problems.map(formatProblem);
}

Deno.test("checkFiles() tells what is wrong with stores, and reads none as text", async () => {
  const found = await check([
    named("store", "sound.db"),
    named("store", "foreign.db"),
    named("store", "damaged.db"),
  ]);
  assertEquals(found, [
    "c:1:2: error: tls: it is foreign",
    "c:1:2: warning: tls: it is damaged",
  ]);
});

Deno.test("checkFiles() tells why no socket can be made, and reads none as text", async () => {
  const files = [named("socket", "/run/a"), named("socket", "/run/b")];
  const found = await check(files, {
    socketFault: (path) =>
      path === "/run/b" ? "there is no folder /run" : undefined,
  });
  assertEquals(found, ["c:1:2: error: tls: there is no folder /run"]);
});

Deno.test("checkFiles() warns of secrets and keys that every user can read or write", async () => {
  const secret = { ...named("secret", "s"), form: TEXT_SECRET };
  for (const mode of [0o600, 0o400, 0o640, 0o660, 0o100600]) {
    assertEquals(await check([secret], { fileMode: () => mode }), []);
  }
  for (const mode of [0o644, 0o604, 0o602, 0o777]) {
    const [found, ...more] = await check([secret], { fileMode: () => mode });
    const octal = mode.toString(8);
    assertEquals(
      found,
      `c:1:2: warning: tls: s is open to every user of this machine (mode 0${octal}); guard it: chmod 0600 s`,
    );
    assertEquals(more, []);
  }
  // Systems without such bits have none to tell.
  assertEquals(await check([secret], { fileMode: () => undefined }), []);
  const [found] = await check([named("key", "k")], {
    readPemFile: () => Promise.resolve(""),
    fileMode: () => 0o644,
  });
  assertStringIncludes(found, "k is open to every user");
});

Deno.test("loadConfig() hands on the files of TLS with their places", async () => {
  const { files } = await loadSound(`{
    "type": "rawsocket", "serializer": "json",
    "endpoint": { "type": "tcp", "port": 0, "interface": "127.0.0.1", "tls": {
      "certificate": "a.crt", "key": "/a.key",
      "chain_certificates": ["b.crt"] } }
  }`);
  assertEquals(files, [
    {
      path: "/a.key",
      use: "key",
      line: 4,
      column: 38,
      keyPath: "endpoint.tls.key",
      partner: undefined,
    },
    {
      path: "/etc/sluice/a.crt",
      use: "certificate",
      line: 4,
      column: 22,
      keyPath: "endpoint.tls.certificate",
      partner: "/a.key",
    },
    {
      path: "/etc/sluice/b.crt",
      use: "chain certificate",
      line: 5,
      column: 30,
      keyPath: "endpoint.tls.chain_certificates[0]",
      partner: "/etc/sluice/a.crt",
    },
  ]);
});

Deno.test("loadConfig() hands on the path of a socket with its place", async () => {
  const { files } = await loadSound(`{
    "type": "rawsocket", "serializer": "json",
    "endpoint": { "type": "unix", "path": "run/s" }
  }`);
  assertEquals(files, [{
    path: "/etc/sluice/run/s",
    use: "socket",
    line: 3,
    column: 43,
    keyPath: "endpoint.path",
    partner: undefined,
  }]);
});
