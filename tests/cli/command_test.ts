/** A command is one entry: what it takes and its help follow from that. */
import { assertEquals } from "@std/assert";
import {
  choice,
  flag,
  integer,
  required,
  text,
} from "../../src/base/command_option.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import {
  defineCommand,
  ExitCode,
  type Program,
} from "../../src/cli/command.ts";
import { commandHelp, groupHelp, programHelp } from "../../src/cli/help.ts";

const CALL = defineCommand({
  name: "call",
  summary: "call a procedure",
  operands: [
    { name: "URI", help: "the URI of the procedure" },
    { name: "ARGUMENT", help: "an argument in JSON", isOptional: true },
  ],
  options: {
    url: required("URL", "where the router listens"),
    authid: text("AUTHID", "who logs in"),
    serializer: choice("NAME", ["json", "cbor"], "cbor", "how messages look"),
    timeout: integer("MS", [1, 60_000], "how long the call may take"),
    // A flag here, and an option with a value of the other command.
    wait: flag(
      "go on when the result is there, and print each progressive result that comes before it",
    ),
  },
  help: "Calls a procedure and prints its result.",
  run({ operands: [uri], options }) {
    const { url, timeout, wait } = options;
    const milliseconds: number = timeout ?? 0;
    return url === uri && wait && milliseconds > 0
      ? ExitCode.FAILED
      : ExitCode.FINE;
  },
});

const TOPICS = defineCommand({
  name: "topics",
  summary: "list topics",
  operands: [],
  options: { wait: text("MS", "how long to wait") },
  help: "Lists topics.",
  exitCodes: "Exit code: 0.",
  run: () => ExitCode.FINE,
});

const LIST = {
  name: "list",
  summary: "list what is there",
  help: "Lists what is there.",
  commands: [TOPICS],
};

const PROGRAM: Program = {
  title: "A program",
  entries: [CALL, LIST],
  implied: CALL,
  version: TOPICS,
};

function reading(words: readonly string[]): unknown {
  const parsed = parseArguments(PROGRAM, words);
  if (parsed.kind !== "run") return parsed;
  return [parsed.path, parsed.operands, parsed.options];
}

Deno.test("a command gets its operands and the values of its options", () => {
  assertEquals(reading(["call", "com.a", "--url=u", "--wait", "7"]), [
    "call",
    ["com.a", "7"],
    {
      url: "u",
      authid: undefined,
      serializer: "cbor",
      timeout: undefined,
      wait: true,
    },
  ]);
  assertEquals(
    reading(["com.a", "--url=u", "--serializer", "json", "--timeout=5"]),
    [
      "call",
      ["com.a"],
      {
        url: "u",
        authid: undefined,
        serializer: "json",
        timeout: 5,
        wait: false,
      },
    ],
  );
});

Deno.test("an option that two commands have is read as the named one has it", () => {
  assertEquals(reading(["list", "topics", "--wait", "7"]), [
    "list topics",
    [],
    { wait: "7" },
  ]);
});

Deno.test("all that is wrong is named, by the names of the entry", () => {
  const cases: [words: string[], ...problems: string[]][] = [
    [
      ["call"],
      '"call" needs --url URL',
      "URI is missing: give the URI of the procedure",
    ],
    [
      ["call", "a", "b", "c", "--url=u", "--timeout=0"],
      '--timeout takes an integer from 1 to 60000, found "0"',
      '"call" takes only URI ARGUMENT, found "a" and "b" and "c"',
    ],
    [["list", "topics", "--url=u"], '--url is only for "call"'],
    [
      ["list", "topcis"],
      '"list" takes one of topics, found "topcis"; did you mean "topics"?',
    ],
    [["list"], '"list" takes one of topics; it is missing'],
    [
      ["call", "a", "--url=u", "--tiemout=5"],
      'unknown option "--tiemout"; did you mean "--timeout"?',
    ],
  ];
  for (const [words, ...problems] of cases) {
    assertEquals<unknown>(parseArguments(PROGRAM, words), {
      kind: "wrong",
      problems,
    });
  }
});

Deno.test("the help of a command follows from its entry", () => {
  assertEquals(
    commandHelp({ path: "call", command: CALL }, true),
    `Usage: main.ts [call] [OPTIONS] URI [ARGUMENT] --url URL

Calls a procedure and prints its result.

Options:
  --url URL                where the router listens
  --authid AUTHID          who logs in
  --serializer NAME        how messages look: json or cbor (default: cbor)
  --timeout MS             how long the call may take
  --wait                   go on when the result is there, and print each
                           progressive result that comes before it
  -h, --help               print this text

Exit code: 0 fine, 1 failed while running, 2 wrong usage or config.
`,
  );
});

Deno.test("the help of the program and of a group list their commands", () => {
  const [usage] = programHelp(PROGRAM).split("\n\nOptions:");
  assertEquals(
    usage,
    `A program

Usage:
  main.ts [call] URI [ARGUMENT] ...  call a procedure
  main.ts list topics                list what is there
  main.ts COMMAND --help             say more about a command`,
  );
  assertEquals(
    groupHelp(LIST),
    `Usage:
  main.ts list topics [OPTIONS]  list topics

Lists what is there.

main.ts list topics --help says more.
`,
  );
});
