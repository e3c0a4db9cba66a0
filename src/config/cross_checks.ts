/**
 * Checks that see realms and transports together.
 *
 * @module
 */

import { AddressBook } from "./address_book.ts";
import { formatAddress, isLocal } from "./build_endpoint.ts";
import { authsOf, type PlacedTransport } from "./placed_transport.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { Scope } from "./check_scopes.ts";
import type { AutoRealmsConfig, RealmConfig } from "./config.ts";
import { LISTED_MAX, listNames } from "../schema/nearest.ts";

/** Adds an error for each two transports on one address. */
export function checkAddresses(
  transports: readonly PlacedTransport[],
  context: CheckContext,
): void {
  const book = new AddressBook<PlacedTransport>();
  for (const transport of transports) {
    const { config, endpointNode } = transport;
    const first = book.enter(config.endpoint, transport);
    if (first === undefined) continue;
    const taken = `${
      formatAddress(config.endpoint)
    } is taken by ${first.endpointNode.path}`;
    const other = first.config.endpoint;
    const wrong = formatAddress(other) === formatAddress(config.endpoint)
      ? taken
      : `${taken} (${formatAddress(other)})`;
    const right = config.endpoint.type === "tcp"
      ? 'choose another port, or set "shared" in both'
      : "choose another path";
    context.error(endpointNode, wrong, right);
  }
}

/**
 * Adds a finding for each transport whose sessions could not join: an error if
 * no realm has their role, a warning for each realm that lacks it.
 */
export function checkRoles(
  { transports, realms }: Scope,
  context: CheckContext,
): void {
  for (const { config, auth } of authsOf(transports)) {
    const roleNode = auth.anonymousRoleNode;
    const { role, realm } = auth.config.anonymous ?? {};
    if (role === undefined) continue;
    const open = realms.all.filter(({ name }) =>
      realm === undefined || realm === name
    );
    const lacking = open.filter((one) => realms.role(one, role) === undefined);
    if (lacking.length === 0) continue;
    const how = auth.config.implied
      ? `sessions have the role "${role}", since there is no auth, but`
      : `role "${role}":`;
    if (lacking.length === open.length) {
      const wrong = `${how} no realm${realms.where} has that role`;
      context.error(roleNode, wrong, `there are: ${listRoles(realms.all)}`);
      continue;
    }
    for (const { name } of lacking) {
      context.warn(
        roleNode,
        `${how} realm "${name}" has no such role, so nobody can join it through transport ${config.id}`,
      );
    }
  }
}

/** Warns of each transport on which strangers can have realms created. */
export function checkStrangers(
  transports: readonly PlacedTransport[],
  { template }: AutoRealmsConfig,
  context: CheckContext,
): void {
  for (const { config, auth } of authsOf(transports)) {
    const { role, realm } = auth.config.anonymous ?? {};
    // One realm of a fixed name is no harm.
    if (role === undefined || realm !== undefined) continue;
    if (!template.roles.some(({ name }) => name === role)) continue;
    const what = auth.config.implied
      ? "there is no auth"
      : "anonymous sessions have a role of auto_realms";
    context.warn(
      auth.anonymousRoleNode,
      `${what}, so whoever can reach transport ${config.id} can make realms, up to max_realms`,
    );
  }
}

/** Refuses the implied realm to a router that others can reach. */
export function checkImpliedRealm(
  transports: readonly PlacedTransport[],
  context: CheckContext,
): void {
  const open = transports.find(({ config }) => !isLocal(config.endpoint));
  if (open === undefined) return;
  const { endpointNode, config } = open;
  const wrong = `other machines can reach ${
    formatAddress(config.endpoint)
  }, but the file has no realms that say what sessions may do`;
  context.error(endpointNode, wrong, REALM_LINES[context.form]);
}

const REALM = `    "realms": [{
      "name": "realm1",
      "roles": [{
        "name": "anonymous",
        "permissions": [{
          "uri": "*",
          "allow": { "call": true, "register": true, "publish": true, "subscribe": true }
        }]
      }]
    }]`;

const LOOPBACK = 'or listen on "interface": "127.0.0.1"';

const REALM_LINES = {
  transport: `write the file as
  {
${REALM},
    "transports": [ this transport ]
  }
${LOOPBACK}`,
  router: `add
${REALM}
${LOOPBACK}`,
  crossbar: `add to the router worker
${REALM}
${LOOPBACK}`,
};

/** Which roles there are, in words. */
export function listRoles(realms: readonly RealmConfig[]): string {
  const shown = realms.slice(0, LISTED_MAX).map(({ name, roles }) =>
    `${listNames(roles)} in realm "${name}"`
  );
  const more = realms.length - shown.length;
  if (more > 0) shown.push(`and those of ${more} more realms`);
  return shown.join("; ");
}
