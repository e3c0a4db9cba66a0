/**
 * The checked configuration: what the rest of the router reads.
 *
 * Everything here is resolved: defaults are filled in, `$NAME`s are replaced,
 * paths lead from the working directory, limits of the router are merged with
 * those of the transport. Nothing in it needs checking again.
 *
 * @module
 */

import type { TransportLimits } from "./table/limit_keys.ts";
import type { SecretConfig } from "../schema/secret_type.ts";
import type { SourcePlace } from "../base/source_place.ts";

/** A way of writing WAMP messages as bytes. */
export type SerializerName = "json" | "msgpack" | "cbor";

/** The whole configuration of one router process. */
export interface RouterConfig {
  /** The realms, at least one, with names that are unique. */
  readonly realms: readonly RealmConfig[];
  /** Realms that are created when a client asks for them; absent: none are. */
  readonly autoRealms?: AutoRealmsConfig;
  /** The transports, at least one, with ids that are unique. */
  readonly transports: readonly TransportConfig[];
  /** How long stopping may take before what is left is cut off. */
  readonly shutdownTimeoutMs: number;
  /** What may wait for all slow clients together. */
  readonly maxTotalOutboxBytes: number;
}

/** Realms that are created when a client asks for them. */
export interface AutoRealmsConfig {
  /** Their names begin so. */
  readonly prefix: string;
  /** How many there can be at a time. */
  readonly maxRealms: number;
  /** What they are like; its name is the prefix with a star. */
  readonly template: RealmConfig;
}

/** A realm: a routing domain that sessions join by name. */
export interface RealmConfig {
  /** The name that clients send in HELLO. */
  readonly name: string;
  /** Which rule the URIs of clients must keep. */
  readonly uriCheck: "loose" | "strict";
  /** The roles, with names that are unique in the realm. */
  readonly roles: readonly RoleConfig[];
  /** Whether clients may ask for disclosure of identities. */
  readonly allowsDisclosure: boolean;
  /** Calls that may wait at one registration whose callees are busy; 0: none. */
  readonly callQueueLength: number;
  /** Whether there are procedures and events below `wamp.`. */
  readonly hasMetaApi: boolean;
  /** Where its histories and retained events are. */
  readonly store: StoreConfig;
}

/** Where events are kept. */
export type StoreConfig = MemoryStoreConfig | SqliteStoreConfig;

/** What stores of all types keep. */
export interface StoreBoundsConfig {
  /** No two have the same `uri` and `match`. */
  readonly histories: readonly HistoryConfig[];
  /** Topics that have a retained event. */
  readonly maxRetainedTopics: number;
  /** Of the retained events of all topics together. */
  readonly maxRetainedBytes: number;
}

