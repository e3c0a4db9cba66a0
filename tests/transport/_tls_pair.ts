/**
 * A server's end of a TLS connection and its client, with a wire between them
 * that can be watched and held.
 */
import { createSecureContext } from "node:tls";
import type { StreamConn } from "../../src/transport/listener.ts";
import { TlsConn } from "../../src/transport/tls_conn.ts";
import { TlsHandshakes } from "../../src/transport/tls_handshakes.ts";

/** What a test reads of `tests/fixtures`. */
export async function fixture(name: string): Promise<string> {
  return await Deno.readTextFile(
    new URL(`../fixtures/${name}`, import.meta.url),
  );
}

/** Lets everything run that waits for no peer. */
export async function turns(count: number = 20): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** The server's TCP connection. */
export class Wire implements StreamConn {
  bytesRead = 0;
  readsUnderWay = 0;
  isWriteClosed = false;
  isClosed = false;
  readonly #conn: Deno.Conn;
  #gate: PromiseWithResolvers<void> | undefined = undefined;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  get remoteAddr(): Deno.Addr {
    return this.#conn.remoteAddr;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    this.readsUnderWay++;
    try {
      const count = await this.#conn.read(buffer);
      this.bytesRead += count ?? 0;
      return count;
    } finally {
      this.readsUnderWay--;
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#gate?.promise;
    return await this.#conn.write(bytes);
  }

  async closeWrite(): Promise<void> {
    this.isWriteClosed = true;
    await this.#conn.closeWrite();
  }

  close(): void {
    this.isClosed = true;
    this.#conn.close();
  }

  /** The peer takes nothing more, until {@linkcode release}. */
  hold(): void {
    this.#gate = Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }
}

/** Both ends, before any octet of TLS. */
export interface RawPair {
  readonly server: TlsConn;
  readonly wire: Wire;
  readonly client: Deno.TcpConn;
}

/** Both ends, after the handshake. */
export interface TlsPair {
  readonly server: TlsConn;
  readonly wire: Wire;
  readonly client: Deno.TlsConn;
}

/** A client that speaks octets. */
export async function rawPair(): Promise<RawPair> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [accepted, client] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port }),
  ]);
  const wire = new Wire(accepted);
  const context = createSecureContext({
    key: await fixture("localhost.key"),
    cert: await fixture("localhost.crt"),
  });
  const handshake = new TlsHandshakes(1).add("127.0.0.1");
  return { server: new TlsConn(wire, context, handshake), wire, client };
}

/** A client that has shaken hands and sent one octet, which the server has read. */
export async function tlsPair(): Promise<TlsPair> {
  return await shakeHands(await rawPair());
}

/** The same with a wire that was prepared. */
export async function shakeHands(
  { server, wire, client }: RawPair,
): Promise<TlsPair> {
  const secure = await Deno.startTls(client, {
    hostname: "localhost",
    caCerts: [await fixture("ca.crt")],
  });
  await Promise.all([
    server.read(new Uint8Array(1)),
    secure.write(new Uint8Array(1)),
  ]);
  return { server, wire, client: secure };
}
