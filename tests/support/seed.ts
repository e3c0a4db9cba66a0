/**
 * Repeatable randomness for tests. A failure names its seed; with
 * `SLUICE_SEED=<seed>` in the environment the same run is made again.
 */

/** A seeded generator (mulberry32). */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** In [0, 2^32). */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * limit);
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of `items`. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  /** `size` random octets. */
  octets(size: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: size }, () => this.below(256));
  }
}

/** Runs `body` with randomness; what it throws, or rejects with, is wrapped with the seed. */
export function withSeed<Result extends void | Promise<void>>(
  body: (random: SeededRandom) => Result,
): Result {
  const given = Deno.env.get("SLUICE_SEED");
  const seed = given === undefined
    ? Math.floor(Math.random() * 2 ** 32)
    : Number(given);
  const fail = (cause: unknown): never => {
    throw new Error(`SLUICE_SEED=${seed} repeats this failure`, { cause });
  };
  try {
    const result = body(new SeededRandom(seed));
    return result instanceof Promise ? result.catch(fail) as Result : result;
  } catch (cause) {
    return fail(cause);
  }
}
