/**
 * Version 1 of Crossbar.io's format: how it differs from version 2, and what is to be
 * written in its place.
 *
 * @module
 */

import type { CheckContext } from "../schema/check_context.ts";
import { type ConfigNode, plainValue } from "../schema/document.ts";
import type { DocumentEdit } from "../schema/edit_document.ts";
import { LISTED_MAX } from "../schema/nearest.ts";

/** The version that is read. */
const VERSION = 2;

const ACTIONS = ["call", "register", "publish", "subscribe"];

type Keys = readonly (string | number)[];

/** A value at its place. */
interface Placed {
  readonly keys: Keys;
  readonly node: ConfigNode;
}

/** Whether the node config is one of version 1, with rules of that version. */
export function isVersionOne(root: ConfigNode): boolean {
  return versionOf(root) === 1 && oldRules(root).length > 0;
}

/** Adds the one error that says what has changed, and what to write. */
export function refuseVersionOne(
  root: ConfigNode,
  context: CheckContext,
): void {
  const rules = oldRules(root);
  const lines = rules.slice(0, LISTED_MAX).map(({ node }) =>
    `  ${node.path}: ${JSON.stringify(newRule(node))}`
  );
  const more = rules.length - lines.length;
  if (more > 0) lines.push(`  and ${more} more`);
  context.error(
    root.entries.get("version")?.node ?? root,
    `the config is of version 1 of Crossbar.io's format, whose permissions have actions beside "uri", where version ${VERSION} has them in "allow"`,
    `have it written anew by the command \`convert\`, or write "version": ${VERSION}, and as permissions\n${
      lines.join("\n")
    }`,
  );
}

/** What makes version 2 of a node config; none where it is that. */
export function editsToVersionTwo(root: ConfigNode): DocumentEdit[] {
  if (versionOf(root) !== 1) return [];
  return [
    ...oldRules(root).map(({ keys, node }) => ({ keys, value: newRule(node) })),
    ...pushers(root).map((keys) => ({ keys, value: "publisher" })),
    // Last: other keys have been found without it.
    { keys: ["version"], value: VERSION },
  ];
}

/** Without a word on it, it is the first. */
function versionOf(root: ConfigNode): unknown {
  const version = root.entries.get("version");
  return version === undefined ? 1 : version.node.value;
}

function oldRules(root: ConfigNode): Placed[] {
  return below(root, "workers", "realms", "roles", "permissions")
    .filter(({ node }) => ACTIONS.some((name) => node.entries.has(name)));
}

function newRule({ entries }: ConfigNode): Record<string, unknown> {
  const values = [...entries].map(([name, { node }]) =>
    [name, plainValue(node)] as const
  );
  const allow = values.filter(([name, value]) =>
    ACTIONS.includes(name) && value !== false
  );
  const rest = values.filter(([name]) => !ACTIONS.includes(name));
  return { ...Object.fromEntries(rest), allow: Object.fromEntries(allow) };
}

/** Services that had another name. */
function pushers(root: ConfigNode): Keys[] {
  return below(root, "workers", "transports").flatMap(({ keys, node }) => {
    const paths = node.entries.get("paths")?.node.entries ?? new Map();
    return [...paths].flatMap(([path, { node }]) =>
      node.entries.get("type")?.node.value === "pusher"
        ? [[...keys, "paths", path, "type"]]
        : []
    );
  });
}

/** The elements of lists in elements of lists. */
function below(root: ConfigNode, ...names: readonly string[]): Placed[] {
  return names.reduce<Placed[]>(
    (parents, name) =>
      parents.flatMap(({ keys, node }) =>
        (node.entries.get(name)?.node.items ?? []).map((item, index) => ({
          keys: [...keys, name, index],
          node: item,
        }))
      ),
    [{ keys: [], node: root }],
  );
}
