import { assertEquals } from "@std/assert";
import { fromColumn, toColumn } from "../../src/store/event_rows.ts";
import { withSeed } from "../support/seed.ts";

const CHARACTERS = ["\u0000", "\u0001", "\u0002", "\u0003", "a", "."];

Deno.test("a topic's text has no U+0000, keeps order and prefixes, and is found again", () => {
  withSeed((random) => {
    const topics = Array.from(
      { length: 300 },
      () =>
        Array.from({ length: random.below(6) }, () => random.pick(CHARACTERS))
          .join(""),
    );
    for (const topic of topics) {
      const column = toColumn(topic);
      assertEquals(column.includes("\u0000"), false);
      assertEquals(fromColumn(column), topic);
      for (const other of topics) {
        const otherColumn = toColumn(other);
        assertEquals(column < otherColumn, topic < other);
        assertEquals(
          column.startsWith(otherColumn),
          topic.startsWith(other),
        );
      }
    }
  });
});
