import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { connect, type SecureVersion } from "node:tls";
import type { Logger } from "../../src/base/log.ts";
import type { Listener } from "../../src/transport/listener.ts";
import {
  ListenError,
  openListener,
} from "../../src/transport/open_listener.ts";
import type { TcpEndpoint, TlsIdentity } from "../../src/transport/listener.ts";
import { within } from "../support/deadline.ts";
import { utf8 } from "../support/hex.ts";
import { fixture, turns } from "./_tls_pair.ts";

async function pem(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, import.meta.url));
}

async function localhost(): Promise<TlsIdentity> {
  return {
    key: await fixture("localhost.key"),
    cert: await fixture("localhost.crt"),
  };
}

function endpoint(
  tls: TlsIdentity | undefined,
  rest: Partial<TcpEndpoint> = {},
): TcpEndpoint {
  return {
    type: "tcp",
    hostname: "127.0.0.1",
    port: 0,
    backlog: undefined,
    reusePort: false,
    tls,
    ...rest,
  };
}

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function listen(where: TcpEndpoint): Promise<Listener> {
  return openListener(where, { id: "t", log: SILENT, maxTlsHandshakes: 10 });
}

function portOf(listener: Listener): number {
  return Number(new URL(listener.address).port);
}

/** A client of that version says "hi"; what the server hears. */
async function heard(
  listener: Listener,
  version: SecureVersion,
): Promise<string> {
  const client = connect({
    host: new URL(listener.address).hostname.replace(/[\[\]]/g, ""),
    port: portOf(listener),
    minVersion: version,
    maxVersion: version,
    rejectUnauthorized: false,
  });
  const lost = new Promise<never>((_, reject) => client.on("error", reject));
  const closed = new Promise<void>((resolve) => client.on("close", resolve));
  client.write("hi");
  const conn = await within(listener.accept(), "the client");
  const buffer = new Uint8Array(9);
  const reading = Promise.race([conn.read(buffer), lost]);
  const count = await within(reading, "what the client says");
  client.resume();
  conn.close();
  client.end();
  await within(closed, "the end");
  await turns();
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}

Deno.test("a TLS listener takes keys of every form, and clients of TLS 1.2 and 1.3", async () => {
  const cert = await pem("../config/pem/server.crt");
  const identities: TlsIdentity[] = [
    await localhost(),
    { key: await pem("../config/pem/server.key"), cert },
    { key: await pem("../config/pem/sec1.key"), cert },
    { key: await pem("pem/rsa_pkcs1.key"), cert: await pem("pem/rsa.crt") },
  ];
  for (const identity of identities) {
    const listener = await listen(endpoint(identity));
    assertEquals(await heard(listener, "TLSv1.2"), "hi");
    assertEquals(await heard(listener, "TLSv1.3"), "hi");
    listener.close();
  }
});

Deno.test("a TLS listener refuses what cannot be used before it listens, and says why", async () => {
  const { key, cert } = await localhost();
  const cases: [identity: TlsIdentity, why: string][] = [
    [{ key: "", cert }, "No keys found in key data"],
    [{ key, cert: "" }, "No certificates found in certificate data"],
    [
      { key, cert: await pem("../config/pem/other.crt") },
      "keys may not be consistent: KeyMismatch",
    ],
  ];
  for (const [identity, why] of cases) {
    const error = await assertRejects(
      () => listen(endpoint(identity)),
      ListenError,
    );
    assertEquals(
      error.message,
      `Cannot listen on tls://127.0.0.1:0 (transport "t"): ${why}`,
    );
  }
});

Deno.test("a TLS listener sends the whole chain", async () => {
  const { key, cert } = await localhost();
  const chain = `${cert}\n${await fixture("ca.crt")}`;
  const listener = await listen(endpoint({ key, cert: chain }));
  const client = connect({
    host: "127.0.0.1",
    port: portOf(listener),
    rejectUnauthorized: false,
  });
  const secure = new Promise<void>((resolve) =>
    client.on("secureConnect", () => resolve())
  );
  const conn = await listener.accept();
  const reading = conn.read(new Uint8Array(1));
  await within(secure, "the handshake");
  assertEquals(
    client.getPeerCertificate(true).issuerCertificate?.subject.CN,
    "Sluice test CA",
  );
  client.end();
  assertEquals(await reading, null);
  conn.close();
  listener.close();
  await turns();
});

Deno.test("a TLS listener listens where a TCP listener does, with the same words where it cannot", async () => {
  const identity = await localhost();
  const six = await listen(endpoint(identity, { hostname: "::1" }));
  assertEquals(six.address, `tls://[::1]:${portOf(six)}`);
  assertEquals(await heard(six, "TLSv1.3"), "hi");
  six.close();
  const first = await listen(
    endpoint(identity, { reusePort: true, backlog: 3 }),
  );
  const port = portOf(first);
  const second = await listen(
    endpoint(identity, { reusePort: true, port }),
  );
  for (const tls of [identity, undefined]) {
    const error = await assertRejects(
      () => listen(endpoint(tls, { port })),
      ListenError,
    );
    assertStringIncludes(
      error.message,
      "the address is in use; stop the other",
    );
  }
  first.close();
  second.close();
});

Deno.test("a TLS listener hands on clients that have not shaken hands", async () => {
  const listener = await listen(endpoint(await localhost()));
  using client = await Deno.connect({
    hostname: "127.0.0.1",
    port: portOf(listener),
  });
  await client.write(utf8("x"));
  const conn = await within(listener.accept(), "the client");
  assertEquals(conn.remoteAddr, client.localAddr);
  conn.close();
  listener.close();
  await turns();
});
