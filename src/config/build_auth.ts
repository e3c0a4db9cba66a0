/**
 * From a checked `auth` to the typed config.
 *
 * @module
 */

import {
  buildCryptosign,
  buildScram,
  buildTicket,
  buildWampCra,
  type PlacedPrincipal,
} from "./build_principals.ts";
import type { CheckContext } from "../schema/check_context.ts";
import { checkProcedure } from "../schema/special_types.ts";
import type {
  AnonymousConfig,
  AuthConfig,
  AuthMethodName,
  CryptosignPrincipalConfig,
  DynamicConfig,
  ScramPrincipalConfig,
  TicketPrincipalConfig,
  WampCraUserConfig,
} from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import { nodeOf, type Section } from "../schema/object_type.ts";
import {
  ANONYMOUS_ROLE,
  type ANONYMOUS_STATIC,
  type AUTH,
  type DYNAMIC,
} from "./table/auth_keys.ts";

type AuthSection = Section<typeof AUTH.keys>;
type AnonymousSection = Section<typeof ANONYMOUS_STATIC.keys>;
type DynamicSection = Section<typeof DYNAMIC.keys>;

/** A name of a realm, and where it stands. */
export interface RealmUse {
  readonly realm: string;
  readonly node: ConfigNode;
}

/** A name of a role, and where it stands. */
export interface RoleUse {
  readonly role: string;
  readonly node: ConfigNode;
}

/** An `auth`, with the places that later findings about it point to. */
export interface BuiltAuth {
  readonly config: AuthConfig;
  readonly node: ConfigNode;
  /** Where anonymous sessions are let in, or would be. */
  readonly anonymousNode: ConfigNode;
  /** Where the role of anonymous sessions is named, or would be. */
  readonly anonymousRoleNode: ConfigNode;
  /** Where the authenticators are named. */
  readonly authenticatorNodes: ReadonlyMap<string, ConfigNode>;
  /** The principals of all methods. */
  readonly principals: readonly PlacedPrincipal[];
  /** Realms that are named elsewhere in it. */
  readonly realmUses: readonly RealmUse[];
  /** Roles that authenticators may leave it to. */
  readonly defaultRoles: readonly RoleUse[];
}

/** What a transport without `auth` gets: anyone joins as `anonymous`. */
export function impliedAuth(node: ConfigNode): BuiltAuth {
  return {
    config: { anonymous: { role: ANONYMOUS_ROLE }, implied: true },
    node,
    anonymousNode: node,
    anonymousRoleNode: node,
    authenticatorNodes: new Map(),
    principals: [],
    realmUses: [],
    defaultRoles: [],
  };
}

/** What a transport with an `auth` gets. */
export function buildAuth(
  section: AuthSection,
  context: CheckContext,
): BuiltAuth {
  const { values, node } = section;
  checkMethods(section, context);
  checkAnonymous(section, context);
  const anonymous = values.anonymous?.static;
  const statics = buildStatics(section, context);
  const placed: (PlacedPrincipal[] | undefined)[] = Object.values(statics);
  const dynamic = buildDynamic(section, context);
  const config: AuthConfig = {
    anonymous: anonymous && anonymousOf(anonymous),
    ...configsOf(statics),
    ...routerKeyOf(section),
    ...(dynamic.size > 0 && { dynamic: Object.fromEntries(dynamic) }),
    ...(values.reveal_unknown_authid && { revealsUnknownAuthid: true }),
    implied: false,
  };
  return {
    config,
    node,
    anonymousNode: anonymous?.node ?? node,
    anonymousRoleNode: anonymous === undefined
      ? node
      : nodeOf(anonymous, "role"),
    authenticatorNodes: new Map(
      dynamicSections(section).map((
        [name, one],
      ) => [name, nodeOf(one, "authenticator")]),
    ),
    principals: placed.flatMap((ones) => ones ?? []),
    realmUses: realmUsesOf(section),
    defaultRoles: dynamicSections(section).flatMap(([, one]) => {
      const role = one.values["default-role"];
      return role === undefined
        ? []
        : [{ role, node: nodeOf(one, "default-role") }];
    }),
  };
}

const METHODS = [
  "anonymous",
  "ticket",
  "wampcra",
  "scram",
  "cryptosign",
] as const satisfies readonly AuthMethodName[];

