/** From what a config says to what answers requests. */
import type { Service } from "./exchange.ts";
import { JsonService } from "./json_service.ts";
import { type NodeFacts, NodeInfoService } from "./node_info_service.ts";
import { PathService } from "./path_service.ts";
import { RedirectService } from "./redirect_service.ts";
import type { WebServiceConfig } from "./web_config.ts";

/** What services need beside their configs. */
export interface ServiceOptions {
  /** What can be told of the router. */
  facts(): NodeFacts;
}

/** The services of `paths`. */
export function buildServices(
  paths: ReadonlyMap<string, WebServiceConfig>,
  options: ServiceOptions,
): PathService {
  const services = [...paths].map(([path, config]) =>
    [path, buildService(config, options)] as const
  );
  return new PathService(services);
}

function buildService(
  config: WebServiceConfig,
  options: ServiceOptions,
): Service {
  switch (config.type) {
    case "nodeinfo":
      return new NodeInfoService(() => options.facts());
    case "json":
      return new JsonService(config);
    case "redirect":
      return new RedirectService(config);
    case "path":
      return buildServices(config.paths, options);
  }
}
