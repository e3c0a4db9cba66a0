/** A network between clients and the router that can be cut: no octet and no end gets through. */

/** Passes on what comes, until it is cut. */
export class CuttableProxy {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: { hostname: string; port: number };
  readonly #conns: Deno.Conn[] = [];
  readonly #work: Promise<void>[] = [];
  #isCut = false;

  /** @param address The router's, `tcp://…`. */
  constructor(address: string) {
    const { hostname, port } = new URL(address);
    this.#target = { hostname, port: Number(port) };
    this.#work.push(this.#accept());
  }

  /** Where clients connect. */
  get address(): string {
    return `tcp://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** From now on nothing is passed on; what is open stays open. */
  cut(): void {
    this.#isCut = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) conn.close();
    await Promise.all(this.#work);
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        const router = await Deno.connect(this.#target);
        this.#conns.push(client, router);
        this.#work.push(this.#pass(client, router), this.#pass(router, client));
      }
    } catch {
      // It is over.
    }
  }

  async #pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      while (true) {
        const count = await from.read(buffer);
        if (this.#isCut) return;
        if (count === null) return await to.closeWrite();
        let passed = 0;
        while (passed < count) {
          passed += await to.write(buffer.subarray(passed, count));
        }
      }
    } catch {
      // One of both is gone.
    }
  }
}
