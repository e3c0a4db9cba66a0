/**
 * What is wrong with the keys and certificates that a config names: are they
 * there, can TLS use them, do they belong together, will clients take them.
 *
 * @module
 */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { certificateBlocks, pemBlocks, privateKeyBlocks } from "../base/pem.ts";
import { chainFindings, type NamedCertificate } from "./certificate_chain.ts";
import type { NamedFile, Severity } from "../schema/check_context.ts";

/** Takes what is found. */
export type AddFinding = (
  severity: Severity,
  file: NamedFile,
  message: string,
) => void;

/** What {@linkcode TlsFileChecker} needs of the world. */
export interface TlsFileOptions {
  /** Why TLS cannot use a key with its certificates, all PEM. */
  readonly identityFault: (key: string, chain: string) => string | undefined;
  /** The present time, in milliseconds since 1970. */
  readonly now: number;
}

/** A key that was loaded. */
interface LoadedKey {
  readonly pem: string;
  readonly key: KeyObject;
}

/** A key and what is sent with it. */
interface Identity {
  readonly file: NamedFile;
  readonly key: LoadedKey;
  readonly chain: NamedCertificate[];
}

/** Takes the files of each endpoint in turn: key, certificate, chain. */
export class TlsFileChecker {
  readonly #options: TlsFileOptions;
  readonly #add: AddFinding;
  readonly #keys = new Map<string, LoadedKey>();
  #identity: Identity | undefined = undefined;

  constructor(options: TlsFileOptions, add: AddFinding) {
    this.#options = options;
    this.#add = add;
  }

  /** The next file, in its order. */
  check(file: NamedFile, text: string): void {
    if (file.use === "chain certificate") return this.#checkChain(file, text);
    this.finish();
    if (file.use === "key") this.#checkKey(file, text);
    else this.#checkCertificate(file, text);
  }

  /** The next file, where it could not be read: what it is for is not judged. */
  skip(file: NamedFile): void {
    if (file.use !== "chain certificate") this.finish();
    this.#identity = undefined;
  }

  /** After the last file: judges what the last endpoint's come to. */
  finish(): void {
    const identity = this.#identity;
    this.#identity = undefined;
    if (identity === undefined) return;
    const { file, key, chain } = identity;
    const pems = chain.map(({ pem }) => pem).join("");
    const fault = this.#options.identityFault(key.pem, pems);
    if (fault !== undefined) {
      this.#add("error", file, `TLS cannot use ${file.path}: ${fault}`);
      return;
    }
    for (const message of chainFindings(chain)) {
      this.#add("warning", file, message);
    }
  }

