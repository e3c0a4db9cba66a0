/**
 * From checked realms to the typed config: names are unique, stars become match
 * policies, patterns keep the rules of their policy.
 *
 * @module
 */

import { buildQuotas } from "./build_quotas.ts";
import { buildStore, IMPLIED_STORE } from "./build_store.ts";
import { type CheckContext, claim } from "../schema/check_context.ts";
import type {
  PermissionConfig,
  RealmConfig,
  RoleConfig,
  StoreConfig,
} from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { AutoRealmsSection, RealmSection, RouterPart } from "./forms.ts";
import {
  configOf,
  defaultsOf,
  has,
  nodeOf,
  type Section,
} from "../schema/object_type.ts";
import { checkProcedure } from "../schema/special_types.ts";
import { readPattern } from "../schema/read_pattern.ts";
import { ANONYMOUS_ROLE } from "../auth/methods/anonymous.ts";
import { type PERMISSION, REALM_OPTIONS, ROLE } from "./table/realm_keys.ts";

type RoleSection = Section<typeof ROLE.keys>;
type PermissionSection = Section<typeof PERMISSION.keys>;

const ALLOW_ALL = {
  call: true,
  register: true,
  publish: true,
  subscribe: true,
};

const ALLOW_NONE = {
  call: false,
  register: false,
  publish: false,
  subscribe: false,
};

const DISCLOSE_NONE = { caller: false, publisher: false };

/** What a realm says for those of its roles that do not say otherwise. */
type RoleDefaults = Pick<
  RealmSection["values"] | AutoRealmsSection["values"],
  "quotas" | "call_timeout_ms"
>;

/** A realm with the places that later findings about it point to. */
export interface PlacedRealm {
  readonly config: RealmConfig;
  /** Where its name stands, or would. */
  readonly node: ConfigNode;
  /** By role: where its name stands. */
  readonly roleNodes: ReadonlyMap<string, ConfigNode>;
  /** By role: where its authorizer is named. */
  readonly authorizerNodes: ReadonlyMap<string, ConfigNode>;
}

/** A realm that is always there, and the part of the file that it is in. */
export interface PlacedFixedRealm extends PlacedRealm {
  readonly part: RouterPart;
}

/** What a role has of which nothing is said. */
export const ROLE_DEFAULTS: Omit<RoleConfig, "name"> = roleDefaults();

function roleDefaults(): Omit<RoleConfig, "name"> {
  const { allowByDefault: _, quotas: __, ...defaults } = defaultsOf(ROLE.keys);
  return { ...defaults, permissions: [] };
}

/** What a file without realms gets. */
export const IMPLIED_REALM: RealmConfig = {
  ...defaultsOf(REALM_OPTIONS.keys),
  name: "realm1",
  roles: [{
    ...ROLE_DEFAULTS,
    name: ANONYMOUS_ROLE,
    permissions: [
      { uri: "", match: "prefix", allow: ALLOW_ALL, disclose: DISCLOSE_NONE },
    ],
    quotas: buildQuotas(),
  }],
  store: IMPLIED_STORE,
};

/** The realms of the file, less those that are wrong. */
export function buildRealms(
  parts: readonly RouterPart[],
  context: CheckContext,
): PlacedFixedRealm[] {
  const names = new Map<string, PlacedFixedRealm>();
  const paths = new Map<string, ConfigNode>();
  const realms: PlacedFixedRealm[] = [];
  for (const part of parts) {
    for (const section of part.realms ?? []) {
      const realm = section && buildFixedRealm(section, paths, context);
      if (realm === undefined) continue;
      const placed = { ...realm, part };
      claimName(placed, names, context);
      realms.push(placed);
    }
  }
  return realms;
}

function buildFixedRealm(
  section: RealmSection,
  paths: Map<string, ConfigNode>,
  context: CheckContext,
): PlacedRealm | undefined {
  const { name, options } = section.values;
  const uriCheck = options?.values.uri_check ?? "loose";
  const store = buildStore(section.values.store, uriCheck, paths, context);
  const realm = buildRealm(section, name ?? "", store, context);
  if (options?.values.enable_meta_api === false && store.histories.length > 0) {
    context.warn(
      nodeOf(options, "enable_meta_api"),
      "without the meta API nobody can read what event-history keeps",
    );
  }
  return name === undefined ? undefined : realm;
}

/** Adds an error where another realm has the name already, of whichever worker. */
function claimName(
  realm: PlacedFixedRealm,
  names: Map<string, PlacedFixedRealm>,
  context: CheckContext,
): void {
  const { config: { name }, node, part } = realm;
  const first = names.get(name);
  if (first === undefined) {
    names.set(name, realm);
    return;
  }
  const shown = JSON.stringify(name);
  const where = `is already at ${first.node.path}`;
  if (first.part === part) {
    context.error(node, `${shown} ${where}`, "keep one of them");
  } else {
    context.error(
      node,
      `${shown} ${where}, in another worker: Crossbar.io has two realms of that name then, here names are unique`,
      "give one of them another name, or start a router for each worker, with a file of its own",
    );
  }
}

