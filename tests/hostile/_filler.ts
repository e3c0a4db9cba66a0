/**
 * Clients that have the router keep as much as it lets them.
 */
import { RawClient, type WireMessage } from "../support/raw_client.ts";

/** So many requests are sent before their answers are looked at. */
const BATCH = 250;

/** Clients of one router. */
export class Filler {
  readonly #address: string;
  readonly #clients: RawClient[] = [];

  constructor(address: string) {
    this.#address = address;
  }

  /** Has the router make what it makes once, when it is first needed. */
  async warmUp(): Promise<void> {
    const client = await this.#newClient();
    for (let i = 1; i <= BATCH; i++) {
      const [, , id] = await client.request([32, i * 2 - 1, {}, `com.w${i}`]);
      await client.request([34, i * 2, id]);
    }
  }

  /** Has `count` sessions that do nothing. */
  async join(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#newClient();
  }

  /** Each of `count` sessions sends what `make` makes until it is refused. */
  async each(
    count: number,
    make: (request: number, session: number) => WireMessage,
  ): Promise<void> {
    for (let session = 0; session < count; session++) {
      const client = await this.#newClient();
      const own = (request: number) => make(request, session);
      for (let request = 0; !await refused(client, own, request);) {
        request += BATCH;
      }
    }
  }

  /**
   * Each of `count` sessions calls a callee that does not answer until it is
   * refused.
   *
   * @param options Of REGISTER.
   * @param cancels Whether it takes each call back.
   */
  async call(
    count: number,
    options: Record<string, unknown>,
    args: unknown[],
    cancels: boolean = false,
  ): Promise<void> {
    const callee = await this.#newClient();
    await callee.register("com.busy", options);
    void drain(callee);
    for (let session = 0; session < count; session++) {
      const client = await this.#newClient();
      const ended = endOf(client, "sluice.error.limit_reached");
      let isOver = false;
      void ended.then(() => isOver = true);
      for (let request = 1; !isOver; request++) {
        await client.send([48, request, {}, "com.busy", args]);
        if (cancels) await client.send([49, request, { mode: "skip" }]);
        if (request % BATCH === 0) {
          await new Promise((done) => setTimeout(done));
        }
      }
    }
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #newClient(): Promise<RawClient> {
    const client = await RawClient.join(this.#address);
    this.#clients.push(client);
    return client;
  }
}

async function refused(
  client: RawClient,
  make: (request: number) => WireMessage,
  behind: number,
): Promise<boolean> {
  for (let i = 1; i <= BATCH; i++) await client.send(make(behind + i));
  let isRefused = false;
  for (let i = 1; i <= BATCH; i++) {
    isRefused = (await client.receive())[0] === 8;
  }
  return isRefused;
}

/** Reads until an ERROR with that URI came. */
async function endOf(client: RawClient, error: string): Promise<void> {
  while ((await client.receive())[4] !== error);
}

/** Reads all that comes. */
async function drain(client: RawClient): Promise<void> {
  try {
    while (true) await client.receive();
  } catch {
    // It is closed.
  }
}
