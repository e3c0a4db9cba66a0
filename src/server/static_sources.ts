/**
 * Who may join by the config itself: the principals of each method, with their
 * secrets read.
 */
import { type KnownPrincipal, StaticSource } from "../auth/credentials.ts";
import { type KeyPrincipal, StaticKeySource } from "../auth/key_sources.ts";
import { PrincipalTable } from "../auth/principals.ts";
import { RouterKey } from "../auth/router_key.ts";
import { mockScram, sameName, type ScramCredentials } from "../auth/scram.ts";
import { MockData, type SecretDigests } from "../auth/secret_digests.ts";
import { mockTicket, type TicketCredentials } from "../auth/ticket.ts";
import {
  deriveWampCraKey,
  mockWampCra,
  type WampCraCredentials,
  wampCraKey,
} from "../auth/wampcra.ts";
import type {
  AuthConfig,
  PrincipalConfig,
  ScramPrincipalConfig,
  WampCraUserConfig,
} from "../config/config.ts";
import {
  BASE64_SECRET,
  HEX_SECRET,
  TEXT_SECRET,
} from "../schema/secret_forms.ts";
import { readSecret } from "./read_secret.ts";

/** Those with tickets; undefined where the config has none. */
export async function ticketSource(
  { ticket, revealsUnknownAuthid }: AuthConfig,
  digests: SecretDigests,
): Promise<StaticSource<TicketCredentials> | undefined> {
  if (ticket === undefined) return undefined;
  const known = await withCredentials(ticket, async ({ ticket }) => {
    return digests.of(await readSecret(ticket, TEXT_SECRET));
  });
  return staticSource(known, mockTicket, revealsUnknownAuthid);
}

/** Those with secrets for WAMP-CRA. */
export async function wampCraSource(
  { wampcra, revealsUnknownAuthid }: AuthConfig,
): Promise<StaticSource<WampCraCredentials> | undefined> {
  if (wampcra === undefined) return undefined;
  const known = await withCredentials(wampcra, wampCraCredentials);
  return staticSource(known, mockWampCra, revealsUnknownAuthid);
}

/** Those with passwords for WAMP-SCRAM. */
export async function scramSource(
  { scram, revealsUnknownAuthid }: AuthConfig,
): Promise<StaticSource<ScramCredentials> | undefined> {
  if (scram === undefined) return undefined;
  const known = await withCredentials(scram, scramCredentials);
  return staticSource(known, mockScram, revealsUnknownAuthid, sameName);
}

/** Those with Ed25519 keys. */
export function keySource(
  { cryptosign, revealsUnknownAuthid = false }: AuthConfig,
): StaticKeySource | undefined {
  if (cryptosign === undefined) return undefined;
  const principals = cryptosign.map(({ keys, ...who }): KeyPrincipal => ({
    ...who,
    keys: new Set(keys),
  }));
  const table = new PrincipalTable(principals);
  return new StaticKeySource(table, revealsUnknownAuthid);
}

/** The router's own key, if it has one. */
export async function routerKeyOf(
  { routerKey }: AuthConfig,
): Promise<RouterKey | undefined> {
  if (routerKey === undefined) return undefined;
  const seed = await readSecret(routerKey, HEX_SECRET);
  return await RouterKey.from(Uint8Array.fromHex(seed));
}

function staticSource<Credentials>(
  known: readonly KnownPrincipal<Credentials>[],
  mock: (
    sample: Credentials,
    mockData: MockData,
    name: string,
  ) => Credentials,
  revealsUnknown: boolean | undefined,
  normalize?: (authid: string) => string,
): StaticSource<Credentials> {
  const principals = new PrincipalTable(known, normalize);
  const mockData = new MockData();
  return new StaticSource({
    principals,
    revealsUnknown: revealsUnknown ?? false,
    mockData,
    mock,
  });
}

function withCredentials<P extends PrincipalConfig, Credentials>(
  principals: readonly P[],
  read: (principal: P) => Promise<Credentials>,
): Promise<KnownPrincipal<Credentials>[]> {
  return Promise.all(principals.map(async (principal) => {
    const { authid, realm, role } = principal;
    return { authid, realm, role, credentials: await read(principal) };
  }));
}

async function wampCraCredentials(
  { secret, isDerived, salting }: WampCraUserConfig,
): Promise<WampCraCredentials> {
  const text = await readSecret(
    secret,
    isDerived ? BASE64_SECRET : TEXT_SECRET,
  );
  const key = salting === undefined || isDerived
    ? text
    : await deriveWampCraKey(text, salting);
  return { key: wampCraKey(key), salting };
}

async function scramCredentials(
  principal: ScramPrincipalConfig,
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
