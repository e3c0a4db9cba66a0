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
  /** The config key that decided, for the log only; undefined: none did. */
  readonly configKey: string | undefined;

  constructor(message: string, uri?: string, configKey?: string) {
    super(message);
    this.uri = uri ?? ErrorUri.PROTOCOL_VIOLATION;
    this.configKey = configKey;
  }
}

/** The error of a message whose lists and dicts nest deeper than they may (SE-08). */
export function nestedTooDeep(): ProtocolError {
  return new ProtocolError(
    "The message is nested too deep",
    undefined,
    "max_depth",
  );
}
