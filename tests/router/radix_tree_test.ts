import { assertEquals } from "@std/assert";
import { type RadixNode, RadixTree } from "../../src/router/radix_tree.ts";
import { PATTERNS } from "../support/pattern_universe.ts";
import { withSeed } from "../support/seed.ts";

/** The two ways in which texts are cut into units. */
const UNITS: [
  name: string,
  unitEnd: (text: string, start: number) => number,
][] = [
  ["characters", (_text, start) => start + 1],
  ["components", (text, start) => text.indexOf(".", start) + 1],
];

/** Texts in which each component has a dot behind it. */
const TEXTS = PATTERNS.filter(({ match }) => match === "wildcard")
  .map(({ uri }) => `${uri}.`);

/** A tree as plain values: label, value, and the children by label. */
type Shape = [label: string, value: string | undefined, children: Shape[]];

function shapeOf(node: RadixNode<string>): Shape {
  const children = [...node.children?.values() ?? []].map(shapeOf);
  children.sort(([a], [b]) => a < b ? -1 : 1);
  return [node.label, node.value, children];
}

for (const [name, unitEnd] of UNITS) {
  Deno.test(`a tree of ${name} that was added to and removed from is like one that never held more`, () => {
    withSeed((random) => {
      const tree = new RadixTree<string>(unitEnd);
      const stored = new Set<string>();
      for (let step = 0; step < 400; step++) {
        const text = random.pick(TEXTS);
        if (stored.delete(text)) tree.remove(text);
        else {
          tree.add(text, text);
          stored.add(text);
        }
        const fresh = new RadixTree<string>(unitEnd);
        for (const one of stored) fresh.add(one, one);
        assertEquals(shapeOf(tree.root), shapeOf(fresh.root));
      }
      for (const text of stored) tree.remove(text);
      assertEquals(shapeOf(tree.root), ["", undefined, []]);
    });
  });

  Deno.test(`in a tree of ${name} only ends of texts and branchings are nodes`, () => {
    withSeed((random) => {
      const tree = new RadixTree<string>(unitEnd);
      const texts = new Set(
        Array.from({ length: 30 }, () => random.pick(TEXTS)),
      );
      for (const text of texts) tree.add(text, text);
      const found: string[] = [];
      const visit = (node: RadixNode<string>, above: string): void => {
        const text = above + node.label;
        if (node.value !== undefined) {
          assertEquals(node.value, text);
          found.push(text);
        } else if (node !== tree.root) {
          assertEquals((node.children?.size ?? 0) > 1, true, `"${text}"`);
        }
        for (const child of node.children?.values() ?? []) visit(child, text);
      };
      visit(tree.root, "");
      assertEquals(found.sort(), [...texts].sort());
    });
  });
}
