/**
 * The key and the certificates of a transport, from their files to TLS.
 */
import { certificateBlocks, decodePem, privateKeyBlocks } from "../base/pem.ts";
import type { TlsConfig } from "../config/config.ts";
import type { TlsIdentity } from "../transport/listener.ts";
import { identityFault } from "../transport/tls_listener.ts";

/** Reads the files. */
export async function readTlsIdentity(tls: TlsConfig): Promise<TlsIdentity> {
  const { keyPath, certificatePath, chainCertificatePaths = [] } = tls;
  const [key, ...certificates] = await Promise.all(
    [keyPath, certificatePath, ...chainCertificatePaths].map(readPemFile),
  );
  return {
    key: privateKeyBlocks(key).map(({ pem }) => pem).join(""),
    cert: certificates.flatMap(certificateBlocks).join(""),
  };
}

/** The text of a file in PEM form. */
export async function readPemFile(path: string): Promise<string> {
  return decodePem(await Deno.readFile(path));
}

/** Why TLS cannot use a key with its certificates, all in PEM; undefined where it can. */
export function tlsIdentityFault(
  key: string,
  cert: string,
): string | undefined {
  const fault = identityFault({ key, cert });
  if (fault?.includes("UnsupportedCertVersion")) {
    return "the certificate is of X.509 version 1; make one of version 3, which has extensions (openssl x509 -req -extfile)";
  }
  return fault;
}