/** A realm of the file, or what realms created on demand are like. */
export function buildRealm(
  { node, values }: RealmSection | AutoRealmsSection,
  name: string,
  store: StoreConfig,
  context: CheckContext,
): PlacedRealm {
  const { options, roles } = values;
  const uriCheck = options?.values.uri_check ?? "loose";
  const roleNodes = new Map<string, ConfigNode>();
  const authorizerNodes = new Map<string, ConfigNode>();
  for (const role of roles ?? []) {
    if (role?.values.name === undefined || !has(role, "authorizer")) continue;
    authorizerNodes.set(role.values.name, nodeOf(role, "authorizer"));
  }
  const config: RealmConfig = {
    ...(options === undefined
      ? defaultsOf(REALM_OPTIONS.keys)
      : configOf(options)),
    name,
    roles: buildRoles(roles ?? [], uriCheck, values, roleNodes, context),
    store,
  };
  return {
    config,
    node: node.entries.get("name")?.node ?? node,
    roleNodes,
    authorizerNodes,
  };
}

function buildRoles(
  sections: readonly (RoleSection | undefined)[],
  uriCheck: "loose" | "strict",
  { quotas, call_timeout_ms }: RoleDefaults,
  names: Map<string, ConfigNode>,
  context: CheckContext,
): RoleConfig[] {
  const roles: RoleConfig[] = [];
  for (const section of sections) {
    if (section === undefined) continue;
    const { name } = section.values;
    const permissions = buildPermissions(section, uriCheck, context);
    if (name === undefined) continue;
    claim(name, nodeOf(section, "name"), names, context);
    checkAuthorizer(section, uriCheck, context);
    checkIdleRole(name, section, context);
    roles.push(configOf(section, {
      name,
      permissions,
      allowByDefault: undefined,
      quotas: buildQuotas(section.values.quotas, quotas),
      callTimeoutMs: section.values.call_timeout_ms ?? call_timeout_ms,
    }));
  }
  return roles;
}

/** An authorizer takes the place of permissions. */
function checkAuthorizer(
  role: RoleSection,
  uriCheck: "loose" | "strict",
  context: CheckContext,
): void {
  const { authorizer } = role.values;
  if (authorizer === undefined) {
    for (const key of ["authorizer_timeout_ms", "authorizer_cache"] as const) {
      if (!has(role, key)) continue;
      context.warn(nodeOf(role, key), "has no effect without authorizer");
    }
    return;
  }
  for (const key of ["permissions", "allow-by-default"] as const) {
    if (role.values[key] === undefined || role.values[key] === false) continue;
    context.error(
      nodeOf(role, key),
      "cannot be combined with an authorizer, which decides alone",
      "keep one of the two",
    );
  }
  checkProcedure(authorizer, nodeOf(role, "authorizer"), uriCheck, context);
}

function checkIdleRole(
  name: string,
  section: RoleSection,
  context: CheckContext,
): void {
  const { permissions = [] } = section.values;
  if (permissions.length > 0 || section.values["allow-by-default"]) return;
  // What is there but wrong has been told.
  if (has(section, "authorizer")) return;
  if (has(section, "permissions") && !section.values.permissions) return;
  context.warn(
    nodeOf(section, "name"),
    `role ${
      JSON.stringify(name)
    } has no permissions: its sessions can do nothing; add some, or an "authorizer"`,
  );
}

function buildPermissions(
  role: RoleSection,
  uriCheck: "loose" | "strict",
  context: CheckContext,
): PermissionConfig[] {
  const rules = new Map<string, ConfigNode>();
  const permissions: PermissionConfig[] = [];
  for (const section of role.values.permissions ?? []) {
    if (section === undefined) continue;
    const permission = buildPermission(section, uriCheck, context);
    if (permission === undefined) continue;
    const rule = `${permission.match} "${permission.uri}"`;
    claim(rule, nodeOf(section, "uri"), rules, context);
    permissions.push(permission);
  }
  if (role.values["allow-by-default"] && !rules.has('prefix ""')) {
    // The shortest prefix counts when nothing else covers a URI.
    permissions.push({
      uri: "",
      match: "prefix",
      allow: ALLOW_ALL,
      disclose: DISCLOSE_NONE,
      source: context.locate(nodeOf(role, "allow-by-default")),
    });
  }
  return permissions;
}

function buildPermission(
  section: PermissionSection,
  uriCheck: "loose" | "strict",
  context: CheckContext,
): PermissionConfig | undefined {
  const pattern = readPattern(section, uriCheck, context);
  if (pattern === undefined) return undefined;
  const allow = section.values.allow?.values ?? ALLOW_NONE;
  const { call, register, publish, subscribe } = allow;
  const forces = section.values.allow?.values.force_reregister === true;
  if (forces && !register) {
    context.warn(
      section.values.allow === undefined
        ? section.node
        : nodeOf(section.values.allow, "force_reregister"),
      "has no effect without register",
    );
  }
  const disclose = section.values.disclose?.values ?? DISCLOSE_NONE;
  const { caller, publisher } = disclose;
  return {
    ...pattern,
    allow: {
      call,
      register,
      publish,
      subscribe,
      ...(forces && register && { force_reregister: true }),
    },
    disclose: { caller, publisher },
    source: context.locate(section.node),
  };
}
