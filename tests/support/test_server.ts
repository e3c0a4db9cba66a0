/**
 * A router in the test's own process, on free ports and a private Unix socket.
 */
import type { LogFields, Logger } from "../../src/base/log.ts";
import type { AuthConfig } from "../../src/auth/methods.ts";
import type {
  AutoRealmsConfig,
  EndpointConfig,
  RealmConfig,
  TransportConfig,
  WampServiceConfig,
  WebSocketConfig,
} from "../../src/config/config.ts";
import {
  DEFAULT_LIMITS,
  type TransportLimits,
} from "../../src/config/table/limit_keys.ts";
import { FILE } from "../../src/config/table/file_keys.ts";
import { REALM_OPTIONS } from "../../src/config/table/realm_keys.ts";
import {
  type ConfigOf,
  defaultsOf,
  propertiesOf,
} from "../../src/schema/object_type.ts";
import { ROLE_DEFAULTS } from "../../src/config/build_realms.ts";
import { IMPLIED_STORE } from "../../src/config/build_store.ts";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { type RunningServer, startServer } from "../../src/server/server.ts";
import { DEADLINE_MS, within } from "./deadline.ts";
import { spokenFraming } from "./spoken_framing.ts";
import { SERIALIZERS } from "./wire_codec.ts";

/** The kinds of transport that clients can use. */
export type TransportKind = "tcp" | "tls" | "unix";

/** All kinds, for tests that run over each. */
export const TRANSPORT_KINDS: readonly TransportKind[] = ["tcp", "tls", "unix"];

/** One line of the router's log. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

/** What a test may set; the rest is the router's default. */
export interface TestServerOptions extends Partial<FileConfig> {
  readonly realms?: readonly RealmConfig[];
  readonly autoRealms?: AutoRealmsConfig;
  readonly kinds?: readonly TransportKind[];
  readonly serializers?: readonly SerializerName[];
  readonly maxMessageBytes?: number;
  readonly limits?: Partial<TransportLimits>;
  readonly debug?: boolean;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** Of its WebSocket, where clients speak that. */
  readonly websocket?: Partial<WebSocketConfig>;
  readonly role?: string;
  /** The authid of all anonymous sessions. */
  readonly authid?: string;
  /** Roles of single kinds of transport, so that one realm has several. */
  readonly roles?: Partial<Record<TransportKind, string>>;
  /** False: the transport has no authentication method at all. */
  readonly anonymous?: boolean;
  /** Methods beside anonymous, which is then off unless it is in here. */
  readonly auth?: Partial<AuthConfig>;
}

type FileConfig = ConfigOf<typeof FILE>;

function fileOf(options: Partial<FileConfig>): FileConfig {
  return propertiesOf(
    FILE,
    (name, property) =>
      options[property as keyof FileConfig] ?? FILE[name].default,
  );
}

/** No timeout comes before the end of a test that waits in vain. */
const LIMITS: TransportLimits = {
  ...DEFAULT_LIMITS,
  handshakeTimeoutMs: 120_000,
  helloTimeoutMs: 120_000,
  goodbyeTimeoutMs: 120_000,
  authenticateTimeoutMs: 120_000,
  authenticatorTimeoutMs: 120_000,
};

const DISCLOSE_NONE = { caller: false, publisher: false };
const ALLOW_ALL = {
  call: true,
  register: true,
  publish: true,
  subscribe: true,
};

/**
 * A realm in which role `anonymous`, or others, may do everything, and register
 * `trusted`: authorizers or authenticators.
 */
export function openRealm(
  name: string,
  roles: readonly string[] = ["anonymous"],
  trusted: readonly string[] = [],
): RealmConfig {
  return {
    ...defaultsOf(REALM_OPTIONS.keys),
    name,
    roles: roles.map((role) => ({
      ...ROLE_DEFAULTS,
      name: role,
      permissions: [
        { uri: "", match: "prefix", allow: ALLOW_ALL, disclose: DISCLOSE_NONE },
        ...trusted.map((uri) => ({
          uri,
          match: "exact" as const,
          allow: ALLOW_ALL,
          disclose: DISCLOSE_NONE,
        })),
      ],
    })),
    store: IMPLIED_STORE,
  };
}

/** As {@linkcode openRealm}, without events and procedures of the router's own. */
export function quietRealm(name: string = "realm1"): RealmConfig {
  return { ...openRealm(name), hasMetaApi: false };
}

/** A router that runs until it is disposed of. */
export class TestServer {
  readonly running: RunningServer;
  /** All that was logged, in order. */
  readonly log: readonly LogLine[];
  readonly #folder: string;
  readonly #waiting: Set<() => void>;

