/**
 * What a PUBLISH pays for a black list, by its length, with session IDs as they
 * come and with some that were chosen to share one bucket of a hash table.
 *
 * Run: `deno bench bench/audience_bench.ts`
 */
import { Audience } from "../src/router/publication.ts";
import { collidingIds } from "../tests/support/colliding_ids.ts";

const SUBSCRIBERS = Array.from({ length: 100 }, (_, index) => ({
  sessionId: 2 ** 40 + index * 7919,
  identity: { authid: `client${index}`, authrole: "anonymous" },
}));

for (const length of [1, 10, 100, 1000, 8000]) {
  const lists = {
    "as they come": Array.from(
      { length },
      (_, index) => 2 ** 41 + index * 7919,
    ),
    "chosen to collide": collidingIds(length),
  };
  for (const [name, exclude] of Object.entries(lists)) {
    Deno.bench({
      name: `${length} IDs, ${name}`,
      group: "one list, asked for each of 100 subscribers",
      fn() {
        const audience = new Audience({ exclude });
        for (const subscriber of SUBSCRIBERS) audience.includes(subscriber);
      },
    });
  }
}