  #checkKey(file: NamedFile, text: string): void {
    const keys = privateKeyBlocks(text);
    if (keys.length === 0) return this.#refuseForm(file, text, "private key");
    if (keys.length > 1) {
      const right = "leave in it the one of the certificate";
      const wrong = `${file.path} holds ${keys.length} private keys; ${right}`;
      return this.#add("error", file, wrong);
    }
    const [{ label, pem }] = keys;
    if (label.startsWith("ENCRYPTED") || /^Proc-Type: 4,ENC/m.test(pem)) {
      const right = "decrypt it, and guard the file by its mode";
      const wrong = `the key in ${file.path} is encrypted; ${right}`;
      return this.#add("error", file, wrong);
    }
    this.#loadKey(file, pem);
  }

  #loadKey(file: NamedFile, pem: string): void {
    try {
      const key = createPrivateKey(pem);
      const kind = kindOfUnusable(key);
      if (kind === undefined) {
        this.#keys.set(file.path, { pem, key });
        return;
      }
      const wrong =
        `the key in ${file.path} is ${kind}, which TLS cannot use here`;
      this.#add("error", file, `${wrong}; ${KEY_ADVICE}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const wrong = `the key in ${file.path} cannot be loaded: ${reason}`;
      this.#add("error", file, `${wrong}; ${KEY_ADVICE}`);
    }
  }

  #checkCertificate(file: NamedFile, text: string): void {
    const chain = this.#loadCertificates(file, text);
    if (chain === undefined) return;
    const key = file.partner === undefined
      ? undefined
      : this.#keys.get(file.partner);
    if (key === undefined) return;
    const fitting = chain.findIndex(({ certificate }) =>
      certificate.checkPrivateKey(key.key)
    );
    if (fitting === 0) {
      this.#identity = { file, key, chain };
      return;
    }
    const wrong = fitting === -1
      ? `the certificate in ${file.path} is not that of the key in ${file.partner}`
      : `the certificate of the key in ${file.partner} is number ${
        fitting + 1
      } in ${file.path}; put it first`;
    this.#add("error", file, wrong);
  }

  #checkChain(file: NamedFile, text: string): void {
    const more = this.#loadCertificates(file, text);
    if (more === undefined) this.skip(file);
    else this.#identity?.chain.push(...more);
  }

  #loadCertificates(
    file: NamedFile,
    text: string,
  ): NamedCertificate[] | undefined {
    const pems = certificateBlocks(text);
    if (pems.length === 0) {
      this.#refuseForm(file, text, "certificate");
      return undefined;
    }
    const loaded = pems.flatMap((pem, index) => {
      const name = pems.length === 1
        ? `the certificate in ${file.path}`
        : `certificate ${index + 1} in ${file.path}`;
      return this.#loadCertificate(file, pem, name) ?? [];
    });
    return loaded.length === pems.length ? loaded : undefined;
  }

  #loadCertificate(
    file: NamedFile,
    pem: string,
    name: string,
  ): NamedCertificate | undefined {
    try {
      const certificate = new X509Certificate(pem);
      this.#checkDates(file, name, certificate);
      return { name, pem, certificate };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#add("error", file, `${name} cannot be loaded: ${reason}`);
      return undefined;
    }
  }

  #checkDates(
    file: NamedFile,
    name: string,
    { validFrom, validTo }: X509Certificate,
  ): void {
    const { now } = this.#options;
    const daysLeft = (Date.parse(validTo) - now) / DAY_MS;
    if (daysLeft < 0) {
      const message =
        `${name} ended on ${validTo}: clients refuse it; renew it`;
      this.#add("warning", file, message);
    } else if (daysLeft < DAYS_LEFT_MIN) {
      const message = `${name} ends on ${validTo}, in less than ${
        Math.floor(daysLeft) + 1
      } days; renew it`;
      this.#add("warning", file, message);
    } else if (Date.parse(validFrom) > now) {
      const message =
        `${name} is not valid until ${validFrom}: clients refuse it before`;
      this.#add("warning", file, message);
    }
  }

  #refuseForm(file: NamedFile, text: string, wanted: string): void {
    const wrong = text.trim() === ""
      ? `${file.path} is empty`
      : `${file.path} holds no ${wanted} in PEM form, but ${
        describeContent(text)
      }`;
    this.#add("error", file, wrong);
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Time enough to renew a certificate by hand. */
const DAYS_LEFT_MIN = 14;

const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 8192;
/** By the names that Node.js has for them. */
const CURVES: readonly (string | undefined)[] = [
  "prime256v1",
  "secp384r1",
  "secp521r1",
];
const KEY_ADVICE =
  `make one for ECDSA (P-256, P-384, P-521), Ed25519, or RSA (${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits)`;

/** What kind of key it is, where Deno's TLS does not know it. */
function kindOfUnusable(key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  switch (type) {
    case "ed25519":
      return undefined;
    case "ec": {
      const curve = details?.namedCurve;
      return CURVES.includes(curve) ? undefined : `for the curve ${curve}`;
    }
    case "rsa": {
      const bits = details?.modulusLength ?? 0;
      const isFit = bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
      return isFit ? undefined : `for RSA with ${bits} bits`;
    }
    default:
      return `for ${type?.toUpperCase()}`;
  }
}

/** What a file holds instead of what is wanted. */
function describeContent(text: string): string {
  const labels = pemBlocks(text).map(({ label }) => label);
  if (labels.length > 0) return labels.join(", ");
  if (/^(\u00FF\u00FE|\u00FE\u00FF)/.test(text)) {
    return "text in UTF-16; save it as plain ASCII or UTF-8";
  }
  if (isDer(text)) {
    return "octets in DER form or PKCS #12; turn them into PEM: openssl x509, pkey (-inform der) or pkcs12 (-nodes)";
  }
  return "nothing in PEM form";
}

/** One SEQUENCE, whose length is told in one octet or by the number of them. */
function isDer(text: string): boolean {
  return /^0[\x81\u201A\u0192\u201E]/.test(text) ||
    text.startsWith("0") && text.charCodeAt(1) === text.length - 2;
}