  private constructor(
    running: RunningServer,
    log: readonly LogLine[],
    folder: string,
    waiting: Set<() => void>,
  ) {
    this.running = running;
    this.log = log;
    this.#folder = folder;
    this.#waiting = waiting;
  }

  /** Starts a router. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const folder = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const lines: LogLine[] = [];
    const waiting = new Set<() => void>();
    const running = await startServer({
      realms: options.realms ?? [openRealm("realm1")],
      ...(options.autoRealms !== undefined &&
        { autoRealms: options.autoRealms }),
      transports: (options.kinds ?? ["tcp"]).map((kind) =>
        transportOf(kind, folder, options)
      ),
      ...fileOf(options),
    }, collectingLogger(lines, waiting));
    return new TestServer(running, lines, folder, waiting);
  }

  /** Where the transport of that kind listens. */
  address(kind: TransportKind = "tcp"): string {
    const found = this.running.listeners.find(({ id }) => id === kind);
    if (found === undefined) {
      throw new Error(`No ${kind} transport was started`);
    }
    return found.address;
  }

  /** The first line, past or to come, whose message and fields contain `text`. */
  async logged(text: string): Promise<LogLine> {
    const find = () =>
      this.log.find((line) =>
        `${line.message} ${JSON.stringify(line.fields)}`.includes(text)
      );
    return await this.#until(find, `a log line with "${text}"`);
  }

  /** Resolves once every client is gone and nothing of theirs is left. */
  async emptied(): Promise<void> {
    const giveUpAt = Date.now() + DEADLINE_MS;
    while (true) {
      const counts = Object.entries(this.running.inventory());
      const left = counts.filter(([, count]) => count !== 0);
      if (left.length === 0) return;
      if (Date.now() > giveUpAt) {
        throw new Error(`Left behind: ${JSON.stringify(left)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.shutdown();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #until<Value>(
    find: () => Value | undefined,
    what: string,
  ): Promise<Value> {
    const found = new Promise<Value>((resolve) => {
      const look = () => {
        const value = find();
        if (value === undefined) return;
        this.#waiting.delete(look);
        resolve(value);
      };
      this.#waiting.add(look);
      look();
    });
    return await within(found, what);
  }
}

/** At any path, for any client that is no page. */
const WEBSOCKET_DEFAULTS = {
  path: undefined,
  allowNullOrigin: false,
  closeHandshakeTimeoutMs: 3000,
  requireSubprotocol: false,
  failByDrop: false,
  echoCloseCode: true,
  enableWebstatus: true,
  requireMasked: true,
  autoPingBytes: 16,
} as const;

function transportOf(
  kind: TransportKind,
  folder: string,
  options: TestServerOptions,
): TransportConfig {
  const limits = { ...LIMITS, ...options.limits };
  const service: WampServiceConfig = {
    serializers: [...(options.serializers ?? SERIALIZERS)],
    maxMessageBytes: options.maxMessageBytes ?? 131_072,
    auth: {
      anonymous: options.anonymous === false || options.auth !== undefined
        ? undefined
        : {
          role: options.roles?.[kind] ?? options.role ?? "anonymous",
          ...(options.authid !== undefined && { authid: options.authid }),
        },
      implied: false,
      ...options.auth,
    },
    debug: options.debug ?? false,
    limits,
  };
  const place = {
    id: kind,
    endpoint: endpointOf(kind, folder),
    limits,
    rawsocket: service,
    trustedProxies: options.trustedProxies ?? [],
  };
  if (spokenFraming() === "rawsocket") {
    return { ...place, type: "rawsocket", websockets: [] };
  }
  const websocket = {
    ...WEBSOCKET_DEFAULTS,
    ...service,
    ...options.websocket,
  };
  return { ...place, type: "universal", websockets: [websocket] };
}

function endpointOf(kind: TransportKind, folder: string): EndpointConfig {
  if (kind === "unix") {
    return {
      type: "unix",
      path: `${folder}/router.sock`,
      mode: 0o600,
    };
  }
  const fixture = (name: string) =>
    new URL(`../fixtures/${name}`, import.meta.url).pathname;
  return {
    type: "tcp",
    hostname: "127.0.0.1",
    port: 0,
    reusePort: false,
    tls: kind === "tcp" ? undefined : {
      keyPath: fixture("localhost.key"),
      certificatePath: fixture("localhost.crt"),
      chainCertificatePaths: [],
    },
  };
}

function collectingLogger(
  lines: LogLine[],
  waiting: ReadonlySet<() => void>,
): Logger {
  const collect =
    (level: LogLine["level"]) => (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields });
      for (const look of [...waiting]) look();
    };
  return {
    debug: collect("debug"),
    info: collect("info"),
    warn: collect("warn"),
    error: collect("error"),
  };
}
