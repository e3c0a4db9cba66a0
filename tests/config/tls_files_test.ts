/** Keys and certificates as openssl and Node.js make them. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  type FileUse,
  formatProblem,
  type NamedFile,
} from "../../src/schema/check_context.ts";
import { checkFiles } from "../../src/config/named_files.ts";
import { decodePem } from "../../src/base/pem.ts";
import { tlsIdentityFault } from "../../src/server/tls_identity.ts";
import { NO_FAULTS } from "./_files.ts";

const PEM_FOLDER = new URL("pem/", import.meta.url);
const NOW = Date.parse("2030-01-01");
const DAY_MS = 24 * 60 * 60 * 1000;

/** A file of `pem/`, a text of its own, or several of both, one behind another. */
type Source = string | Uint8Array;

function octetsOf(source: Source): Uint8Array {
  if (typeof source !== "string") return source;
  const isName = /^[\w./]+\.(key|crt)$/.test(source);
  if (isName) return Deno.readFileSync(new URL(source, PEM_FOLDER));
  return new TextEncoder().encode(source);
}

function textOf(...sources: Source[]): string {
  return sources.map((source) => decodePem(octetsOf(source))).join("");
}

function pem(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

interface Files {
  readonly key: string;
  readonly crt: string;
  readonly chain?: string;
}

/** What is found in the files of one endpoint. */
async function check(
  { key, crt, chain }: Files,
  now = NOW,
): Promise<string[]> {
  const named = (use: FileUse, path: string, partner?: string): NamedFile => ({
    path,
    use,
    partner,
    line: 1,
    column: 1,
    keyPath: "",
  });
  const files = [
    named("key", "key", undefined),
    named("certificate", "crt", "key"),
    ...chain === undefined ? [] : [named("chain certificate", "chain", "crt")],
  ];
  const texts: Record<string, string | undefined> = { key, crt, chain };
  const problems = await checkFiles(files, {
    ...NO_FAULTS,
    file: "c",
    readTextFile: () => Promise.reject(new Error("these are not read as text")),
    readPemFile: (path) => Promise.resolve(texts[path] ?? ""),
    identityFault: tlsIdentityFault,
    now,
  });
  return problems.map((one) => formatProblem(one).replace("c:1:1: ", ""));
}

const KEY = textOf("chain/leaf.key");
const LEAF = textOf("chain/leaf.crt");
const BETWEEN = textOf("chain/inter.crt");
const ROOT = textOf("chain/root.crt");
const CHAIN = LEAF + BETWEEN;

Deno.test("checkFiles() finds nothing wrong in a key and a chain that fit, in one file or several", async () => {
  const cases: Files[] = [
    { key: KEY, crt: CHAIN },
    { key: KEY, crt: CHAIN + ROOT },
    { key: KEY, crt: LEAF, chain: BETWEEN },
    { key: KEY, crt: LEAF, chain: BETWEEN + ROOT },
    // What is there twice is sent twice, which hurts nobody.
    { key: KEY, crt: CHAIN, chain: BETWEEN },
    // All in one file, in both orders.
    { key: KEY + CHAIN, crt: KEY + CHAIN },
    { key: CHAIN + KEY, crt: CHAIN + KEY },
  ];
  for (const files of cases) assertEquals(await check(files), []);
});

Deno.test("checkFiles() reads PEM as people do: a BOM, line ends, white space and text around it do not count", async () => {
  const forms: ((text: string) => string)[] = [
    (text) => textOf(Uint8Array.of(0xef, 0xbb, 0xbf)) + text,
    (text) => text.replaceAll("\n", "\r\n"),
    (text) => text.replaceAll("\n", "\r"),
    (text) => text.replaceAll("\n", "\n\n"),
    (text) => text.replace(/^/gm, "  "),
    (text) => text.replace(/$/gm, " "),
    (text) => `Bag Attributes\n  friendlyName: K\xf6ln\n${text}\nbye`,
    (text) => text.trimEnd(),
  ];
  for (const form of forms) {
    assertEquals(await check({ key: form(KEY), crt: form(CHAIN) }), []);
  }
});

Deno.test("checkFiles() takes keys in every form: PKCS#8, SEC1 with its parameters or without, PKCS#1", async () => {
  const parameters = pem("EC PARAMETERS", "BggqhkjOPQMBBw==");
  const sec1 = textOf("sec1.key");
  const ec = textOf("server.crt");
  const cases: Files[] = [
    { key: textOf("server.key"), crt: ec },
    { key: sec1, crt: ec },
    { key: parameters + sec1, crt: ec },
    {
      key: textOf("../../transport/pem/rsa_pkcs1.key"),
      crt: textOf("../../transport/pem/rsa.crt"),
    },
  ];
  for (const files of cases) {
    // They are good for tests of servers, though not for every client.
    const found = await check(files);
    assertEquals(found.filter((one) => !one.startsWith("warning: ")), []);
  }
});

Deno.test("checkFiles() refuses keys of kinds that TLS cannot use, and names them", async () => {
  // The compiler knows each kind's options by an overload of its own.
  const generate = generateKeyPairSync as (
    type: string,
    options: object,
  ) => { readonly privateKey: KeyObject };
  const generated = (type: string, options: object): string => {
    const { privateKey } = generate(type, options);
    return String(privateKey.export({ type: "pkcs8", format: "pem" }));
  };
  const cases: [key: string, kind: string][] = [
    [generated("rsa", { modulusLength: 1024 }), "for RSA with 1024 bits"],
    [
      generated("ec", { namedCurve: "secp256k1" }),
      "for the curve secp256k1",
    ],
    [generated("ed448", {}), "for ED448"],
    [generated("x25519", {}), "for X25519"],
    [textOf("chain/rsa_pss.key"), "for RSA-PSS"],
  ];
  for (const [key, kind] of cases) {
    assertEquals(await check({ key, crt: CHAIN }), [
      `error: the key in key is ${kind}, which TLS cannot use here; make one for ECDSA (P-256, P-384, P-521), Ed25519, or RSA (2048 to 8192 bits)`,
    ]);
  }
  for (const namedCurve of ["P-256", "P-384", "P-521"]) {
    const key = generated("ec", { namedCurve });
    const [found] = await check({ key, crt: CHAIN });
    assertMatch(found, /is not that of the key in key$/);
  }
});

Deno.test("checkFiles() names what is wrong with a file", async () => {
  const der = Uint8Array.fromBase64(
    LEAF.replaceAll(/-----.*-----|\n/g, ""),
  );
  const utf16 = Uint8Array.from(
    [0xff, 0xfe, ...LEAF].flatMap((one) =>
      typeof one === "number" ? [one] : [one.charCodeAt(0), 0]
    ),
  );
  const cases: [files: Files, message: string][] = [
    [{ key: "", crt: CHAIN }, "key is empty"],
    [{ key: KEY, crt: " \n" }, "crt is empty"],
    [
      { key: "hello", crt: CHAIN },
      "key holds no private key in PEM form, but nothing in PEM form",
    ],
    [
      { key: LEAF, crt: CHAIN },
      "key holds no private key in PEM form, but CERTIFICATE",
    ],
    [
      { key: KEY, crt: KEY },
      "crt holds no certificate in PEM form, but PRIVATE KEY",
    ],
    [
      { key: KEY, crt: textOf(der) },
      "crt holds no certificate in PEM form, but octets in DER form or PKCS #12; turn them into PEM: openssl",
    ],
    [
      { key: textOf(Uint8Array.of(0x30, 2, 5, 0)), crt: CHAIN },
      "key holds no private key in PEM form, but octets in DER form",
    ],
    [
      { key: KEY, crt: textOf(utf16) },
      "crt holds no certificate in PEM form, but text in UTF-16",
    ],
    [
      { key: textOf("encrypted.key"), crt: CHAIN },
      "the key in key is encrypted; decrypt it, and guard the file by its mode",
    ],
    [
      {
        key: pem(
          "EC PRIVATE KEY",
          "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA",
        ),
        crt: CHAIN,
      },
      "the key in key is encrypted; ",
    ],
    [
      { key: pem("PRIVATE KEY", "AAAA"), crt: CHAIN },
      "the key in key cannot be loaded: ",
    ],
    [
      { key: KEY + textOf("server.key"), crt: CHAIN },
      "key holds 2 private keys; leave in it the one of the certificate",
    ],
    [
      { key: KEY, crt: pem("CERTIFICATE", "AAAA") },
      "the certificate in crt cannot be loaded: ",
    ],
    [
      { key: KEY, crt: LEAF, chain: BETWEEN + pem("CERTIFICATE", "AAAA") },
      "certificate 2 in chain cannot be loaded: ",
    ],
    [
      { key: KEY, crt: textOf("chain/version1.crt") + BETWEEN },
      "TLS cannot use crt: the certificate is of X.509 version 1; make one of version 3",
    ],
    [
      { key: KEY, crt: textOf("other.crt") },
      "the certificate in crt is not that of the key in key",
    ],
    [
      { key: KEY, crt: BETWEEN + LEAF },
      "the certificate of the key in key is number 2 in crt; put it first",
    ],
  ];
  for (const [files, message] of cases) {
    const [found, ...more] = await check(files);
    assertStringIncludes(found, `error: ${message}`);
    assertEquals(more, []);
  }
});

Deno.test("checkFiles() warns of a chain that clients may refuse", async () => {
  const cases: [files: Files, message: string][] = [
    [
      { key: KEY, crt: LEAF },
      'CN=Between issued the certificate in crt, and the certificate of CN=Between is not sent: clients that do not have it refuse the router; append it to the file, or name it in "chain_certificates"',
    ],
    [
      { key: KEY, crt: LEAF + ROOT + BETWEEN },
      "certificate 2 in crt did not issue certificate 1 in crt",
    ],
    [
      { key: KEY, crt: LEAF, chain: ROOT },
      "the certificate in chain did not issue the certificate in crt",
    ],
    // Its name fits, its key does not.
    [
      { key: KEY, crt: LEAF, chain: textOf("chain/namesake.crt") },
      "the certificate in chain did not issue the certificate in crt",
    ],
    [
      { key: KEY, crt: textOf("chain/authority.crt") },
      "the certificate in crt is one of an authority (CA:TRUE)",
    ],
    [
      { key: KEY, crt: textOf("chain/nameless.crt") },
      "the certificate in crt names no host or address (subjectAltName)",
    ],
  ];
  for (const [files, message] of cases) {
    const [found, ...more] = await check(files);
    assertStringIncludes(found, `warning: ${message}`);
    assertEquals(more, []);
  }
});

Deno.test("checkFiles() warns of certificates whose time is over, is short, or has not come", async () => {
  const files = { key: KEY, crt: CHAIN };
  const end = Date.parse("Oct 14 00:04:07 2226 GMT");
  const start = Date.parse("Dec  1 00:04:07 2026 GMT");
  const cases: [now: number, message: RegExp | undefined][] = [
    [start - DAY_MS, / 1 in crt is not valid until Dec .* refuse it before$/],
    [start, undefined],
    [end - 14 * DAY_MS, undefined],
    [end - 14 * DAY_MS + 1, / 1 in crt ends on Oct .*, in less than 14 days; /],
    [end - 1, / 1 in crt ends on Oct .*, in less than 1 days; renew it$/],
    [end, / 1 in crt ends on /],
    [end + 1, / 1 in crt ended on Oct .*: clients refuse it; renew it$/],
  ];
  for (const [now, message] of cases) {
    const found = await check(files, now);
    // Both of the chain were made in the same second.
    assertEquals(found.length, message === undefined ? 0 : 2);
    if (message === undefined) continue;
    assert(found.every((one) => one.startsWith("warning: ")));
    assertMatch(found[0], message);
  }
});
