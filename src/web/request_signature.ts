/**
 * Signed requests, as Crossbar.io's clients make them: in the query `key`,
 * `timestamp`, `seq`, `nonce` and `signature`, which is the HMAC-SHA256 under the
 * secret of the four and the body, as they follow each other, in base64 for URLs.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../base/timers.ts";
import type { RequestFault } from "./request_fault.ts";
import { ReplayGuard } from "./replay_guard.ts";

/** What requests must be signed with. */
export interface SignatureOptions {
  readonly key: string;
  readonly secret: string;
  /** How far a request's time may be off; undefined: any. */
  readonly maxTimestampDeltaS: number | undefined;
  readonly clock: Clock;
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z$/;
const NUMBER = /^\d{1,20}$/;

/** The parts of the query that are signed, in the order in which they are. */
const SIGNED_NAMES = ["key", "timestamp", "seq", "nonce"] as const;

type SignedName = typeof SIGNED_NAMES[number] | "signature";

/** Judges the signatures of one service. */
export class RequestSignature {
  readonly #options: SignatureOptions;
  readonly #replays: ReplayGuard | undefined;

  constructor(options: SignatureOptions) {
    this.#options = options;
    const { maxTimestampDeltaS } = options;
    if (maxTimestampDeltaS !== undefined) {
      // A time may be as far ahead as behind.
      this.#replays = new ReplayGuard(2 * maxTimestampDeltaS * 1000);
    }
  }

  /**
   * What is wrong with a request's signature; undefined: nothing. A request that is
   * found right is not right a second time, where times are limited.
   */
  fault(query: string, body: Uint8Array): RequestFault | undefined {
    const parameters = new URLSearchParams(query);
    const values = {} as Record<SignedName, string>;
    for (const name of [...SIGNED_NAMES, "signature"] as const) {
      const [value, ...more] = parameters.getAll(name);
      if (value === undefined) {
        return { status: 400, text: `signed requests need "${name}"` };
      }
      if (more.length > 0) return { status: 400, text: `"${name}" is doubled` };
      values[name] = value;
    }
    return formFault(values) ?? this.#proofFault(values, body) ??
      this.#timeFault(values);
  }

  #proofFault(
    values: Readonly<Record<SignedName, string>>,
    body: Uint8Array,
  ): RequestFault | undefined {
    const { key, secret } = this.#options;
    if (values.key !== key) return { status: 401, text: "the key is unknown" };
    const given = Buffer.from(values.signature, "base64url");
    const right = macOf(secret, values, body);
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      return { status: 401, text: "the signature is wrong" };
    }
    return undefined;
  }

  #timeFault(
    values: Readonly<Record<SignedName, string>>,
  ): RequestFault | undefined {
    const { maxTimestampDeltaS, clock } = this.#options;
    if (maxTimestampDeltaS === undefined) return undefined;
    const nowMs = clock.now().getTime();
    const offMs = Math.abs(Date.parse(values.timestamp) - nowMs);
    if (offMs > maxTimestampDeltaS * 1000) {
      return { status: 400, text: "the timestamp is too far off" };
    }
    // The octets, not the text: base64 can be written in several ways.
    const proof = Buffer.from(values.signature, "base64url");
    switch (this.#replays?.take(proof.toString("latin1"), nowMs)) {
      case "known":
        return { status: 401, text: "this signed request was taken before" };
      case "full":
        return {
          status: 503,
          text:
            "too many signed requests within timestamp_delta_limit: shorten it",
        };
      default:
        return undefined;
    }
  }
}

function formFault(
  { timestamp, seq, nonce }: Readonly<Record<SignedName, string>>,
): RequestFault | undefined {
  if (!TIMESTAMP.test(timestamp) || Number.isNaN(Date.parse(timestamp))) {
    return {
      status: 400,
      text: '"timestamp" must be like 2030-01-31T23:59:59.123Z',
    };
  }
  if (!NUMBER.test(seq)) return { status: 400, text: '"seq" is no integer' };
  if (!NUMBER.test(nonce)) {
    return { status: 400, text: '"nonce" is no integer' };
  }
  return undefined;
}

function macOf(
  secret: string,
  values: Readonly<Record<SignedName, string>>,
  body: Uint8Array,
): Buffer {
  const mac = createHmac("sha256", secret);
  for (const name of SIGNED_NAMES) mac.update(values[name]);
  return mac.update(body).digest();
}
