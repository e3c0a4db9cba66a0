/**
 * From a checked `auth` to the typed config.
 *
 * @module
 */

import {
  type DYNAMIC,
  type DynamicConfig,
  readDynamic,
} from "../auth/dynamic_form.ts";
import {
  type AuthConfig,
  METHOD_LIST,
  type MethodName,
} from "../auth/methods.ts";
import { ANONYMOUS_ROLE } from "../auth/methods/anonymous.ts";
import type {
  PlacedPrincipal,
  StaticLogin,
} from "../auth/static_principals.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { Keys } from "../schema/key.ts";
import { nodeOf, type Section } from "../schema/object_type.ts";
import type { AUTH } from "./table/auth_keys.ts";

type AuthSection = Section<typeof AUTH.keys>;

/** A name in an `auth`, and where it stands. */
export interface NameUse {
  readonly name: string;
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
  readonly realmUses: readonly NameUse[];
  /** Roles that authenticators may leave it to. */
  readonly defaultRoles: readonly NameUse[];
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
  const statics = buildStatics(section, context);
  const dynamic = buildDynamic(section, context);
  const config: AuthConfig = {
    ...Object.fromEntries(statics.map(([name, { config }]) => [name, config])),
    ...(dynamic.size > 0 && { dynamic: Object.fromEntries(dynamic) }),
    ...(values.reveal_unknown_authid && { revealsUnknownAuthid: true }),
    implied: false,
  };
  const anonymous = values.anonymous?.static;
  const dynamics = dynamicForms(section);
  return {
    config,
    node,
    anonymousNode: anonymous?.node ?? node,
    anonymousRoleNode: anonymous === undefined
      ? node
      : nodeOf(anonymous, "role"),
    authenticatorNodes: new Map(
      dynamics.map(([name, form]) => [name, nodeOf(form, "authenticator")]),
    ),
    principals: statics.flatMap(([, { principals }]) => principals),
    realmUses: [
      ...(anonymous === undefined ? [] : usesOf(anonymous, "realm")),
      ...dynamics.flatMap(([, form]) => usesOf(form, "authenticator-realm")),
    ],
    defaultRoles: dynamics.flatMap(([, form]) => usesOf(form, "default-role")),
  };
}

function checkMethods(section: AuthSection, context: CheckContext): void {
  const { entries } = section.node;
  if (METHOD_LIST.some(({ name }) => entries.has(name))) return;
  // Keys that are refused have been spoken of.
  const others = [...entries.keys()];
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

type StaticEntry = [MethodName, StaticLogin<unknown>];

function buildStatics(
  { values }: AuthSection,
  context: CheckContext,
): StaticEntry[] {
  return METHOD_LIST.flatMap((method): StaticEntry[] => {
    const form = values[method.name]?.static;
    return form === undefined
      ? []
      : [[method.name, method.read(form, context)]];
  });
}

function buildDynamic(
  section: AuthSection,
  context: CheckContext,
): Map<MethodName, DynamicConfig> {
  const dynamic = new Map<MethodName, DynamicConfig>();
  for (const [name, form] of dynamicForms(section)) {
    const config = readDynamic(form, context);
    if (config !== undefined) dynamic.set(name, config);
  }
  return dynamic;
}

type DynamicEntry = [MethodName, Section<typeof DYNAMIC.keys>];

function dynamicForms({ values }: AuthSection): DynamicEntry[] {
  return METHOD_LIST.flatMap(({ name }): DynamicEntry[] => {
    const form = values[name]?.dynamic;
    return form === undefined ? [] : [[name, form]];
  });
}

/** What a form says for `key`, if it says something. */
function usesOf<K extends Keys>(form: Section<K>, key: keyof K): NameUse[] {
  const name: unknown = form.values[key];
  return typeof name === "string" ? [{ name, node: nodeOf(form, key) }] : [];
}
