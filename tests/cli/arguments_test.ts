import { assertEquals } from "@std/assert";
import { type Arguments, parseArguments } from "../../src/cli/arguments.ts";

const DEFAULTS: Arguments = {
  command: "start",
  configPath: "c.json",
  ignoreUnsupported: false,
  logLevel: "info",
  logFormat: "text",
};

Deno.test("parseArguments() reads commands and options", () => {
  const cases: [words: string[], change: Partial<Arguments>][] = [
    [["c.json"], {}],
    [["start", "c.json"], {}],
    [["check", "c.json"], { command: "check" }],
    [["permissions", "c.json"], { command: "permissions" }],
    [["schema"], { command: "schema", configPath: "" }],
    [["version"], { command: "version", configPath: "" }],
    [["--version"], { command: "version", configPath: "" }],
    [["-V"], { command: "version", configPath: "" }],
    [["--log-level", "debug", "c.json"], { logLevel: "debug" }],
    [["c.json", "--log-level=warn"], { logLevel: "warn" }],
    [["--log-format", "json", "c.json"], { logFormat: "json" }],
    // A flag takes no value: the config is not swallowed.
    [["--ignore-unsupported", "c.json"], { ignoreUnsupported: true }],
    // A number is a file name as well.
    [["1.json"], { configPath: "1.json" }],
    [["42"], { configPath: "42" }],
    // After "--", and as a command's operand, every word is a file.
    [["start", "check"], { configPath: "check" }],
    [["start", "--", "--x"], { configPath: "--x" }],
  ];
  for (const [words, change] of cases) {
    assertEquals(parseArguments(words), {
      kind: "run",
      arguments: { ...DEFAULTS, ...change },
    });
  }
});

Deno.test("parseArguments() reads a wish for help before all else", () => {
  const cases: [words: string[], command: string | undefined][] = [
    [["--help"], undefined],
    [["-h"], undefined],
    [["check", "--help"], "check"],
    [["permissions", "c.json", "-h", "--nonsense"], "permissions"],
  ];
  for (const [words, command] of cases) {
    assertEquals<unknown>(parseArguments(words), { kind: "help", command });
  }
});

Deno.test("parseArguments() names all that is wrong", () => {
  const cases: [words: string[], ...problems: string[]][] = [
    [[], "the config file is missing: give its path"],
    [["check"], "the config file is missing: give its path"],
    [
      ["chek", "c.json"],
      'one config file is wanted, found "chek" and "c.json"; did you mean "check"?',
    ],
    [["a", "b"], 'one config file is wanted, found "a" and "b"'],
    [["schema", "c.json"], '"schema" takes no file, found "c.json"'],
    [
      ["--log-levl", "debug", "c.json"],
      'unknown option "--log-levl"; did you mean "--log-level"?',
    ],
    [["c.json", "-x"], 'unknown option "-x"'],
    [["c.json", "--frobnicate=1"], 'unknown option "--frobnicate"'],
    [
      ["c.json", "--log-level", "trace"],
      '--log-level takes one of debug, info, warn, error, found "trace"',
    ],
    [
      ["c.json", "--log-level"],
      "--log-level takes one of debug, info, warn, error, found nothing",
    ],
    [
      ["c.json", "--log-format=jsno", "--log-level=wran"],
      '--log-level takes one of debug, info, warn, error, found "wran"; did you mean "warn"?',
      '--log-format takes one of text, json, found "jsno"; did you mean "json"?',
    ],
  ];
  for (const [words, ...problems] of cases) {
    const found = parseArguments(words);
    // What an unknown option does with the word after it is not promised.
    const lines = found.kind === "wrong" ? found.problems : [];
    assertEquals(lines.slice(0, problems.length), problems, words.join(" "));
  }
});
