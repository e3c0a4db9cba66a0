/**
 * What the services of the HTTP bridge have in common: which requests are taken, and
 * what they are answered. Status codes and bodies are those that Crossbar.io's
 * clients know: an ERROR of the application comes with 200.
 *
 * @module
 */

import type { Logger } from "../base/log.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import { isAllowedOrigin } from "../websocket/origin.ts";
import { AddressList } from "../transport/address_list.ts";
import type { BridgeOutcome } from "./bridge_session.ts";
import type { Exchange, Service } from "./exchange.ts";
import { writeJson } from "./json_body.ts";
import type { RequestFault } from "./request_fault.ts";

/** Which requests a bridge takes. */
export interface BridgeOptions {
  readonly maxBodyBytes: number;
  /** Whether requests must come over TLS. */
  readonly requireTls: boolean;
  /** Addresses and networks from which requests are taken; undefined: all. */
  readonly requireIp: readonly string[] | undefined;
  /** Whether bodies must be JSON. */
  readonly takesJson: boolean;
  /** Whether requests are logged. */
  readonly debug: boolean;
  readonly log: Logger;
}

/** What becomes of a request that is taken. */
export interface BridgeAction {
  /**
   * Judges the request's signature.
   *
   * @returns What is wrong; undefined: nothing.
   */
  signatureFault(
    exchange: Exchange,
    body: Uint8Array,
  ): RequestFault | undefined;
  /**
   * Does what the request asks for, and answers it.
   *
   * @returns What is wrong with the request; undefined: it is answered.
   */
  perform(
    exchange: Exchange,
    body: Uint8Array,
  ): Promise<RequestFault | undefined>;
}

/** Turns requests into what its action does. */
export class BridgeService implements Service {
  readonly #options: BridgeOptions;
  readonly #action: BridgeAction;
  readonly #addresses: AddressList | undefined;

  constructor(options: BridgeOptions, action: BridgeAction) {
    this.#options = options;
    this.#action = action;
    const { requireIp } = options;
    if (requireIp !== undefined) this.#addresses = new AddressList(requireIp);
  }

  async serve(exchange: Exchange): Promise<void> {
    const { method } = exchange;
    if (method === "OPTIONS") {
      return exchange.send(200, { ...NO_TEXT, headers: { Allow: METHODS } });
    }
    const fault = method === "POST" || method === "PUT"
      ? await this.#take(exchange)
      : { status: 405, text: `${method} is not served here` };
    if (fault !== undefined) sendBridgeFault(exchange, fault);
    if (this.#options.debug) this.#logRequest(exchange, fault);
  }

  async #take(exchange: Exchange): Promise<RequestFault | undefined> {
    const headFault = this.#clientFault(exchange) ?? this.#typeFault(exchange);
    if (headFault !== undefined) return headFault;
    const body = await exchange.readBody(this.#options.maxBodyBytes);
    if (!(body instanceof Uint8Array)) return body;
    const fault = this.#action.signatureFault(exchange, body);
    if (fault !== undefined) return fault;
    try {
      return await this.#action.perform(exchange, body);
    } catch (error) {
      return this.#failed(exchange, error);
    }
  }

  /** Answers in the form of an ERROR, which Crossbar.io's clients read (500). */
  #failed(exchange: Exchange, error: unknown): undefined {
    this.#options.log.error("a request to the HTTP bridge failed", {
      path: pathText(exchange),
      error: String(error),
    });
    sendBridgeJson(exchange, 500, {
      error: ErrorUri.RUNTIME_ERROR,
      args: ["internal error of the router"],
      kwargs: {},
    });
  }

  #clientFault(exchange: Exchange): RequestFault | undefined {
    const { client, isSecure, request } = exchange;
    if (this.#options.requireTls && !isSecure) {
      return { status: 400, text: "requests must come over TLS" };
    }
    const { host, origin } = request.headers;
    if (this.#addresses !== undefined) {
      if (client === undefined || !this.#addresses.has(client)) {
        return {
          status: 400,
          text: "requests from this address are not taken",
        };
      }
    }
    // Browsers send some requests across origins without asking first.
    if (origin !== undefined && !isAllowedOrigin(origin, host, OWN_ORIGIN)) {
      return { status: 403, text: "requests of other origins are not taken" };
    }
    return undefined;
  }

  #typeFault({ request }: Exchange): RequestFault | undefined {
    const type = request.headers["content-type"];
    if (type === undefined) return undefined;
    const [name, ...parameters] = type.toLowerCase().split(";")
      .map((part) => part.trim());
    if (this.#options.takesJson && name !== "application/json") {
      return { status: 400, text: "the content type must be application/json" };
    }
    const charsets = parameters.filter((one) => one.startsWith("charset"));
    if (charsets.length > 1 || !charsets.every((one) => UTF8.test(one))) {
      return { status: 400, text: "the charset must be UTF-8" };
    }
    return undefined;
  }

  #logRequest(exchange: Exchange, fault: RequestFault | undefined): void {
    this.#options.log.info("HTTP bridge request", {
      client: exchange.client ?? "unix",
      path: pathText(exchange),
      status: exchange.response.statusCode,
      ...(fault !== undefined && { reason: fault.text }),
    });
  }
}

/** A router in a private network is not for every page that somebody there opens. */
const OWN_ORIGIN = { allowedOrigins: [], allowNullOrigin: false };

const METHODS = "POST, PUT, OPTIONS";
const NO_TEXT = { type: "text/plain; charset=utf-8", body: "" };
const UTF8 = /^charset\s*=\s*"?utf-?8"?$/;

function pathText({ path }: Exchange): string {
  return `/${path.join("/")}`;
}

/** Answers with a JSON document. */
export function sendBridgeJson(
  exchange: Exchange,
  status: number,
  value: unknown,
): void {
  exchange.send(status, {
    type: "application/json; charset=utf-8",
    body: writeJson(value),
    headers: { "Cache-Control": "no-store" },
  });
}

/** Answers with the error that came of a call or publication. */
export function sendBridgeError(
  exchange: Exchange,
  { error, args, kwargs }: Extract<BridgeOutcome, { readonly ok: false }>,
): void {
  sendBridgeJson(exchange, 200, { error, args, kwargs });
}

function sendBridgeFault(exchange: Exchange, fault: RequestFault): void {
  const { status, text } = fault;
  if (status === 405) exchange.response.setHeader("Allow", METHODS);
  sendBridgeJson(exchange, status, { error: text, args: [], kwargs: {} });
}
