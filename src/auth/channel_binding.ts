/**
 * Channel binding by the server's certificate, `tls-server-end-point` (RFC 5929,
 * section 4.1): the only one that needs nothing of the TLS connection itself,
 * which Deno does not give access to.
 */
import { createHash } from "node:crypto";

/** What clients call it. */
export const SERVER_END_POINT = "tls-server-end-point";

/** By the OID of a signature, as DER has it: the hash of the binding. */
const HASHES: Readonly<Record<string, string>> = {
  // RSA with MD5 and SHA-1, which the RFC replaces.
  "2a864886f70d010104": "sha256",
  "2a864886f70d010105": "sha256",
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  // ECDSA with SHA-1, SHA-256, SHA-384, SHA-512.
  "2a8648ce3d0401": "sha256",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};

/**
 * The data that a client must show for the first certificate of `pem`; undefined
 * where its signature has no hash of its own, for which the RFC defines none.
 */
export function serverEndPoint(pem: string): Uint8Array | undefined {
  const base64 = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem)?.[1];
  if (base64 === undefined) return undefined;
  const der = Uint8Array.fromBase64(base64);
  const hash = HASHES[signatureOid(der) ?? ""];
  return hash === undefined
    ? undefined
    : Uint8Array.from(createHash(hash).update(der).digest());
}

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;

/** Certificate ::= SEQUENCE { tbsCertificate, SEQUENCE { OID, ... }, ... } */
function signatureOid(der: Uint8Array): string | undefined {
  const certificate = elementAt(der, 0, SEQUENCE);
  const signed = certificate && elementAt(der, certificate.start, SEQUENCE);
  const algorithm = signed && elementAt(der, signed.end, SEQUENCE);
  const oid = algorithm && elementAt(der, algorithm.start, OBJECT_IDENTIFIER);
  return oid && der.subarray(oid.start, oid.end).toHex();
}

/** Where the content of the element at `at` starts and ends. */
function elementAt(
  der: Uint8Array,
  at: number,
  tag: number,
): { start: number; end: number } | undefined {
  if (der[at] !== tag || at + 1 >= der.length) return undefined;
  let length = der[at + 1];
  let start = at + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + der[start++];
  }
  const end = start + length;
  return end <= der.length ? { start, end } : undefined;
}
