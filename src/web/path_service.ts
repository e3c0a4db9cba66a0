/** Services by the segments of a path. */
import type { Exchange, Service } from "./exchange.ts";
import { RouteTable } from "./route_path.ts";

/** Hands requests on to the service of their path. */
export class PathService implements Service {
  readonly #routes: RouteTable<Service>;

  constructor(services: Iterable<readonly [string, Service]>) {
    this.#routes = new RouteTable(services);
  }

  async serve(exchange: Exchange, segments: readonly string[]): Promise<void> {
    const route = this.#routes.find(segments);
    if (route === undefined) exchange.sendNotFound();
    else await route.service.serve(exchange, route.rest);
  }
}
