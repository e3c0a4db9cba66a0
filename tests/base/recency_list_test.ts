import { assertEquals } from "@std/assert";
import { RecencyList } from "../../src/base/recent_map.ts";
import { withSeed } from "../support/seed.ts";

class Node {
  readonly name: number;
  older: Node | undefined = undefined;
  newer: Node | undefined = undefined;

  constructor(name: number) {
    this.name = name;
  }
}

/** From oldest to newest, and back. */
function namesOf(list: RecencyList<Node>): number[] {
  const names: number[] = [];
  let last: Node | undefined;
  for (let node = list.oldest; node !== undefined; node = node.newer) {
    assertEquals(node.older, last);
    names.push(node.name);
    last = node;
  }
  return names;
}

Deno.test("RecencyList is in the order in which its nodes were added last", () => {
  withSeed((random) => {
    const list = new RecencyList<Node>();
    const nodes = [0, 1, 2, 3, 4].map((name) => new Node(name));
    let expected: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const node = random.pick(nodes);
      const isIn = expected.includes(node.name);
      if (isIn) {
        list.remove(node);
        expected = expected.filter((name) => name !== node.name);
      }
      if (!isIn || random.oneIn(2)) {
        list.add(node);
        expected.push(node.name);
      }
      assertEquals(namesOf(list), expected);
    }
  });
});
