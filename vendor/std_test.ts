/**
 * What the project relies on in the `@std` packages. It must hold for the
 * stand-ins here and, with `links` deleted from `deno.json`, for the real ones.
 */
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unimplemented,
  unreachable,
} from "@std/assert";
import { parseArgs, promptSecret } from "@std/cli";
import {
  BaseHandler,
  ConsoleHandler,
  formatters,
  getLogger,
  Logger,
  LogLevels,
  setup,
} from "@std/log";
import { decode, encode, type ValueType } from "@std/msgpack";

const cyclic = (): Record<string, unknown> => {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
};

Deno.test("equal() compares by value", () => {
  const same: [unknown, unknown][] = [
    [0, -0],
    [NaN, NaN],
    [[1, { a: [2] }], [1, { a: [2] }]],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    [Object.create(null), {}],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
    [new Uint8Array([9, 1, 2]).subarray(1), Uint8Array.of(1, 2)],
    [Uint8Array.of(1).buffer, Uint8Array.of(1).buffer],
    [new Set([1, [2]]), new Set([[2], 1])],
    [new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]])],
    [new Date(5), new Date(5)],
    [/a/g, /a/g],
    [new URL("http://a/"), new URL("http://a/")],
    [cyclic(), cyclic()],
    [5n, 5n],
  ];
  for (const [a, b] of same) assert(equal(a, b));
  const different: [unknown, unknown][] = [
    [0, 0n],
    [1, "1"],
    [null, undefined],
    [{ a: undefined }, {}],
    [{ a: undefined }, { b: undefined }],
    [[1], [1, 2]],
    [[1, undefined], [1]],
    [[], {}],
    [Uint8Array.of(1), [1]],
    [Uint8Array.of(1), Int8Array.of(1)],
    [Uint8Array.of(1), Uint8Array.of(1, 2)],
    [new Set([1, 2]), new Set([1, 3])],
    [new Map([[1, 2]]), new Map([[1, 3]])],
    [new Date(5), new Date(6)],
    [/a/g, /a/],
    [new Error("a"), new Error("b")],
    [new (class A {})(), new (class B {})()],
  ];
  for (const [a, b] of different) assertFalse(equal(a, b));
});

Deno.test("assertions let through what is right", async () => {
  assert(1);
  assertFalse(0);
  assertEquals({ a: [1] }, { a: [1] });
  assertNotEquals({ a: 1 }, { a: 2 });
  assertStrictEquals(NaN, NaN);
  assertNotStrictEquals([], []);
  assertExists(0);
  assertArrayIncludes([1, { a: 1 }], [{ a: 1 }]);
  assertObjectMatch({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } });
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertStringIncludes("abc", "b");
  assertMatch("abc", /b/);
  assertNotMatch("abc", /x/);
  assertGreater(2, 1);
  assertGreaterOrEqual(2, 2);
  assertLess(1, 2);
  assertLessOrEqual(2, 2);
  assertInstanceOf([], Array);
  assertIsError(new TypeError("a b"), TypeError, "a");
  const thrown = assertThrows(() => JSON.parse("{"), SyntaxError);
  assertInstanceOf(thrown, SyntaxError);
  const reason = await assertRejects(
    () => Promise.reject(new RangeError("too far")),
    RangeError,
    "far",
  );
  assertEquals(reason.message, "too far");
});

Deno.test("assertions refuse what is wrong", async () => {
  const wrong: (() => unknown)[] = [
    () => assert(0),
    () => assertFalse(1),
    () => assertEquals({ a: 1 }, { a: 2 }),
    () => assertNotEquals([1], [1]),
    () => assertStrictEquals<unknown>(0, -0),
    () => assertNotStrictEquals(1, 1),
    () => assertExists(null),
    () => assertArrayIncludes([1], [2]),
    () => assertObjectMatch({ a: 1 }, { a: 2 }),
    () => assertObjectMatch({ a: 1 }, { b: 2 }),
    () => assertAlmostEquals(1, 1.1),
    () => assertStringIncludes("abc", "x"),
    () => assertMatch("abc", /x/),
    () => assertNotMatch("abc", /b/),
    () => assertGreater(1, 1),
    () => assertGreaterOrEqual(1, 2),
    () => assertLess(1, 1),
    () => assertLessOrEqual(2, 1),
    () => assertInstanceOf({}, Array),
    () => assertIsError("a"),
    () => assertIsError(new Error("a"), TypeError),
    () => assertIsError(new Error("a"), Error, "b"),
    () => assertThrows(() => {}),
    () =>
      assertThrows(() => {
        throw new Error("a");
      }, TypeError),
    () => fail(),
    () => unreachable(),
    () => unimplemented(),
  ];
  for (const act of wrong) assertThrows(act, AssertionError);
  await assertRejects(
    () => assertRejects(() => Promise.resolve()),
    AssertionError,
  );
  await assertRejects(
    () => assertRejects(() => Promise.reject(new Error("a")), TypeError),
    AssertionError,
  );
  // To throw is not to reject.
  await assertRejects(
    () =>
      assertRejects(() => {
        throw new Error("a");
      }),
    AssertionError,
  );
});

