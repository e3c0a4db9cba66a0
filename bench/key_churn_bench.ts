/**
 * A key that goes and comes again, among more and more others: somebody who
 * subscribes to one topic and unsubscribes again, or retains to one topic.
 *
 * Run: `deno bench bench/key_churn_bench.ts`
 */
import { RecentMap } from "../src/base/recent_map.ts";
import { PatternIndex } from "../src/router/pattern_index.ts";

for (const count of [10, 1000, 100_000]) {
  const plain = new Map<string, number>();
  const recent = new RecentMap<number>(count + 1);
  const index = new PatternIndex();
  for (let i = 0; i < count; i++) {
    const uri = `com.example.topic${i}`;
    plain.set(uri, i);
    recent.set(uri, i);
    index.add({ uri, match: "exact" });
  }
  const one = { uri: "com.example.one", match: "exact" } as const;
  plain.set(one.uri, 0);
  recent.set(one.uri, 0);
  Deno.bench({
    name: "subscribed and unsubscribed",
    group: `among ${count} others`,
    fn() {
      index.add(one);
      index.remove(one);
    },
  });
  Deno.bench({
    name: "used again, in RecentMap",
    group: `among ${count} others`,
    fn() {
      recent.use(one.uri);
    },
  });
  Deno.bench({
    name: "taken out of a Map and put in again",
    group: `among ${count} others`,
    baseline: true,
    fn() {
      plain.delete(one.uri);
      plain.set(one.uri, 0);
    },
  });
}
