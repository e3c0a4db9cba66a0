/**
 * The methods of authentication of one transport, out of its config.
 */
import { AnonymousMethod } from "../auth/anonymous.ts";
import { type KnownPrincipal, StaticSource } from "../auth/credentials.ts";
import { SERVER_END_POINT, serverEndPoint } from "../auth/channel_binding.ts";
import { CryptosignMethod } from "../auth/cryptosign.ts";
import { StaticKeySource } from "../auth/key_sources.ts";
import { certificateBlocks } from "../base/pem.ts";
import type { LoginMethod } from "../auth/login_method.ts";
import { PrincipalTable } from "../auth/principals.ts";
import { RouterKey } from "../auth/router_key.ts";
import { preparedName } from "../auth/saslprep.ts";
import {
  type ChannelBindings,
  mockScram,
  type ScramCredentials,
} from "../auth/scram.ts";
import { MockData, SecretDigests } from "../auth/secret_digests.ts";
import { mockTicket, TicketMethod } from "../auth/ticket.ts";
import {
  deriveWampCraKey,
  mockWampCra,
  type WampCraCredentials,
  wampCraKey,
  WampCraMethod,
} from "../auth/wampcra.ts";
import type {
  AuthConfig,
  PrincipalConfig,
  ScramPrincipalConfig,
  TransportConfig,
  WampCraUserConfig,
} from "../config/config.ts";
import {
  BASE64_SECRET,
  HEX_SECRET,
  TEXT_SECRET,
} from "../config/secret_forms.ts";
import type { RandomIds } from "../wamp/id.ts";
import {
  dynamicMethods,
  type DynamicParts,
  scramMethods,
} from "./dynamic_methods.ts";
import { readSecret } from "./read_secret.ts";
import { readPemFile } from "./tls_identity.ts";

/**
 * The methods that a transport offers.
 *
 * @throws {Error} Where a file with a secret cannot be used.
 */
export async function buildMethods(
  transport: TransportConfig,
  parts: DynamicParts,
): Promise<LoginMethod[]> {
  const bindings = await channelBindings(transport);
  return [
    ...anonymousMethod(transport.auth, parts.ids),
    ...await staticMethods(transport.auth, bindings),
    ...dynamicMethods(transport, bindings, parts),
  ];
}

function anonymousMethod(
  { anonymous }: AuthConfig,
  ids: RandomIds,
): LoginMethod[] {
  if (anonymous === undefined) return [];
  const { role, realm, authid } = anonymous;
  return [new AnonymousMethod({ role, realm, authid }, ids)];
}

/** What WAMP-SCRAM can be bound to on this transport. */
async function channelBindings(
  { endpoint }: TransportConfig,
): Promise<ChannelBindings> {
  if (endpoint.type !== "tcp" || endpoint.tls === undefined) return new Map();
  const text = await readPemFile(endpoint.tls.certificatePath);
  const data = serverEndPoint(certificateBlocks(text).join(""));
  return new Map(data === undefined ? [] : [[SERVER_END_POINT, data]]);
}

async function staticMethods(
  auth: AuthConfig,
  bindings: ChannelBindings,
): Promise<LoginMethod[]> {
  const methods: LoginMethod[] = [];
  const revealsUnknown = auth.revealsUnknownAuthid ?? false;
  if (auth.ticket !== undefined) {
    const digests = new SecretDigests();
    const known = await withCredentials(auth.ticket, async ({ ticket }) => {
      return digests.of(await readSecret(ticket, TEXT_SECRET));
    });
    const source = staticSource(known, mockTicket, revealsUnknown);
    methods.push(new TicketMethod(source, digests));
  }
  if (auth.wampcra !== undefined) {
    const known = await withCredentials(auth.wampcra, wampCraCredentials);
    const source = staticSource(known, mockWampCra, revealsUnknown);
    methods.push(new WampCraMethod(source));
  }
  if (auth.scram !== undefined) {
    const known = await withCredentials(auth.scram, scramCredentials);
    const source = staticSource(known, mockScram, revealsUnknown, sameName);
    methods.push(...scramMethods(source, bindings));
  }
  if (auth.cryptosign !== undefined) {
    const principals = auth.cryptosign.map(({ keys, ...who }) => ({
      ...who,
      keys: new Set(keys),
    }));
    const table = new PrincipalTable(principals);
    const source = new StaticKeySource(table, revealsUnknown);
    methods.push(new CryptosignMethod(source, await routerKeyOf(auth)));
  }
  return methods;
}

/** SCRAM compares names as RFC 4013 prepares them. */
function sameName(authid: string): string {
  return preparedName(authid) ?? authid;
}

function staticSource<Credentials>(
  known: readonly KnownPrincipal<Credentials>[],
  mock: (
    sample: Credentials,
    mockData: MockData,
    name: string,
  ) => Credentials,
  revealsUnknown: boolean,
  normalize?: (authid: string) => string,
): StaticSource<Credentials> {
  const principals = new PrincipalTable(known, normalize);
  const mockData = new MockData();
  return new StaticSource({ principals, revealsUnknown, mockData, mock });
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

async function routerKeyOf(
  { routerKey }: AuthConfig,
): Promise<RouterKey | undefined> {
  if (routerKey === undefined) return undefined;
  const seed = await readSecret(routerKey, HEX_SECRET);
  return await RouterKey.from(Uint8Array.fromHex(seed));
}
