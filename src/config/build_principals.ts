/**
 * From the checked principals of a method to the typed config: each has a role,
 * what belongs together is there as a whole, none stands twice.
 *
 * @module
 */

import type { CheckContext } from "../schema/check_context.ts";
import type {
  CryptosignPrincipalConfig,
  PrincipalConfig,
  ScramPrincipalConfig,
  TicketPrincipalConfig,
  WampCraUserConfig,
} from "./config.ts";
import type { ConfigNode } from "../schema/document.ts";
import type { Keys } from "../schema/key.ts";
import type { MapEntry } from "../schema/map_type.ts";
import { has, nodeOf, type Section } from "../schema/object_type.ts";
import { BASE64_SECRET } from "../schema/secret_forms.ts";
import { type SecretConfig } from "../schema/secret_type.ts";
import type {
  CRYPTOSIGN_PRINCIPAL,
  SCRAM_PRINCIPAL,
  TICKET_PRINCIPAL,
  WAMPCRA_USER,
  WHO,
} from "./table/principal_keys.ts";

/** A principal, and where its role and its realm are said. */
export interface PlacedPrincipal<P extends PrincipalConfig = PrincipalConfig> {
  readonly config: P;
  readonly roleNode: ConfigNode;
  readonly realmNode: ConfigNode;
}

type Entries<K extends Keys> = readonly MapEntry<Section<K>>[] | undefined;
type WampCraSection = Section<typeof WAMPCRA_USER.keys>;
type ScramSection = Section<typeof SCRAM_PRINCIPAL.keys>;

/** Fewer rounds are quick to try out. */
const ITERATIONS_ADVISED = 4096;

/** Principals with tickets. */
export function buildTicket(
  entries: Entries<typeof TICKET_PRINCIPAL.keys>,
  defaultRole: string | undefined,
  context: CheckContext,
): PlacedPrincipal<TicketPrincipalConfig>[] {
  return place(entries, defaultRole, context, ({ values }) => {
    const { ticket } = values;
    return ticket && { ticket };
  });
}

/** Principals with Ed25519 keys. */
export function buildCryptosign(
  entries: Entries<typeof CRYPTOSIGN_PRINCIPAL.keys>,
  defaultRole: string | undefined,
  context: CheckContext,
): PlacedPrincipal<CryptosignPrincipalConfig>[] {
  const owners = new Map<string, string>();
  return place(entries, defaultRole, context, (section, authid) => {
    const keys = (section.values.authorized_keys ?? [])
      .flatMap((key) => key?.toLowerCase() ?? []);
    for (const key of keys) {
      const owner = owners.get(key) ?? authid;
      owners.set(key, owner);
      if (owner === authid) continue;
      context.warn(
        nodeOf(section, "authorized_keys"),
        `"${owner}" has the same key: clients that show it must name their authid`,
      );
    }
    return { keys };
  });
}

/** Principals with secrets for WAMP-CRA. */
export function buildWampCra(
  entries: Entries<typeof WAMPCRA_USER.keys>,
  defaultRole: string | undefined,
  context: CheckContext,
): PlacedPrincipal<WampCraUserConfig>[] {
  return place(entries, defaultRole, context, (section) => {
    const known = chooseSecret(section, context);
    const salting = readSalting(section, context);
    if (known === undefined || salting === "wrong") return undefined;
    if (known.isDerived && salting === undefined) {
      context.error(
        nodeOf(section, "derived_secret"),
        "is a derived key, but the config does not say how it was derived",
        'add "salt", "iterations" and "keylen"',
      );
      return undefined;
    }
    checkDerived(section, known.secret, context);
    adviseDerived(section, known.secret, context);
    return { ...known, salting };
  });
}

function chooseSecret(
  section: WampCraSection,
  context: CheckContext,
): { secret: SecretConfig; isDerived: boolean } | undefined {
  const { secret, derived_secret } = section.values;
  const plain = has(section, "secret");
  const derived = has(section, "derived_secret");
  if (plain && derived) {
    const wrong = 'cannot be combined with "secret"';
    context.error(nodeOf(section, "derived_secret"), wrong, "keep one of them");
    return undefined;
  }
  if (!plain && !derived) {
    const right = 'add it, or "derived_secret"';
    context.error(section.node, '"secret" is missing', right);
    return undefined;
  }
  const found = secret ?? derived_secret;
  return found && { secret: found, isDerived: derived };
}

