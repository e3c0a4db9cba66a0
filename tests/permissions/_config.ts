/** A config that needs permissions of every kind. */
import type {
  EndpointConfig,
  RouterConfig,
  TransportConfig,
} from "../../src/config/config.ts";
import type { PermissionSubject } from "../../src/permissions/required_permissions.ts";

/** A TCP endpoint. */
export function tcp(
  hostname: string,
  port: number,
  chain: string[] | undefined = undefined,
): EndpointConfig {
  const tls = chain === undefined ? undefined : {
    keyPath: "/tls/key",
    certificatePath: "/tls/cert",
    chainCertificatePaths: chain,
  };
  const rest = { backlog: undefined, reusePort: false, tls };
  return { type: "tcp", hostname, port, ...rest };
}

/** A Unix endpoint. */
export function unix(path: string): EndpointConfig {
  return { type: "unix", path, mode: 0o600, backlog: undefined };
}

/** A config with these endpoints, from `config.json`. */
export function subjectWith(
  endpoints: readonly EndpointConfig[],
  environment: readonly string[] = [],
): PermissionSubject {
  const transports = endpoints.map((endpoint, index): TransportConfig => ({
    id: `t${index + 1}`,
    endpoint,
    serializers: ["json"],
    maxMessageBytes: 1024,
    auth: { anonymous: { role: "anonymous" }, implied: true },
    debug: false,
    limits: {
      handshakeTimeoutMs: 1,
      helloTimeoutMs: 1,
      goodbyeTimeoutMs: 1,
      authenticateTimeoutMs: 1,
      authenticatorTimeoutMs: 1,
      maxAuthenticatorCalls: 1,
      maxAuthFailures: 1,
      maxOutboxBytes: 1,
      maxDepth: 1,
      maxConnections: 1,
      maxSubscriptions: 1,
      maxRegistrations: 1,
      maxPendingCalls: 1,
      strictRequestIds: false,
    },
  }));
  const config: RouterConfig = {
    realms: [],
    transports,
    shutdownTimeoutMs: 1,
  };
  return { config, configPath: "config.json", environment };
}
