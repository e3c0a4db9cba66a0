/**
 * What WAMP clients can use on a transport.
 *
 * @module
 */

import type { TransportConfig, WampServiceConfig } from "./config.ts";

/** All that sessions can be opened by, RawSocket first. */
export function wampServices(
  { rawsocket, websockets }: Pick<TransportConfig, "rawsocket" | "websockets">,
): readonly WampServiceConfig[] {
  return rawsocket === undefined ? websockets : [rawsocket, ...websockets];
}