function checkMethods(section: AuthSection, context: CheckContext): void {
  if (METHODS.some((name) => section.node.entries.has(name))) return;
  // Keys that are refused have been spoken of.
  const others = [...section.node.entries.keys()];
  if (others.some((name) => name !== "reveal_unknown_authid")) return;
  const right = 'write {"anonymous": {"type": "static", "role": "anonymous"}}';
  context.error(
    section.node,
    "names no login method, so nobody could join",
    right,
  );
}

/** Both forms let in without a word on who it is: the realm must tell them apart. */
function checkAnonymous({ values }: AuthSection, context: CheckContext): void {
  const { static: fixed, dynamic } = values.anonymous ?? {};
  if (fixed === undefined || dynamic === undefined) return;
  if (fixed.values.realm !== undefined) return;
  const wrong = '"realm" is missing, so nobody would be asked about';
  const right = "add it: the authenticator is then asked for all other realms";
  context.error(fixed.node, wrong, right);
}

function anonymousOf({ values }: AnonymousSection): AnonymousConfig {
  const { role, realm, authid } = values;
  return {
    role,
    ...(realm !== undefined && { realm }),
    ...(authid !== undefined && { authid }),
  };
}

interface Statics {
  readonly ticket: PlacedPrincipal<TicketPrincipalConfig>[] | undefined;
  readonly wampcra: PlacedPrincipal<WampCraUserConfig>[] | undefined;
  readonly scram: PlacedPrincipal<ScramPrincipalConfig>[] | undefined;
  readonly cryptosign: PlacedPrincipal<CryptosignPrincipalConfig>[] | undefined;
}

function buildStatics(
  { values }: AuthSection,
  context: CheckContext,
): Statics {
  const { ticket, wampcra, scram, cryptosign } = values;
  return {
    ticket: ticket?.static &&
      buildTicket(
        ticket.static.values.principals,
        ticket.static.values["default-role"],
        context,
      ),
    wampcra: wampcra?.static &&
      buildWampCra(
        wampcra.static.values.users,
        wampcra.static.values["default-role"],
        context,
      ),
    scram: scram?.static &&
      buildScram(
        scram.static.values.principals,
        scram.static.values["default-role"],
        context,
      ),
    cryptosign: cryptosign?.static &&
      buildCryptosign(
        cryptosign.static.values.principals,
        cryptosign.static.values["default-role"],
        context,
      ),
  };
}

function configsOf(
  { ticket, wampcra, scram, cryptosign }: Statics,
): Pick<AuthConfig, "ticket" | "wampcra" | "scram" | "cryptosign"> {
  return {
    ...(ticket && { ticket: ticket.map((one) => one.config) }),
    ...(wampcra && { wampcra: wampcra.map((one) => one.config) }),
    ...(scram && { scram: scram.map((one) => one.config) }),
    ...(cryptosign && { cryptosign: cryptosign.map((one) => one.config) }),
  };
}

function routerKeyOf({ values }: AuthSection): Pick<AuthConfig, "routerKey"> {
  const routerKey = values.cryptosign?.static?.values.router_key;
  return routerKey === undefined ? {} : { routerKey };
}

function buildDynamic(
  section: AuthSection,
  context: CheckContext,
): Map<AuthMethodName, DynamicConfig> {
  const dynamic = new Map<AuthMethodName, DynamicConfig>();
  for (const [name, one] of dynamicSections(section)) {
    const { values } = one;
    const { authenticator } = values;
    if (authenticator === undefined) continue;
    const place = nodeOf(one, "authenticator");
    // In which realm it is registered, strict or not, the client may decide.
    checkProcedure(authenticator, place, "loose", context);
    dynamic.set(name, {
      authenticator,
      realm: values["authenticator-realm"],
      defaultRole: values["default-role"],
    });
  }
  return dynamic;
}

function dynamicSections(
  { values }: AuthSection,
): [AuthMethodName, DynamicSection][] {
  return METHODS.flatMap((name): [AuthMethodName, DynamicSection][] => {
    const dynamic = values[name]?.dynamic;
    return dynamic === undefined ? [] : [[name, dynamic]];
  });
}

function realmUsesOf(section: AuthSection): RealmUse[] {
  const uses: RealmUse[] = [];
  const anonymous = section.values.anonymous?.static;
  if (anonymous !== undefined) {
    const { realm } = anonymous.values;
    const node = nodeOf(anonymous, "realm");
    if (realm !== undefined) uses.push({ realm, node });
  }
  for (const [, one] of dynamicSections(section)) {
    const realm = one.values["authenticator-realm"];
    const node = nodeOf(one, "authenticator-realm");
    if (realm !== undefined) uses.push({ realm, node });
  }
  return uses;
}
