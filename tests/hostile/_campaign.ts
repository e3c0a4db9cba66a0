/**
 * Many attacks at once, chosen and made by a seed.
 *
 * Attack number n of a seed is always the same octets: the seed and n make its
 * random source. Each round switches a part of the kinds off, since some faults
 * show only where others do not close the connection first.
 */
import { within } from "../support/deadline.ts";
import { SeededRandom } from "../support/seed.ts";
import { ATTACKS_ON_MESSAGES } from "./_attacks_on_messages.ts";
import { ATTACKS_ON_OCTETS } from "./_attacks_on_octets.ts";
import { ATTACKS_ON_SESSIONS } from "./_attacks_on_sessions.ts";
import type { Ground } from "./_intruder.ts";
import { RAW_FORMATS } from "./_raw_format.ts";

/** One kind of attack. */
export interface Attack {
  readonly name: string;
  /** Throws only where the router did something wrong. */
  run(ground: Ground): Promise<void>;
}

/** Every kind. */
export const ATTACKS: readonly Attack[] = [
  ...ATTACKS_ON_OCTETS,
  ...ATTACKS_ON_MESSAGES,
  ...ATTACKS_ON_SESSIONS,
];

/** Options for {@linkcode campaign}. */
export interface CampaignOptions {
  readonly seed: number;
  /** Where the router listens: one of them for each attack. */
  readonly addresses: readonly string[];
  /** Whether attack number `index` is still to be made. */
  goesOn(index: number): boolean;
  /** How many attacks go on at one time. */
  readonly workers: number;
  /** Every kind in turn, none switched off. @default {false} */
  readonly isEven?: boolean;
  /** Kinds that are left out, by name. @default {[]} */
  readonly without?: readonly string[];
}

/** What was done. */
export interface CampaignReport {
  readonly attacks: number;
  readonly operations: number;
}

/** So many attacks share one choice of kinds. */
const ROUND_ATTACKS = 200;
const ATTACK_DEADLINE_MS = 30_000;

/** Attacks until it is enough. */
export async function campaign(
  options: CampaignOptions,
): Promise<CampaignReport> {
  let next = 0;
  let operations = 0;
  const failures: unknown[] = [];
  const worker = async () => {
    while (failures.length === 0 && options.goesOn(next)) {
      const index = next++;
      const attack = chooseAttack(options, index);
      const ground = groundOf(
        options,
        index,
        (count) => operations += count,
      );
      try {
        await within(attack.run(ground), "an attack's end", ATTACK_DEADLINE_MS);
      } catch (cause) {
        failures.push(describe(options.seed, index, attack, ground, cause));
      }
    }
  };
  await Promise.all(Array.from({ length: options.workers }, worker));
  if (failures.length > 0) throw failures[0];
  return { attacks: next, operations };
}

function randomOf(seed: number, index: number): SeededRandom {
  return new SeededRandom(seed ^ Math.imul(index + 1, 0x9e37_79b1));
}

function chooseAttack(options: CampaignOptions, index: number): Attack {
  const { without = [] } = options;
  const all = ATTACKS.filter(({ name }) => !without.includes(name));
  if (options.isEven === true) return all[index % all.length];
  const round = Math.floor(index / ROUND_ATTACKS);
  const choice = randomOf(~options.seed, round);
  const kinds = all.filter(() => !choice.oneIn(3));
  const random = randomOf(options.seed + 1, index);
  return random.pick(kinds.length > 0 ? kinds : all);
}

function groundOf(
  options: CampaignOptions,
  index: number,
  count: (operations: number) => void,
): Ground {
  const random = randomOf(options.seed, index);
  const format = random.pick(RAW_FORMATS);
  const address = random.pick(options.addresses);
  return { random, format, address, count };
}

function describe(
  seed: number,
  index: number,
  attack: Attack,
  ground: Ground,
  cause: unknown,
): Error {
  return new Error(
    `Attack ${index}, "${attack.name}" in ${ground.format.name} on ${ground.address}: SLUICE_SEED=${seed} makes it again`,
    { cause },
  );
}
