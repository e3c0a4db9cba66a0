/**
 * Text in PEM form (RFC 7468). Text around the blocks, and spaces around their
 * lines, are ignored. TLS libraries differ in what they ignore, so they get
 * the bare blocks.
 *
 * @module
 */

/** One block. */
export interface PemBlock {
  /** Its label: `CERTIFICATE`, `PRIVATE KEY`, ... */
  readonly label: string;
  /** The block without anything around it. */
  readonly pem: string;
}

const BLOCK_REGEXP = /-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g;

/** A file as text. Any byte is accepted, since PEM itself is ASCII. */
export function decodePem(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** All blocks of a text, in its order. */
export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(BLOCK_REGEXP)].map(([, label, body]) => {
    const lines = body.split(/[\r\n]+/).map((line) => line.trim());
    const content = lines.filter((line) => line !== "").join("\n");
    return {
      label,
      pem: `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----\n`,
    };
  });
}

/** The certificates of a text, in its order. */
export function certificateBlocks(text: string): string[] {
  return pemBlocks(text).filter(({ label }) => label === "CERTIFICATE")
    .map(({ pem }) => pem);
}

/** The private keys of a text, encrypted ones too. */
export function privateKeyBlocks(text: string): PemBlock[] {
  return pemBlocks(text).filter(({ label }) => label.endsWith("PRIVATE KEY"));
}
