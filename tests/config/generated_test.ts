/**
 * The schema and the documentation are those of the table, and the schema says
 * what the loader says.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Ajv } from "ajv";
import { OBJECTS, updatePage } from "../../src/config/documentation.ts";
import { jsonSchema, jsonSchemaText } from "../../src/config/documentation.ts";
import { definitionId } from "../../src/schema/object_type.ts";
import { load, REALM, SOUND } from "./_load.ts";

const ROOT = new URL("../../", import.meta.url);

function readProject(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

Deno.test("docs/config.schema.json is what the table gives: `deno task schema`", () => {
  assert(readProject("docs/config.schema.json") === jsonSchemaText());
});

Deno.test("docs/configuration.md is what the table gives: `deno task schema`", () => {
  const page = readProject("docs/configuration.md");
  assert(page === updatePage(page));
});

Deno.test("updatePage() refuses a page without its markers", () => {
  assertThrows(() => updatePage("# Configuration\n"), SyntaxError, "markers");
});

Deno.test("the documentation has every object of the schema", () => {
  const { definitions } = jsonSchema() as { definitions: object };
  assertEquals(
    OBJECTS.map(({ name }) => definitionId(name)).toSorted(),
    Object.keys(definitions).toSorted(),
  );
});

Deno.test("every key of the table has a help text that is a sentence", () => {
  for (const { name, keys, help } of OBJECTS) {
    assert(/\.$/.test(help), name);
    for (const [key, row] of Object.entries(keys)) {
      const text = row.status === "refused" ? `${row.help}.` : row.help;
      assert(/^.+\.$/.test(text), `${name}: ${key}`);
    }
  }
});

const tcp = (endpoint: object) => ({
  ...SOUND,
  endpoint: { type: "tcp", port: 8080, interface: "::1", ...endpoint },
});
const realm = (realm: object) => ({
  realms: [{ ...REALM, ...realm }],
  transports: [SOUND],
});

const expecting = (expected: object) => ({
  ...realm({}),
  expect: [{ realm: REALM.name, role: "anonymous", ...expected }],
});

const USER = { role: "anonymous" };

/** The same of authentication. */
const TICKET_STATIC = {
  type: "static",
  principals: { joe: { ticket: "t", role: "anonymous" } },
};
const TICKET_DYNAMIC = { type: "dynamic", authenticator: "com.auth" };
const AUTHS: readonly object[] = [
  { ticket: { type: "static", principals: { joe: { ticket: "t", ...USER } } } },
  { ticket: { type: "static", principals: { joe: { ticket: "", ...USER } } } },
  { ticket: { type: "static", principals: { joe: [] } } },
  {
    ticket: {
      type: "static",
      principals: { joe: [{ ticket: { file: "x" }, ...USER }] },
    },
  },
  { ticket: { type: "static", principals: { joe: { ticket: {}, ...USER } } } },
  { ticket: { type: "dynamic", authenticator: "com.auth" } },
  { ticket: { type: "dynamic", authenticator: "com..auth" } },
  { ticket: { type: "function", create: "x" } },
  { ticket: [TICKET_STATIC, TICKET_DYNAMIC] },
  { ticket: [TICKET_STATIC, TICKET_DYNAMIC, TICKET_DYNAMIC] },
  { ticket: [TICKET_DYNAMIC, TICKET_STATIC] },
  { ticket: [TICKET_STATIC] },
  { ticket: [] },
  {
    wampcra: { type: "static", users: { joe: { secret: "${PORT}", ...USER } } },
  },
  { wampcra: { type: "static", principals: {} } },
  {
    scram: {
      type: "static",
      principals: {
        joe: {
          kdf: "pbkdf2",
          iterations: 4096,
          salt: "00".repeat(16),
          "stored-key": "0a".repeat(32),
          "server-key": { file: "key" },
          ...USER,
        },
      },
    },
  },
  {
    cryptosign: {
      type: "static",
      router_key: "0a".repeat(31),
      principals: {},
    },
  },
  {
    cryptosign: {
      type: "static",
      principals: { joe: { authorized_keys: ["0a".repeat(32)], ...USER } },
    },
    reveal_unknown_authid: true,
  },
  { cookie: {} },
];

