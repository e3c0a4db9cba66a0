/**
 * From the checked cases of `expect` to the typed config: each has one action,
 * and a realm and a role that are there.
 *
 * @module
 */

import type { CheckContext } from "../schema/check_context.ts";
import type { ActionName, ExpectationConfig } from "./config.ts";
import type { ExpectationSection } from "./forms.ts";
import { has, nodeOf } from "../schema/object_type.ts";
import type { RealmDirectory } from "./realm_directory.ts";

const ACTIONS: readonly ActionName[] = [
  "call",
  "register",
  "publish",
  "subscribe",
  "force_reregister",
];

/**
 * The cases of the file, less those that are wrong.
 *
 * @param realms `undefined`: not all are known, so that none can be missed.
 */
export function buildExpectations(
  sections: readonly (ExpectationSection | undefined)[],
  realms: RealmDirectory | undefined,
  context: CheckContext,
): ExpectationConfig[] {
  return sections.flatMap((section) =>
    (section && buildExpectation(section, realms, context)) ?? []
  );
}

function buildExpectation(
  section: ExpectationSection,
  realms: RealmDirectory | undefined,
  context: CheckContext,
): ExpectationConfig | undefined {
  const { realm, role, allow, match = "exact" } = section.values;
  const action = chooseAction(section, context);
  if (realms !== undefined) checkNames(section, realms, context);
  const uri = action && section.values[action];
  if (action === undefined || uri === undefined) return undefined;
  checkMatch(section, action, uri, context);
  if (realm === undefined || role === undefined) return undefined;
  if (allow === undefined) return undefined;
  const source = context.locate(section.node);
  return { realm, role, action, uri, match, isAllowed: allow, source };
}

function chooseAction(
  section: ExpectationSection,
  context: CheckContext,
): ActionName | undefined {
  const [action, ...others] = ACTIONS.filter((name) => has(section, name));
  if (action === undefined) {
    const list = ACTIONS.map((name) => `"${name}"`).join(", ");
    const wrong = "the case has no action";
    context.error(section.node, wrong, `add one of ${list} with a URI`);
  }
  for (const other of others) {
    const wrong = `cannot be combined with "${action}"`;
    const right = "write a case for each";
    context.error(nodeOf(section, other), wrong, right);
  }
  return action;
}

function checkMatch(
  section: ExpectationSection,
  action: ActionName,
  uri: string,
  context: CheckContext,
): void {
  const { match = "exact" } = section.values;
  if (match !== "exact" && (action === "call" || action === "publish")) {
    const wrong = `clients ${action} one URI, not a pattern`;
    context.error(nodeOf(section, "match"), wrong, "remove it");
  }
  if (uri.includes("*") && !has(section, "match")) {
    context.warn(
      nodeOf(section, action),
      'the "*" is an ordinary character here, as it is for clients; for a pattern of theirs, add "match"',
    );
  }
}

function checkNames(
  section: ExpectationSection,
  realms: RealmDirectory,
  context: CheckContext,
): void {
  const { realm, role } = section.values;
  if (realm === undefined) return;
  const found = realms.find(realm);
  if (found === undefined) {
    const wrong = `there is no realm ${JSON.stringify(realm)}`;
    const right = realms.suggest(realm, realms.all);
    context.error(nodeOf(section, "realm"), wrong, right);
  } else if (
    role !== undefined && realms.role(found, role) === undefined
  ) {
    const wrong = `realm ${JSON.stringify(realm)} has no role ${
      JSON.stringify(role)
    }`;
    const right = realms.suggest(role, found.roles);
    context.error(nodeOf(section, "role"), wrong, right);
  }
}
