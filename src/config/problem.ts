/**
 * What a config can be told: one finding with its place in the file.
 *
 * @module
 */

import { formatPlace, type SourcePlace } from "../base/source_place.ts";

/** How much a finding matters: only an error keeps the router from starting. */
export type Severity = "error" | "warning" | "note";

/** One finding. */
export interface Problem extends SourcePlace {
  readonly severity: Severity;
  /** What is wrong, and what would be right. */
  readonly message: string;
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
