/**
 * Why TLS with a client failed, for the log.
 */
import type { FrameFault } from "../framing/frame.ts";

/** The peer breaks the TLS protocol, speaks another one, or refuses ours. */
export class TlsFault extends Deno.errors.InvalidData {
  override readonly name = "TlsFault";
  /** The kind of fault: one of few. */
  readonly summary: string;
  /** What the peer is told, in the clear; undefined: nothing. */
  readonly reply: Uint8Array<ArrayBuffer> | undefined;

  constructor(
    summary: string,
    reason: string,
    reply?: Uint8Array<ArrayBuffer>,
  ) {
    super(reason);
    this.summary = summary;
    this.reply = reply;
  }
}

/** The meaning of alerts about the certificate (RFC 8446, 6.2). */
const CERTIFICATE_ALERTS: Readonly<Record<string, string>> = {
  UnknownCA:
    "the client does not know the authority that signed it; give the client that authority's certificate, or list the intermediate certificates in chain_certificates",
  BadCertificate:
    "the client finds it wrong, for example because it is for another host name than the client asked for",
  CertificateExpired: "it has expired by the client's clock",
  CertificateRevoked: "its authority has revoked it",
  CertificateUnknown: "the client does not say why",
  UnsupportedCertificate: "the client does not support its kind",
  BadCertificateStatusResponse:
    "the client requires a proof of its revocation status (OCSP)",
};

/** The fault of bytes that are not TLS. */
export function noTls({ message, reply }: FrameFault): TlsFault {
  return new TlsFault("not a TLS client", message, reply);
}

/** What an error of the TLS library says about the peer. */
export function tlsFaultOf({ message }: Error): TlsFault {
  const alert = /^received fatal alert: (\w+)/.exec(message)?.[1];
  if (alert === undefined) return new TlsFault(HANDSHAKE_FAILED, message);
  const meaning = CERTIFICATE_ALERTS[alert];
  return meaning === undefined
    ? new TlsFault(HANDSHAKE_FAILED, `the client sent the alert ${alert}`)
    : new TlsFault(
      "the client does not trust the certificate",
      `the client sent the alert ${alert}: ${meaning}`,
    );
}

const HANDSHAKE_FAILED = "TLS with the client failed";