/** Services of a web transport. */
const BRIDGE = { realm: "realm1", role: "anonymous" };
const SERVICES: readonly object[] = [
  { type: "websocket" },
  { type: "websocket", url: "ws://a", auth: AUTHS[0] },
  { type: "websocket", url: "a" },
  { type: "websocket", cookie: {} },
  { type: "websocket", serializer: "json", serializers: ["json"] },
  { type: "websocket", options: { allowed_origins: ["*"] } },
  { type: "websocket", options: { auto_fragment_size: 1024 } },
  { type: "websocket", options: { auto_fragment_size: 1 } },
  { type: "websocket", options: { compression: { deflate: {} } } },
  { type: "websocket", options: { compression: { snappy: {} } } },
  { type: "websocket", options: { mask_server_frames: true } },
  { type: "websocket", options: { flash_policy: [1] } },
  { type: "static", directory: "x" },
  { type: "static", directory: "x", options: { cache_timeout: null } },
  { type: "static", directory: "x", options: { mime_types: { ".a": "b" } } },
  { type: "static", directory: "x", options: { mime_types: { a: "b" } } },
  { type: "static", directory: "x", options: { default_file: "../a" } },
  { type: "static", package: "x", resource: "y" },
  { type: "static" },
  { type: "nodeinfo" },
  { type: "nodeinfo", page: "x" },
  { type: "json", value: [{ a: null }] },
  { type: "json" },
  { type: "redirect", url: "/x" },
  { type: "redirect", url: "" },
  { type: "path", paths: { a: { type: "nodeinfo" } } },
  { type: "path", paths: { "a/b": { type: "nodeinfo" } } },
  { type: "caller", ...BRIDGE, options: { key: "a", secret: "b" } },
  { type: "caller", ...BRIDGE, options: { post_body_limit: 2_000_000 } },
  { type: "caller", ...BRIDGE, options: { key: "a" } },
  { type: "publisher", ...BRIDGE },
  { type: "publisher", realm: "realm1" },
  { type: "webhook", ...BRIDGE, options: { topic: "a" } },
  { type: "webhook", ...BRIDGE, options: {} },
  { type: "wsgi" },
];

const listening = (transport: object) => ({ ...tcp({}), ...transport });
const without = ({ serializer: _, ...transport }: Record<string, unknown>) =>
  transport;

