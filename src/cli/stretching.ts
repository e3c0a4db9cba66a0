/**
 * How `secret` stretches a password, as the command line says.
 *
 * @module
 */

/** How a password is stretched; what is absent is chosen by the command. */
export interface Stretching {
  readonly kdf?: "pbkdf2" | "argon2id13";
  readonly iterations?: number;
  /** In KiB. */
  readonly memory?: number;
}

/** The options that say it. */
export const STRETCHING_OPTIONS = ["kdf", "iterations", "memory"] as const;

type Given = Readonly<
  Partial<Record<typeof STRETCHING_OPTIONS[number], string | undefined>>
>;

/** With fewer rounds of PBKDF2, passwords are quick to try out (RFC 7677). */
const PBKDF2_ITERATIONS_MIN = 4096;
const ITERATIONS_MAX = 10_000_000;
/** Argon2 needs 8 KiB, and is weak without much more. */
const MEMORY_MIN = 8192;
const MEMORY_MAX = 4_194_304;

/** Reads the options; only `secret` takes them. */
export function readStretching(
  command: string,
  kind: string | undefined,
  given: Given,
): { stretching: Stretching; problems: string[] } {
  const problems: string[] = [];
  const names = STRETCHING_OPTIONS.filter((name) => given[name] !== undefined);
  if (command !== "secret") {
    for (const name of names) problems.push(`--${name} is only for "secret"`);
    return { stretching: {}, problems };
  }
  const kdf = readKdf(given.kdf, kind, problems);
  const usesArgon2 = kind === "scram" && kdf !== "pbkdf2";
  const iterations = readNumber(
    "iterations",
    given.iterations,
    [usesArgon2 ? 1 : PBKDF2_ITERATIONS_MIN, ITERATIONS_MAX],
    problems,
  );
  if (given.memory !== undefined && !usesArgon2) {
    problems.push("--memory is only for argon2id13");
    return { stretching: {}, problems };
  }
  const bounds = [MEMORY_MIN, MEMORY_MAX] as const;
  const memory = readNumber("memory", given.memory, bounds, problems);
  return {
    stretching: {
      ...(kdf !== undefined && { kdf }),
      ...(iterations !== undefined && { iterations }),
      ...(memory !== undefined && { memory }),
    },
    problems,
  };
}

function readKdf(
  given: string | undefined,
  kind: string | undefined,
  problems: string[],
): Stretching["kdf"] {
  if (given === undefined) return undefined;
  if (kind !== "scram") {
    problems.push('--kdf is only for "secret scram"');
    return undefined;
  }
  if (given === "pbkdf2" || given === "argon2id13") return given;
  const found = JSON.stringify(given);
  problems.push(`--kdf takes one of pbkdf2, argon2id13, found ${found}`);
  return undefined;
}

function readNumber(
  name: string,
  given: string | undefined,
  [min, max]: readonly [min: number, max: number],
  problems: string[],
): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= min && value <= max) return value;
  const found = JSON.stringify(given);
  problems.push(
    `--${name} takes an integer from ${min} to ${max}, found ${found}`,
  );
  return undefined;
}
