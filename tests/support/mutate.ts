import { concat } from "./hex.ts";
import type { SeededRandom } from "./seed.ts";

/**
 * `bytes` with one to three faults in it from `from` on: octets changed, left
 * out, put in, or copied from elsewhere.
 *
 * @param likely Octets that mean something to the reader under test.
 */
export function mutate(
  random: SeededRandom,
  bytes: Uint8Array,
  from: number,
  likely: Uint8Array,
): Uint8Array {
  let mutant = bytes;
  for (let faults = 1 + random.below(3); faults > 0; faults--) {
    const at = from + random.below(mutant.length - from + 1);
    const behind = Math.min(mutant.length, at + random.below(4));
    const head = mutant.subarray(0, at);
    switch (random.below(5)) {
      case 0: {
        const octet = random.octets(1);
        mutant = concat(head, octet, mutant.subarray(at + 1));
        break;
      }
      case 1: {
        const octet = new Uint8Array([random.pick([...likely])]);
        mutant = concat(head, octet, mutant.subarray(at + 1));
        break;
      }
      case 2:
        mutant = concat(head, mutant.subarray(behind));
        break;
      case 3: {
        const octet = new Uint8Array([random.pick([...likely])]);
        mutant = concat(head, octet, mutant.subarray(at));
        break;
      }
      default: {
        const start = random.below(mutant.length);
        const copy = mutant.slice(start, start + random.below(9));
        mutant = concat(head, copy, mutant.subarray(at));
      }
    }
  }
  return mutant;
}
