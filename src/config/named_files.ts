/**
 * Opens the files that a config names: can TLS use its keys and certificates, can
 * sockets be made where they are to be, are stores what they should be, do secrets
 * have their form.
 *
 * @module
 */

import type {
  FileUse,
  NamedFile,
  Problem,
  Severity,
} from "../schema/check_context.ts";
import {
  secretFault,
  type SecretForm,
  secretInFile,
} from "../schema/secret_forms.ts";
import { TlsFileChecker } from "./tls_files.ts";

/** Options for {@linkcode checkFiles}. */
export interface FileCheckOptions {
  /** The config as it is named in findings. */
  readonly file: string;
  /** Reads a text file; rejects if it cannot. */
  readonly readTextFile: (path: string) => Promise<string>;
  /** Reads a file in PEM form; rejects if it cannot. */
  readonly readPemFile: (path: string) => Promise<string>;
  /** The permission bits of a file; undefined where there are none to tell. */
  readonly fileMode: (path: string) => number | undefined;
  /** Why TLS cannot use a key with its certificates, all PEM. */
  readonly identityFault: (key: string, chain: string) => string | undefined;
  /** Why no socket can be made at a path; undefined where one can. */
  readonly socketFault: (path: string) => string | undefined;
  /** Why files of a folder cannot be served; undefined where they can. */
  readonly directoryFault: (path: string) => string | undefined;
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
  checker.finish();
  return checker.problems;
}

/** What others must not see. */
const GUARDED: readonly FileUse[] = ["key", "secret"];

class FileChecker {
  readonly problems: Problem[] = [];
  readonly #options: FileCheckOptions;
  readonly #tls: TlsFileChecker;

  constructor(options: FileCheckOptions) {
    this.#options = options;
    this.#tls = new TlsFileChecker(
      options,
      (...finding) => this.#add(...finding),
    );
  }

  async check(file: NamedFile): Promise<void> {
    if (file.use === "store") return this.#checkStore(file);
    if (file.use === "socket") return this.#checkSocket(file);
    if (file.use === "directory") return this.#checkDirectory(file);
    let text: string;
    try {
      text = await this.#read(file);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#add("error", file, `cannot read ${file.path}: ${reason}`);
      if (file.form === undefined) this.#tls.skip(file);
      return;
    }
    if (GUARDED.includes(file.use)) this.#checkMode(file);
    if (file.form !== undefined) this.#checkSecret(file, file.form, text);
    else this.#tls.check(file, text);
  }

  finish(): void {
    this.#tls.finish();
  }

  #read({ path, use }: NamedFile): Promise<string> {
    const { readPemFile, readTextFile } = this.#options;
    return use === "secret" ? readTextFile(path) : readPemFile(path);
  }

  #checkStore(file: NamedFile): void {
    const fault = this.#options.storeFault(file.path);
    if (fault === undefined) return;
    this.#add(fault.severity, file, fault.message);
  }

  #checkSocket(file: NamedFile): void {
    const fault = this.#options.socketFault(file.path);
    if (fault !== undefined) this.#add("error", file, fault);
  }

  /** Clients can join all the same, and the folder may be made later. */
  #checkDirectory(file: NamedFile): void {
    const fault = this.#options.directoryFault(file.path);
    if (fault === undefined) return;
    const message = `no file of ${file.path} can be served: ${fault}`;
    this.#add("warning", file, message);
  }

  #checkMode(file: NamedFile): void {
    const mode = this.#options.fileMode(file.path);
    if (mode === undefined || (mode & 0o007) === 0) return;
    const octal = (mode & 0o777).toString(8).padStart(4, "0");
    this.#add(
      "warning",
      file,
      `${file.path} is open to every user of this machine (mode ${octal}); guard it: chmod 0600 ${file.path}`,
    );
  }

  #checkSecret(file: NamedFile, form: SecretForm, text: string): void {
    const fault = secretFault(secretInFile(text), form);
    if (fault === undefined) return;
    const right = `it must hold ${form.wanted} and nothing else`;
    this.#add("error", file, `the secret in ${file.path} ${fault}; ${right}`);
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
