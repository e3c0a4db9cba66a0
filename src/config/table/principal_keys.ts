/**
 * The table: principals of each method of authentication.
 *
 * @module
 */

import { optional, required } from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import {
  BASE64_SECRET,
  HEX_SECRET,
  TEXT_SECRET,
} from "../../schema/secret_forms.ts";
import { secret } from "../../schema/secret_type.ts";
import { choice, integer, list, text } from "../../schema/value_types.ts";

/** What all principals have. */
export const WHO = {
  role: optional(
    text(),
    "The role of its sessions. Absent: the method's `default-role`.",
  ),
  realm: optional(
    text(),
    "The only realm that it may join; it also joins it when the client names none. Absent: each realm that has the role.",
  ),
};

/** A principal of `auth.ticket`. */
export const TICKET_PRINCIPAL = object({
  name: "ticket principal",
  help: "Who joins by a ticket.",
  keys: {
    ticket: required(secret(TEXT_SECRET), "What the client has to send."),
    ...WHO,
  },
});

const ITERATIONS = integer(1, 10_000_000);

/** A user of `auth.wampcra`. */
export const WAMPCRA_USER = object({
  name: "wampcra user",
  help:
    "Who joins by WAMP-CRA. With `salt`, `iterations` and `keylen` the client derives the key from its secret.",
  keys: {
    secret: optional(
      secret(TEXT_SECRET),
      "The secret itself, with `salt` as well. Crossbar.io up to 23.1.2 has the derived key here then: that is `derived_secret`.",
    ),
    derived_secret: optional(
      secret(BASE64_SECRET),
      "In place of `secret`: what is derived from it, so that the secret itself is nowhere on disk; `main.ts secret wampcra` prints it. Whoever has it can join as well.",
      { origin: "sluice" },
    ),
    salt: optional(text(), "The salt."),
    iterations: optional(ITERATIONS, "The rounds of PBKDF2."),
    keylen: optional(
      integer(1, 1024),
      "The bytes of the derived key; most clients know only 32.",
    ),
    ...WHO,
  },
});

const SALT = text({
  pattern: /^(?:[0-9a-fA-F]{2}){8,64}$/u,
  wanted: "8 to 64 bytes as hex digits",
});

/** A principal of `auth.scram`. */
export const SCRAM_PRINCIPAL = object({
  name: "scram principal",
  help: "Who joins by WAMP-SCRAM.",
  keys: {
    kdf: required(
      choice(["pbkdf2", "argon2id13", "argon2id-13"]),
      "How the client stretches its password; the last two are the same.",
    ),
    iterations: required(ITERATIONS, "The rounds."),
    memory: optional(
      integer(0, 2 ** 31 - 1),
      "The memory in KiB for Argon2; without effect on PBKDF2.",
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

const PUBLIC_KEY = text({
  pattern: /^[0-9a-fA-F]{64}$/u,
  wanted: "a public key as 64 hex digits",
});

/** A principal of `auth.cryptosign`. */
export const CRYPTOSIGN_PRINCIPAL = object({
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
