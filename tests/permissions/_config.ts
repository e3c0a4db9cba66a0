/** A config that needs permissions of every kind. */
import type {
  EndpointConfig,
  RealmConfig,
  RouterConfig,
  TransportConfig,
} from "../../src/config/config.ts";
import { IMPLIED_STORE } from "../../src/config/build_store.ts";
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

/** A realm that keeps events in the file `path`; undefined: in memory. */
export function realmWithStore(
  name: string,
  path: string | undefined,
): RealmConfig {
  return {
    name,
    uriCheck: "loose",
    roles: [],
    allowsDisclosure: true,
    callQueueLength: 0,
    hasMetaApi: true,
    store: path === undefined ? IMPLIED_STORE : {
      ...IMPLIED_STORE,
      type: "sqlite",
      path,
      flushMs: 200,
      sync: false,
      maxBufferedEvents: 1,
      maxBufferedBytes: 1,
    },
  };
}

/** A config with these endpoints, from `config.json`. */
export function subjectWith(
  endpoints: readonly EndpointConfig[],
  environment: readonly string[] = [],
  realms: readonly RealmConfig[] = [],
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
      maxTestaments: 1000,
      maxTestamentBytes: 1_048_576,
      strictRequestIds: false,
    },
  }));
  const config: RouterConfig = {
    realms,
    transports,
    shutdownTimeoutMs: 1,
    maxTotalOutboxBytes: 2 ** 29,
  };
  return { config, configPath: "config.json", environment };
}
