/**
 * The RawSocket opening handshake (checklist §1.1): four octets each way, the
 * client first.
 */

/** Octet 1 of every handshake. */
export const HANDSHAKE_MAGIC = 0x7f;
/** Octets of a request and of a reply. */
export const HANDSHAKE_BYTES = 4;

const LIMIT_EXPONENT_BASE = 9;
const LIMIT_EXPONENT_MAX = 15;

/** Octet 2's high nibble in a refusal (RS-07 to RS-11). */
export const HandshakeError = {
  SERIALIZER_UNSUPPORTED: 1,
  LENGTH_UNACCEPTABLE: 2,
  RESERVED_BITS: 3,
  CONNECTION_LIMIT: 4,
} as const;

/** What a listener has to offer to a client. */
export interface HandshakeOffer {
  /** Serializer numbers of the protocol: 1 JSON, 2 MessagePack, 3 CBOR. */
  readonly serializers: ReadonlySet<number>;
  /** The largest payload received, in octets, as configured. */
  readonly maxMessageBytes: number;
  /** The least that a client must be able to receive, in octets (RS-10). */
  readonly minPeerLimitBytes: number;
  /** The config key by which no further connection is taken; undefined: none (RS-11). */
  readonly exceededLimit: string | undefined;
}

/** What came of a request: `reply` goes to the client in either case. */
export type HandshakeOutcome =
  | {
    readonly accepted: true;
    readonly reply: Uint8Array<ArrayBuffer>;
    readonly serializer: number;
    /** The longest message the client takes, in octets (RS-04). */
    readonly peerLimitBytes: number;
  }
  | {
    readonly accepted: false;
    /** Undefined where the connection is closed without a word. */
    readonly reply: Uint8Array<ArrayBuffer> | undefined;
    /** What was wrong, for the log. */
    readonly reason: string;
    /** The config key that decided; undefined: none did. */
    readonly configKey?: string;
  };

/** The exponent advertised for a limit: 2^(9+L) is the largest not above it (RS-16). */
export function limitExponent(maxMessageBytes: number): number {
  const exponent = Math.floor(Math.log2(maxMessageBytes)) - LIMIT_EXPONENT_BASE;
  return Math.min(Math.max(exponent, 0), LIMIT_EXPONENT_MAX);
}

/**
 * Answers the request `octets`, whose first is the magic. Faults are looked for
 * in RS-14's order.
 */
export function answerHandshake(
  octets: Uint8Array,
  offer: HandshakeOffer,
): HandshakeOutcome {
  const exponent = octets[1] >> 4;
  const serializer = octets[1] & 0x0f;
  const peerLimitBytes = 2 ** (LIMIT_EXPONENT_BASE + exponent);
  if (octets[2] !== 0 || octets[3] !== 0) {
    return refusal(
      HandshakeError.RESERVED_BITS,
      "reserved octets of the handshake are not zero",
    );
  }
  if (serializer === 0) {
    return {
      accepted: false,
      reply: undefined,
      reason: "serializer 0 is illegal",
    };
  }
  if (!offer.serializers.has(serializer)) {
    return refusal(
      HandshakeError.SERIALIZER_UNSUPPORTED,
      `serializer ${serializer} is not offered here`,
      "serializers",
    );
  }
  if (peerLimitBytes < offer.minPeerLimitBytes) {
    return refusal(
      HandshakeError.LENGTH_UNACCEPTABLE,
      `the client takes ${peerLimitBytes} octets, a WELCOME needs ${offer.minPeerLimitBytes}`,
    );
  }
  if (offer.exceededLimit !== undefined) {
    return refusal(
      HandshakeError.CONNECTION_LIMIT,
      "the connection limit is reached",
      offer.exceededLimit,
    );
  }
  const high = limitExponent(offer.maxMessageBytes) << 4;
  return {
    accepted: true,
    reply: new Uint8Array([HANDSHAKE_MAGIC, high | serializer, 0, 0]),
    serializer,
    peerLimitBytes,
  };
}

function refusal(
  error: number,
  reason: string,
  configKey?: string,
): HandshakeOutcome {
  return {
    accepted: false,
    reply: new Uint8Array([HANDSHAKE_MAGIC, error << 4, 0, 0]),
    reason,
    ...(configKey !== undefined && { configKey }),
  };
}
