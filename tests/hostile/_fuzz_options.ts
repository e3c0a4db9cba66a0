/**
 * How long to attack and with which seed: from the environment, so that a
 * failure can be made again and a night be spent on new ones.
 */

/** `SLUICE_SEED`, or a new one; it is printed before anything is done with it. */
export function fuzzSeed(): number {
  const given = Deno.env.get("SLUICE_SEED");
  const seed = given === undefined
    ? Math.floor(Math.random() * 2 ** 32)
    : Number(given);
  const line = new TextEncoder().encode(`SLUICE_SEED=${seed}\n`);
  Deno.stderr.writeSync(line);
  return seed;
}

/** `SLUICE_FUZZ_SECONDS`, or `usual`. */
export function fuzzSeconds(usual: number): number {
  return Number(Deno.env.get("SLUICE_FUZZ_SECONDS") ?? usual);
}
