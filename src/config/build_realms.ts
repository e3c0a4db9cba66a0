/**
 * From checked realms to the typed config: names are unique, stars become match
 * policies, patterns keep the rules of their policy.
 *
 * @module
 */

import { isValidUri } from "../wamp/uri.ts";
import type { CheckContext } from "./check_context.ts";
import type { PermissionConfig, RealmConfig, RoleConfig } from "./config.ts";
import type { ConfigNode } from "./document.ts";
import type { RealmSection } from "./forms.ts";
import type { Values } from "./key.ts";
import { has, nodeOf, type Section } from "./object_type.ts";
import { ANONYMOUS_ROLE } from "./table/auth_keys.ts";
import type { PERMISSION, ROLE } from "./table/realm_keys.ts";

type RoleSection = Section<Values<typeof ROLE.keys>>;
type PermissionSection = Section<Values<typeof PERMISSION.keys>>;

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

/** What a file without realms gets. */
export const IMPLIED_REALM: RealmConfig = {
  name: "realm1",
  uriCheck: "loose",
  roles: [{
    name: ANONYMOUS_ROLE,
    permissions: [
      { uri: "", match: "prefix", allow: ALLOW_ALL, disclose: DISCLOSE_NONE },
    ],
    trustLevel: undefined,
  }],
  allowsDisclosure: true,
  callQueueLength: 0,
};

/** The realms of the file, less those that are wrong. */
export function buildRealms(
  sections: readonly (RealmSection | undefined)[],
  context: CheckContext,
): RealmConfig[] {
  const names = new Map<string, ConfigNode>();
  const realms: RealmConfig[] = [];
  for (const section of sections) {
    if (section === undefined) continue;
    const { name, options, roles } = section.values;
    const uriCheck = options?.values.uri_check ?? "loose";
    const built = buildRoles(roles ?? [], uriCheck, context);
    if (name === undefined) continue;
    claim(name, nodeOf(section, "name"), names, context);
    realms.push({
      name,
      uriCheck,
      roles: built,
      allowsDisclosure: options?.values.allow_disclose ?? true,
      callQueueLength: options?.values.call_queue ?? 0,
    });
  }
  return realms;
}

function buildRoles(
  sections: readonly (RoleSection | undefined)[],
  uriCheck: "loose" | "strict",
  context: CheckContext,
): RoleConfig[] {
  const names = new Map<string, ConfigNode>();
  const roles: RoleConfig[] = [];
  for (const section of sections) {
    if (section === undefined) continue;
    const { name } = section.values;
    const permissions = buildPermissions(section, uriCheck, context);
    if (name === undefined) continue;
    claim(name, nodeOf(section, "name"), names, context);
    const trustLevel = section.values.trust_level;
    roles.push({ name, permissions, trustLevel });
  }
  return roles;
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
    });
  }
  return permissions;
}

function buildPermission(
  section: PermissionSection,
  uriCheck: "loose" | "strict",
  context: CheckContext,
): PermissionConfig | undefined {
  const place = nodeOf(section, "uri");
  const rule = readRule(section, place, context);
  if (rule === undefined) return undefined;
  const { uri, match } = rule;
  if (!isValidUri(uri, match, "loose")) {
    context.error(place, ...describeBadPattern(uri, match));
    return undefined;
  }
  if (uriCheck === "strict" && !isValidUri(uri, match, "strict")) {
    context.warn(
      place,
      "no URI matches this: the realm is strict, its URIs have only lower case letters, digits and _",
    );
  }
  const allow = section.values.allow?.values ?? ALLOW_NONE;
  const { call, register, publish, subscribe } = allow;
  const disclose = section.values.disclose?.values ?? DISCLOSE_NONE;
  const { caller, publisher } = disclose;
  return {
    uri,
    match,
    allow: { call, register, publish, subscribe },
    disclose: { caller, publisher },
  };
}

function readRule(
  section: PermissionSection,
  place: ConfigNode,
  context: CheckContext,
): Pick<PermissionConfig, "uri" | "match"> | undefined {
  const { uri, match } = section.values;
  if (uri === undefined) return undefined;
  if (has(section, "match")) {
    if (match === undefined) return undefined;
    if (uri.includes("*")) {
      context.warn(
        place,
        'the "*" is an ordinary character here, since "match" is given; an empty component stands for any',
      );
    }
    return { uri, match };
  }
  if (!uri.includes("*")) return { uri, match: "exact" };
  if (uri.indexOf("*") === uri.length - 1) {
    return { uri: uri.slice(0, -1), match: "prefix" };
  }
  const parts = uri.split(".");
  if (parts.some((part) => part.includes("*") && part !== "*")) {
    const right = 'use it as in "com.*.create", or once at the end';
    context.error(place, 'a "*" stands for a whole component', right);
    return undefined;
  }
  const pattern = parts.map((part) => part === "*" ? "" : part).join(".");
  return { uri: pattern, match: "wildcard" };
}

function describeBadPattern(
  uri: string,
  match: PermissionConfig["match"],
): [wrong: string, right: string] {
  const shown = JSON.stringify(uri);
  if (match === "wildcard" || !/(^|\.)(\.|$)/.test(uri)) {
    return [`${shown} is no URI`, "write one of at most 4096 characters"];
  }
  const right = match === "exact" && uri === ""
    ? 'write "*" for all URIs'
    : 'write "*" for the component that may be any, or "match": "wildcard"';
  return [`${shown} has an empty component`, right];
}

function claim(
  name: string,
  place: ConfigNode,
  names: Map<string, ConfigNode>,
  context: CheckContext,
): void {
  const first = names.get(name);
  if (first === undefined) {
    names.set(name, place);
    return;
  }
  const shown = name.includes('"') ? name : JSON.stringify(name);
  context.error(
    place,
    `${shown} is already at ${first.path}`,
    "keep one of them",
  );
}
