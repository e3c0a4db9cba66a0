/**
 * Transports with the places that findings about them point to.
 *
 * @module
 */

import type { BuiltAuth } from "./build_auth.ts";
import type { PlacedBridge, PlacedFolder } from "./build_web.ts";
import type { TransportConfig } from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { RouterPart } from "./forms.ts";

/** A transport that was checked. */
export interface PlacedTransport {
  readonly config: TransportConfig;
  readonly endpointNode: ConfigNode;
  /** One for each of its WAMP services. */
  readonly auths: readonly BuiltAuth[];
  /** Services that act for HTTP clients. */
  readonly bridges: readonly PlacedBridge[];
  /** Those whose files are served. */
  readonly folders: readonly PlacedFolder[];
  /** The part of the file that it is in. */
  readonly part: RouterPart;
}

/** One way to join through a transport. */
export interface PlacedAuth extends PlacedTransport {
  readonly auth: BuiltAuth;
}

/** All ways to join through `transports`. */
export function authsOf(transports: readonly PlacedTransport[]): PlacedAuth[] {
  return transports.flatMap((transport) =>
    transport.auths.map((auth) => ({ ...transport, auth }))
  );
}
