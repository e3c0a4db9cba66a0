/**
 * What strangers can do who can reach a transport from another machine.
 *
 * @module
 */

import type { StaticConfig } from "../auth/methods.ts";
import { formatAddress, isLocal } from "./build_endpoint.ts";
import { authsOf, type PlacedTransport } from "./placed_transport.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { PermissionConfig, RealmConfig } from "./config.ts";
import { listNames } from "../schema/nearest.ts";
import type { RealmDirectory } from "./realm_directory.ts";

/**
 * Warns of each transport that lets anyone in from outside unasked, or lets
 * them do everything.
 *
 * @param realms Those that it offers; undefined: not all are known.
 */
export function checkExposure(
  transports: readonly PlacedTransport[],
  realms: RealmDirectory | undefined,
  context: CheckContext,
): void {
  for (const { config, endpointNode, auth, auths } of authsOf(transports)) {
    const { id, endpoint } = config;
    const { anonymous, implied } = auth.config;
    if (isLocal(endpoint) || anonymous === undefined) continue;
    const open = realms === undefined ? [] : openRealms(anonymous, realms);
    const address = formatAddress(endpoint);
    const everything = `do everything in realm ${listNames(open)}`;
    if (implied) {
      const more = open.length === 0 ? "" : `, and ${everything}`;
      context.warn(
        auths.length === 1 ? endpointNode : auth.node,
        `transport ${id} listens on ${address} and has no auth: whoever can reach it can join with the role of its anonymous sessions${more}`,
      );
    } else if (open.length > 0) {
      const role = JSON.stringify(anonymous.role);
      context.warn(
        auth.anonymousNode,
        `whoever can reach transport ${id} on ${address} can join without a secret, and ${everything}: role ${role} is allowed to; give it permissions for less, or listen on a loopback address`,
      );
    }
  }
}

/** The realms in which anonymous sessions may do everything. */
function openRealms(
  { role, realm }: StaticConfig<"anonymous">,
  realms: RealmDirectory,
): RealmConfig[] {
  return realms.all.filter((one) =>
    (realm === undefined || one.name === realm) &&
    realms.role(one, role)?.permissions.some(allowsEverything)
  );
}

/** More exact rules can take something away from it, but mostly not much. */
function allowsEverything({ uri, match, allow }: PermissionConfig): boolean {
  // A wildcard pattern of dots alone stands for all URIs of that length.
  const isForAll = match !== "exact" && /^\.*$/.test(uri);
  return isForAll && allow.call && allow.register && allow.publish &&
    allow.subscribe;
}
