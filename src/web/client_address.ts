/**
 * Who a request is from, where proxies stand in between.
 *
 * @module
 */

/**
 * The address of the client: the last one of `X-Forwarded-For` that is no proxy of
 * ours. What stands before it was written by whoever wanted to.
 *
 * @param remoteHost Who sent the request; undefined on a Unix socket.
 * @param forwardedFor All values of that header, in their order.
 * @param proxies Addresses of proxies that are believed.
 */
export function clientAddress(
  remoteHost: string | undefined,
  forwardedFor: string | undefined,
  proxies: ReadonlySet<string>,
): string | undefined {
  if (remoteHost === undefined || !proxies.has(remoteHost)) return remoteHost;
  const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
  return hops.findLast((hop) => hop !== "" && !proxies.has(hop)) ?? remoteHost;
}
