/**
 * What is served over HTTP, checked and with its defaults.
 *
 * @module
 */

/** Plain HTTP beside WAMP. */
export interface WebConfig {
  /** By the segments of a URL's path; `/` is for what no other has. */
  readonly paths: ReadonlyMap<string, WebServiceConfig>;
  /** Whether each request is logged. */
  readonly accessLog: boolean;
  /** `max-age` of `Strict-Transport-Security`, in seconds; absent: not sent. */
  readonly hstsMaxAgeS?: number;
  /** For how long a connection may wait for its next request. */
  readonly idleTimeoutMs: number;
  /** For how long the head of a request may take. */
  readonly headTimeoutMs: number;
  /** For how long a whole request may take, and a piece of its answer. */
  readonly requestTimeoutMs: number;
}

/** What answers HTTP requests below one path. */
export type WebServiceConfig =
  | { readonly type: "nodeinfo" }
  | JsonConfig
  | RedirectConfig
  | PathConfig;

/** One JSON document. */
export interface JsonConfig {
  readonly type: "json";
  /** What is answered: anything that JSON can say. */
  readonly value: unknown;
}

/** Another address. */
export interface RedirectConfig {
  readonly type: "redirect";
  readonly url: string;
}

/** Services by the next segments of a path. */
export interface PathConfig {
  readonly type: "path";
  readonly paths: ReadonlyMap<string, WebServiceConfig>;
}
