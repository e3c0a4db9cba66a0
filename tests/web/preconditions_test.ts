/** What of a file a request is answered with (RFC 9110 sections 13 and 14). */
import { assertEquals } from "@std/assert";
import { selectPart } from "../../src/web/preconditions.ts";

const DATE = "Tue, 01 Jan 2030 00:00:00 GMT";
const BEFORE = "Mon, 31 Dec 2029 00:00:00 GMT";
const AFTER = "Wed, 02 Jan 2030 00:00:00 GMT";
const FILE = { size: 100, etag: '"v1"', lastModified: DATE };
const WHOLE = { status: 200, start: 0, end: 100 } as const;

Deno.test("a client that has the file is told so, by entity tag before date", () => {
  const cases: [Record<string, string>, number][] = [
    [{}, 200],
    [{ "if-none-match": '"v1"' }, 304],
    [{ "if-none-match": 'W/"v1"' }, 304],
    [{ "if-none-match": '"v0", "v1"' }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"v0"' }, 200],
    [{ "if-modified-since": DATE }, 304],
    [{ "if-modified-since": AFTER }, 304],
    [{ "if-modified-since": BEFORE }, 200],
    [{ "if-modified-since": "nonsense" }, 200],
    [{ "if-none-match": '"v0"', "if-modified-since": AFTER }, 200],
    [{ "if-none-match": '"v1"', "if-modified-since": BEFORE }, 304],
    [{ "if-none-match": '"v1"', "cache-control": "no-cache" }, 200],
    [{ "if-none-match": '"v1"', range: "bytes=0-1" }, 304],
  ];
  for (const [headers, status] of cases) {
    const selection = selectPart(headers, FILE);
    assertEquals(selection.status, status, JSON.stringify(headers));
  }
});

Deno.test("a client that wants another version is refused (412)", () => {
  const cases: [Record<string, string>, number][] = [
    [{ "if-match": '"v1"' }, 200],
    [{ "if-match": '"v0", "v1"' }, 200],
    [{ "if-match": "*" }, 200],
    [{ "if-match": '"v0"' }, 412],
    [{ "if-match": 'W/"v1"' }, 412],
    [{ "if-unmodified-since": BEFORE }, 412],
    [{ "if-unmodified-since": DATE }, 200],
    [{ "if-unmodified-since": "nonsense" }, 200],
    [{ "if-match": '"v1"', "if-unmodified-since": BEFORE }, 200],
    [{ "if-match": '"v0"', "if-none-match": '"v1"' }, 412],
  ];
  for (const [headers, status] of cases) {
    const selection = selectPart(headers, FILE);
    assertEquals(selection.status, status, JSON.stringify(headers));
  }
});

Deno.test("one range is answered with that part; several, other units and nonsense with the whole", () => {
  const part = (start: number, end: number) => ({ status: 206, start, end });
  const cases: [string, object][] = [
    ["bytes=0-0", part(0, 1)],
    ["bytes=0-99", part(0, 100)],
    ["bytes=10-", part(10, 100)],
    ["bytes=-10", part(90, 100)],
    ["bytes=90-1000", part(90, 100)],
    ["bytes=-1000", part(0, 100)],
    ["bytes=0-99999999999999999", part(0, 100)],
    ["bytes=100-", { status: 416 }],
    ["bytes=1000-2000", { status: 416 }],
    ["bytes=-0", { status: 416 }],
    ["bytes=0-1,3-4", WHOLE],
    ["bytes=5-1", WHOLE],
    ["bytes=a-b", WHOLE],
    ["bytes", WHOLE],
    ["lines=0-1", WHOLE],
    [`bytes=${"0-,".repeat(2000)}0-`, WHOLE],
  ];
  for (const [range, expected] of cases) {
    assertEquals(selectPart({ range }, FILE), expected, range.slice(0, 40));
  }
});

Deno.test("a range counts only for the version that the client has a part of", () => {
  const range = "bytes=0-0";
  for (
    const [validator, status] of [
      ['"v1"', 206],
      [DATE, 206],
      ['"v0"', 200],
      ['W/"v1"', 200],
      [BEFORE, 200],
      ["nonsense", 200],
    ] as const
  ) {
    const headers = { range, "if-range": validator };
    assertEquals(selectPart(headers, FILE).status, status, validator);
  }
});
