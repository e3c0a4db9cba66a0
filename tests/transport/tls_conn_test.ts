import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { StreamConn } from "../../src/transport/listener.ts";
import { TlsFault } from "../../src/transport/tls_fault.ts";
import { within } from "../support/deadline.ts";
import { bytesOf, utf8 } from "../support/hex.ts";
import { SeededRandom } from "../support/seed.ts";
import { rawPair, shakeHands, tlsPair, turns } from "./_tls_pair.ts";

/** Two chunks of the largest size, encrypted. */
const READ_AHEAD_MAX = 2 * 256 * 1024;
const FLOOD_BYTES = 4 * 1024 * 1024;

type Writer = Pick<StreamConn, "write">;

async function writeAll(conn: Writer, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

Deno.test("TlsConn reads nothing from the wire while nobody reads from it", async () => {
  const { server, wire, client } = await tlsPair();
  const sent = new SeededRandom(1).octets(FLOOD_BYTES);
  const flood = writeAll(client, sent);
  const buffer = new Uint8Array(1000);
  const first = await server.read(buffer) as number;
  await turns();
  assertEquals(wire.readsUnderWay, 0);
  assert(wire.bytesRead < READ_AHEAD_MAX);
  const received = new Uint8Array(FLOOD_BYTES);
  received.set(buffer.subarray(0, first));
  for (let at = first; at < FLOOD_BYTES;) {
    at += await server.read(received.subarray(at, at + 100_000)) as number;
    assert(wire.bytesRead - at < READ_AHEAD_MAX);
  }
  await flood;
  assertEquals(received, sent);
  server.close();
  client.close();
  await turns();
});

Deno.test("TlsConn.write() resolves when the wire has taken what it says, not before (FR-21)", async () => {
  const { server, wire, client } = await tlsPair();
  wire.hold();
  let written: number | undefined;
  const writing = server.write(new Uint8Array(1_000_000)).then((count) => {
    written = count;
  });
  await turns();
  assertEquals(written, undefined);
  wire.release();
  await writing;
  // No more than that is encrypted ahead of the peer.
  assertEquals(written, 48 * 1024);
  let left = written as number;
  while (left > 0) left -= await client.read(new Uint8Array(left)) as number;
  server.close();
  client.close();
  await turns();
});

Deno.test("TlsConn.closeWrite() ends the octets in TLS's own words, and reads on (OG-09)", async () => {
  const { server, wire, client } = await tlsPair();
  await writeAll(server, utf8("last"));
  await server.closeWrite();
  assert(wire.isWriteClosed);
  const buffer = new Uint8Array(9);
  assertEquals(await client.read(buffer), 4);
  // Without a close_notify this would be an error.
  assertEquals(await client.read(buffer), null);
  await client.write(utf8("more"));
  assertEquals(await server.read(buffer), 4);
  client.close();
  assertEquals(await server.read(buffer), null);
  server.close();
  await turns();
});

Deno.test("TlsConn writes on behind the end of what it reads (OG-09)", async () => {
  const { server, client } = await tlsPair();
  await client.closeWrite();
  const buffer = new Uint8Array(9);
  assertEquals(await server.read(buffer), null);
  assertEquals(await server.read(buffer), null);
  await writeAll(server, utf8("answer"));
  assertEquals(await client.read(buffer), 6);
  await server.closeWrite();
  assertEquals(await client.read(buffer), null);
  server.close();
  client.close();
  await turns();
});

Deno.test("TlsConn.closeWrite() waits for what is being written, also by TLS itself", async () => {
  const pair = await rawPair();
  const { wire } = pair;
  const write = wire.write.bind(wire);
  let writes = 0;
  wire.write = (bytes) => {
    // The first is of the handshake, the second has session tickets.
    if (++writes === 2) wire.hold();
    return write(bytes);
  };
  const { server, client } = await shakeHands(pair);
  assertEquals(writes, 2);
  const closing = server.closeWrite();
  await turns();
  assert(!wire.isWriteClosed);
  wire.release();
  await closing;
  assertEquals(await client.read(new Uint8Array(9)), null);
  server.close();
  client.close();
  await turns();
});

Deno.test("TlsConn.close() says so to a peer that need not be waited for", async () => {
  const { server, client } = await tlsPair();
  server.close();
  assertEquals(await client.read(new Uint8Array(1)), null);
  client.close();
  await turns();
});

Deno.test("TlsConn.close() closes the wire where the peer does not read, and leaves no write waiting (FR-21)", async () => {
  const { server, wire, client } = await tlsPair();
  wire.hold();
  const writing = server.write(new Uint8Array(100)).catch(() => {});
  await turns();
  server.close();
  await turns();
  assert(wire.isClosed);
  await within(writing, "the write's end");
  wire.release();
  client.close();
  await turns();
});

Deno.test("TlsConn.close() closes the wire where no handshake came, half of one, or nothing of TLS", async () => {
  const starts = ["", "16 03 01 02 00 01 00 01 FC 03 03", "7F F1 00 00"];
  for (const start of starts) {
    const { server, wire, client } = await rawPair();
    await client.write(bytesOf(start));
    const reading = server.read(new Uint8Array(9)).catch(() => null);
    await turns();
    server.close();
    await turns();
    assert(wire.isClosed);
    assertEquals(await reading, null);
    client.close();
  }
});

Deno.test("TlsConn.read() tells octets that are no TLS, and sends the alert", async () => {
  const { server, client } = await rawPair();
  await client.write(utf8("SSH-2.0-OpenSSH_9.6\r\n"));
  const buffer = new Uint8Array(9);
  await assertRejects(() => server.read(buffer), TlsFault, "looks like SSH");
  await assertRejects(() => server.read(buffer), Deno.errors.InvalidData);
  await within(client.read(buffer), "the alert");
  const ALERT = 0x15;
  assertEquals(buffer[0], ALERT);
  server.close();
  client.close();
  await turns();
});

Deno.test("TlsConn is in the clear once it has told a request of HTTP", async () => {
  const { server, client } = await rawPair();
  await client.write(utf8("GET / HTTP/1.1\r\n\r\n"));
  const buffer = new Uint8Array(9);
  const fault = await assertRejects(() => server.read(buffer), TlsFault);
  assertMatch(new TextDecoder().decode(fault.reply), /^HTTP\/1\.1 400 /);
  await writeAll(server, utf8("answer"));
  await server.closeWrite();
  assertEquals(await client.read(buffer), 6);
  assertEquals(await client.read(buffer), null);
  await client.write(utf8("more"));
  assertEquals(await server.read(buffer), 4);
  server.close();
  client.close();
  await turns();
});

Deno.test("TlsConn.read() tells octets that are no TLS in the middle of a session", async () => {
  const { server, wire, client } = await tlsPair();
  // A second client's hello, in the clear, as if it were of this connection.
  const injected = new Uint8Array(64).fill(0x16);
  const read = wire.read.bind(wire);
  wire.read = async (buffer) => {
    await read(buffer);
    buffer.set(injected);
    return injected.length;
  };
  await client.write(utf8("x"));
  const buffer = new Uint8Array(9);
  await within(
    assertRejects(() => server.read(buffer), Deno.errors.InvalidData),
    "the error",
  );
  server.close();
  client.close();
  await turns();
});

Deno.test("TlsConn takes an end without TLS's own word for an end", async () => {
  const { server, wire, client } = await tlsPair();
  wire.read = () => Promise.resolve(null);
  assertEquals(await server.read(new Uint8Array(9)), null);
  server.close();
  client.close();
  await turns();
});

Deno.test("TlsConn.read() and write() reject where the wire fails", async () => {
  const { server, wire, client } = await tlsPair();
  const lost = new Deno.errors.ConnectionReset("gone");
  wire.read = () => Promise.reject(lost);
  const buffer = new Uint8Array(9);
  await assertRejects(
    () => server.read(buffer),
    Deno.errors.ConnectionReset,
    "gone",
  );
  await turns();
  await assertRejects(() => server.write(buffer));
  server.close();
  client.close();
  await turns();
});
