/**
 * The methods of authentication of one transport, built from its config.
 */
import type { LoginMethod } from "../auth/login_method.ts";
import { METHOD_LIST } from "../auth/methods.ts";
import type { TransportConfig } from "../config/config.ts";
import type { RandomIds } from "../wamp/id.ts";
import {
  authenticatorCalls,
  type AuthenticatorParts,
} from "./authenticator_calls.ts";
import { readPemFile } from "./tls_identity.ts";

/** What the methods of all transports share. */
export interface SharedMethodParts extends AuthenticatorParts {
  readonly ids: RandomIds;
}

/**
 * The methods that a transport offers.
 *
 * @throws {Error} Where a file with a secret cannot be used.
 */
export async function buildMethods(
  transport: TransportConfig,
  shared: SharedMethodParts,
): Promise<LoginMethod[]> {
  const { auth } = transport;
  const parts = {
    ids: shared.ids,
    revealsUnknown: auth.revealsUnknownAuthid ?? false,
    certificates: () => certificatesOf(transport),
  };
  const methods = await Promise.all(METHOD_LIST.map((method) => {
    const calls = authenticatorCalls(method.name, transport, shared);
    return method.open(auth[method.name], calls, parts);
  }));
  return methods.flat();
}

async function certificatesOf(
  { endpoint }: TransportConfig,
): Promise<string | undefined> {
  if (endpoint.type !== "tcp" || endpoint.tls === undefined) return undefined;
  return await readPemFile(endpoint.tls.certificatePath);
}
