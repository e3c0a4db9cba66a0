/**
 * How GitHub signs the requests of its webhooks: with the hex HMAC of the body, by
 * SHA-256 and, as Crossbar.io asks for, by SHA-1.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Headers and their algorithms; the first that is there counts. */
const SIGNATURES = [
  ["x-hub-signature-256", "sha256"],
  ["x-hub-signature", "sha1"],
] as const;

/** Whether a request with these `headers` and this `body` was signed with `secret`. */
export function isSignedByGithub(
  headers: IncomingHttpHeaders,
  secret: string,
  body: Uint8Array,
): boolean {
  for (const [name, algorithm] of SIGNATURES) {
    const value = headers[name];
    if (value === undefined) continue;
    const mac = createHmac(algorithm, secret).update(body).digest("hex");
    const right = Buffer.from(`${algorithm}=${mac}`);
    const given = Buffer.from(String(value).toLowerCase());
    return given.length === right.length && timingSafeEqual(given, right);
  }
  return false;
}
