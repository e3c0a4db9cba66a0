/**
 * Compression of single messages (RFC 7692). No context is kept from one message to
 * the next, on either side: so a connection costs no more memory, and one compressed
 * event serves all its receivers.
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

/** How this side compresses. */
export interface DeflateParameters {
  /** log2 of the window, 9 to 15. */
  readonly maxWindowBits: number;
  /** How much memory zlib takes, 1 to 9. */
  readonly memLevel: number;
  /** log2 of the window that clients are asked to keep to; absent: none is asked for. */
  readonly requestMaxWindowBits?: number;
}

/** Shorter messages are sent as they are. */
export const DEFLATE_MIN_BYTES = 1024;

/** What ends the compressed octets of a message, and is not sent. */
const TAIL = new Uint8Array([0x00, 0x00, 0xff, 0xff]);
const NAME = "permessage-deflate";
const WINDOW_BITS_MAX = 15;

/**
 * Accepts the first offer that can be kept.
 *
 * @param offers Items of `Sec-WebSocket-Extensions`.
 * @param parameters Undefined: nothing is compressed.
 * @returns The answer; undefined where there is none.
 */
export function negotiateDeflate(
  offers: readonly string[],
  parameters: DeflateParameters | undefined,
): string | undefined {
  if (parameters === undefined) return undefined;
  const { maxWindowBits } = parameters;
  for (const offer of offers) {
    const asked = readOffer(offer);
    if (asked === undefined) continue;
    const theirMost = asked.get("server_max_window_bits");
    if (theirMost !== undefined && Number(theirMost) < maxWindowBits) continue;
    const isNarrow = theirMost !== undefined || maxWindowBits < WINDOW_BITS_MAX;
    return [
      NAME,
      "server_no_context_takeover",
      "client_no_context_takeover",
      ...(isNarrow ? [`server_max_window_bits=${maxWindowBits}`] : []),
      ...clientWindow(asked, parameters),
    ].join("; ");
  }
  return undefined;
}

/** Only who offers to is asked for a narrow window (RFC 7692 section 7.1.2.2). */
function clientWindow(
  asked: ReadonlyMap<string, string>,
  { requestMaxWindowBits }: DeflateParameters,
): string[] {
  const offered = asked.get("client_max_window_bits");
  if (requestMaxWindowBits === undefined || offered === undefined) return [];
  const most = offered === "" ? WINDOW_BITS_MAX : Number(offered);
  return [`client_max_window_bits=${Math.min(most, requestMaxWindowBits)}`];
}

/** What each parameter may be; "" stands for no value. */
const PARAMETERS: Readonly<Record<string, RegExp>> = {
  server_no_context_takeover: /^$/,
  client_no_context_takeover: /^$/,
  server_max_window_bits: /^([89]|1[0-5])$/,
  client_max_window_bits: /^([89]|1[0-5])?$/,
};

/** Undefined: it is another extension, or not as it is defined (section 7.1). */
function readOffer(offer: string): Map<string, string> | undefined {
  const [name, ...parts] = offer.split(";").map((part) => part.trim());
  if (name.toLowerCase() !== NAME) return undefined;
  const asked = new Map<string, string>();
  for (const part of parts) {
    const [key, value = ""] = part.split("=", 2).map((text) => text.trim());
    const plain = value.replace(/^"(.*)"$/, "$1");
    const hasValue = part.includes("=");
    const isKnown = PARAMETERS[key]?.test(plain) === true &&
      hasValue === (plain !== "");
    if (!isKnown || asked.has(key)) return undefined;
    asked.set(key, plain);
  }
  return asked;
}

/** The compressed octets of a message. */
export function deflate(
  message: Uint8Array,
  { maxWindowBits, memLevel }: DeflateParameters,
): Uint8Array {
  const compressed = deflateRawSync(message, {
    windowBits: maxWindowBits,
    memLevel,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  return compressed.subarray(0, compressed.length - TAIL.length);
}

/**
 * The message that was compressed.
 *
 * @returns `"too_long"` where it is longer than `maxBytes`, without having been
 * written out; `"bad"` where the octets are no such thing.
 */
export function inflate(
  compressed: Uint8Array,
  maxBytes: number,
): Uint8Array | "too_long" | "bad" {
  const whole = new Uint8Array(compressed.length + TAIL.length);
  whole.set(compressed);
  whole.set(TAIL, compressed.length);
  try {
    return inflateRawSync(whole, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: maxBytes,
    });
  } catch (error) {
    return isTooLong(error) ? "too_long" : "bad";
  }
}

function isTooLong(error: unknown): boolean {
  return error instanceof RangeError && "code" in error &&
    error.code === "ERR_BUFFER_TOO_LARGE";
}
