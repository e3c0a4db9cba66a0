/**
 * The paths of a transport's plain HTTP.
 *
 * @module
 */

import type { WebConfig, WebServiceConfig } from "./config.ts";

/** A service that answers requests, and its path. */
export type PlacedWebService = readonly [
  path: string,
  service: Exclude<WebServiceConfig, { readonly type: "path" }>,
];

/** The path of the service `name` below `base`, which is `""` at the top. */
export function joinPath(base: string, name: string): string {
  if (name === "/") return base === "" ? "/" : base;
  return `${base}/${name}`;
}

/** All services, also those of nested paths. */
export function servicePaths(
  services: WebConfig["paths"] = new Map(),
  base = "",
): PlacedWebService[] {
  return [...services].flatMap(([name, service]) => {
    const path = joinPath(base, name);
    return service.type === "path"
      ? servicePaths(service.paths, path)
      : [[path, service] as const];
  });
}
