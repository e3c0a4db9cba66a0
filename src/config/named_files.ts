/**
 * Opens the files that a config names: are they there, are they PEM, can they be
 * loaded, does the certificate belong to the key; are stores what they should be; do secrets have their
 * form.
 *
 * @module
 */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { NamedFile } from "./check_context.ts";
import type { Problem, Severity } from "./problem.ts";
import { secretFault, type SecretForm, secretInFile } from "./secret_forms.ts";

/** Options for {@linkcode checkFiles}. */
export interface FileCheckOptions {
  /** The config as it is named in findings. */
  readonly file: string;
  /** Reads a text file; rejects if it cannot. */
  readonly readTextFile: (path: string) => Promise<string>;
  /** Why a file cannot be a store; undefined where it can. */
  readonly storeFault: (path: string) => StoreFault | undefined;
  /** The present time, in milliseconds since 1970. */
  readonly now: number;
}

/** What is wrong with a file that is to be a store. */
export interface StoreFault {
  readonly message: string;
  /** A warning where the router can start all the same. */
  readonly severity: Severity;
}

/** What is wrong with the files. */
export async function checkFiles(
  files: readonly NamedFile[],
  options: FileCheckOptions,
): Promise<Problem[]> {
  const checker = new FileChecker(options);
  for (const file of files) await checker.check(file);
  return checker.problems;
}

const PEM_BLOCK_REGEXP =
  /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[^]*?-----END \1-----/g;

class FileChecker {
  readonly problems: Problem[] = [];
  readonly #options: FileCheckOptions;
  readonly #keys = new Map<string, KeyObject>();

  constructor(options: FileCheckOptions) {
    this.#options = options;
  }

  async check(file: NamedFile): Promise<void> {
    if (file.use === "store") return this.#checkStore(file);
    let text: string;
    try {
      text = await this.#options.readTextFile(file.path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#add("error", file, `cannot read ${file.path}: ${reason}`);
      return;
    }
    if (file.form !== undefined) this.#checkSecret(file, file.form, text);
    else if (file.use === "key") this.#checkKey(file, text);
    else this.#checkCertificates(file, text);
  }

  #checkStore(file: NamedFile): void {
    const fault = this.#options.storeFault(file.path);
    if (fault === undefined) return;
    this.#add(fault.severity, file, fault.message);
  }

  #checkSecret(file: NamedFile, form: SecretForm, text: string): void {
    const fault = secretFault(secretInFile(text), form);
    if (fault === undefined) return;
    const right = `it must hold ${form.wanted} and nothing else`;
    this.#add("error", file, `the secret in ${file.path} ${fault}; ${right}`);
  }

  #checkKey(file: NamedFile, text: string): void {
    const labels = pemBlocks(text).map(({ label }) => label);
    const isEncrypted = labels.some((label) => label.startsWith("ENCRYPTED")) ||
      /^Proc-Type: 4,ENCRYPTED/m.test(text);
    if (isEncrypted) {
      const right = "decrypt it, and guard the file by its mode";
      this.#add(
        "error",
        file,
        `the key in ${file.path} is encrypted; ${right}`,
      );
    } else if (!labels.some((label) => label.endsWith("PRIVATE KEY"))) {
      const found = describeLabels(labels);
      const wrong =
        `${file.path} holds no private key in PEM form, but ${found}`;
      this.#add("error", file, wrong);
    } else {
      this.#loadKey(file, text);
    }
  }

  #loadKey(file: NamedFile, text: string): void {
    try {
      this.#keys.set(file.path, createPrivateKey(text));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const wrong = `the key in ${file.path} cannot be loaded: ${reason}`;
      this.#add("error", file, wrong);
    }
  }

  #checkCertificates(file: NamedFile, text: string): void {
    const blocks = pemBlocks(text);
    const pems = blocks.filter(({ label }) => label === "CERTIFICATE");
    if (pems.length === 0) {
      const found = describeLabels(blocks.map(({ label }) => label));
      const wrong =
        `${file.path} holds no certificate in PEM form, but ${found}`;
      this.#add("error", file, wrong);
      return;
    }
    for (const [index, { pem }] of pems.entries()) {
      try {
        const certificate = new X509Certificate(pem);
        this.#checkDates(file, certificate);
        if (index === 0) this.#checkPartner(file, certificate);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const which = `certificate ${index + 1} in ${file.path}`;
        this.#add("error", file, `${which} cannot be loaded: ${reason}`);
      }
    }
  }

  #checkDates(file: NamedFile, certificate: X509Certificate): void {
    const { now } = this.#options;
    const { validFrom, validTo } = certificate;
    if (Date.parse(validTo) < now) {
      this.#add("warning", file, `${file.path} ended on ${validTo}`);
    } else if (Date.parse(validFrom) > now) {
      this.#add(
        "warning",
        file,
        `${file.path} is not valid until ${validFrom}`,
      );
    }
  }

  #checkPartner(file: NamedFile, certificate: X509Certificate): void {
    const key = file.partner && this.#keys.get(file.partner);
    if (!key || certificate.checkPrivateKey(key)) return;
    const wrong =
      `the certificate in ${file.path} is not that of the key in ${file.partner}`;
    this.#add("error", file, wrong);
  }

  #add(severity: Severity, file: NamedFile, message: string): void {
    this.problems.push({
      severity,
      file: this.#options.file,
      line: file.line,
      column: file.column,
      path: file.keyPath,
      message,
    });
  }
}

function pemBlocks(text: string): { label: string; pem: string }[] {
  return [...text.matchAll(PEM_BLOCK_REGEXP)].map((match) => ({
    label: match[1],
    pem: match[0],
  }));
}

function describeLabels(labels: readonly string[]): string {
  return labels.length === 0 ? "nothing in PEM form" : labels.join(", ");
}
