/**
 * Well-behaved sessions beside the attackers: every answer must be right and in
 * time, whatever the others do.
 */
import { assertEquals } from "@std/assert";
import { RawClient, type WireMessage } from "../support/raw_client.ts";
import type { SerializerName } from "../../src/serializer/serializer.ts";

/** Between two rounds. */
const PAUSE_MS = 5;

/** Options for {@linkcode Healthy.join}. */
export interface HealthyOptions {
  readonly address: string;
  readonly caller: SerializerName;
  readonly callee: SerializerName;
  readonly subscriber: SerializerName;
}

/** A caller that publishes as well, a callee and a subscriber. */
export class Healthy {
  readonly #caller: RawClient;
  readonly #callee: RawClient;
  readonly #subscriber: RawClient;
  readonly #uri: string;
  readonly #registration: number;
  readonly #subscription: number;
  #rounds = 0;
  #stopped = false;
  #failure: unknown = undefined;

  private constructor(
    clients: readonly [RawClient, RawClient, RawClient],
    uri: string,
    registration: number,
    subscription: number,
  ) {
    [this.#caller, this.#callee, this.#subscriber] = clients;
    this.#uri = uri;
    this.#registration = registration;
    this.#subscription = subscription;
  }

  /** Joins, registers and subscribes. */
  static async join(options: HealthyOptions): Promise<Healthy> {
    const { address } = options;
    const caller = await RawClient.join(address, options.caller);
    const callee = await RawClient.join(address, options.callee);
    const subscriber = await RawClient.join(address, options.subscriber);
    const uri = `healthy.${options.caller}`;
    const registration = await callee.register(uri);
    const subscription = await subscriber.subscribe(uri);
    return new Healthy(
      [caller, callee, subscriber],
      uri,
      registration,
      subscription,
    );
  }

  /** How many rounds were right. */
  get rounds(): number {
    return this.#rounds;
  }

  /** What went wrong, which also ends {@linkcode Healthy.run}. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Calls and publishes until it is told to stop, or an answer is wrong. */
  async run(): Promise<void> {
    try {
      while (!this.#stopped) {
        await this.round();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } catch (cause) {
      this.#failure = new Error(`${this.#uri}, round ${this.#rounds}`, {
        cause,
      });
    }
  }

  /** One call and one publication. */
  async round(): Promise<void> {
    const args = [this.#rounds, "ä😀", [true, null, { a: [1.5, -1] }]];
    const keywords = { round: this.#rounds, nested: { "": [] } };
    await this.#call(args, keywords);
    await this.#publish(args, keywords);
    this.#rounds++;
  }

  /** Lets {@linkcode Healthy.run} end. */
  stop(): void {
    this.#stopped = true;
  }

  /** Leaves. */
  close(): void {
    this.#caller.close();
    this.#callee.close();
    this.#subscriber.close();
  }

  async #call(args: unknown[], keywords: WireMessage[5]): Promise<void> {
    const request = this.#caller.nextRequest();
    await this.#caller.send([48, request, {}, this.#uri, args, keywords]);
    const [code, invocation, ...rest] = await this.#callee.receive();
    assertEquals([code, ...rest], [
      ...[68, this.#registration, {}, args, keywords],
    ]);
    await this.#callee.send([70, invocation, {}, args, keywords]);
    const result = await this.#caller.receive();
    assertEquals(result, [50, request, {}, args, keywords]);
  }

  async #publish(args: unknown[], keywords: WireMessage[5]): Promise<void> {
    const request = this.#caller.nextRequest();
    const options = { acknowledge: true };
    const published = await this.#caller.request(
      [16, request, options, this.#uri, args, keywords],
    );
    assertEquals(published.slice(0, 2), [17, request]);
    const event = await this.#subscriber.receive();
    assertEquals(
      event,
      [36, this.#subscription, published[2], {}, args, keywords],
    );
  }
}
