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
import type { SecretConfig } from "../schema/secret_type.ts";
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
import type { SerializerName, SPEECH } from "./table/speech_keys.ts";

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

/** A transport: one address, and all that is served on it. */
export interface TransportConfig {
  /** Names the transport in logs and errors. */
  readonly id: string;
  readonly type: "rawsocket" | "websocket" | "universal" | "web";
  /** Where it listens. */
  readonly endpoint: EndpointConfig;
  /**
   * Bounds of the listening socket and of connections of which it is not known
   * yet what they speak.
   */
  readonly limits: TransportLimits;
  /** The realms that can be joined through it; absent: all there are. */
  readonly realms?: readonly string[];
  /** WAMP over RawSocket; absent: such clients are turned away. */
  readonly rawsocket?: WampServiceConfig;
  /** WAMP over WebSocket; no two have the same path. */
  readonly websockets: readonly WebSocketConfig[];
  /** Plain HTTP; absent: none. */
  readonly web?: WebConfig;
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

/** WAMP sessions over one protocol, for WebSocket at one path. */
export interface WampServiceConfig extends
  Omit<
    ConfigOf<typeof SPEECH>,
    "serializer" | "serializers" | "auth" | "maxMessageBytes"
  > {
  /** What it speaks; a client's handshake picks one. At least one, no doubles. */
  readonly serializers: readonly SerializerName[];
  /** The largest message that is taken from a client. */
  readonly maxMessageBytes: number;
  /** How clients prove who they are. */
  readonly auth: AuthConfig;
  /** Bounds for its connections and sessions. */
  readonly limits: TransportLimits;
}

/** WAMP over WebSocket. */
export interface WebSocketConfig extends WampServiceConfig {
  /** The path of its URLs, such as `/ws`; undefined: any. */
  readonly path: string | undefined;
  /** Patterns in which `*` stands for any text; absent: the same host alone. */
  readonly allowedOrigins?: readonly string[];
  /** Whether pages without an origin, such as local files, may connect. */
  readonly allowNullOrigin: boolean;
  /** The longest frame that is taken from a client; absent: as a message. */
  readonly maxFrameBytes?: number;
  /** Longer messages are sent in frames of this size; absent: in one. */
  readonly autoFragmentBytes?: number;
  /** For how long a close frame waits for its answer. */
  readonly closeHandshakeTimeoutMs: number;
  /** Whether a client must name a subprotocol; else it speaks JSON. */
  readonly requireSubprotocol: boolean;
  /** Whether a client that breaks the protocol is cut off without a close frame. */
  readonly failByDrop: boolean;
  /** Whether a client's close frame is answered with its own code and reason. */
  readonly echoCloseCode: boolean;
  /** Whether a browser that opens the URL is shown a page. */
  readonly enableWebstatus: boolean;
  /** Whether frames of clients must be masked. */
  readonly requireMasked: boolean;
  /** How many octets a PING carries. */
  readonly autoPingBytes: number;
  /** Compression of messages; absent: none. */
  readonly compression?: { readonly deflate: DeflateConfig };
}

/** permessage-deflate (RFC 7692). */
export interface DeflateConfig {
  /** log2 of the window that the router compresses with, 9 to 15. */
  readonly maxWindowBits: number;
  /** How much memory zlib takes for it, 1 to 9. */
  readonly memLevel: number;
  /** log2 of the window that clients are asked for; absent: none is. */
  readonly requestMaxWindowBits?: number;
}

/** Plain HTTP beside WAMP. */
export interface WebConfig {
  /** By the next part of a URL's path; `/` is for what no other has. */
  readonly paths: ReadonlyMap<string, WebServiceConfig>;
  /** Whether each request is logged. */
  readonly accessLog: boolean;
  /** `max-age` of `Strict-Transport-Security`, in seconds; absent: not sent. */
  readonly hstsMaxAgeS?: number;
  /** For how long a connection may wait for its next request. */
  readonly idleTimeoutMs: number;
  /** For how long the head of a request may take. */
  readonly headTimeoutMs: number;
  /** For how long a whole request may take. */
  readonly requestTimeoutMs: number;
}

/** What answers HTTP requests below one path. */
export type WebServiceConfig =
  | StaticConfig
  | { readonly type: "nodeinfo" }
  | {
    readonly type: "json";
    /** What is answered: anything that JSON can say. */
    readonly value: unknown;
  }
  | {
    readonly type: "redirect";
    readonly url: string;
  }
  | {
    readonly type: "path";
    readonly paths: ReadonlyMap<string, WebServiceConfig>;
  }
  | BridgeConfig
  | WebhookConfig;

/** Files of a folder. */
export interface StaticConfig {
  readonly type: "static";
  /** An absolute path. */
  readonly directory: string;
  /** A file in it that is served where one is not there; absent: 404. */
  readonly defaultFile?: string;
  /** Whether folders without `index.html` are listed. */
  readonly listsDirectories: boolean;
  /** By the end of a file's name, with its dot. */
  readonly mimeTypes: ReadonlyMap<string, string>;
  /** For how long browsers may keep a file; absent: they ask each time. */
  readonly cacheTimeoutS?: number;
}

/** A session that HTTP requests share. */
interface BridgeRole {
  readonly realm: string;
  readonly role: string;
  /** The longest body that is taken. */
  readonly maxBodyBytes: number;
  /** Whether its requests are logged. */
  readonly debug: boolean;
}

/** Requests that become calls (`caller`) or publications (`publisher`). */
export interface BridgeConfig extends BridgeRole {
  readonly type: "caller" | "publisher";
  /** What requests must be signed with; absent: they need not be. */
  readonly signature?: {
    readonly key: string;
    readonly secret: SecretConfig;
    /** How far a signature's time may be off; absent: any. */
    readonly maxTimestampDeltaS?: number;
  };
  /** Whether requests must come over TLS. */
  readonly requireTls: boolean;
  /** Addresses and networks from which requests are taken; absent: all. */
  readonly requireIp?: readonly string[];
}

/** Requests whose bodies are published to one topic. */
export interface WebhookConfig extends BridgeRole {
  readonly type: "webhook";
  readonly topic: string;
  /** The text of an answer where the event was published. */
  readonly successResponse: string;
  /** The same where it was not. */
  readonly errorResponse: string;
  /** What GitHub signs its requests with; absent: signatures are not asked for. */
  readonly githubSecret?: SecretConfig;
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
