import type { Logger } from "../base/log.ts";
import type { Serializer } from "../serializer/serializer.ts";
import type { ClientMessage, Event } from "../wamp/message.ts";
import type { ProtocolError } from "../wamp/error_uri.ts";
import type { FrameEncoder } from "./frame_encoder.ts";

/** What a connection needs of the session it carries. */
export interface MessageReceiver {
  /**
   * @param bytes How long it was.
   * @param receivedMs When it came, by the timers' clock; 0: just now.
   * @returns Undefined when the message is handled. A promise where it, and all
   * that comes after it, has to wait: it is to be given again when that resolves.
   * @throws {ProtocolError} Where the message is wrong or out of turn.
   */
  receive(
    message: ClientMessage,
    bytes: number,
    receivedMs: number,
  ): Promise<void> | undefined;
  /** Shown a message that came behind one that waits; it is given in its turn. */
  show(message: ClientMessage): void;
  /**
   * Told what was received, PINGs included.
   *
   * @returns For how long, in milliseconds, nothing more is to be received.
   */
  received(frames: number, bytes: number): number;
  /**
   * The client reads again; meanwhile it was not sent `count` events, and is to get
   * `newest`, which stand for more of them.
   */
  eventsMissed(count: number, newest: Iterable<Event>): void;
  /** The client broke the protocol, in octets or in messages. */
  fail(error: ProtocolError): void;
  /** The connection is gone. */
  disconnected(): void;
  /** The router stops. */
  shutDown(): void;
  /** A log whose lines name the session, as far as there is one. */
  log(): Logger;
}

/** A serializer and its encoder. */
export interface Codec {
  readonly serializer: Serializer;
  readonly encoder: FrameEncoder;
}
