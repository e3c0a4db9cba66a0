/**
 * Services that act for HTTP clients: is there what they act as, and who can use it.
 *
 * @module
 */

import { formatAddress, isLocal } from "./build_endpoint.ts";
import type { PlacedBridge } from "./build_web.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { Scope } from "./check_scopes.ts";
import { noSuchRealm, noSuchRole } from "./check_principals.ts";
import type { TransportConfig } from "./config.ts";
import type { PlacedTransport } from "./placed_transport.ts";

/** Adds an error for each realm and role that does not exist. */
export function checkBridges(
  { transports, realms }: Scope,
  context: CheckContext,
): void {
  for (const { config, realmNode, roleNode } of bridgesOf(transports)) {
    const realm = realms.find(config.realm);
    if (realm === undefined) {
      noSuchRealm(config.realm, realmNode, realms, context);
    } else if (realms.role(realm, config.role) === undefined) {
      noSuchRole(config, roleNode, realms, context);
    }
  }
}

/** Warns of each that others can use from other machines without a secret. */
export function checkBridgeExposure(
  transports: readonly PlacedTransport[],
  context: CheckContext,
): void {
  for (const { config: transport, bridges } of transports) {
    if (isLocal(transport.endpoint)) continue;
    for (const bridge of bridges) {
      const message = describeExposure(bridge, transport);
      if (message !== undefined) context.warn(bridge.node, message);
    }
  }
}

function describeExposure(
  { config }: PlacedBridge,
  { id, endpoint }: TransportConfig,
): string | undefined {
  const who = `whoever can reach transport ${id} on ${formatAddress(endpoint)}`;
  const role = JSON.stringify(config.role);
  const where = `in realm ${JSON.stringify(config.realm)}`;
  if (config.type === "webhook") {
    if (config.githubSecret !== undefined) return undefined;
    return `${who} can publish to "${config.topic}" ${where}; add "github_secret", or keep the path from others`;
  }
  if (config.signature !== undefined || config.requireIp !== undefined) {
    return undefined;
  }
  const what = config.type === "caller" ? "call" : "publish";
  return `${who} can ${what} ${where} as role ${role}, without a secret; add "key" and "secret" to its options`;
}

function bridgesOf(transports: readonly PlacedTransport[]): PlacedBridge[] {
  return transports.flatMap(({ bridges }) => bridges);
}
