/**
 * What one run over a config carries along: findings, the files and environment
 * variables that the config names, and how to resolve both.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { formatPlace, type SourcePlace } from "../base/source_text.ts";
import type { ConfigNode, LineIndex, Place } from "./document.ts";
import type { SecretForm } from "./secret_forms.ts";

/** How much a finding matters: only an error keeps the router from starting. */
export type Severity = "error" | "warning" | "note";

/** One finding. */
export interface Problem extends SourcePlace {
  readonly severity: Severity;
  /** What is wrong, and what would be right. */
  readonly message: string;
}

/** The three forms that a file can have. */
export type ConfigForm = "transport" | "router" | "crossbar";

/** What a named file is for. */
export type FileUse =
  | "key"
  | "certificate"
  | "chain certificate"
  | "secret"
  | "socket"
  | "directory"
  | "store";

/** A file that the config names, for opening it later. */
export interface NamedFile {
  /** The resolved path. */
  readonly path: string;
  readonly use: FileUse;
  /** Where the config names it. */
  readonly line: number;
  readonly column: number;
  readonly keyPath: string;
  /**
   * For a certificate: the path of the key that must fit it; for a chain
   * certificate: the path of the certificate that it is sent behind.
   */
  readonly partner: string | undefined;
  /** For a secret: what it must look like. */
  readonly form?: SecretForm;
}

/** Options for {@linkcode CheckContext}. */
export interface CheckOptions {
  /** The file as it is named in findings. */
  readonly file: string;
  /** Absolute: relative paths in the config start here. */
  readonly folder: string;
  /** Where offsets are in lines and columns. */
  readonly lines: LineIndex;
  /** Reads an environment variable; throws if it must not be read. */
  readonly env: (name: string) => string | undefined;
  /** Whether parts that cannot be served are left out with a warning. */
  readonly ignoreUnsupported: boolean;
}

/** Collects what a run finds. */
export class CheckContext {
  readonly problems: Problem[] = [];
  readonly files: NamedFile[] = [];
  /** The names of the environment variables that the config uses. */
  readonly environment: Set<string> = new Set();
  /** The form of the file, once known. */
  form: ConfigForm = "router";
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** Whether nothing found so far keeps the router from starting. */
  get isSound(): boolean {
    return !this.problems.some((problem) => problem.severity === "error");
  }

  /** Whether parts that cannot be served are left out. */
  get leavesOut(): boolean {
    return this.#options.ignoreUnsupported;
  }

  /** Adds an error: what is wrong, then what would be right. */
  error(place: Place, wrong: string, right?: string): void {
    this.#add(
      "error",
      place,
      right === undefined ? wrong : `${wrong}; ${right}`,
    );
  }

  /** Adds something that works, but should be looked at. */
  warn(place: Place, message: string): void {
    this.#add("warning", place, message);
  }

  /** Adds something good to know. */
  note(place: Place, message: string): void {
    this.#add("note", place, message);
  }

  /**
   * Adds an error about a part that the router cannot serve; a warning if such
   * parts are to be left out. Only for parts without which the rest is no less
   * guarded.
   */
  unsupported(place: Place, message: string): void {
    if (this.#options.ignoreUnsupported) {
      this.warn(place, `${message}; left out`);
    } else {
      const right =
        "remove it, or leave such parts out with --ignore-unsupported";
      this.error(place, message, right);
    }
  }

  /** The value of an environment variable, or `undefined` and an error. */
  variable(name: string, place: Place): string | undefined {
    this.environment.add(name);
    let value: string | undefined;
    try {
      value = this.#options.env(name);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.error(place, `cannot read environment variable ${name}: ${reason}`);
      return undefined;
    }
    if (value === undefined) {
      this.error(place, `environment variable ${name} is not set`);
    }
    return value;
  }

  /** The absolute path of the config itself. */
  get filePath(): string {
    const { file, folder } = this.#options;
    return resolve(folder, basename(file));
  }

  /** `path` as an absolute path. */
  resolvePath(path: string): string {
    return resolve(this.#options.folder, path);
  }

  /** Where in the file `place` is, for those who do not have the file. */
  locate(place: Place): SourcePlace {
    const { file, lines } = this.#options;
    return { file, ...lines.locate(place.offset), path: place.path };
  }

  /** Keeps a file for opening it later. */
  addFile(
    place: Place,
    path: string,
    use: FileUse,
    partner?: string,
  ): void {
    this.#addFile(place, { path, use, partner });
  }

  /** Keeps the file of a secret for opening it later. */
  addSecretFile(place: Place, path: string, form: SecretForm): void {
    this.#addFile(place, { path, use: "secret", partner: undefined, form });
  }

  #addFile(
    place: Place,
    file: Pick<NamedFile, "path" | "use" | "partner" | "form">,
  ): void {
    const { line, column } = this.#options.lines.locate(place.offset);
    this.files.push({ ...file, line, column, keyPath: place.path });
  }

  #add(severity: Severity, place: Place, message: string): void {
    this.problems.push({ ...this.locate(place), severity, message });
  }
}

/** Adds an error where another place has `name` already. */
export function claim(
  name: string,
  place: ConfigNode,
  names: Map<string, ConfigNode>,
  context: CheckContext,
): void {
  const first = names.get(name);
  if (first === undefined) {
    names.set(name, place);
    return;
  }
  const shown = name.includes('"') ? name : JSON.stringify(name);
  context.error(
    place,
    `${shown} is already at ${first.path}`,
    "keep one of them",
  );
}

/** The finding as text: `FILE:LINE:COLUMN: error: PATH: MESSAGE`. */
export function formatProblem(problem: Problem): string {
  const { severity, path, message } = problem;
  const place = formatPlace(problem);
  return `${place}: ${severity}: ${path === "" ? "" : `${path}: `}${message}`;
}

/** Findings in the order of the file. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
