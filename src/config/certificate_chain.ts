/**
 * Whether clients will take the certificates that a server shows them.
 *
 * @module
 */

import type { X509Certificate } from "node:crypto";

/** A certificate, and how to name it. */
export interface NamedCertificate {
  readonly name: string;
  readonly pem: string;
  readonly certificate: X509Certificate;
}

/** What clients may refuse; the server's own certificate is the first. */
export function chainFindings(chain: readonly NamedCertificate[]): string[] {
  const [leaf] = chain;
  return [...leafFindings(leaf), ...orderFindings(chain)];
}

function leafFindings({ name, certificate }: NamedCertificate): string[] {
  const findings: string[] = [];
  if (certificate.ca) {
    findings.push(
      `${name} is one of an authority (CA:TRUE): some clients take none such from a server; make one with CA:FALSE`,
    );
  }
  if (certificate.subjectAltName === undefined) {
    findings.push(
      `${name} names no host or address (subjectAltName): most clients refuse it; make one that does`,
    );
  }
  return findings;
}

function orderFindings(chain: readonly NamedCertificate[]): string[] {
  const unique = chain.filter(({ pem }, index) =>
    chain.findIndex((other) => other.pem === pem) === index
  );
  const [leaf, next] = unique;
  if (next === undefined) {
    const { certificate } = leaf;
    const issuer = certificate.issuer.replaceAll("\n", ", ");
    return certificate.subject === certificate.issuer ? [] : [
      `${issuer} issued ${leaf.name}, and the certificate of ${issuer} is not sent: clients that do not have it refuse the router; append it to the file, or name it in "chain_certificates"`,
    ];
  }
  const wrong = unique.findIndex((one, index) =>
    index > 0 && !issues(one, unique[index - 1])
  );
  return wrong === -1 ? [] : [
    `${unique[wrong].name} did not issue ${
      unique[wrong - 1].name
    }, behind which it is sent: clients may refuse the router; each one must be that of the issuer of the one before`,
  ];
}

function issues(issuer: NamedCertificate, subject: NamedCertificate): boolean {
  if (!subject.certificate.checkIssued(issuer.certificate)) return false;
  try {
    return subject.certificate.verify(issuer.certificate.publicKey);
  } catch {
    // It is of a kind that cannot be verified here; the names fit.
    return true;
  }
}
