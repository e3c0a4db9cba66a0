/**
 * Requests become events of one topic, whose only argument has the headers and the
 * body, as text.
 *
 * @module
 */

import type { WebhookConfig } from "../config/config.ts";
import type { Logger } from "../base/log.ts";
import type { BridgeAction } from "./bridge_service.ts";
import type { BridgeSession } from "./bridge_session.ts";
import type { Exchange } from "./exchange.ts";
import { isSignedByGithub } from "./github_signature.ts";
import type { RequestFault } from "./request_fault.ts";

/** What a webhook is made of. */
export interface WebhookOptions {
  readonly config: Pick<
    WebhookConfig,
    "realm" | "role" | "topic" | "successResponse" | "errorResponse"
  >;
  /** What GitHub signs with; undefined: signatures are not asked for. */
  readonly githubSecret: string | undefined;
  readonly session: BridgeSession;
  readonly log: Logger;
}

/** Publishes what was posted. */
export class WebhookAction implements BridgeAction {
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  signatureFault(
    { request }: Exchange,
    body: Uint8Array,
  ): RequestFault | undefined {
    const { githubSecret } = this.#options;
    return githubSecret === undefined ||
        isSignedByGithub(request.headers, githubSecret, body)
      ? undefined
      : { status: 400, text: "GitHub's signature is missing or wrong" };
  }

  async perform(
    exchange: Exchange,
    body: Uint8Array,
  ): Promise<RequestFault | undefined> {
    const text = textOf(body);
    if (text === undefined) {
      return { status: 400, text: "the body must be UTF-8" };
    }
    const { config, session, log } = this.#options;
    const { realm, role, topic, successResponse, errorResponse } = config;
    const headers = headersOf(exchange.request.rawHeaders);
    const outcome = await session.publish({
      uri: topic,
      options: {},
      args: [{ headers, body: text }],
      kwargs: {},
    });
    const type = "text/plain; charset=utf-8";
    if (outcome.ok) {
      exchange.send(202, { type, body: successResponse });
      return undefined;
    }
    const { error } = outcome;
    log.error("a webhook was not published", { topic, realm, role, error });
    exchange.send(500, { type, body: errorResponse });
    return undefined;
  }
}

function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Header lines by name, each name in the case of `Content-Type`. */
function headersOf(rawHeaders: readonly string[]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index].toLowerCase().replace(
      /(^|-)[a-z]/g,
      (letter) => letter.toUpperCase(),
    );
    const known = values.get(name);
    if (known === undefined) values.set(name, [rawHeaders[index + 1]]);
    else known.push(rawHeaders[index + 1]);
  }
  return Object.fromEntries(values);
}
