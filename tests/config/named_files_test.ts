import { assertEquals, assertStringIncludes } from "@std/assert";
import type { FileUse, NamedFile } from "../../src/config/check_context.ts";
import { checkFiles, type StoreFault } from "../../src/config/named_files.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { loadSound } from "./_load.ts";

const PEM_FOLDER = new URL("pem/", import.meta.url);
const NOW = Date.parse("2030-01-01");

/** Files by name: those of `pem/`, and some that are broken. */
async function readTextFile(name: string): Promise<string> {
  const broken: Record<string, string> = {
    "empty": "",
    "text": "hello",
    "bad.key": pem("PRIVATE KEY", "AAAA"),
    "bad.crt": pem("CERTIFICATE", "AAAA"),
  };
  const known = broken[name];
  if (known !== undefined) return known;
  if (name === "chain.crt") {
    return await read("server.crt") + await read("other.crt");
  }
  if (name === "chain-bad.crt") {
    return await read("server.crt") + broken["bad.crt"];
  }
  return await read(name);
}

async function read(name: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(name, PEM_FOLDER));
  } catch {
    throw new Error("there is no such file");
  }
}

function pem(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

/** What is wrong with each store. */
const STORE_FAULTS: Record<string, StoreFault> = {
  "foreign.db": { message: "it is foreign", severity: "error" },
  "damaged.db": { message: "it is damaged", severity: "warning" },
};

function named(use: FileUse, path: string, partner?: string): NamedFile {
  return { path, use, line: 1, column: 2, keyPath: "tls", partner };
}

async function check(files: NamedFile[], now = NOW): Promise<string[]> {
  const problems = await checkFiles(files, {
    file: "c",
    readTextFile,
    storeFault: (path) => STORE_FAULTS[path],
    now,
  });
  return problems.map(formatProblem);
}

Deno.test("checkFiles() finds nothing wrong in keys and certificates that fit", async () => {
  for (const key of ["server.key", "sec1.key"]) {
    for (const certificate of ["server.crt", "chain.crt"]) {
      const found = await check([
        named("key", key),
        named("certificate", certificate, key),
        named("chain certificate", "other.crt"),
      ]);
      assertEquals(found, []);
    }
  }
});

Deno.test("checkFiles() names what is wrong with a file", async () => {
  const cases: [file: NamedFile, message: string][] = [
    [named("key", "none"), "cannot read none: there is no such file"],
    [
      named("key", "empty"),
      "empty holds no private key in PEM form, but nothing in PEM form",
    ],
    [
      named("key", "server.crt"),
      "server.crt holds no private key in PEM form, but CERTIFICATE",
    ],
    [
      named("key", "encrypted.key"),
      "the key in encrypted.key is encrypted; decrypt it, and guard the file by its mode",
    ],
    [named("key", "bad.key"), "the key in bad.key cannot be loaded: "],
    [
      named("certificate", "text"),
      "text holds no certificate in PEM form, but nothing in PEM form",
    ],
    [
      named("certificate", "server.key"),
      "server.key holds no certificate in PEM form, but PRIVATE KEY",
    ],
    [
      named("certificate", "bad.crt"),
      "certificate 1 in bad.crt cannot be loaded: ",
    ],
    [
      named("chain certificate", "chain-bad.crt"),
      "certificate 2 in chain-bad.crt cannot be loaded: ",
    ],
  ];
  for (const [file, message] of cases) {
    const [found, ...more] = await check([file]);
    assertStringIncludes(found, `c:1:2: error: tls: ${message}`);
    assertEquals(more, []);
  }
});

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

Deno.test("checkFiles() sees that a certificate belongs to another key", async () => {
  const found = await check([
    named("key", "server.key"),
    named("certificate", "other.crt", "server.key"),
  ]);
  assertEquals(found, [
    "c:1:2: error: tls: the certificate in other.crt is not that of the key in server.key",
  ]);
});

Deno.test("checkFiles() warns of certificates whose time is over or has not come", async () => {
  const file = named("certificate", "server.crt");
  const [over] = await check([file], Date.parse("2200-01-01"));
  assertStringIncludes(over, "warning: tls: server.crt ended on Oct 31 ");
  const [early] = await check([file], Date.parse("2000-01-01"));
  assertStringIncludes(early, "warning: tls: server.crt is not valid until ");
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
      partner: undefined,
    },
  ]);
});
