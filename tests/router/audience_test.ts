/** Lists of a publication, as sets (checklist BW). */
import { assert, assertEquals } from "@std/assert";
import {
  Audience,
  audienceLists,
  type Recipient,
  SearchableList,
} from "../../src/router/publication.ts";
import { type AudienceOptions, EMPTY_DICT } from "../../src/wamp/options.ts";
import { costOfCollisions } from "../support/colliding_ids.ts";
import { withSeed } from "../support/seed.ts";

const RECIPIENTS: readonly Recipient[] = [1, 2, 3, 4].flatMap((sessionId) =>
  ["anna", "bert"].flatMap((authid) =>
    ["admin", "guest"].map((authrole) => ({
      sessionId,
      identity: { authid, authrole },
    }))
  )
);

/** BW-02 and BW-03 as they are written. */
function naivelyIncludes(
  lists: AudienceOptions,
  { sessionId, identity: { authid, authrole } }: Recipient,
): boolean {
  return (lists.eligible ?? [sessionId]).includes(sessionId) &&
    (lists.eligible_authid ?? [authid]).includes(authid) &&
    (lists.eligible_authrole ?? [authrole]).includes(authrole) &&
    !(lists.exclude ?? []).includes(sessionId) &&
    !(lists.exclude_authid ?? []).includes(authid) &&
    !(lists.exclude_authrole ?? []).includes(authrole);
}

Deno.test("BW-02 BW-03: includes() is the logical AND over all six lists", () => {
  withSeed((random) => {
    const some = <Item>(items: readonly Item[]) =>
      items.filter(() => random.oneIn(2));
    for (let round = 0; round < 2000; round++) {
      const lists: Record<string, unknown> = {};
      for (const kind of ["exclude", "eligible"]) {
        if (random.oneIn(2)) lists[kind] = some([1, 2, 3, 4, 2 ** 53]);
        if (random.oneIn(2)) lists[`${kind}_authid`] = some(["anna", "bert"]);
        if (random.oneIn(2)) {
          lists[`${kind}_authrole`] = some(["admin", "guest"]);
        }
      }
      const audience = new Audience(lists);
      for (const recipient of RECIPIENTS) {
        assertEquals(
          audience.includes(recipient),
          naivelyIncludes(lists, recipient),
          JSON.stringify([lists, recipient]),
        );
      }
    }
  });
});

Deno.test("BW-03 MF-08: audienceLists() has only the lists that restrict", () => {
  const rows: [options: Record<string, unknown>, lists: unknown][] = [
    [EMPTY_DICT, undefined],
    [{}, undefined],
    [{ acknowledge: true, exclude_me: false }, undefined],
    [{ exclude: null, eligible: undefined }, undefined],
    [{ exclude: [], exclude_authid: [], exclude_authrole: [] }, undefined],
    [{ exclude: [1], exclude_authid: [] }, { exclude: [1] }],
    [{ eligible: [] }, { eligible: [] }],
    [
      { eligible_authid: ["a"], eligible_authrole: [], acknowledge: true },
      { eligible_authid: ["a"], eligible_authrole: [] },
    ],
  ];
  for (const [options, lists] of rows) {
    assertEquals(audienceLists(options), lists, JSON.stringify(options));
  }
});

/** Asked often enough to have an index made, where there is one. */
const LOOKS = 12;

Deno.test("has() finds what is in a list of any length, whenever it is asked", () => {
  withSeed((random) => {
    for (let length = 0; length < 60; length++) {
      const ids = Array.from(
        { length },
        () => random.oneIn(3) ? 2 ** 53 - random.below(40) : random.below(40),
      );
      const names = ids.map((id) => `name${id}`);
      const byId = new SearchableList(ids);
      const byName = new SearchableList(names);
      for (let look = 0; look < LOOKS; look++) {
        const id = random.oneIn(3)
          ? 2 ** 53 - random.below(40)
          : random.below(40);
        assertEquals(byId.has(id), ids.includes(id));
        assertEquals(byName.has(`name${id}`), names.includes(`name${id}`));
      }
    }
  });
});

Deno.test("numbers chosen to share a bucket of a Set cost no more than others", () => {
  const ratio = costOfCollisions(6000, (ids) => {
    const listed = new SearchableList(ids);
    for (let look = 0; look < LOOKS; look++) listed.has(ids[look]);
  });
  assert(ratio < 10, `they cost ${ratio} times as much`);
});
