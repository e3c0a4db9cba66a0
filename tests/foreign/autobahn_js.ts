/**
 * Autobahn|JS as the tests use it: promises in place of handlers, and types,
 * which the package does not have.
 */
import autobahn from "autobahn";
import { within } from "../support/deadline.ts";

/** A positional payload. */
export type Args = readonly unknown[];

/** A keyword payload. */
export type Kwargs = Readonly<Record<string, unknown>>;

/** What a call results in when the callee gave several values. */
export interface Result {
  readonly args: Args;
  readonly kwargs: Kwargs;
}

/** What a failed request is rejected with. */
export interface WampError extends Result {
  readonly error: string;
}

/** What a handler learns about an event. */
export interface EventDetails {
  readonly publication: number;
  readonly topic: string;
  /** The publisher's session ID, where it is disclosed. */
  readonly publisher?: number;
}

/** What a handler learns about an invocation. */
export interface InvocationDetails {
  readonly procedure: string;
  /** The caller's session ID, where it is disclosed. */
  readonly caller?: number;
  /** Sends a progressive result; null where none is wanted. */
  readonly progress: ((args: Args) => void) | null;
}

/** A call that has been sent. */
export interface Call extends Promise<unknown> {
  cancel(options: { readonly mode: string }): void;
}

/** A subscription, or a registration. */
export interface Handle {
  readonly id: number;
}

/** The part of `autobahn.Session` that the tests use. */
export interface Session {
  readonly id: number;
  call(
    procedure: string,
    args?: Args,
    kwargs?: Kwargs,
    options?: Kwargs,
  ): Call;
  register(
    procedure: string,
    endpoint: (
      args: Args,
      kwargs: Kwargs,
      details: InvocationDetails,
    ) => unknown,
    options?: Kwargs,
  ): Promise<Handle>;
  unregister(registration: Handle): Promise<unknown>;
  /** Promises only with `acknowledge`. */
  publish(
    topic: string,
    args?: Args,
    kwargs?: Kwargs,
    options?: Kwargs,
  ): Promise<{ readonly id: number }> | undefined;
  subscribe(
    topic: string,
    handler: (args: Args, kwargs: Kwargs, details: EventDetails) => void,
    options?: Kwargs,
  ): Promise<Handle>;
  unsubscribe(subscription: Handle): Promise<unknown>;
}

/** How a connection ended, as Autobahn|JS reports it. */
export interface Ending {
  /** Of the transport: `closed`, `lost` or `unreachable`. */
  readonly transport: string;
  /** Of the session: GOODBYE's or ABORT's. */
  readonly reason: string | null;
  readonly message: string | null;
}

/** Several values as a result. */
export function result(args: Args, kwargs: Kwargs = {}): Result {
  return new autobahn.Result(args, kwargs);
}

/** An application error, to be thrown by an endpoint. */
export function wampError(
  uri: string,
  args: Args = [],
  kwargs: Kwargs = {},
): WampError {
  return new autobahn.Error(uri, args, kwargs);
}

/** The error that `request` fails with. */
export async function failure(request: Promise<unknown>): Promise<WampError> {
  let outcome: unknown;
  try {
    outcome = await within(request, "an error");
  } catch (error) {
    if (error instanceof autobahn.Error) return error as WampError;
    throw error;
  }
  throw new Error(`An error is due, not ${Deno.inspect(outcome)}`);
}

/** What handlers got, to be waited for. */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  #wake: () => void = () => {};

  put(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  /** Takes out the first item that matches, there already or to come. */
  async take(matches: (item: Item) => boolean = () => true): Promise<Item> {
    while (true) {
      const index = this.#items.findIndex(matches);
      if (index >= 0) return this.#items.splice(index, 1)[0];
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await within(promise, "an event");
    }
  }
}

/** How to log in: options of `autobahn.Connection`. */
export interface Login {
  readonly authmethods: readonly string[];
  readonly authid: string;
  readonly authextra?: Kwargs;
  readonly onchallenge: (
    session: unknown,
    method: string,
    extra: Record<string, never>,
  ) => string;
}

