/**
 * Those who stay while others come and go: a callee that serves all visitors, and
 * a subscriber that hears of those who left a testament.
 */
import { assertEquals } from "@std/assert";
import { helloDetails, RawClient, show } from "../support/raw_client.ts";
import type { SerializerName } from "../../src/serializer/serializer.ts";

/** Serves `soak.echo`, `soak.progress` and `soak.slow` until it is closed. */
export class Host {
  readonly #callee: RawClient;
  readonly #subscriber: RawClient;
  readonly #open = new Set<number>();
  readonly #wills = new Set<number>();
  #isClosed = false;
  #failure: unknown = undefined;

  private constructor(callee: RawClient, subscriber: RawClient) {
    this.#callee = callee;
    this.#subscriber = subscriber;
  }

  /** Joins, registers and subscribes. */
  static async join(
    address: string,
    serializer: SerializerName,
  ): Promise<Host> {
    const features = {
      callee: { call_canceling: true, progressive_call_results: true },
    };
    const details = helloDetails(features);
    const callee = await RawClient.join(address, serializer, details);
    const names = new Map<number, string>();
    for (const name of ["echo", "progress", "slow"]) {
      names.set(await callee.register(`soak.${name}`), name);
    }
    const subscriber = await RawClient.join(address, serializer);
    await subscriber.subscribe("soak.will");
    const host = new Host(callee, subscriber);
    host.#watch(() => host.#serve(names));
    host.#watch(() => host.#hear());
    return host;
  }

  /** Answers what was not interrupted: calls that were skipped. */
  async answerRest(): Promise<void> {
    const rest = [...this.#open];
    this.#open.clear();
    for (const id of rest) await this.#callee.send([70, id, {}]);
  }

  /** The testaments that it has heard, each once. */
  get wills(): ReadonlySet<number> {
    return this.#wills;
  }

  /** What went wrong. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Leaves. */
  close(): void {
    this.#isClosed = true;
    this.#callee.close();
    this.#subscriber.close();
  }

  #watch(work: () => Promise<void>): void {
    work().catch((error) => {
      if (!this.#isClosed) this.#failure ??= error;
    });
  }

  async #serve(names: ReadonlyMap<number, string>): Promise<void> {
    while (!this.#isClosed) {
      const message = await this.#callee.receive();
      const [code, id] = message;
      if (code === 69) {
        // Of a call that was skipped or whose caller left, the answer is late.
        this.#open.delete(id);
        await this.#callee.send([8, 68, id, {}, "wamp.error.canceled"]);
        continue;
      }
      assertEquals(code, 68, show(message));
      await this.#invoke(names.get(message[2]), id, message[4] ?? []);
    }
  }

  async #invoke(
    name: string | undefined,
    id: number,
    args: unknown[],
  ): Promise<void> {
    if (name === "slow") {
      this.#open.add(id);
    } else if (name === "echo") {
      await this.#callee.send([70, id, {}, args]);
    } else {
      for (let piece = 0; piece < Number(args[0]); piece++) {
        await this.#callee.send([70, id, { progress: true }, [piece]]);
      }
      await this.#callee.send([70, id, {}]);
    }
  }

  async #hear(): Promise<void> {
    while (!this.#isClosed) {
      const event = await this.#subscriber.receive();
      assertEquals(event[0], 36, show(event));
      const [number] = event[4];
      assertEquals(this.#wills.has(number), false, `will ${number} came twice`);
      this.#wills.add(number);
    }
  }
}