/** A topic or pattern whose events are kept. */
export interface HistoryConfig {
  readonly uri: string;
  readonly match: "exact" | "prefix" | "wildcard";
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** A store that is gone when the router stops. */
export interface MemoryStoreConfig extends StoreBoundsConfig {
  readonly type: "memory";
}

/** A store in a file. */
export interface SqliteStoreConfig extends StoreBoundsConfig {
  readonly type: "sqlite";
  /** The database; no two realms have the same. */
  readonly path: string;
  /** No event waits longer than this to be written. */
  readonly flushMs: number;
  /** Whether each batch is forced to the disk. */
  readonly sync: boolean;
  /** Events that may wait to be written. */
  readonly maxBufferedEvents: number;
  readonly maxBufferedBytes: number;
}

/** A role: what sessions that hold it may do. Without a rule: nothing. */
export interface RoleConfig {
  /** The name that authentication gives to a session. */
  readonly name: string;
  /** The rules; no two have the same `uri` and `match`. */
  readonly permissions: readonly PermissionConfig[];
  /** The procedure that decides in place of rules; absent: the rules do. */
  readonly authorizer?: AuthorizerConfig;
  /** What its sessions may have together; absent: any number. */
  readonly quotas?: QuotasConfig;
  /** What a second session of an authid brings about; absent: nothing. */
  readonly onDuplicateAuthid?: "refuse" | "replace";
  /** How long its calls may take that name no timeout; 0 or absent: as long as they do. */
  readonly callTimeoutMs?: number;
  /** How far its sessions are trusted, 0 least; undefined: not told. */
  readonly trustLevel: number | undefined;
}

/** What sessions of a role may have together. */
export interface QuotasConfig {
  /** All of the role. */
  readonly role: QuotaConfig;
  /** Those of one authid; absent: as many as the role. */
  readonly authid?: QuotaConfig;
  /** Those from one source address; absent: as many as the role. */
  readonly address?: QuotaConfig;
}

/** How much that is. */
export interface QuotaConfig {
  readonly sessions: number;
  readonly subscriptions: number;
  readonly registrations: number;
  readonly pendingCalls: number;
  /** Received; a second's worth may come at once. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** A procedure that says what a session may do. */
export interface AuthorizerConfig {
  /** Its URI; it is called in the role's realm. */
  readonly procedure: string;
  /** How long it may take. */
  readonly timeoutMs: number;
  /** Requests about which decisions are remembered for several sessions; 0: none. */
  readonly cacheSize: number;
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
export interface TransportConfig {
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
  /** Whether handshakes, message heads and closings are logged. */
  readonly debug: boolean;
  /** Bounds for its connections and sessions. */
  readonly limits: TransportLimits;
}

/**
 * The methods of authentication that a transport offers; a method that is absent
 * is not offered.
 */
export interface AuthConfig {
  readonly anonymous: AnonymousConfig | undefined;
  readonly ticket?: readonly TicketPrincipalConfig[];
  readonly wampcra?: readonly WampCraUserConfig[];
  readonly scram?: readonly ScramPrincipalConfig[];
  readonly cryptosign?: readonly CryptosignPrincipalConfig[];
  /** The router's own key, for clients that ask who it is. */
  readonly routerKey?: SecretConfig;
  /** Methods for which a procedure is asked. */
  readonly dynamic?: Readonly<Partial<Record<AuthMethodName, DynamicConfig>>>;
  /** Whether an unknown authid is told from a wrong secret. */
  readonly revealsUnknownAuthid?: boolean;
  /** True when the file had no auth. */
  readonly implied: boolean;
}

/** Methods by their names in the config. */
export type AuthMethodName =
  | "anonymous"
  | "ticket"
  | "wampcra"
  | "scram"
  | "cryptosign";

/** Anyone joins. */
export interface AnonymousConfig {
  readonly role: string;
  /** The only realm to join; absent: any that has the role. */
  readonly realm?: string;
  /** The authid of all; absent: a fresh one for each. */
  readonly authid?: string;
}

/** One who can prove to be someone. */
export interface PrincipalConfig {
  readonly authid: string;
  /** The only realm to join; `undefined`: any that has the role. */
  readonly realm: string | undefined;
  readonly role: string;
}

/** A principal with a ticket. */
export interface TicketPrincipalConfig extends PrincipalConfig {
  readonly ticket: SecretConfig;
}

/** A principal with a secret for WAMP-CRA. */
export interface WampCraUserConfig extends PrincipalConfig {
  readonly secret: SecretConfig;
  /** Whether `secret` is what is derived, not what it is derived from. */
  readonly isDerived: boolean;
  /** How the key is derived; `undefined`: the secret is the key. */
  readonly salting: {
    readonly salt: string;
    readonly iterations: number;
    readonly keylen: number;
  } | undefined;
}

/** A principal with a password for WAMP-SCRAM. */
export interface ScramPrincipalConfig extends PrincipalConfig {
  readonly kdf: "pbkdf2" | "argon2id13";
  /** Hex digits. */
  readonly salt: string;
  readonly iterations: number;
  /** In KiB; `undefined` for PBKDF2. */
  readonly memory: number | undefined;
  /** 64 hex digits. */
  readonly storedKey: SecretConfig;
  /** 64 hex digits. */
  readonly serverKey: SecretConfig;
}

/** A principal with Ed25519 keys. */
export interface CryptosignPrincipalConfig extends PrincipalConfig {
  /** 64 hex digits each, in lower case. */
  readonly keys: readonly string[];
}

/** A procedure that says who a client is. */
export interface DynamicConfig {
  readonly authenticator: string;
  /** Where it is registered; `undefined`: in the realm that the client joins. */
  readonly realm: string | undefined;
  /** The role of those for whom it names none. */
  readonly defaultRole: string | undefined;
}

/** Where a transport listens. */
export type EndpointConfig = TcpEndpointConfig | UnixEndpointConfig;

/** A TCP address. */
export interface TcpEndpointConfig {
  readonly type: "tcp";
  /** An address or host name, without brackets. */
  readonly hostname: string;
  /** 0: the system picks a free one. */
  readonly port: number;
  /** Connections that may wait to be accepted; `undefined`: Deno's default. */
  readonly backlog: number | undefined;
  /** Whether other processes may listen on the same port (`SO_REUSEPORT`). */
  readonly reusePort: boolean;
  /** `undefined`: plain TCP. */
  readonly tls: TlsConfig | undefined;
}

/** A Unix domain socket. */
export interface UnixEndpointConfig {
  readonly type: "unix";
  /** The path of the socket file. */
  readonly path: string;
  /** The permission bits of the socket file. */
  readonly mode: number;
  /** Checked, but Deno has no way to apply it to a Unix socket. */
  readonly backlog: number | undefined;
}

/** Files in PEM form. */
export interface TlsConfig {
  /** The private key. */
  readonly keyPath: string;
  /** The server's certificate; more certificates may follow it. */
  readonly certificatePath: string;
  /** Certificates between the server's and the root, in that order. */
  readonly chainCertificatePaths: readonly string[];
}
