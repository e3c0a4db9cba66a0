import { assertEquals } from "@std/assert";
import { keyPath, LineIndex } from "../../src/schema/document.ts";
import { parseJson } from "../../src/schema/json_document.ts";

Deno.test("parseJson() names what is not JSON, and where", () => {
  const cases: [text: string, ...faults: [offset: number, start: string][]][] =
    [
      ["", [0, "expected a value"]],
      ["// nothing", [10, "expected a value"]],
      ['{"a": tru}', [6, "this is not a JSON value"], [9, "expected a value"]],
      ['{"a": "b}', [6, "this string does not end"], [9, 'expected "}"']],
      ['{"a" 1}', [5, 'expected ":" after the key']],
      ['{"a": 1 "b": 2}', [8, 'expected "," between two entries']],
      ['{"a": 1', [7, 'expected "}" at the end of the object']],
      ["[1, 2", [5, 'expected "]" at the end of the list']],
      ["{} {}", [3, "expected nothing more"]],
      ['{"a": "\\x"}', [6, "unknown escape in a string"]],
      ['{"a": "\\u12"}', [6, "this \\u escape"]],
      ['{"a": "\t"}', [6, "this character has no place in a string"]],
      ["{} /* on", [3, "this comment does not end"]],
    ];
  for (const [text, ...expected] of cases) {
    const { root, faults } = parseJson(text);
    assertEquals(root, undefined, text);
    const found = faults.map(({ offset, message }, index) => [
      offset,
      message.slice(0, expected[index]?.[1].length),
    ]);
    assertEquals<unknown>(found, expected, text);
  }
});

Deno.test("parseJson() has one fault for a text that is no JSON", () => {
  const { faults } = parseJson("{'a': 1, 'b': [True]}");
  assertEquals(faults.map(({ offset }) => offset), [1]);
  assertEquals(faults[0].message.endsWith("may come of this"), true);
});

Deno.test("parseJson() reports a key that stands twice, at any depth", () => {
  const { faults } = parseJson('{"a": [{"b": 1, "b": 2}], "a": 3}');
  assertEquals(faults.map(({ offset, path }) => [offset, path]), [
    [16, "a[0].b"],
    [26, "a"],
  ]);
});

Deno.test("parseJson() treats __proto__ as any other key", () => {
  const { root } = parseJson('{"__proto__": {"x": 1}}');
  assertEquals([...root?.entries.keys() ?? []], ["__proto__"]);
});

Deno.test("parseJson() reports halves of surrogate pairs, in values and in keys", () => {
  const { faults } = parseJson(
    '{"a": "\\ud83d\\ude00", "b": ["x\\ud83d"], "c": {"\\ude00": 1}}',
  );
  assertEquals(faults.map(({ offset, path }) => [offset, path]), [
    [28, "b[0]"],
    [46, "c"],
  ]);
  const [{ message }] = faults;
  assertEquals(message.startsWith("holds half of a surrogate pair"), true);
});

Deno.test("parseJson() reports nesting that exhausts the stack", () => {
  const { root, faults } = parseJson("[".repeat(1_000_000));
  assertEquals(root, undefined);
  assertEquals(faults.length, 1);
});

Deno.test("LineIndex finds lines and columns with every kind of line end", () => {
  const lines = new LineIndex("ab\ncd\r\n\rx");
  const cases: [offset: number, line: number, column: number][] = [
    [0, 1, 1],
    [2, 1, 3],
    [3, 2, 1],
    [5, 2, 3],
    [7, 3, 1],
    [8, 4, 1],
    [9, 4, 2],
  ];
  for (const [offset, line, column] of cases) {
    assertEquals(lines.locate(offset), { line, column });
  }
});

Deno.test("keyPath() quotes keys that are no words", () => {
  assertEquals(keyPath("", "a"), "a");
  assertEquals(keyPath("a", "allow-by-default"), "a.allow-by-default");
  assertEquals(keyPath("a", "b c"), 'a["b c"]');
  assertEquals(keyPath("", "1"), '["1"]');
});
