/**
 * From what a config says to what answers requests.
 *
 * @module
 */

import { readSecret } from "../auth/read_secret.ts";
import type { Logger } from "../base/log.ts";
import type { Clock } from "../base/timers.ts";
import type {
  BridgeConfig,
  WebhookConfig,
  WebServiceConfig,
} from "../config/config.ts";
import { TEXT_SECRET } from "../schema/secret_forms.ts";
import { type BridgeAction, BridgeService } from "./bridge_service.ts";
import type { BridgeSession } from "./bridge_session.ts";
import { CallAction } from "./call_action.ts";
import type { Service } from "./exchange.ts";
import { JsonService } from "./json_service.ts";
import { type NodeFacts, NodeInfoService } from "./node_info_service.ts";
import { PathService } from "./path_service.ts";
import { PublishAction } from "./publish_action.ts";
import { RedirectService } from "./redirect_service.ts";
import { RequestSignature } from "./request_signature.ts";
import { StaticService } from "./static_service.ts";
import { WebhookAction } from "./webhook_action.ts";

/** What services need beside their configs. */
export interface ServiceOptions {
  /** What can be told of the router. */
  facts(): NodeFacts;
  /** The session in whose name a bridge acts. */
  bridge(realm: string, role: string): BridgeSession;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The services of `paths`.
 *
 * @throws {Error} Where a secret cannot be read.
 */
export async function buildServices(
  paths: ReadonlyMap<string, WebServiceConfig>,
  options: ServiceOptions,
): Promise<PathService> {
  const services: [string, Service][] = [];
  for (const [path, config] of paths) {
    services.push([path, await buildService(config, options)]);
  }
  return new PathService(services);
}

async function buildService(
  config: WebServiceConfig,
  options: ServiceOptions,
): Promise<Service> {
  switch (config.type) {
    case "static":
      return new StaticService(config);
    case "nodeinfo":
      return new NodeInfoService(() => options.facts());
    case "json":
      return new JsonService(config.value);
    case "redirect":
      return new RedirectService(config.url);
    case "path":
      return await buildServices(config.paths, options);
    case "caller":
    case "publisher":
      return await buildBridge(config, options);
    case "webhook":
      return await buildWebhook(config, options);
  }
}

async function buildBridge(
  config: BridgeConfig,
  options: ServiceOptions,
): Promise<Service> {
  const session = options.bridge(config.realm, config.role);
  const signature = await buildSignature(config.signature, options.clock);
  const action: BridgeAction = config.type === "caller"
    ? new CallAction(session, signature)
    : new PublishAction(session, signature);
  const { maxBodyBytes, requireTls, requireIp, debug } = config;
  const { log } = options;
  return new BridgeService(
    { maxBodyBytes, requireTls, requireIp, debug, takesJson: true, log },
    action,
  );
}

async function buildSignature(
  config: BridgeConfig["signature"],
  clock: Clock,
): Promise<RequestSignature | undefined> {
  if (config === undefined) return undefined;
  return new RequestSignature({
    key: config.key,
    secret: await readSecret(config.secret, TEXT_SECRET),
    maxTimestampDeltaS: config.maxTimestampDeltaS,
    clock,
  });
}

async function buildWebhook(
  config: WebhookConfig,
  { bridge, log }: ServiceOptions,
): Promise<Service> {
  const { maxBodyBytes, debug, githubSecret } = config;
  return new BridgeService(
    {
      maxBodyBytes,
      requireTls: false,
      requireIp: undefined,
      debug,
      takesJson: false,
      log,
    },
    new WebhookAction({
      config,
      githubSecret: githubSecret &&
        await readSecret(githubSecret, TEXT_SECRET),
      session: bridge(config.realm, config.role),
      log,
    }),
  );
}
