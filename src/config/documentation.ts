/**
 * What is made from the table: Markdown for `docs/configuration.md`, and a JSON
 * Schema for editors.
 *
 * @module
 */

import type { Key, Keys } from "../schema/key.ts";
import { definitionId, type ObjectType } from "../schema/object_type.ts";
import { SECRET_FILE } from "../schema/secret_type.ts";
import { DYNAMIC } from "../auth/dynamic_form.ts";
import { METHOD_LIST } from "../auth/methods.ts";
import { AUTH } from "./table/auth_keys.ts";
import { TCP_ENDPOINT, TLS, UNIX_ENDPOINT } from "./table/endpoint_keys.ts";
import { EXPECTATION } from "./table/expect_keys.ts";
import { CROSSBAR_NODE, ROUTER, ROUTER_WORKER } from "./table/file_keys.ts";
import { PORT_OPTIONS, TRANSPORT_OPTIONS } from "./table/limit_keys.ts";
import { QUOTA, QUOTAS } from "./table/quota_keys.ts";
import {
  ALLOW,
  AUTO_REALMS,
  DISCLOSE,
  PERMISSION,
  REALM,
  REALM_OPTIONS,
  ROLE,
} from "./table/realm_keys.ts";
import {
  EVENT_HISTORY,
  MEMORY_STORE,
  SQLITE_STORE,
} from "./table/store_keys.ts";
import {
  CROSSBAR_RAWSOCKET,
  RAWSOCKET,
  RAWSOCKET_PART,
  TRANSPORT,
  UNIVERSAL,
} from "./table/transport_keys.ts";
import {
  BRIDGE_OPTIONS,
  CALLER,
  JSON_SERVICE,
  NODEINFO,
  PATH_SERVICE,
  PUBLISHER,
  REDIRECT,
  STATIC,
  STATIC_OPTIONS,
  WEB,
  WEB_OPTIONS,
  WEB_PART,
  WEBHOOK,
  WEBHOOK_OPTIONS,
} from "./table/web_keys.ts";
import {
  COMPRESSION,
  DEFLATE,
  WEBSOCKET,
  WEBSOCKET_OPTIONS,
  WEBSOCKET_SERVICE,
} from "./table/websocket_keys.ts";
import type { Definitions, JsonSchema } from "../schema/value_types.ts";

/** All objects of the table, in reading order. */
export const OBJECTS: readonly ObjectType<Keys>[] = [
  ROUTER,
  RAWSOCKET,
  WEBSOCKET,
  UNIVERSAL,
  RAWSOCKET_PART,
  WEB,
  WEB_PART,
  WEBSOCKET_SERVICE,
  STATIC,
  STATIC_OPTIONS,
  NODEINFO,
  JSON_SERVICE,
  REDIRECT,
  PATH_SERVICE,
  CALLER,
  PUBLISHER,
  BRIDGE_OPTIONS,
  WEBHOOK,
  WEBHOOK_OPTIONS,
  TCP_ENDPOINT,
  TLS,
  UNIX_ENDPOINT,
  TRANSPORT_OPTIONS,
  WEBSOCKET_OPTIONS,
  COMPRESSION,
  DEFLATE,
  PORT_OPTIONS,
  WEB_OPTIONS,
  AUTH,
  ...METHOD_LIST.flatMap(({ form, objects }) => [form, ...objects]),
  DYNAMIC,
  SECRET_FILE,
  REALM,
  AUTO_REALMS,
  REALM_OPTIONS,
  ROLE,
  PERMISSION,
  ALLOW,
  DISCLOSE,
  QUOTAS,
  QUOTA,
  EXPECTATION,
  MEMORY_STORE,
  SQLITE_STORE,
  EVENT_HISTORY,
  CROSSBAR_NODE,
  ROUTER_WORKER,
  CROSSBAR_RAWSOCKET,
];

const BEGIN = "<!-- keys: begin; `deno task schema` writes what follows -->";
const END = "<!-- keys: end -->";

/** `page` with its part between the markers written anew. */
export function updatePage(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new SyntaxError("Cannot update the page: its markers are missing");
  }
  const head = page.slice(0, begin + BEGIN.length);
  return `${head}\n\n${tableText()}\n${page.slice(end)}`;
}

/** A section for each object. */
export function tableText(): string {
  return OBJECTS.map(sectionText).join("\n");
}

function sectionText({ name, help, keys }: ObjectType<Keys>): string {
  const rows = Object.entries(keys).map(([key, row]) => rowText(key, row));
  return `### ${name}

${help}

| key | type | default | meaning |
|---|---|---|---|
${rows.join("\n")}
`;
}

function rowText(name: string, row: Key<unknown>): string {
  const mark = row.origin === "sluice" ? " †" : "";
  const type = row.type === undefined ? "–" : typeText(row.type.text);
  return `| \`${name}\`${mark} | ${cell(type)} | ${cell(defaultText(row))} | ${
    cell(meaningText(row))
  } |`;
}

function defaultText(row: Key<unknown>): string {
  if (row.isRequired) return "required";
  if (row.written === undefined) return "";
  return `\`${JSON.stringify(row.written)}\``;
}

function meaningText(row: Key<unknown>): string {
  switch (row.status) {
    case "refused":
      return row.isIgnorable
        ? `Refused, or left out with \`--ignore-unsupported\`: ${row.help}.`
        : `Refused: ${row.help}.`;
    case "accepted":
    case "served":
      return row.help;
  }
}

/** Names of objects become links to their sections. */
function typeText(text: string): string {
  let linked = text;
  for (const { name } of OBJECTS) {
    linked = linked.replace(
      new RegExp(`(object: |or )${name}(?=$|,| or )`),
      `$1[${name}](#${definitionId(name)})`,
    );
  }
  return linked;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** The schema of a config file in any of its three forms. */
export function jsonSchema(): JsonSchema {
  const definitions: Definitions = new Map();
  const forms = [TRANSPORT, ROUTER, CROSSBAR_NODE];
  const anyOf = forms.map((form) => form.schema(definitions));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Config of the WAMP router Sluice",
    description:
      "One transport; or realms and transports; or a node config of Crossbar.io.",
    anyOf,
    definitions: Object.fromEntries(definitions),
  };
}

/** The text of `docs/config.schema.json`. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}
