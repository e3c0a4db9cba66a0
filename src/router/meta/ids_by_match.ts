import type { MatchPolicy } from "../../wamp/uri.ts";

/** IDs by match policy; all three keys are always there (MR-03, MU-03). */
export function idsByMatch(
  items: Iterable<{ readonly id: number; readonly match: MatchPolicy }>,
): Readonly<Record<MatchPolicy, readonly number[]>> {
  const ids: Record<MatchPolicy, number[]> = {
    exact: [],
    prefix: [],
    wildcard: [],
  };
  for (const { id, match } of items) ids[match].push(id);
  return ids;
}
