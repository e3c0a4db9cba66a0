/**
 * `auth.cryptosign`: the client signs with a private key.
 *
 * @module
 */

import { notYet, optional, required } from "../../schema/key.ts";
import { mapOf } from "../../schema/map_type.ts";
import { nodeOf, object, type Section } from "../../schema/object_type.ts";
import type { CheckContext } from "../../schema/check_context.ts";
import { HEX_SECRET } from "../../schema/secret_forms.ts";
import { secret, type SecretConfig } from "../../schema/secret_type.ts";
import { list, text } from "../../schema/value_types.ts";
import { CryptosignMethod } from "../cryptosign.ts";
import { DynamicKeySource, StaticKeySource } from "../key_sources.ts";
import { combine, defineMethod } from "../method_type.ts";
import { type Principal, PrincipalTable } from "../principals.ts";
import { readSecret } from "../read_secret.ts";
import { RouterKey } from "../ed25519_keys.ts";
import {
  DEFAULT_ROLE,
  type PrincipalsConfig,
  readPrincipals,
  STATIC_TYPE,
  type StaticLogin,
  WHO,
} from "../static_principals.ts";

const PUBLIC_KEY = text({
  pattern: /^[0-9a-fA-F]{64}$/u,
  wanted: "a public key as 64 hex digits",
});

/** A principal of `auth.cryptosign`. */
const CRYPTOSIGN_PRINCIPAL = object({
  name: "cryptosign principal",
  help: "Who joins by WAMP-cryptosign.",
  keys: {
    authorized_keys: required(
      list(PUBLIC_KEY, { min: 1, unique: true }),
      "The Ed25519 public keys that it may sign with.",
    ),
    ...WHO,
  },
});

/** `auth.cryptosign` of type `static`. */
const CRYPTOSIGN_STATIC = object({
  name: "cryptosign authentication",
  help: "The client signs a challenge with its Ed25519 key.",
  keys: {
    type: STATIC_TYPE,
    principals: required(
      mapOf("authid", CRYPTOSIGN_PRINCIPAL),
      "Who may join, by public keys; `main.ts keygen` makes pairs.",
    ),
    router_key: optional(
      secret(HEX_SECRET),
      "The router's own private key, by which it proves to clients that ask for it who it is. `main.ts keygen` makes one.",
      { origin: "sluice" },
    ),
    trustroots: notYet("trustroots"),
    "default-role": DEFAULT_ROLE,
  },
});

/** A principal with Ed25519 keys. */
export interface CryptosignPrincipal extends Principal {
  /** 64 hex digits each, in lower case. */
  readonly keys: readonly string[];
}

/** The method's static form. */
export interface CryptosignConfig
  extends PrincipalsConfig<CryptosignPrincipal> {
  /** The router's own key, for clients that ask who it is. */
  readonly routerKey?: SecretConfig;
}

/** Authentication by WAMP-cryptosign. */
export const CRYPTOSIGN = defineMethod({
  name: "cryptosign",
  title: "authentication by WAMP-cryptosign",
  help: "Authentication by a private key that only the client has.",
  form: CRYPTOSIGN_STATIC,
  objects: [CRYPTOSIGN_PRINCIPAL],
  read({ values }, context): StaticLogin<CryptosignConfig> {
    const owners = new Map<string, string>();
    const { config, principals } = readPrincipals(
      values.principals,
      values["default-role"],
      context,
      (section, authid) => ({
        keys: readKeys(section, authid, owners, context),
      }),
    );
    const routerKey = values.router_key;
    return {
      config: { ...config, ...(routerKey !== undefined && { routerKey }) },
      principals,
    };
  },
  async open(config, calls, { revealsUnknown }) {
    const named = config &&
      new StaticKeySource(tableOf(config), revealsUnknown);
    const source = combine(named, calls && new DynamicKeySource(calls));
    if (source === undefined) return [];
    return [new CryptosignMethod(source, await routerKeyOf(config))];
  },
});

function tableOf(
  { principals }: CryptosignConfig,
): PrincipalTable<Principal & { keys: ReadonlySet<string> }> {
  return new PrincipalTable(
    principals.map(({ keys, ...who }) => ({ ...who, keys: new Set(keys) })),
  );
}

async function routerKeyOf(
  config: CryptosignConfig | undefined,
): Promise<RouterKey | undefined> {
  if (config?.routerKey === undefined) return undefined;
  const seed = await readSecret(config.routerKey, HEX_SECRET);
  return await RouterKey.from(Uint8Array.fromHex(seed));
}

/** The keys of one principal; warns where another has one of them. */
function readKeys(
  section: Section<typeof CRYPTOSIGN_PRINCIPAL.keys>,
  authid: string,
  owners: Map<string, string>,
  context: CheckContext,
): readonly string[] {
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
  return keys;
}
