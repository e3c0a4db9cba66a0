/**
 * From the target of a request to the service that answers it.
 *
 * @module
 */

/** A target, taken apart. */
export interface Target {
  /** The segments between the slashes of its path, decoded. */
  readonly segments: readonly string[];
  /** What stands behind the question mark. */
  readonly query: string;
}

/**
 * Takes apart `/path?query` or `http://host/path?query` (RFC 9112 section 3.2).
 *
 * @returns Undefined where it is neither, or its escapes are no UTF-8.
 */
export function parseTarget(target: string): Target | undefined {
  const origin = target.replace(/^https?:\/\/[^/?#]*/i, "");
  const absolute = origin !== target;
  if (origin.includes("#")) return undefined;
  const [path, ...query] = origin.split("?");
  const rooted = absolute && path === "" ? "/" : path;
  if (!rooted.startsWith("/")) return undefined;
  try {
    return {
      segments: rooted.slice(1).split("/").map(decodeURIComponent),
      query: query.join("?"),
    };
  } catch {
    // Escapes that are no UTF-8.
    return undefined;
  }
}

/** What was found for a path: a service, and the segments that are left for it. */
export interface Route<Service> {
  readonly service: Service;
  readonly rest: readonly string[];
}

/**
 * Services by the first segments of paths: the one with the most segments in common
 * answers, `/` whatever no other does. Segments are compared whole.
 */
export class RouteTable<Service> {
  readonly #root: RouteNode<Service> = { children: new Map() };

  /** @param services By their paths, with or without slashes around them. */
  constructor(services: Iterable<readonly [string, Service]>) {
    for (const [path, service] of services) {
      let node = this.#root;
      for (const segment of path.split("/").filter((part) => part !== "")) {
        let child = node.children.get(segment);
        if (child === undefined) {
          node.children.set(segment, child = { children: new Map() });
        }
        node = child;
      }
      node.service = service;
    }
  }

  /** Who answers for `segments`; undefined: nobody. */
  find(segments: readonly string[]): Route<Service> | undefined {
    let node: RouteNode<Service> | undefined = this.#root;
    let found: Route<Service> | undefined;
    for (let depth = 0; node !== undefined; depth++) {
      const { service }: RouteNode<Service> = node;
      if (service !== undefined) {
        found = { service, rest: segments.slice(depth) };
      }
      node = depth < segments.length
        ? node.children.get(segments[depth])
        : undefined;
    }
    return found;
  }
}

interface RouteNode<Service> {
  service?: Service;
  readonly children: Map<string, RouteNode<Service>>;
}