function readSalting(
  section: WampCraSection,
  context: CheckContext,
): WampCraUserConfig["salting"] | "wrong" {
  const names = ["salt", "iterations", "keylen"] as const;
  const missing = names.filter((name) => !has(section, name));
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    context.error(
      section.node,
      '"salt", "iterations" and "keylen" belong together',
      `add ${missing.map((name) => `"${name}"`).join(" and ")}`,
    );
    return "wrong";
  }
  const { salt, iterations, keylen } = section.values;
  if (salt === undefined || iterations === undefined || keylen === undefined) {
    return "wrong";
  }
  adviseIterations(section, iterations, context);
  return { salt, iterations, keylen };
}

/** The length of what is derived is known when it stands in the config itself. */
function checkDerived(
  section: WampCraSection,
  secret: SecretConfig,
  context: CheckContext,
): void {
  const { keylen } = section.values;
  if (!has(section, "derived_secret") || "path" in secret) return;
  const length = base64Length(secret.reveal());
  if (length === keylen) return;
  context.error(
    nodeOf(section, "derived_secret"),
    `holds ${length} bytes, but "keylen" is ${keylen}`,
  );
}

/** Taken for a secret, a derived key is derived once more: the login fails, and nothing says why. */
function adviseDerived(
  section: WampCraSection,
  secret: SecretConfig,
  context: CheckContext,
): void {
  const { keylen } = section.values;
  if (!has(section, "secret") || "path" in secret) return;
  if (keylen === undefined || base64Length(secret.reveal()) !== keylen) return;
  context.warn(
    nodeOf(section, "secret"),
    'looks like a derived key, which Crossbar.io wanted here up to 23.1.2; it is taken for the secret itself: if it is a derived key, name it "derived_secret"',
  );
}

/** How many bytes `text` stands for; `undefined` if it is not base64. */
function base64Length(text: string): number | undefined {
  return BASE64_SECRET.pattern.test(text)
    ? Uint8Array.fromBase64(text).length
    : undefined;
}

/** Principals with passwords for WAMP-SCRAM. */
export function buildScram(
  entries: Entries<typeof SCRAM_PRINCIPAL.keys>,
  defaultRole: string | undefined,
  context: CheckContext,
): PlacedPrincipal<ScramPrincipalConfig>[] {
  return place(entries, defaultRole, context, (section) => {
    const { kdf, salt, iterations, memory } = section.values;
    const storedKey = section.values["stored-key"];
    const serverKey = section.values["server-key"];
    if (kdf === undefined || !checkMemory(section, context)) return undefined;
    if (salt === undefined || iterations === undefined) return undefined;
    if (storedKey === undefined || serverKey === undefined) return undefined;
    const isPbkdf2 = kdf === "pbkdf2";
    if (isPbkdf2) adviseIterations(section, iterations, context);
    return {
      kdf: isPbkdf2 ? kdf : "argon2id13",
      salt,
      iterations,
      memory: isPbkdf2 ? undefined : memory,
      storedKey,
      serverKey,
    };
  });
}

/** Argon2 needs 8 KiB for each lane, and is weak without much more. */
const MEMORY_MIN = 8;
const MEMORY_ADVISED = 8192;

function checkMemory(section: ScramSection, context: CheckContext): boolean {
  const { kdf, memory } = section.values;
  if (kdf === "pbkdf2") return true;
  if (memory === undefined) {
    if (!has(section, "memory")) {
      context.error(section.node, '"memory" is missing', "Argon2 needs it");
    }
    return false;
  }
  const place = nodeOf(section, "memory");
  if (memory < MEMORY_MIN) {
    const right = `write at least ${MEMORY_MIN}`;
    context.error(place, `${memory} KiB are too few for Argon2`, right);
    return false;
  }
  if (memory < MEMORY_ADVISED) {
    context.warn(
      place,
      `${memory} KiB are few: passwords are quick to try out; for new ones use ${MEMORY_ADVISED} or more`,
    );
  }
  return true;
}

function adviseIterations(
  section: WampCraSection | ScramSection,
  iterations: number,
  context: CheckContext,
): void {
  if (iterations >= ITERATIONS_ADVISED) return;
  context.warn(
    section.node.entries.get("iterations")?.node ?? section.node,
    `${iterations} rounds are few: secrets are quick to try out; for new ones use ${ITERATIONS_ADVISED} or more`,
  );
}

/** Gives each principal its role, and what `read` finds of the method's own. */
function place<K extends typeof WHO, Own extends object>(
  entries: Entries<K>,
  defaultRole: string | undefined,
  context: CheckContext,
  read: (section: Section<K>, authid: string) => Own | undefined,
): PlacedPrincipal<PrincipalConfig & Own>[] {
  const placed: PlacedPrincipal<PrincipalConfig & Own>[] = [];
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
  return placed;
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
