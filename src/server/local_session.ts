/**
 * A session without a connection: in its name the router's own services, such as
 * the HTTP bridge, call and publish. It joins like any client, and may do what its
 * role may do.
 */
import { Account } from "../base/ledger.ts";
import type { Logger } from "../base/log.ts";
import { Session, type SessionOptions } from "../session/session.ts";
import type { SessionLink } from "../session/session_outlet.ts";
import { CloseUri, ErrorUri, ProtocolError } from "../wamp/error_uri.ts";
import {
  type ClientMessage,
  type RouterMessage,
  SendOutcome,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import type { Dict } from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import { payloadOf, readValues } from "../wamp/values.ts";
import type {
  BridgeOutcome,
  BridgeRequest,
  BridgeSession,
} from "../web/bridge_session.ts";

type Settle = (outcome: BridgeOutcome) => void;

/** Calls and publishes in one realm; joins it when it is first used, and again when it was ended. */
export class LocalSession implements BridgeSession {
  readonly #realm: string;
  readonly #options: SessionOptions;
  readonly #memory: Account;
  readonly #log: Logger;
  #joined: JoinedSession | undefined = undefined;

  /**
   * @param options Its `auth` lets in without a question.
   * @param memory Where it is noted what the session has the router keep.
   */
  constructor(
    realm: string,
    options: SessionOptions,
    memory: Account,
    log: Logger,
  ) {
    this.#realm = realm;
    this.#options = options;
    this.#memory = memory;
    this.#log = log;
  }

  call(request: BridgeRequest, signal: AbortSignal): Promise<BridgeOutcome> {
    return this.#session.call(request, signal);
  }

  publish(request: BridgeRequest): Promise<BridgeOutcome> {
    return this.#session.publish(request);
  }

  /** Leaves; what is still asked for ends with an error. */
  close(): void {
    this.#joined?.end(CloseUri.SYSTEM_SHUTDOWN);
    this.#joined = undefined;
  }

  get #session(): JoinedSession {
    if (this.#joined === undefined || this.#joined.isOver) {
      this.#joined = new JoinedSession(
        this.#realm,
        this.#options,
        new Account(this.#memory),
        this.#log,
      );
    }
    return this.#joined;
  }
}

/** From one HELLO to the end. */
class JoinedSession implements SessionLink {
  readonly account: Account;
  readonly #log: Logger;
  readonly #session: Session;
  readonly #waiting = new Map<number, Settle>();
  /** What has to wait for an authorizer, in order. */
  readonly #queue: ClientMessage[] = [];
  #isHeld = false;
  #lastRequest = 0;
  #isOver = false;

  constructor(
    realm: string,
    options: SessionOptions,
    account: Account,
    log: Logger,
  ) {
    this.account = account;
    this.#log = log;
    this.#session = new Session(options, this);
    const roles = { caller: {}, publisher: {} };
    this.#give({ code: MessageCode.HELLO, realm, details: { roles } });
  }

  /** Whether nothing more can be asked of it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  call(request: BridgeRequest, signal: AbortSignal): Promise<BridgeOutcome> {
    const { uri, options } = request;
    const id = ++this.#lastRequest;
    const cancel = (): void =>
      this.#give({
        code: MessageCode.CANCEL,
        request: id,
        options: { mode: "killnowait" },
      });
    signal.addEventListener("abort", cancel);
    return this.#ask(id, {
      code: MessageCode.CALL,
      request: id,
      options,
      procedure: uri,
      payload: payloadOf(request.args, request.kwargs),
    }).finally(() => signal.removeEventListener("abort", cancel));
  }

  publish(request: BridgeRequest): Promise<BridgeOutcome> {
    const id = ++this.#lastRequest;
    return this.#ask(id, {
      code: MessageCode.PUBLISH,
      request: id,
      options: { ...request.options, acknowledge: true },
      topic: request.uri,
      payload: payloadOf(request.args, request.kwargs),
    });
  }

  /** @param reason A URI, for those who wait. */
  end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue.length = 0;
    this.#session.disconnected();
    for (const settle of this.#waiting.values()) settle(failed(reason));
    this.#waiting.clear();
  }

  send(message: RouterMessage): SendOutcome {
    switch (message.code) {
      case MessageCode.RESULT:
        this.#settle(message.request, done(message.payload));
        break;
      case MessageCode.PUBLISHED: {
        const { request, publication } = message;
        this.#settle(request, { ok: true, args: [], kwargs: {}, publication });
        break;
      }
      case MessageCode.ERROR: {
        const { error, payload, text } = message;
        const values = text === undefined ? valuesOf(payload) : saying(text);
        this.#settle(message.request, { ok: false, error, ...values });
        break;
      }
      case MessageCode.ABORT:
      case MessageCode.GOODBYE: {
        const { reason } = message;
        // Not now: the router may be in the middle of its sessions.
        queueMicrotask(() => this.end(reason));
        break;
      }
    }
    return SendOutcome.SENT;
  }

  close(): void {
    queueMicrotask(() => this.end(CloseUri.GOODBYE_AND_OUT));
  }

  burst(work: () => void): void {
    work();
  }

  enter(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#session.fail(error);
    }
  }

  log(): Logger {
    return this.#log;
  }

  transportDetails(): Dict {
    return { channel_type: "function", channel_framing: null, peer: "local" };
  }

  remoteHost(): undefined {
    return undefined;
  }

  setOverload(): void {}
  readOn(): void {}
  identified(): void {}
  joined(): void {}

  #ask(request: number, message: ClientMessage): Promise<BridgeOutcome> {
    const { promise, resolve } = Promise.withResolvers<BridgeOutcome>();
    this.#waiting.set(request, resolve);
    this.#give(message);
    return promise;
  }

  /** As a connection does: one message after the other. */
  #give(message: ClientMessage): void {
    this.#queue.push(message);
    if (!this.#isHeld) this.#work();
  }

  #work(): void {
    this.#isHeld = false;
    let message: ClientMessage | undefined;
    while ((message = this.#queue[0]) !== undefined) {
      const wait = this.#receive(message);
      if (wait !== undefined) {
        this.#isHeld = true;
        wait.then(() => this.#work());
        return;
      }
      this.#queue.shift();
    }
  }

  #receive(message: ClientMessage): Promise<void> | undefined {
    try {
      return this.#session.receive(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#refuse(message, error);
      return undefined;
    }
  }

  /** One bad request must not end the session of all others. */
  #refuse(message: ClientMessage, error: ProtocolError): void {
    if (!("request" in message)) return this.#session.fail(error);
    const text = saying(error.message);
    this.#settle(message.request, {
      ok: false,
      error: error.uri,
      ...text,
    });
  }

  #settle(request: number, outcome: BridgeOutcome): void {
    const settle = this.#waiting.get(request);
    this.#waiting.delete(request);
    settle?.(outcome);
  }
}

function done(payload: Payload): BridgeOutcome {
  try {
    return { ok: true, ...readValues(payload) };
  } catch (error) {
    return failed(
      ErrorUri.INVALID_ARGUMENT,
      error instanceof Error ? error.message : undefined,
    );
  }
}

function valuesOf(payload: Payload): ReturnType<typeof saying> {
  try {
    return readValues(payload);
  } catch (error) {
    return saying(error instanceof Error ? error.message : String(error));
  }
}

function saying(text: string): {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
} {
  return { args: [text], kwargs: {} };
}

function failed(error: string, text?: string): BridgeOutcome {
  const args = text === undefined ? [] : [text];
  return { ok: false, error, args, kwargs: {} };
}
