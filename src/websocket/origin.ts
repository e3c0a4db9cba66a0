/**
 * Which pages may connect: a browser tells where the page that opens a WebSocket
 * came from (RFC 6455 section 10.2).
 */

/** Whose pages may connect. */
export interface OriginRules {
  /**
   * Patterns in which `*` stands for any text, for `http://host`, or
   * `http://host:80` with the port in any case. The same host is always allowed.
   */
  readonly allowedOrigins: readonly string[];
  /** Whether pages without an origin, such as local files, may. */
  readonly allowNullOrigin: boolean;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  "http:": "80",
  "https:": "443",
};

/**
 * Whether a page of `origin` may connect.
 *
 * @param host The request's `Host`: as the browser sees us, also where a proxy
 * stands between.
 */
export function isAllowedOrigin(
  origin: string,
  host: string | undefined,
  { allowedOrigins, allowNullOrigin }: OriginRules,
): boolean {
  if (origin === "null") return allowNullOrigin;
  const url = parse(origin);
  if (url === undefined) return false;
  const port = url.port || DEFAULT_PORTS[url.protocol];
  if (port !== undefined && isSameHost(url, port, host)) return true;
  const forms = [
    origin.toLowerCase(),
    `${url.protocol}//${url.hostname}${port === undefined ? "" : `:${port}`}`,
  ];
  return allowedOrigins.some((pattern) =>
    forms.some((form) => matches(form, pattern.toLowerCase()))
  );
}

function parse(origin: string): URL | undefined {
  return URL.canParse(origin) ? new URL(origin) : undefined;
}

/** TLS may end at a proxy: the scheme does not count, only host and port do. */
function isSameHost(
  url: URL,
  port: string,
  host: string | undefined,
): boolean {
  const scheme = url.protocol;
  if (host === undefined || !URL.canParse(`${scheme}//${host}`)) return false;
  const ours = new URL(`${scheme}//${host}`);
  const isHostAlone = ours.username === "" && ours.pathname === "/" &&
    ours.search === "";
  return isHostAlone && ours.hostname === url.hostname &&
    (ours.port || DEFAULT_PORTS[scheme]) === port;
}

/** In time that grows with the lengths, however many stars there are. */
function matches(text: string, pattern: string): boolean {
  const parts = pattern.split("*");
  if (parts.length === 1) return text === pattern;
  const [first, ...others] = parts;
  const last = others.pop() as string;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of others) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}
