/**
 * "Did you mean": the known word that a misspelled one is closest to.
 *
 * @module
 */

/** A misspelling has at most this share of its letters wrong. */
const WRONG_SHARE_MAX = 1 / 3;

/** The candidate closest to `word`, if one is close enough. */
export function nearest(
  word: string,
  candidates: Iterable<string>,
): string | undefined {
  const wanted = plain(word);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const known = plain(candidate);
    const longest = Math.max(wanted.length, known.length);
    const limit = Math.max(1, Math.floor(longest * WRONG_SHARE_MAX));
    // So many letters more are wrong in any case.
    if (Math.abs(wanted.length - known.length) > limit) continue;
    const distance = editDistance(wanted, known);
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** What to write in place of the unknown name `word`: the nearest, or one of all. */
export function suggest(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  if (meant !== undefined) return `did you mean ${JSON.stringify(meant)}?`;
  return `there are: ${listNames(candidates.map((name) => ({ name })))}`;
}

/** More would not be read, and of many findings each has such a list. */
export const LISTED_MAX = 20;

/** The names in quotes; of many, the first. */
export function listNames(named: readonly { readonly name: string }[]): string {
  const shown = named.slice(0, LISTED_MAX)
    .map(({ name }) => JSON.stringify(name));
  const more = named.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  return shown.join(", ");
}

/** `maxMessageSize`, `max-message-size` and `max_message_size` are one word. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Letters to add, drop, replace or swap with a neighbour (restricted). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replace, last[j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2] + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