/** Files that one has wrong as much as the other, or neither. */
const FILES: readonly unknown[] = [
  SOUND,
  { ...SOUND, serializer: "xml" },
  { ...SOUND, serializer: undefined },
  { ...SOUND, serializer: undefined, serializers: ["json", "cbor"] },
  { ...SOUND, serializers: ["json"] },
  { ...SOUND, serializer: undefined, serializers: [] },
  { ...SOUND, serializer: undefined, serializers: ["json", "json"] },
  { ...SOUND, id: "a b" },
  { ...SOUND, id: "ok" },
  { ...SOUND, max_message_size: 511 },
  { ...SOUND, max_message_size: 67_108_864 },
  { ...SOUND, max_message_size: "1" },
  { ...SOUND, debug: 1 },
  { ...SOUND, unknown: 1 },
  { ...SOUND, options: { max_message_size: 511 } },
  { ...SOUND, options: { max_depth: 3 } },
  { ...SOUND, options: { max_depth: 4, strict_request_ids: true } },
  { ...SOUND, auth: { anonymous: { type: "static" } } },
  { ...SOUND, auth: { anonymous: { type: "dynamic" } } },
  { ...SOUND, auth: { ticket: {} } },
  ...AUTHS.map((auth) => ({ ...SOUND, auth })),
  { ...SOUND, endpoint: { type: "unix", path: "/x", mode: "0660" } },
  { ...SOUND, endpoint: { type: "unix", path: "/x", mode: "999" } },
  { ...SOUND, endpoint: { type: "unix" } },
  tcp({}),
  tcp({ port: "$PORT" }),
  tcp({ port: "8080" }),
  tcp({ port: -1 }),
  tcp({ version: 6, backlog: 1, shared: true }),
  tcp({ version: 5 }),
  tcp({ ca_certificates: [] }),
  tcp({ tls: { key: "a", certificate: "b" } }),
  tcp({ tls: { key: "a" } }),
  tcp({ tls: { key: "a", certificate: "b", ciphers: "x" } }),
  realm({}),
  realm({ name: "a..b" }),
  realm({ name: "x".repeat(4096) }),
  realm({ name: "x".repeat(4097) }),
  realm({ roles: [] }),
  realm({ store: {} }),
  realm({ store: { type: "memory" } }),
  realm({ store: { type: "memory", limit: 0 } }),
  realm({ store: { type: "memory", "event-history": [{ uri: "a b" }] } }),
  realm({ store: { type: "memory", "event-history": [{ limit: 1 }] } }),
  realm({
    store: {
      type: "memory",
      "event-history": [{ uri: "com.", match: "prefix", limit: 1 }],
    },
  }),
  realm({ store: { type: "memory", "call-queue": [] } }),
  realm({ store: { type: "sqlite" } }),
  realm({ store: { type: "sqlite", path: "x.db", flush_ms: 200, sync: true } }),
  realm({ store: { type: "sqlite", path: "x.db", flush_ms: 199 } }),
  realm({ store: { type: "cfxdb", path: "x" } }),
  realm({ options: { allow_disclose: false, call_queue: 7 } }),
  realm({ options: { call_queue: -1 } }),
  realm({ roles: [{ name: "anonymous", trust_level: 3 }] }),
  realm({ roles: [{ name: "anonymous", trust_level: -1 }] }),
  realm({ roles: [{ name: "anonymous", on_duplicate_authid: "replace" }] }),
  realm({ roles: [{ name: "anonymous", on_duplicate_authid: "kill" }] }),
  realm({ options: { uri_check: "strict", enable_meta_api: false } }),
  realm({ options: { enable_meta_api: true } }),
  realm({ options: { enable_meta_api: "yes" } }),
  realm({ colour: 1 }),
  expecting({ call: "a", allow: true }),
  expecting({ call: "", allow: false }),
  expecting({ call: "a" }),
  expecting({ allow: true }),
  expecting({ call: "a", publish: "a", allow: true }),
  expecting({ call: "a", match: "exact", allow: true }),
  expecting({ call: "a", match: "prefix", allow: true }),
  expecting({ publish: "a", match: "wildcard", allow: true }),
  expecting({ register: "a", match: "prefix", allow: true }),
  expecting({ subscribe: "", match: "wildcard", allow: true }),
  expecting({ subscribe: "a", match: "regexp", allow: true }),
  ...SERVICES.map((service) =>
    without(listening({ type: "web", paths: { ws: service } }))
  ),
  without(listening({ type: "web" })),
  without(listening({ type: "web", paths: {}, auth: {} })),
  without(listening({
    type: "web",
    paths: { "/": { type: "nodeinfo" } },
    options: { client_timeout: null, display_tracebacks: true },
  })),
  without(listening({ type: "websocket" })),
  without(listening({ type: "websocket", trusted_proxies: [] })),
  without(listening({ type: "websocket", forwarded: 1 })),
  without(listening({ type: "universal", websocket: { ws: {} } })),
  without(listening({ type: "universal", websocket: { "/ws": {} } })),
  without(listening({ type: "universal", rawsocket: {}, mqtt: {} })),
  without(listening({
    type: "universal",
    rawsocket: {},
    options: { max_depth: 5 },
  })),
  { ...realm({}), max_depth: 128, shutdown_timeout_ms: 1 },
  { ...realm({}), max_depth: 129 },
  { transports: [] },
  { version: 2, workers: [{ type: "router", transports: [SOUND] }] },
  { version: 1, workers: [{ type: "router", transports: [SOUND] }] },
  { version: 2, workers: [{ type: "guest" }] },
  {
    version: 2,
    workers: [{
      type: "router",
      components: [],
      transports: [{
        type: "universal",
        endpoint: SOUND.endpoint,
        rawsocket: {},
        web: {},
      }],
    }],
  },
  [],
  {},
];

Deno.test("the schema and the loader agree on what is right", async () => {
  // As the regular expressions of the table are, with the u flag.
  const ajv = new Ajv({ strict: false, unicodeRegExp: true });
  const validate = ajv.compile(jsonSchema());
  for (const file of FILES) {
    const text = JSON.stringify(file);
    const { config } = await load(text, { env: { PORT: "1" } });
    assertEquals(validate(JSON.parse(text)), config !== undefined, text);
  }
});
