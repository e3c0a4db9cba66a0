import { ErrorUri } from "./error_uri.ts";

/**
 * The peer broke the protocol: its session ends with an ABORT that carries
 * `uri` and this message (PV-01). Thrown where a message is read or handled,
 * caught in one place, the session.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  /** The reason of the ABORT. */
  readonly uri: string;

  constructor(message: string, uri: string = ErrorUri.PROTOCOL_VIOLATION) {
    super(message);
    this.uri = uri;
  }
}
