import { assertEquals } from "@std/assert";
import type { ConfigNode } from "../../src/schema/document.ts";
import { plainValue } from "../../src/schema/document.ts";
import { isYaml, parseDocument } from "../../src/schema/parse_document.ts";
import { parseYaml } from "../../src/schema/yaml_document.ts";

function valueOf(text: string): unknown {
  const { root, faults } = parseYaml(text);
  assertEquals(faults, [], text);
  return root && plainValue(root);
}

Deno.test("parseYaml() reads what JSON can say, in YAML's forms", () => {
  const text = `# a comment
version: 2
list:
- 1
- -2.5
- "a b"
- 'it''s'
- plain text
- {a: [b, null], "c": ~}
folded: >-
  one
  two
empty:
truth: true
words: [yes, off, 0660, 2026-01-01, 12:30]
8080: a number as a key
`;
  assertEquals(valueOf(text), {
    version: 2,
    list: [1, -2.5, "a b", "it's", "plain text", { a: ["b", null], c: null }],
    folded: "one two",
    empty: null,
    truth: true,
    // YAML 1.2: no other words are booleans, no numbers octal, no texts dates.
    words: ["yes", "off", 660, "2026-01-01", "12:30"],
    "8080": "a number as a key",
  });
});

Deno.test("parseYaml() keeps where keys and values stand", () => {
  const text = "a:\n  b: [1, x]\nc: d\n";
  const places: [string, number][] = [];
  const visit = (node: ConfigNode): void => {
    places.push([node.path, node.offset]);
    for (const { place, node: value } of node.entries.values()) {
      places.push([`key ${place.path}`, place.offset]);
      visit(value);
    }
    node.items.forEach(visit);
  };
  const { root } = parseYaml(text);
  if (root !== undefined) visit(root);
  assertEquals(places, [
    ["", 0],
    ["key a", 0],
    ["a", 5],
    ["key a.b", 5],
    ["a.b", 8],
    ["a.b[0]", 9],
    ["a.b[1]", 12],
    ["key c", 15],
    ["c", 18],
  ]);
});

Deno.test("parseYaml() follows aliases and merge keys", () => {
  const text = `base: &base {a: 1, b: 2}
other: &other {b: 3, c: 4}
one: *base
two: {<<: *base, b: 5}
three: {<<: [*other, *base], d: 6}
`;
  const { one, two, three } = valueOf(text) as Record<string, unknown>;
  assertEquals([one, two, three], [
    { a: 1, b: 2 },
    { b: 5, a: 1 },
    { d: 6, b: 3, c: 4, a: 1 },
  ]);
  assertEquals(valueOf('"<<": {a: 1}'), { "<<": { a: 1 } });
});

/** Texts, and the only fault of each: where, and how it begins. */
const FAULTS: readonly [text: string, offset: number, start: string][] = [
  ["", 0, "there is nothing in it"],
  ["# nothing\n", 0, "there is nothing in it"],
  ["a: b: c\n", 3, "cannot be read as YAML: Nested mappings are not allowed"],
  ["a: [1\nb: 2\nc: 3\n", 6, "cannot be read as YAML: "],
  ["a: 1\n b: 2\n  c\n", 3, "cannot be read as YAML: "],
  ["\ta: 1\n", 0, "cannot be read as YAML: Tabs are not allowed"],
  ["a: *b\n", 3, "*b stands for what is nowhere before it"],
  ["a: !x 1\n", 3, "cannot be read as YAML: Unresolved tag"],
  ["--- 1\n--- 2\n", 6, "cannot be read as YAML: Source contains multiple"],
  ["a: 1\na: 2\n", 5, "stands twice in one object; keep one of them"],
  ["? [a]\n: 1\n", 0, "has a key that is no text"],
  ["a: &x {b: *x}\n", 10, "*x stands for what it stands in"],
  ["<<: 1\n", 4, "<< needs an object, or a list of them"],
  ['a: "\\ud83d"\n', 3, "holds half of a surrogate pair"],
];

for (const [text, offset, start] of FAULTS) {
  Deno.test(`parseYaml() finds one fault in ${JSON.stringify(text)}`, () => {
    const { faults } = parseYaml(text);
    const found = faults.map((one) => [
      one.offset,
      one.message.slice(0, start.length),
    ]);
    assertEquals(found, [[offset, start]]);
  });
}

Deno.test("parseYaml() stops where aliases multiply, and where nesting is endless", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 9; level++) {
    const alias = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array(10).fill(alias).join(", ")}]`);
  }
  const { faults } = parseYaml(lines.join("\n"));
  assertEquals(faults.map(({ message }) => message), [
    "has more than 1000000 values, aliases counted",
  ]);
  const deep = parseYaml("[".repeat(100_000));
  assertEquals(deep.faults.length, 1);
});

Deno.test("parseDocument() tells YAML from JSON by the name, then by the start", () => {
  const cases: [text: string, path: string, yaml: boolean][] = [
    ["{}", "config.json", false],
    ["// x\n/* y */ [1]", "config", false],
    ["  {", "config", false],
    ["", "config.json", false],
    ["version: 2", "config.json", true],
    ["# x\nversion: 2", "sluice.conf", true],
    ["---\nversion: 2", "x", true],
    ["- a", "x", true],
    ["{a: 1}", "x.YAML", true],
    ["{a: 1}", "x.yml", true],
    ["12", "x", false],
    ['"x"', "x", false],
  ];
  for (const [text, path, yaml] of cases) {
    assertEquals(isYaml(text, path), yaml, `${path}: ${text}`);
  }
  // What is neither has one fault, however much of it there is.
  const { root, faults } = parseDocument("to be: or not\n  to: be\n", "a.json");
  assertEquals([root, faults.length], [undefined, 1]);
});
