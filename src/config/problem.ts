/**
 * What a config can be told: one finding with its place in the file.
 *
 * @module
 */

/** How much a finding matters: only an error keeps the router from starting. */
export type Severity = "error" | "warning" | "note";

/** One finding. */
export interface Problem {
  readonly severity: Severity;
  /** The file as it was named. */
  readonly file: string;
  /** From 1; 0 when the finding is about the file as a whole. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** The key's path, such as `transports[2].endpoint.port`; `""`: the file. */
  readonly path: string;
  /** What is wrong, and what would be right. */
  readonly message: string;
}

/** The finding as text: `FILE:LINE:COLUMN: error: PATH: MESSAGE`. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, severity, path, message } = problem;
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return `${place}: ${severity}: ${path === "" ? "" : `${path}: `}${message}`;
}

/** Findings in the order of the file. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
