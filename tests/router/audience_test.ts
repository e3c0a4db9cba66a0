/** Lists of a publication, as sets (checklist BW). */
import { assertEquals } from "@std/assert";
import {
  Audience,
  audienceLists,
  type Recipient,
} from "../../src/router/publication.ts";
import { type AudienceOptions, EMPTY_DICT } from "../../src/wamp/options.ts";
import { withSeed } from "../support/seed.ts";

const LISTENERS: readonly Recipient[] = [1, 2, 3, 4].flatMap((sessionId) =>
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
      for (const recipient of LISTENERS) {
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
