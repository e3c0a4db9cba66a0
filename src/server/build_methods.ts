/**
 * The methods of authentication of one WAMP service, built from its config.
 */
import type { LoginMethod } from "../auth/login_method.ts";
import { METHOD_LIST } from "../auth/methods.ts";
import type { EndpointConfig, WampServiceConfig } from "../config/config.ts";
import type { RandomIds } from "../wamp/id.ts";
import {
  authenticatorCalls,
  type AuthenticatorParts,
} from "./authenticator_calls.ts";
import { readPemFile } from "./tls_identity.ts";

/** What the methods of all services share. */
export interface SharedMethodParts extends AuthenticatorParts {
  readonly ids: RandomIds;
}

/**
 * The methods that a service on `endpoint` offers.
 *
 * @throws {Error} Where a file with a secret cannot be used.
 */
export async function buildMethods(
  service: WampServiceConfig,
  endpoint: EndpointConfig,
  shared: SharedMethodParts,
): Promise<LoginMethod[]> {
  const { auth } = service;
  const parts = {
    ids: shared.ids,
    revealsUnknown: auth.revealsUnknownAuthid ?? false,
    certificates: () => certificatesOf(endpoint),
  };
  const methods = await Promise.all(METHOD_LIST.map((method) => {
    const calls = authenticatorCalls(method.name, service, shared);
    return method.open(auth[method.name], calls, parts);
  }));
  return methods.flat();
}

async function certificatesOf(
  endpoint: EndpointConfig,
): Promise<string | undefined> {
  if (endpoint.type !== "tcp" || endpoint.tls === undefined) return undefined;
  return await readPemFile(endpoint.tls.certificatePath);
}
