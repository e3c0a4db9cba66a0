/** Configs for the permissions that they need, as the router loads them. */
import type { RouterConfig } from "../../src/config/config.ts";
import type { PermissionSubject } from "../../src/permissions/required_permissions.ts";
import { loadSound, REALM, SOUND } from "../config/_load.ts";

/** A TCP endpoint of a config; with `chain` it has TLS. */
export function tcp(
  hostname: string,
  port: number,
  chain?: readonly string[],
): object {
  const tls = chain && {
    key: "/tls/key",
    certificate: "/tls/cert",
    chain_certificates: chain,
  };
  const version = hostname.includes(":") ? 6 : 4;
  return {
    type: "tcp",
    ...{ interface: hostname, port, version },
    ...(tls && { tls }),
  };
}

/** A Unix endpoint of a config. */
export function unix(path: string): object {
  return { type: "unix", path };
}

/** A realm of a config that keeps events in the file `path`; undefined: in memory. */
export function realmWithStore(
  name: string,
  path: string | undefined,
): object {
  const store = path === undefined
    ? { type: "memory" }
    : { type: "sqlite", path };
  return { ...REALM, name, store };
}

/** A config with these endpoints, from `config.json`. */
export async function subjectWith(
  endpoints: readonly object[],
  environment: readonly string[] = [],
  realms: readonly object[] = [REALM],
  auth: object = { anonymous: { type: "static", role: "anonymous" } },
): Promise<PermissionSubject & { readonly config: RouterConfig }> {
  const { config, files } = await loadSound({
    realms,
    transports: endpoints.map((endpoint) => ({ ...SOUND, endpoint, auth })),
  });
  return { config, configPath: "config.json", environment, files };
}