Deno.test("parseArgs() reads options and arguments", () => {
  const options = {
    string: ["_", "name"],
    boolean: ["flag"],
    alias: { flag: "f" },
  };
  const cases: [words: string[], result: Record<string, unknown>][] = [
    [[], { _: [], flag: false }],
    [["a", "1"], { _: ["a", "1"], flag: false }],
    [["--name", "x", "a"], { _: ["a"], name: "x", flag: false }],
    [["--name=x=y"], { _: [], name: "x=y", flag: false }],
    [["--name=1"], { _: [], name: "1", flag: false }],
    [["--name"], { _: [], name: "", flag: false }],
    [["--name", "--flag"], { _: [], name: "", flag: true, f: true }],
    [["--flag", "a"], { _: ["a"], flag: true, f: true }],
    [["-f", "a"], { _: ["a"], flag: true, f: true }],
    [["--flag=false"], { _: [], flag: false, f: false }],
    [["--", "--flag"], { _: ["--flag"], flag: false }],
    [["-"], { _: ["-"], flag: false }],
  ];
  for (const [words, result] of cases) {
    const found = { ...parseArgs(words, options) };
    // Whether an alias that was not given is there is not promised.
    if (!("f" in result)) delete found["f"];
    assertEquals<unknown>(found, result, words.join(" "));
  }
});

Deno.test("parseArgs() asks about each word that was not declared", () => {
  const asked: unknown[] = [];
  const found = parseArgs(["a", "--known", "--other=1", "-x"], {
    boolean: ["known"],
    unknown(word, name) {
      asked.push([word, name]);
      return name === undefined;
    },
  });
  assertEquals(asked, [
    ["a", undefined],
    ["--other=1", "other"],
    ["-x", "x"],
  ]);
  assertEquals<unknown>({ ...found }, { _: ["a"], known: true });
});

Deno.test("parseArgs() collects, negates and falls back", () => {
  assertEquals<unknown>(
    {
      ...parseArgs(["--no-colour", "--to=a", "--to", "b", "--", "c"], {
        string: ["to"],
        collect: ["to"],
        boolean: ["colour"],
        negatable: ["colour"],
        default: { colour: true, level: "info" },
        "--": true,
      }),
    },
    { _: [], "--": ["c"], to: ["a", "b"], colour: false, level: "info" },
  );
});

Deno.test("promptSecret() is a function", () => {
  assertEquals(typeof promptSecret, "function");
});

class Lines extends BaseHandler {
  readonly lines: string[] = [];

  log(line: string): void {
    this.lines.push(line);
  }
}

Deno.test("Logger hands records of its level to its handlers", () => {
  const handler = new Lines("INFO", {
    formatter: ({ levelName, loggerName, msg, args, datetime }) =>
      JSON.stringify([
        levelName,
        loggerName,
        msg,
        args,
        datetime instanceof Date,
      ]),
  });
  const log = new Logger("mine", "DEBUG", { handlers: [handler] });
  log.debug("not for the handler");
  assertEquals(log.info("said", { a: 1 }), "said");
  log.warn(() => "late");
  log.error("bad");
  log.critical("worse");
  log.level = LogLevels.ERROR;
  assertEquals(log.warn(() => fail("must not be called")), undefined);
  assertEquals(handler.lines.map((line) => JSON.parse(line)), [
    ["INFO", "mine", "said", [{ a: 1 }], true],
    ["WARN", "mine", "late", [], true],
    ["ERROR", "mine", "bad", [], true],
    ["CRITICAL", "mine", "worse", [], true],
  ]);
});

