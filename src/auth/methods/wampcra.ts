/**
 * `auth.wampcra`: the client signs with a secret that both sides know.
 *
 * @module
 */

import type { CheckContext } from "../../schema/check_context.ts";
import { optional, required } from "../../schema/key.ts";
import { mapOf } from "../../schema/map_type.ts";
import { has, nodeOf, object, type Section } from "../../schema/object_type.ts";
import { BASE64_SECRET, TEXT_SECRET } from "../../schema/secret_forms.ts";
import { secret, type SecretConfig } from "../../schema/secret_type.ts";
import { integer, text } from "../../schema/value_types.ts";
import { DynamicSource } from "../credentials.ts";
import { combine, defineMethod } from "../method_type.ts";
import { readSecret } from "../read_secret.ts";
import {
  adviseIterations,
  DEFAULT_ROLE,
  ITERATIONS,
  readPrincipals,
  STATIC_TYPE,
  staticSource,
  WHO,
  withCredentials,
} from "../static_principals.ts";
import {
  deriveWampCraKey,
  mockWampCra,
  readWampCra,
  WAMPCRA_SECRET,
  type WampCraCredentials,
  wampCraKey,
  WampCraMethod,
  type WampCraSalting,
} from "../wampcra.ts";

/** A user of `auth.wampcra`. */
const WAMPCRA_USER = object({
  name: "wampcra user",
  help:
    "Who joins by WAMP-CRA. With `salt`, `iterations` and `keylen` the client derives the key from its secret.",
  keys: {
    secret: optional(
      secret(TEXT_SECRET),
      "The secret itself, also where `salt` is given. Crossbar.io up to 23.1.2 has the derived key here in that case: name that `derived_secret`.",
    ),
    derived_secret: optional(
      secret(BASE64_SECRET),
      "In place of `secret`: the key that is derived from it, so that the secret itself is not on disk. `main.ts secret wampcra` prints it. Whoever has it can join as well.",
      { origin: "sluice" },
    ),
    salt: optional(text(), "The salt."),
    iterations: optional(ITERATIONS, "The rounds of PBKDF2."),
    keylen: optional(
      integer(1, 1024),
      "The length of the derived key in bytes; most clients support only 32.",
    ),
    ...WHO,
  },
});

/** `auth.wampcra` of type `static`. */
const WAMPCRA_STATIC = object({
  name: "wampcra authentication",
  help: "The client signs a challenge with a secret that both sides know.",
  keys: {
    type: STATIC_TYPE,
    users: required(
      mapOf("authid", WAMPCRA_USER),
      "Who may join. A list of users gives one authid a role for each realm.",
    ),
    "default-role": DEFAULT_ROLE,
  },
});

type UserSection = Section<typeof WAMPCRA_USER.keys>;

/** What a user has to prove. */
export interface WampCraConfig {
  readonly secret: SecretConfig;
  /** Whether `secret` is the derived key, not the secret that it is derived from. */
  readonly isDerived: boolean;
  /** How the key is derived; `undefined`: the secret is the key. */
  readonly salting: WampCraSalting | undefined;
}

/** Authentication by WAMP-CRA. */
export const WAMPCRA = defineMethod({
  name: "wampcra",
  title: "authentication by WAMP-CRA",
  help: "Authentication by a shared secret that signs a challenge.",
  form: WAMPCRA_STATIC,
  objects: [WAMPCRA_USER],
  secret: WAMPCRA_SECRET,
  read: ({ values }, context) =>
    readPrincipals(
      values.users,
      values["default-role"],
      context,
      (user) => readUser(user, context),
    ),
  async open(config, calls, { revealsUnknown }) {
    const named = config && staticSource(
      await withCredentials(config.principals, credentialsOf),
      mockWampCra,
      revealsUnknown,
    );
    const source = combine(
      named,
      calls && new DynamicSource(calls, readWampCra),
    );
    return source === undefined ? [] : [new WampCraMethod(source)];
  },
});

async function credentialsOf(
  { secret, isDerived, salting }: WampCraConfig,
): Promise<WampCraCredentials> {
  const form = isDerived ? BASE64_SECRET : TEXT_SECRET;
  const text = await readSecret(secret, form);
  const key = salting === undefined || isDerived
    ? text
    : await deriveWampCraKey(text, salting);
  return { key: wampCraKey(key), salting };
}

function readUser(
  section: UserSection,
  context: CheckContext,
): WampCraConfig | undefined {
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
}

function chooseSecret(
  section: UserSection,
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
  section: UserSection,
  context: CheckContext,
): WampCraConfig["salting"] | "wrong" {
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

/** The length of a derived key is known if it is in the config itself. */
function checkDerived(
  section: UserSection,
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

/** Taken for a secret, a derived key is derived once more: the login fails, and no error says why. */
function adviseDerived(
  section: UserSection,
  secret: SecretConfig,
  context: CheckContext,
): void {
  const { keylen } = section.values;
  if (!has(section, "secret") || "path" in secret) return;
  if (keylen === undefined || base64Length(secret.reveal()) !== keylen) return;
  context.warn(
    nodeOf(section, "secret"),
    'looks like a derived key, as Crossbar.io up to 23.1.2 wanted it here, but is used as the secret itself; if it is a derived key, name it "derived_secret"',
  );
}

/** How many bytes `text` stands for; `undefined` if it is not base64. */
function base64Length(text: string): number | undefined {
  return BASE64_SECRET.pattern.test(text)
    ? Uint8Array.fromBase64(text).length
    : undefined;
}
