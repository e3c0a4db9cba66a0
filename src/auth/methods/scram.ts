/**
 * `auth.scram`: the client proves to know a password that the router does not.
 *
 * @module
 */

import { certificateBlocks } from "../../base/pem.ts";
import type { CheckContext } from "../../schema/check_context.ts";
import { optional, required } from "../../schema/key.ts";
import { mapOf } from "../../schema/map_type.ts";
import { has, nodeOf, object, type Section } from "../../schema/object_type.ts";
import { HEX_SECRET } from "../../schema/secret_forms.ts";
import { secret, type SecretConfig } from "../../schema/secret_type.ts";
import { choice, integer, text } from "../../schema/value_types.ts";
import { SERVER_END_POINT, serverEndPoint } from "../channel_binding.ts";
import { DynamicSource } from "../credentials.ts";
import { combine, defineMethod } from "../method_type.ts";
import { readSecret } from "../read_secret.ts";
import {
  type ChannelBindings,
  mockScram,
  readScram,
  sameName,
  type ScramCredentials,
  ScramMethod,
} from "../scram.ts";
import { CROSSBAR_SCRAM, WAMP_SCRAM } from "../scram_dialect.ts";
import { SCRAM_SECRET, type ScramKdf } from "../scram_keys.ts";
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

const SALT = text({
  pattern: /^(?:[0-9a-fA-F]{2}){8,64}$/u,
  wanted: "8 to 64 bytes as hex digits",
});

/** A principal of `auth.scram`. */
const SCRAM_PRINCIPAL = object({
  name: "scram principal",
  help: "Who joins by WAMP-SCRAM.",
  keys: {
    kdf: required(
      choice(["pbkdf2", "argon2id13", "argon2id-13"]),
      "The key derivation function (KDF) that the client applies to its password; the last two are the same.",
    ),
    iterations: required(ITERATIONS, "The rounds of the KDF."),
    memory: optional(
      integer(0, 2 ** 31 - 1),
      "The memory in KiB for Argon2; no effect with PBKDF2.",
    ),
    salt: required(SALT, "The salt, as hex digits."),
    "stored-key": required(
      secret(HEX_SECRET),
      "StoredKey, as hex digits: checks the client's proof.",
    ),
    "server-key": required(
      secret(HEX_SECRET),
      "ServerKey, as hex digits: proves to the client that the router knows it.",
    ),
    ...WHO,
  },
});

/** `auth.scram` of type `static`. */
const SCRAM_STATIC = object({
  name: "scram authentication",
  help:
    "The client proves that it knows a password. The config holds only keys that check the proof. Clients call the method `wamp-scram`. Clients of Crossbar.io call it `scram`, which is served as well, with the keys of Crossbar.io's configs.",
  keys: {
    type: STATIC_TYPE,
    principals: required(
      mapOf("authid", SCRAM_PRINCIPAL),
      "Who may join; `main.ts secret scram` prints the lines.",
    ),
    "default-role": DEFAULT_ROLE,
  },
});

type PrincipalSection = Section<typeof SCRAM_PRINCIPAL.keys>;

/** What a principal has to prove. */
export interface ScramConfig {
  readonly kdf: ScramKdf;
  /** Hex digits. */
  readonly salt: string;
  readonly iterations: number;
  /** In KiB; `undefined` for PBKDF2. */
  readonly memory: number | undefined;
  /** 64 hex digits. */
  readonly storedKey: SecretConfig;
  /** 64 hex digits. */
  readonly serverKey: SecretConfig;
}

/** Authentication by WAMP-SCRAM: one method for each name that clients know it by. */
export const SCRAM = defineMethod({
  name: "scram",
  title: "authentication by WAMP-SCRAM",
  help: "Authentication by a password that only the client knows.",
  form: SCRAM_STATIC,
  objects: [SCRAM_PRINCIPAL],
  secret: SCRAM_SECRET,
  // What proves the router to the client (SR-07).
  longestAuthextra: { scram_server_signature: "x".repeat(44) },
  read: ({ values }, context) =>
    readPrincipals(
      values.principals,
      values["default-role"],
      context,
      (principal) => readPrincipal(principal, context),
    ),
  async open(config, calls, { revealsUnknown, certificates }) {
    const named = config && staticSource(
      await withCredentials(config.principals, credentialsOf),
      mockScram,
      revealsUnknown,
      sameName,
    );
    const source = combine(named, calls && new DynamicSource(calls, readScram));
    if (source === undefined) return [];
    const bindings = bindingsTo(await certificates());
    return [
      new ScramMethod(source, WAMP_SCRAM, bindings),
      new ScramMethod(source, CROSSBAR_SCRAM, new Map()),
    ];
  },
});

/** What a login can be bound to. */
function bindingsTo(certificates: string | undefined): ChannelBindings {
  if (certificates === undefined) return new Map();
  const data = serverEndPoint(certificateBlocks(certificates).join(""));
  return new Map(data === undefined ? [] : [[SERVER_END_POINT, data]]);
}

async function credentialsOf(
  principal: ScramConfig,
): Promise<ScramCredentials> {
  const { kdf, salt, iterations, memory, storedKey, serverKey } = principal;
  return {
    kdf,
    salt: Uint8Array.fromHex(salt),
    iterations,
    memory,
    storedKey: Uint8Array.fromHex(await readSecret(storedKey, HEX_SECRET)),
    serverKey: Uint8Array.fromHex(await readSecret(serverKey, HEX_SECRET)),
  };
}

function readPrincipal(
  section: PrincipalSection,
  context: CheckContext,
): ScramConfig | undefined {
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
}

/** Argon2 needs 8 KiB for each lane, and is weak without much more. */
const MEMORY_MIN = 8;
const MEMORY_ADVISED = 8192;

function checkMemory(
  section: PrincipalSection,
  context: CheckContext,
): boolean {
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
      `${memory} KiB are too few to make guessing slow; for new passwords use ${MEMORY_ADVISED} or more`,
    );
  }
  return true;
}
