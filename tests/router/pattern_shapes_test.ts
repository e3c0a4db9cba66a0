import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { PatternIndex } from "../../src/router/pattern_index.ts";
import { PatternShapes, ShapeBounds } from "../../src/router/pattern_shapes.ts";
import type { RouterMessage } from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { withSeed } from "../support/seed.ts";
import { type TestPeer, TestRealm } from "../support/test_realm.ts";

/** The shapes as they are described, over a plain list. */
function naiveSize(patterns: readonly string[]): number {
  const beginnings = patterns.flatMap((pattern) => {
    const parts = pattern.split(".").map((part) => part === "" ? "?" : "x");
    return parts.map((_, i) => parts.slice(0, i + 1).join(""));
  });
  return new Set(beginnings).size;
}

/** One of 2^16 patterns that match nothing that ends otherwise. */
function branching(i: number): string {
  const parts = Array.from({ length: 16 }, (_, bit) => i >> bit & 1 ? "a" : "");
  return [...parts, "z"].join(".");
}

const MISS = "a.".repeat(16) + "x";

Deno.test("PatternShapes counts the beginnings of shapes, while patterns come and go", () => {
  withSeed((random) => {
    const shapes = new PatternShapes();
    const stored: string[] = [];
    for (let step = 0; step < 500; step++) {
      if (stored.length > 0 && random.oneIn(3)) {
        const [gone] = stored.splice(random.below(stored.length), 1);
        shapes.remove(gone);
      } else {
        const length = 1 + random.below(4);
        const pattern = Array.from(
          { length },
          () => random.pick(["", "a", "bc"]),
        ).join(".");
        const before = shapes.size;
        const growth = shapes.growth(pattern, 100);
        shapes.add(pattern);
        stored.push(pattern);
        assertEquals(shapes.size - before, growth);
      }
      assertEquals(shapes.size, naiveSize(stored), stored.join(" "));
    }
    for (const pattern of stored) shapes.remove(pattern);
    assertEquals(shapes.size, 0);
  });
});

Deno.test("a look-up looks at no more places than shapes have beginnings, whatever the URI", () => {
  withSeed((random) => {
    for (let round = 0; round < 50; round++) {
      const index = new PatternIndex<{ uri: string; match: "wildcard" }>();
      const shapes = new PatternShapes();
      const part = () => random.pick(["", "a", "b"]);
      for (let i = 0; i < 20; i++) {
        const length = 1 + random.below(6);
        const uri = Array.from({ length }, part).join(".");
        if (index.get(uri, "wildcard") !== undefined) continue;
        index.add({ uri, match: "wildcard" });
        shapes.add(uri);
      }
      for (let i = 0; i < 50; i++) {
        const length = 1 + random.below(6);
        const uri = Array.from({ length }, () => random.pick(["a", "b", "c"]))
          .join(".");
        // And at the root.
        assertLessOrEqual(index.collectPatterns(uri, []), shapes.size + 1);
      }
    }
  });
});

Deno.test("past as many wildcard patterns as one session can have, a look-up is short", () => {
  const bounds = new ShapeBounds();
  const index = new PatternIndex<{ uri: string; match: "wildcard" }>();
  const session = {};
  for (let i = 0; i < 65_536; i++) {
    const pattern = { uri: branching(i), match: "wildcard" } as const;
    if (bounds.refusal(session, pattern) !== undefined) continue;
    bounds.add(session, pattern);
    index.add(pattern);
  }
  assertLessOrEqual(index.collectPatterns(MISS, []), 1025);
});

Deno.test("all sessions together have a bound too, and what goes makes room", () => {
  const bounds = new ShapeBounds();
  const kept: [session: object, pattern: { uri: string; match: "wildcard" }][] =
    [];
  let refusal: string | undefined;
  for (let s = 0; s < 20 && !refusal?.includes("realm"); s++) {
    const session = {};
    refusal = undefined;
    for (let i = 0; refusal === undefined; i++) {
      const uri = branching(i + s * 977 & 0xffff) + ".q".repeat(s);
      const pattern = { uri, match: "wildcard" } as const;
      refusal = bounds.refusal(session, pattern);
      if (refusal !== undefined) break;
      bounds.add(session, pattern);
      kept.push([session, pattern]);
    }
  }
  assert(refusal?.includes("this realm"), refusal);
  for (const [session, pattern] of kept) bounds.remove(session, pattern);
  const wide = { uri: branching(0), match: "wildcard" } as const;
  assertEquals(bounds.refusal({}, wide), undefined);
  // Patterns of other kinds and of shapes that are there are never refused.
  for (let i = 0; i < 2000; i++) {
    const pattern = {
      uri: `com.app${i}..on_change`,
      match: "wildcard",
    } as const;
    assertEquals(bounds.refusal(wide, pattern), undefined);
    bounds.add(wide, pattern);
    assertEquals(
      bounds.refusal(wide, { uri: `p${i}`, match: "exact" }),
      undefined,
    );
    assertEquals(
      bounds.refusal(wide, { uri: `p${i}`, match: "prefix" }),
      undefined,
    );
  }
});

for (const kind of ["subscribe", "register"] as const) {
  Deno.test(`${kind}: wildcard patterns that branch too often are refused with limit_reached, and room comes back with the session's end`, () => {
    const realm = new TestRealm();
    const limits = { maxSubscriptions: 5000, maxRegistrations: 5000 };
    const [one, other] = [realm.join({ limits }), realm.join({ limits })];
    const ask = (peer: TestPeer, uri: string): RouterMessage => {
      peer[kind](uri, { match: "wildcard", invoke: "roundrobin" });
      return peer.take()[0];
    };
    let last = ask(one, branching(0));
    for (let i = 1; last.code !== MessageCode.ERROR; i++) {
      last = ask(one, branching(i));
    }
    assertEquals(last.error, "sluice.error.limit_reached");
    assertEquals(realm.counted("limits_reached"), 1);
    // Another session's patterns are its own matter.
    for (let i = 0; i < 20; i++) {
      assertEquals(ask(other, branching(i)).code === MessageCode.ERROR, false);
    }
    one.leave();
    const again = realm.join({ limits });
    assertEquals(ask(again, branching(9)).code === MessageCode.ERROR, false);
  });
}
