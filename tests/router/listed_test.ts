/** Whether something is in a list that a client sent. */
import { assert, assertEquals } from "@std/assert";
import { SearchableList } from "../../src/router/publication.ts";
import { costOfCollisions } from "../support/colliding_ids.ts";
import { withSeed } from "../support/seed.ts";

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
