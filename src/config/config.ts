/**
 * The checked configuration: what the rest of the router reads.
 *
 * Everything here is resolved: defaults are filled in, `$NAME`s are replaced,
 * paths lead from the working directory, limits of the router are merged with
 * those of the transport. Nothing in it needs checking again.
 *
 * @module
 */

import type { AuthConfig } from "../auth/methods.ts";
import type { SourcePlace } from "../base/source_text.ts";
import type { ConfigOf } from "../schema/object_type.ts";
import type { PatternConfig } from "../schema/read_pattern.ts";
import type { TCP_ENDPOINT, UNIX_ENDPOINT } from "./table/endpoint_keys.ts";
import type { FILE } from "./table/file_keys.ts";
import type { TransportLimits } from "./table/limit_keys.ts";
import type { QuotasConfig } from "./table/quota_keys.ts";
import type { AUTO_REALMS, REALM_OPTIONS, ROLE } from "./table/realm_keys.ts";
import type {
  EVENT_HISTORY,
  MEMORY_STORE,
  SQLITE_STORE,
} from "./table/store_keys.ts";
import type { SerializerName, SPEECH } from "./table/transport_keys.ts";

/** The whole configuration of one router process. */
export interface RouterConfig extends ConfigOf<typeof FILE> {
  /** The realms, at least one, with names that are unique. */
  readonly realms: readonly RealmConfig[];
  /** Realms that are created when a client asks for them; absent: none are. */
  readonly autoRealms?: AutoRealmsConfig;
  /** The transports, at least one, with ids that are unique. */
  readonly transports: readonly TransportConfig[];
}

/** Realms that are created when a client asks for them. */
export interface AutoRealmsConfig
  extends Pick<ConfigOf<typeof AUTO_REALMS.keys>, "prefix" | "maxRealms"> {
  /** What they are like; its name is the prefix with a star. */
  readonly template: RealmConfig;
}

/** A realm: a routing domain that sessions join by name. */
export interface RealmConfig extends ConfigOf<typeof REALM_OPTIONS.keys> {
  /** The name that clients send in HELLO. */
  readonly name: string;
  /** The roles, with names that are unique in the realm. */
  readonly roles: readonly RoleConfig[];
  /** Where its histories and retained events are. */
  readonly store: StoreConfig;
}

/** Where events are kept. */
export type StoreConfig = MemoryStoreConfig | SqliteStoreConfig;

/** What stores of all types have that is more than a value. */
interface StoreParts {
  /** No two have the same `uri` and `match`. */
  readonly histories: readonly HistoryConfig[];
}

/** Keys that are defaults of the histories. */
type HistoryDefaults = "limit" | "maxHistoryBytes";

/** A store that is gone when the router stops. */
export interface MemoryStoreConfig
  extends
    Omit<ConfigOf<typeof MEMORY_STORE.keys>, "histories" | HistoryDefaults>,
    StoreParts {}

/** A store in a file; no two realms have the same. */
export interface SqliteStoreConfig
  extends
    Omit<ConfigOf<typeof SQLITE_STORE.keys>, "histories" | HistoryDefaults>,
    StoreParts {}

/** A topic or pattern whose events are kept. */
export type HistoryConfig =
  & PatternConfig
  & {
    readonly [
      Bound in keyof Omit<
        ConfigOf<typeof EVENT_HISTORY.keys>,
        keyof PatternConfig
      >
    ]-?: number;
  };

/** A role: what sessions that hold it may do. Without a rule: nothing. */
export interface RoleConfig extends
  Omit<
    ConfigOf<typeof ROLE.keys>,
    "permissions" | "allowByDefault" | "quotas"
  > {
  /** The rules; no two have the same `uri` and `match`. */
  readonly permissions: readonly PermissionConfig[];
  /** What its sessions may have together; absent: any number. */
  readonly quotas?: QuotasConfig;
}

/** One rule of a role. */
export interface PermissionConfig {
  /** The URI or pattern; no stars: those are turned into `match`. */
  readonly uri: string;
  /** How `uri` is compared. */
  readonly match: "exact" | "prefix" | "wildcard";
  /** The actions that the rule allows, and what else. */
  readonly allow: {
    readonly call: boolean;
    readonly register: boolean;
    readonly publish: boolean;
    readonly subscribe: boolean;
    /**
     * Taking a registration from callees that did not agree to it; never true
     * without `register`. Absent: no.
     */
    readonly force_reregister?: boolean;
  };
  /** Whose identity is told without being asked. */
  readonly disclose: {
    readonly caller: boolean;
    readonly publisher: boolean;
  };
  /** Where the rule stands; absent: it is implied by a file without realms. */
  readonly source?: SourcePlace;
}

/** What a permission can allow. */
export type ActionName = keyof PermissionConfig["allow"];

/** A decision that the rules must come to: `expect` of the file. */
export interface ExpectationConfig {
  /** A realm and a role that are there. */
  readonly realm: string;
  readonly role: string;
  readonly action: ActionName;
  readonly uri: string;
  readonly match: PermissionConfig["match"];
  readonly isAllowed: boolean;
  readonly source: SourcePlace;
}

/** A transport: one address that clients connect to. */
export interface TransportConfig extends
  Omit<
    ConfigOf<typeof SPEECH>,
    "serializer" | "serializers" | "options" | "auth" | "maxMessageBytes"
  > {
  /** Names the transport in logs and errors. */
  readonly id: string;
  /** Where it listens. */
  readonly endpoint: EndpointConfig;
  /** What it speaks; a client's handshake picks one. At least one, no doubles. */
  readonly serializers: readonly SerializerName[];
  /** The largest message that is taken from a client. */
  readonly maxMessageBytes: number;
  /** The realms that can be joined through it; absent: all there are. */
  readonly realms?: readonly string[];
  /** How clients prove who they are. */
  readonly auth: AuthConfig;
  /** Bounds for its connections and sessions. */
  readonly limits: TransportLimits;
}

/** Where a transport listens. */
export type EndpointConfig = TcpEndpointConfig | UnixEndpointConfig;

/** A TCP address. */
export interface TcpEndpointConfig
  extends Omit<ConfigOf<typeof TCP_ENDPOINT.keys>, "hostname" | "version"> {
  /** An address or host name, without brackets. */
  readonly hostname: string;
}

/** A Unix domain socket. */
export type UnixEndpointConfig = ConfigOf<typeof UNIX_ENDPOINT.keys>;

/** Files in PEM form. */
export type TlsConfig = NonNullable<TcpEndpointConfig["tls"]>;
