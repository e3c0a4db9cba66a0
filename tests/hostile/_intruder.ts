/**
 * A connection of an attacker. It sends anything; what comes back is read beside
 * and checked: whatever happens, the router speaks the protocol.
 */
import { within } from "../support/deadline.ts";
import { concat } from "../support/hex.ts";
import { type ClientConn, frame, RawClient } from "../support/raw_client.ts";
import type { SeededRandom } from "../support/seed.ts";
import { SERIALIZER_NUMBER } from "../support/wire_codec.ts";
import { helloMessage } from "./_messages.ts";
import type { RawFormat } from "./_raw_format.ts";
import { isEnd, ReplyReader } from "./_reply_reader.ts";

/** What an attack is carried out with. */
export interface Ground {
  readonly random: SeededRandom;
  readonly address: string;
  readonly format: RawFormat;
  /** Adds to the count of hostile operations. */
  count(operations: number): void;
}

/** How long the router may take to answer an attacker, or to be rid of it. */
const ANSWER_MS = 10_000;

/** One hostile connection. */
export class Intruder {
  readonly ground: Ground;
  readonly replies: ReplyReader;
  readonly #conn: ClientConn;
  #reading: Promise<void> | undefined;
  #closed = false;

  private constructor(ground: Ground, conn: ClientConn) {
    this.ground = ground;
    this.#conn = conn;
    this.replies = new ReplyReader(ground.format.name);
  }

  /** Connects and sends nothing. */
  static async connect(ground: Ground): Promise<Intruder> {
    const { conn } = await RawClient.connect(ground.address);
    return new Intruder(ground, conn);
  }

  /** Connects and shakes hands. */
  static async open(ground: Ground, limit: number = 15): Promise<Intruder> {
    const intruder = await Intruder.connect(ground);
    await intruder.send(handshake(ground.format, limit));
    intruder.read();
    return intruder;
  }

  /** Connects and joins `realm1`; does not wait for WELCOME. */
  static async join(ground: Ground, limit: number = 15): Promise<Intruder> {
    const intruder = await Intruder.open(ground, limit);
    await intruder.message(helloMessage(ground.random, ground.format));
    return intruder;
  }

  /** Whether WELCOME came: on a busy machine HELLO may have been too late. */
  get isWelcome(): boolean {
    return this.replies.counts.has(2);
  }

  /** Begins to read what the router says. */
  read(): void {
    this.#reading ??= this.replies.readAll(this.#conn);
  }

  /** Sends octets; false where the router has closed. */
  async send(...octets: Uint8Array[]): Promise<boolean> {
    this.ground.count(1);
    const bytes = concat(...octets);
    let sent = 0;
    try {
      while (sent < bytes.length) {
        const writing = this.#conn.write(bytes.subarray(sent));
        sent += await within(writing, "the router to read", ANSWER_MS);
      }
      return true;
    } catch (error) {
      if (isEnd(error)) return false;
      throw error;
    }
  }

  /** Sends a message in a right frame. */
  message(payload: Uint8Array): Promise<boolean> {
    return this.send(frame(0, payload));
  }

  /**
   * Resolves once all that was sent is handled, but for what an authorizer is
   * being asked about: true, or false at the end.
   */
  async fence(): Promise<boolean> {
    this.read();
    const nonce = this.ground.random.octets(8);
    if (!await this.send(frame(1, nonce))) {
      await this.ended();
      return false;
    }
    return await within(
      this.replies.pong(nonce),
      "a PONG or the end",
      ANSWER_MS,
    );
  }

  /** Resolves once so many messages of these codes came: true, or false at the end. */
  async received(codes: readonly number[], count: number): Promise<boolean> {
    this.read();
    const what = `${count} messages of the types ${codes}, or the end`;
    return await within(this.replies.messages(codes, count), what, ANSWER_MS);
  }

  /** Resolves when the router has closed the connection. */
  async ended(): Promise<void> {
    this.read();
    await within(this.replies.ended, "the router to close", ANSWER_MS);
  }

  /** Says that nothing more comes, and still reads. */
  async closeWrite(): Promise<void> {
    try {
      await this.#conn.closeWrite();
    } catch (error) {
      if (!isEnd(error)) throw error;
    }
  }

  /** Vanishes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
    await this.#reading;
    if (this.replies.violation !== undefined) {
      throw new Error(this.replies.violation);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The four octets that ask for `format`, offering to take 2^(9+limit) octets. */
export function handshake(format: RawFormat, limit: number): Uint8Array {
  const number = SERIALIZER_NUMBER[format.name];
  return new Uint8Array([0x7f, limit << 4 | number, 0, 0]);
}

/** Much more than an outbox and the buffers of two sockets hold. */
const DEAF_BYTES_MAX = 60_000_000;

/**
 * Sends `burst`, to which the answer is about as long, again and again and reads
 * none of it, until the router has enough.
 */
export async function floodDeaf(
  intruder: Intruder,
  burst: Uint8Array,
): Promise<void> {
  for (let sent = 0; sent < DEAF_BYTES_MAX; sent += burst.length) {
    if (!await intruder.send(burst)) return;
  }
  throw new Error("The router keeps whatever a peer does not read");
}
