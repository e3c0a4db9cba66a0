/**
 * Principals of the config: who may join by a method, with what the method needs
 * to know of each.
 *
 * @module
 */

import type { CheckContext } from "../schema/check_context.ts";
import type { ConfigNode } from "../schema/document.ts";
import { type Keys, optional, required } from "../schema/key.ts";
import type { MapEntry } from "../schema/map_type.ts";
import { nodeOf, type Section } from "../schema/object_type.ts";
import { choice, integer, text } from "../schema/value_types.ts";
import { type KnownPrincipal, StaticSource } from "./credentials.ts";
import { type Principal, PrincipalTable } from "./principals.ts";
import { MockData } from "./secret_digests.ts";

/** `type` of a static form. */
export const STATIC_TYPE = required(
  choice(["static"]),
  "Where roles and secrets come from: this section.",
);

/** `default-role` of a static form. */
export const DEFAULT_ROLE = optional(
  text(),
  "The role of principals that name none.",
);

/** What all principals have. */
export const WHO = {
  role: optional(
    text(),
    "The role of its sessions. Absent: the method's `default-role`.",
  ),
  realm: optional(
    text(),
    "The only realm that it may join; it also joins it when the client names none. Absent: each realm that has the role.",
  ),
};

/** Rounds of a key derivation. */
export const ITERATIONS = integer(1, 10_000_000);

/** With fewer rounds, secrets are quick to guess. */
const ITERATIONS_ADVISED = 4096;

/** Warns of few rounds. */
export function adviseIterations(
  section: Section<Keys>,
  iterations: number,
  context: CheckContext,
): void {
  if (iterations >= ITERATIONS_ADVISED) return;
  context.warn(
    section.node.entries.get("iterations")?.node ?? section.node,
    `${iterations} rounds are too few to make guessing slow; for new secrets use ${ITERATIONS_ADVISED} or more`,
  );
}

/** A principal, and the places of its role and its realm in the config. */
export interface PlacedPrincipal<P extends Principal = Principal> {
  readonly config: P;
  readonly roleNode: ConfigNode;
  readonly realmNode: ConfigNode;
}

/** The static form of a method that has principals. */
export interface PrincipalsConfig<P extends Principal> {
  readonly principals: readonly P[];
}

/** A static form, with the places that later findings about it point to. */
export interface StaticLogin<Config> {
  readonly config: Config;
  readonly principals: readonly PlacedPrincipal[];
}

/** Reads principals: the role and realm of each, and what `read` finds. */
export function readPrincipals<K extends typeof WHO, Own extends object>(
  entries: readonly MapEntry<Section<K>>[] | undefined,
  defaultRole: string | undefined,
  context: CheckContext,
  read: (section: Section<K>, authid: string) => Own | undefined,
): StaticLogin<PrincipalsConfig<Principal & Own>> {
  const placed: PlacedPrincipal<Principal & Own>[] = [];
  for (const { key: authid, values: sections } of entries ?? []) {
    const realms = new Map<string | undefined, ConfigNode>();
    for (const section of sections) {
      const own = read(section, authid);
      const { realm } = section.values;
      const role = section.values.role ?? defaultRole;
      claimRealm(authid, section, realms, context);
      if (role === undefined) {
        const right = 'add it, or "default-role" to the method';
        context.error(section.node, '"role" is missing', right);
      }
      if (own === undefined || role === undefined) continue;
      placed.push({
        config: { authid, realm, role, ...own },
        roleNode: nodeOf(section, "role"),
        realmNode: nodeOf(section, "realm"),
      });
    }
  }
  const principals = placed.map(({ config }) => config);
  return { config: { principals }, principals: placed };
}

/** One authid stands for at most one principal in each realm. */
function claimRealm(
  authid: string,
  section: Section<typeof WHO>,
  realms: Map<string | undefined, ConfigNode>,
  context: CheckContext,
): void {
  const { realm } = section.values;
  const first = realms.get(realm);
  if (first === undefined) {
    realms.set(realm, section.node);
    return;
  }
  const where = realm === undefined
    ? "without a realm"
    : `for realm ${JSON.stringify(realm)}`;
  context.error(
    section.node,
    `a second ${JSON.stringify(authid)} ${where}`,
    `the first is at ${first.path}; keep one of them`,
  );
}

/** Those with credentials, as the router asks for them. */
export function staticSource<Credentials>(
  known: readonly KnownPrincipal<Credentials>[],
  mock: (
    sample: Credentials,
    mockData: MockData,
    name: string,
  ) => Credentials,
  revealsUnknown: boolean,
  normalize?: (authid: string) => string,
): StaticSource<Credentials> {
  const principals = new PrincipalTable(known, normalize);
  const mockData = new MockData();
  return new StaticSource({
    principals,
    revealsUnknown,
    mockData,
    mock,
  });
}

/** Principals with the credentials that `read` finds. */
export function withCredentials<P extends Principal, Credentials>(
  principals: readonly P[],
  read: (principal: P) => Promise<Credentials>,
): Promise<KnownPrincipal<Credentials>[]> {
  return Promise.all(principals.map(async (principal) => {
    const { authid, realm, role } = principal;
    return { authid, realm, role, credentials: await read(principal) };
  }));
}
