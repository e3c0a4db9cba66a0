import { assert, assertEquals } from "@std/assert";
import { type RadixNode, RadixTree } from "../../src/router/radix_tree.ts";
import { withSeed } from "../support/seed.ts";

function characterEnd(_text: string, start: number): number {
  return start + 1;
}

function componentEnd(text: string, start: number): number {
  return text.indexOf(".", start) + 1;
}

/** All texts under `node`, with their values. */
function textsOf(
  node: RadixNode<number>,
  before = "",
): [text: string, value: number][] {
  const text = before + node.label;
  const own: [string, number][] = node.value === undefined
    ? []
    : [[text, node.value]];
  const children = [...node.children?.values() ?? []];
  return own.concat(children.flatMap((child) => textsOf(child, text)));
}

function countNodes(node: RadixNode<number>): number {
  const children = [...node.children?.values() ?? []];
  return children.reduce((sum, child) => sum + countNodes(child), 1);
}

/** No node but the root leads to one place only without being a text's end. */
function assertCompact(node: RadixNode<number>, isRoot = true): void {
  const children = [...node.children?.values() ?? []];
  if (!isRoot) {
    const isBranching = children.length > 1 || node.value !== undefined;
    assert(isBranching, `"${node.label}" leads to one place only`);
  }
  for (const [key, child] of node.children ?? []) {
    assert(child.label.startsWith(key), `"${child.label}" under "${key}"`);
    assertCompact(child, false);
  }
}

for (const unitEnd of [characterEnd, componentEnd]) {
  Deno.test(`${unitEnd.name}: the tree holds what was added and not removed, and no more nodes than that needs`, () => {
    withSeed((random) => {
      for (let round = 0; round < 30; round++) {
        const tree = new RadixTree<number>(unitEnd);
        const stored = new Map<string, number>();
        for (let step = 0; step < 120; step++) {
          const parts = Array.from(
            { length: 1 + random.below(5) },
            () => random.pick(["", "a", "b", "ab", "abc"]) + ".",
          );
          const text = parts.join("");
          if (stored.delete(text)) tree.remove(text);
          else {
            stored.set(text, step);
            tree.add(text, step);
          }
          assertEquals(textsOf(tree.root).sort(), [...stored].sort());
          assertCompact(tree.root);
        }
        for (const text of stored.keys()) tree.remove(text);
        assertEquals(tree.root.children, undefined);
        assertEquals(tree.root.value, undefined);
      }
    });
  });
}

Deno.test("the empty text has its place at the root", () => {
  const tree = new RadixTree<number>(characterEnd);
  tree.add("a", 1);
  tree.add("", 2);
  assertEquals(textsOf(tree.root), [["", 2], ["a", 1]]);
  tree.remove("");
  assertEquals(textsOf(tree.root), [["a", 1]]);
});

Deno.test("long texts with thousands of units cost two nodes each at the most", () => {
  const tree = new RadixTree<number>(componentEnd);
  const long = "x.".repeat(2000);
  for (let i = 0; i < 500; i++) {
    tree.add(`${i}.${long}`, 1);
    tree.add(`shared.${long}${i}.`, 1);
  }
  // Beside the texts' ends: the root, and the place where the shared ones part.
  assertEquals(countNodes(tree.root), 1000 + 2);
});
