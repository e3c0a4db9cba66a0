import type { Serializer } from "../serializer/serializer.ts";
import type { ClientMessage } from "../wamp/message.ts";
import type { ProtocolError } from "../wamp/error_uri.ts";
import type { FrameEncoder } from "./frame_encoder.ts";

/** What a connection needs of the session it carries. */
export interface MessageReceiver {
  /**
   * @returns Undefined when the message is handled. A promise where it, and all
   * that comes after it, has to wait: it is to be given again when that resolves.
   * @throws {ProtocolError} Where the message is wrong or out of turn.
   */
  receive(message: ClientMessage, bytes: number): Promise<void> | undefined;
  /**
   * Told what was received, PINGs included.
   *
   * @returns For how long, in milliseconds, nothing more is to be received.
   */
  received(frames: number, bytes: number): number;
  /** The client broke the protocol, in octets or in messages. */
  fail(error: ProtocolError): void;
  /** The connection is gone. */
  disconnected(): void;
  /** The router stops. */
  shutDown(): void;
}

/** A serializer and its encoder. */
export interface Codec {
  readonly serializer: Serializer;
  readonly encoder: FrameEncoder;
}