// It reports each closing, and what endpoints throw, on the console.
autobahn.log.warn = () => {};

/** One connection of Autobahn|JS to a router. */
export class AutobahnClient {
  /** Of WELCOME, once joined. */
  details: Kwargs = {};
  /** Resolves when the connection has ended. */
  readonly ended: Promise<Ending>;
  /** Resolves with the session, if it comes to one. */
  readonly #joined: Promise<Session>;
  /** Fails when the connection has ended. */
  readonly #lost: Promise<never>;
  readonly #connection: {
    open(): void;
    close(): void;
    readonly isConnected: boolean;
    readonly _transport: { close(): void };
  };
  /** All progressive results of its calls, in order. */
  readonly progress: unknown[] = [];
  #session: Session | undefined = undefined;
  /** What Autobahn|JS took for faults of the router. */
  readonly #faults: unknown[] = [];

  constructor(
    address: string,
    { realm = "realm1", login }: { realm?: string; login?: Login } = {},
  ) {
    const connection = new autobahn.Connection({
      realm,
      ...login,
      transports: [{ type: "rawsocket", ...endpointOf(address) }],
      // What `use_es6_promises` makes has no `notify`, for progressive results.
      use_deferred: () => ({
        ...Promise.withResolvers(),
        notify: (step: unknown) => this.progress.push(step),
      }),
      max_retries: 0,
      on_user_error: () => {},
      on_internal_error: (error: unknown, text: string) => {
        this.#faults.push(error ?? text);
      },
    });
    const joined = Promise.withResolvers<Session>();
    const ended = Promise.withResolvers<Ending>();
    connection.onopen = (session: Session, details: Kwargs) => {
      this.details = details;
      joined.resolve(this.#impatient(session));
    };
    connection.onclose = (
      transport: string,
      { reason, message }: Omit<Ending, "transport">,
    ) => {
      ended.resolve({ transport, reason, message });
      // No other attempt.
      return true;
    };
    this.#connection = connection;
    this.#joined = joined.promise;
    this.ended = ended.promise;
    this.#lost = ended.promise.then((ending) => {
      throw new Error(`The connection has ended: ${JSON.stringify(ending)}`);
    });
    this.#lost.catch(() => {});
    connection.open();
  }

  /** Connects and joins. */
  static async join(address: string, login?: Login): Promise<AutobahnClient> {
    const client = new AutobahnClient(address, login && { login });
    const session = Promise.race([client.#joined, client.#lost]);
    client.#session = await within(session, "a session");
    return client;
  }

  /** The open session. */
  get session(): Session {
    if (this.#session === undefined) throw new Error("Not joined");
    return this.#session;
  }

  /** Says GOODBYE, and resolves when the connection is closed. */
  async leave(): Promise<Ending> {
    this.#connection.close();
    return await this.end();
  }

  /** Drops the connection without GOODBYE. */
  async drop(): Promise<Ending> {
    // Autobahn|JS has no public way.
    this.#connection._transport.close();
    return await this.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#connection.isConnected) await this.leave();
  }

  /** Resolves when the connection is closed; fails if the router misbehaved. */
  async end(): Promise<Ending> {
    const ending = await within(this.ended, "the connection's end");
    if (this.#faults.length > 0) {
      throw new Error(`Autobahn|JS complains: ${Deno.inspect(this.#faults)}`);
    }
    return ending;
  }

  /** `session`, whose requests fail where nobody answers them. */
  #impatient(session: Session): Session {
    const lost = this.#lost;
    return new Proxy(session, {
      get(_, name) {
        const member: unknown = Reflect.get(session, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          const outcome: unknown = member.apply(session, args);
          if (!(outcome instanceof Promise)) return outcome;
          const race = Promise.race([outcome, lost]);
          const answer = within(race, `the answer to ${String(name)}`);
          // That of a call can be canceled.
          return Object.assign(answer, outcome);
        };
      },
    });
  }
}

function endpointOf(address: string): Record<string, unknown> {
  const unix = "unix:";
  if (address.startsWith(unix)) return { path: address.slice(unix.length) };
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port) };
}
