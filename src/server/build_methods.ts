/**
 * The methods of authentication of one transport, out of its config.
 */
import { AnonymousMethod } from "../auth/anonymous.ts";
import type { AuthenticatorCalls } from "../auth/authenticator.ts";
import { SERVER_END_POINT, serverEndPoint } from "../auth/channel_binding.ts";
import {
  CombinedSource,
  CombinedTicketMethod,
  type NamedSource,
} from "../auth/combined.ts";
import { type CredentialSource, DynamicSource } from "../auth/credentials.ts";
import { CryptosignMethod } from "../auth/cryptosign.ts";
import { DynamicAnonymousMethod } from "../auth/dynamic_anonymous.ts";
import { DynamicKeySource } from "../auth/key_sources.ts";
import { certificateBlocks } from "../base/pem.ts";
import type { LoginMethod } from "../auth/login_method.ts";
import { type ChannelBindings, readScram, ScramMethod } from "../auth/scram.ts";
import { CROSSBAR_SCRAM, WAMP_SCRAM } from "../auth/scram_dialect.ts";
import { SecretDigests } from "../auth/secret_digests.ts";
import { DynamicTicketMethod, TicketMethod } from "../auth/ticket.ts";
import { readWampCra, WampCraMethod } from "../auth/wampcra.ts";
import type {
  AuthConfig,
  AuthMethodName,
  TransportConfig,
} from "../config/config.ts";
import type { RandomIds } from "../wamp/id.ts";
import {
  authenticatorCalls,
  type AuthenticatorParts,
} from "./authenticator_calls.ts";
import {
  keySource,
  routerKeyOf,
  scramSource,
  ticketSource,
  wampCraSource,
} from "./static_sources.ts";
import { readPemFile } from "./tls_identity.ts";

/** What the methods of all transports share. */
export interface MethodParts extends AuthenticatorParts {
  readonly ids: RandomIds;
}

/**
 * The methods that a transport offers.
 *
 * @throws {Error} Where a file with a secret cannot be used.
 */
export async function buildMethods(
  transport: TransportConfig,
  parts: MethodParts,
): Promise<LoginMethod[]> {
  const { auth } = transport;
  const callsFor = (name: AuthMethodName): AuthenticatorCalls | undefined =>
    authenticatorCalls(name, transport, parts);
  return [
    ...anonymousMethods(auth, callsFor("anonymous"), parts.ids),
    ...await ticketMethods(auth, callsFor("ticket")),
    ...await wampCraMethods(auth, callsFor("wampcra")),
    ...await scramMethods(transport, callsFor("scram")),
    ...await cryptosignMethods(auth, callsFor("cryptosign")),
  ];
}

/** Of two, the first one that serves a realm counts. */
function anonymousMethods(
  { anonymous }: AuthConfig,
  calls: AuthenticatorCalls | undefined,
  ids: RandomIds,
): LoginMethod[] {
  const methods: LoginMethod[] = [];
  if (anonymous !== undefined) {
    const { role, realm, authid } = anonymous;
    methods.push(new AnonymousMethod({ role, realm, authid }, ids));
  }
  if (calls !== undefined) methods.push(new DynamicAnonymousMethod(calls, ids));
  return methods;
}

async function ticketMethods(
  auth: AuthConfig,
  calls: AuthenticatorCalls | undefined,
): Promise<LoginMethod[]> {
  const digests = new SecretDigests();
  const source = await ticketSource(auth, digests);
  const named = source && new TicketMethod(source, digests);
  const asked = calls && new DynamicTicketMethod(calls);
  if (source !== undefined && named !== undefined && asked !== undefined) {
    return [new CombinedTicketMethod(source, named, asked)];
  }
  return [named, asked].filter((method) => method !== undefined);
}

async function wampCraMethods(
  auth: AuthConfig,
  calls: AuthenticatorCalls | undefined,
): Promise<LoginMethod[]> {
  const named = await wampCraSource(auth);
  const source = combine(named, calls && new DynamicSource(calls, readWampCra));
  return source === undefined ? [] : [new WampCraMethod(source)];
}

/** One method for each name that clients know it by. */
async function scramMethods(
  transport: TransportConfig,
  calls: AuthenticatorCalls | undefined,
): Promise<LoginMethod[]> {
  const named = await scramSource(transport.auth);
  const source = combine(named, calls && new DynamicSource(calls, readScram));
  if (source === undefined) return [];
  return [
    new ScramMethod(source, WAMP_SCRAM, await channelBindings(transport)),
    new ScramMethod(source, CROSSBAR_SCRAM, new Map()),
  ];
}

async function cryptosignMethods(
  auth: AuthConfig,
  calls: AuthenticatorCalls | undefined,
): Promise<LoginMethod[]> {
  const source = combine(keySource(auth), calls && new DynamicKeySource(calls));
  if (source === undefined) return [];
  return [new CryptosignMethod(source, await routerKeyOf(auth))];
}

/** The sources of a method as one; undefined where there is none. */
function combine<Credentials>(
  named: CredentialSource<Credentials> & NamedSource | undefined,
  asked: CredentialSource<Credentials> | undefined,
): CredentialSource<Credentials> | undefined {
  return named !== undefined && asked !== undefined
    ? new CombinedSource(named, asked)
    : named ?? asked;
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
