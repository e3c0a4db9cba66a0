/** Principals for tests of authentication, and routers that know them. */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { Secret } from "../../src/base/secret.ts";
import type { AuthConfig } from "../../src/auth/methods.ts";
import { openRealm, type TestServerOptions } from "./test_server.ts";

/** A principal of a method. */
type PrincipalOf<Name extends "ticket" | "wampcra" | "scram" | "cryptosign"> =
  NonNullable<AuthConfig[Name]>["principals"][number];

/** Two realms in which `user` and `guest` may do everything, and authenticate. */
export const TWO_REALMS = ["realm1", "realm2"].map((name) =>
  openRealm(name, ["user", "guest"], ["com.authenticate"])
);

/** A router in which `auth` is what a client can join by. */
export function withAuth(
  auth: Partial<AuthConfig>,
  options: TestServerOptions = {},
): TestServerOptions {
  return { realms: TWO_REALMS, auth, ...options };
}

/** A principal with a ticket. */
export function ticketOf(
  authid: string,
  ticket: string,
  more: Partial<PrincipalOf<"ticket">> = {},
): PrincipalOf<"ticket"> {
  const who = { authid, realm: undefined, role: "user" };
  return { ...who, ticket: new Secret(ticket), ...more };
}

/** A user of WAMP-CRA whose secret is the key. */
export function userOf(
  authid: string,
  secret: string,
  more: Partial<PrincipalOf<"wampcra">> = {},
): PrincipalOf<"wampcra"> {
  return {
    authid,
    realm: undefined,
    role: "user",
    secret: new Secret(secret),
    isDerived: false,
    salting: undefined,
    ...more,
  };
}

/** The salt of {@linkcode scramOf}. */
export const SCRAM_SALT = "5b6d99689d12358eec0a4b141236fa81";

/** A principal of WAMP-SCRAM with PBKDF2 and few rounds. */
export function scramOf(
  authid: string,
  password: string,
  more: Partial<PrincipalOf<"scram">> = {},
): PrincipalOf<"scram"> {
  const iterations = 64;
  const salt = Uint8Array.fromHex(SCRAM_SALT);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (data: string) =>
    createHmac("sha256", salted).update(data).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("hex");
  return {
    authid,
    realm: undefined,
    role: "user",
    kdf: "pbkdf2",
    salt: SCRAM_SALT,
    iterations,
    memory: undefined,
    storedKey: new Secret(stored),
    serverKey: new Secret(hmac("Server Key").toString("hex")),
    ...more,
  };
}

/** A principal with Ed25519 keys. */
export function keysOf(
  authid: string,
  keys: readonly string[],
  more: Partial<PrincipalOf<"cryptosign">> = {},
): PrincipalOf<"cryptosign"> {
  return { authid, realm: undefined, role: "user", keys, ...more };
}
