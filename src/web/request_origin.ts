/**
 * Whether a page may make a request: browsers send some across origins without
 * asking first, and a router in a private network is not for every page that
 * somebody there opens.
 *
 * @module
 */

/**
 * Whether a request is from no page at all, or from one of the same host.
 *
 * @param origin The header `Origin`, if there is one.
 * @param host The header `Host`. A proxy may end TLS, so the scheme does not count.
 */
export function isOwnOrigin(
  origin: string | undefined,
  host: string | undefined,
): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  const own = `${protocol}//${host ?? ""}`;
  return originHost !== "" && URL.canParse(own) &&
    new URL(own).host === originHost;
}