Deno.test("setup() makes loggers that getLogger() finds", () => {
  const handler = new Lines("DEBUG");
  const quiet = new ConsoleHandler("CRITICAL", {
    formatter: formatters.jsonFormatter,
    useColors: false,
  });
  setup({
    handlers: { lines: handler, quiet },
    loggers: {
      default: { level: "INFO", handlers: ["lines", "quiet", "none"] },
    },
  });
  getLogger().info("a");
  getLogger().debug("b");
  getLogger("other").info("c");
  assertEquals(handler.lines, ["INFO a"]);
  setup({});
});

const bytes = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.fromHex(hex);

Deno.test("encode() and decode() agree on MessagePack", () => {
  const cases: [value: ValueType, hex: string][] = [
    [null, "c0"],
    [false, "c2"],
    [true, "c3"],
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65_535, "cdffff"],
    [65_536, "ce00010000"],
    [2 ** 32 - 1, "ceffffffff"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0df"],
    [-128, "d080"],
    [-129, "d1ff7f"],
    [-32_768, "d18000"],
    [-32_769, "d2ffff7fff"],
    [-(2 ** 31), "d280000000"],
    // Larger integers are floats, unless they are bigints.
    [2 ** 32, "cb41f0000000000000"],
    [-(2 ** 31) - 1, "cbc1e0000000200000"],
    [1.5, "cb3ff8000000000000"],
    [5n, "cf0000000000000005"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
    [-1n, "d3ffffffffffffffff"],
    ["", "a0"],
    ["é", "a2c3a9"],
    ["x".repeat(31), `bf${"78".repeat(31)}`],
    ["x".repeat(32), `d920${"78".repeat(32)}`],
    ["x".repeat(256), `da0100${"78".repeat(256)}`],
    ["x".repeat(65_536), `db00010000${"78".repeat(65_536)}`],
    [bytes("0102"), "c4020102"],
    [new Uint8Array(256), `c50100${"00".repeat(256)}`],
    [new Uint8Array(65_536), `c600010000${"00".repeat(65_536)}`],
    [[], "90"],
    [[1, [2]], "92019102"],
    [new Array<ValueType>(16).fill(1), `dc0010${"01".repeat(16)}`],
    [new Array<ValueType>(65_536).fill(1), `dd00010000${"01".repeat(65_536)}`],
    [{}, "80"],
    [{ a: 1, b: null }, "82a16101a162c0"],
  ];
  for (const [value, hex] of cases) {
    assertEquals(encode(value).toHex(), hex);
    assertEquals(decode(bytes(hex)), value);
  }
});

Deno.test("encode() writes maps of any size", () => {
  for (
    const [count, head] of [[16, "de0010"], [65_536, "df00010000"]] as const
  ) {
    const entries = Array.from({ length: count }, (_, at) => [`k${at}`, at]);
    const map = Object.fromEntries(entries);
    const encoded = encode(map);
    assert(encoded.toHex().startsWith(head));
    assertEquals(decode(encoded), map);
  }
});

Deno.test("decode() has its own ways", () => {
  // Floats of 32 bits, longer forms than needed, and number keys are read.
  assertEquals(decode(bytes("ca3fc00000")), 1.5);
  assertEquals(decode(bytes("ce00000001")), 1);
  assertEquals(decode(bytes("810102")), { 1: 2 });
  // A byte order mark is dropped; malformed UTF-8 becomes U+FFFD.
  assertEquals(decode(bytes("a4efbbbf61")), "a");
  assertEquals(decode(bytes("a1ff")), "\ufffd");
  assertEquals(encode("\ud800").toHex(), "a3efbfbd");
  // Binary is a view of the input.
  const input = bytes("c40101");
  const view = decode(input) as Uint8Array;
  assertStrictEquals(view.buffer, input.buffer);
});

Deno.test("decode() throws at what is cut off, left over or not known", () => {
  const cases = [
    "",
    "92",
    "9201",
    "a2c3",
    "c5",
    "c402",
    "cc",
    "cd01",
    "ce010203",
    "cf01020304050607",
    "cb",
    "dc00",
    "81a161",
    "81c001", // a key that is no string
    "0101", // two values
    "c1", // never used
    "c70100ff", // extension types
    "d40100",
    "d8",
  ];
  for (const hex of cases) {
    assertThrows(() => decode(bytes(hex)), Error, undefined, hex);
  }
});

Deno.test("encode() throws at what MessagePack cannot carry", () => {
  const cases: unknown[] = [
    2n ** 64n,
    -(2n ** 63n) - 1n,
    undefined,
    [undefined],
    Symbol("a"),
    () => 1,
    new Date(),
    new Map(),
  ];
  for (const value of cases) assertThrows(() => encode(value as ValueType));
});
