import { nearest } from "../config/nearest.ts";

/** The value of the option `name`, one of `values`; wrong ones are problems. */
export function choose<T extends string>(
  name: string,
  given: string | undefined,
  values: readonly T[],
  problems: string[],
): T | undefined {
  if (given === undefined) return undefined;
  const value = values.find((candidate) => candidate === given);
  if (value !== undefined) return value;
  const meant = nearest(given, values);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  const found = given === "" ? "nothing" : JSON.stringify(given);
  problems.push(
    `--${name} takes one of ${values.join(", ")}, found ${found}${hint}`,
  );
  return undefined;
}
