import { assertEquals } from "@std/assert";
import { type Arguments, parseArguments } from "../../src/cli/arguments.ts";

const NO_QUESTION: Arguments["question"] = {
  realm: "",
  role: "",
  action: "call",
  uri: "",
  match: "exact",
};

const DEFAULTS: Arguments = {
  command: "start",
  configPath: "c.json",
  operand: "",
  stretching: {},
  question: NO_QUESTION,
  ignoreUnsupported: false,
  absolute: false,
  logLevel: "info",
  logFormat: "text",
};

Deno.test("parseArguments() reads commands and options", () => {
  const cases: [words: string[], change: Partial<Arguments>][] = [
    [["c.json"], {}],
    [["start", "c.json"], {}],
    [["check", "c.json"], { command: "check" }],
    [["permissions", "c.json"], { command: "permissions" }],
    [["permissions", "--absolute", "c.json"], {
      command: "permissions",
      absolute: true,
    }],
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
    [["keygen"], { command: "keygen", configPath: "" }],
    [["keygen", "k"], { command: "keygen", configPath: "", operand: "k" }],
    [["secret", "wampcra", "--iterations", "5000"], {
      command: "secret",
      configPath: "",
      operand: "wampcra",
      stretching: { iterations: 5000 },
    }],
    [["secret", "scram", "--kdf=pbkdf2"], {
      command: "secret",
      configPath: "",
      operand: "scram",
      stretching: { kdf: "pbkdf2" },
    }],
    [["secret", "scram", "--iterations=1", "--memory=8192"], {
      command: "secret",
      configPath: "",
      operand: "scram",
      stretching: { iterations: 1, memory: 8192 },
    }],
  ];
  for (const [words, change] of cases) {
    assertEquals(parseArguments(words), {
      kind: "run",
      arguments: { ...DEFAULTS, ...change },
    });
  }
});

Deno.test("parseArguments() reads what explain is asked", () => {
  const ASKED = { realm: "realm1", role: "user", match: "exact" } as const;
  const cases: [words: string[], change: Partial<Arguments["question"]>][] = [
    [["--call", "com.a"], { action: "call", uri: "com.a" }],
    [["--register=com.a"], { action: "register", uri: "com.a" }],
    [["--publish", "7"], { action: "publish", uri: "7" }],
    [["--publish", "com.a", "--match", "exact"], {
      action: "publish",
      uri: "com.a",
    }],
    [["--subscribe", "com.", "--match", "prefix"], {
      action: "subscribe",
      uri: "com.",
      match: "prefix",
    }],
    // The prefix of all URIs is a text without letters.
    [["--register=", "--match=prefix"], {
      action: "register",
      uri: "",
      match: "prefix",
    }],
  ];
  for (const [words, change] of cases) {
    assertEquals(
      parseArguments([
        "explain",
        "c.json",
        ...["--realm", "realm1", "--role=user"],
        ...words,
      ]),
      {
        kind: "run",
        arguments: {
          ...DEFAULTS,
          command: "explain",
          question: { ...NO_QUESTION, ...ASKED, ...change },
        },
      },
      words.join(" "),
    );
  }
});

Deno.test("parseArguments() names all that is wrong with what explain is asked", () => {
  const cases: [words: string[], ...problems: string[]][] = [
    [
      [],
      '"explain" needs --realm NAME',
      '"explain" needs --role NAME',
      '"explain" needs one of --call, --register, --publish, --subscribe, --force-reregister with a URI',
    ],
    [
      ["--realm=a", "--role", "--call", "com.a"],
      '"explain" needs --role NAME',
    ],
    [
      ["--realm=a", "--role=b", "--call=com.a", "--publish=com.a"],
      "one action is wanted, found --call and --publish",
    ],
    [
      ["--realm=a", "--role=b", "--call"],
      "--call takes a URI, found nothing",
    ],
    [
      ["--realm=a", "--role=b", "--subscribe=a", "--match=prefx"],
      '--match takes one of exact, prefix, wildcard, found "prefx"; did you mean "prefix"?',
    ],
    [
      ["--realm=a", "--role=b", "--call=a", "--match=prefix"],
      "--match prefix is only for --register, --force-reregister and --subscribe: clients call one URI",
    ],
    [
      ["--realm=a", "--role=b", "--publish=a", "--match=wildcard"],
      "--match wildcard is only for --register, --force-reregister and --subscribe: clients publish one URI",
    ],
  ];
  for (const [words, ...problems] of cases) {
    assertEquals<unknown>(
      parseArguments(["explain", "c.json", ...words]),
      { kind: "wrong", problems },
      words.join(" "),
    );
  }
  assertEquals<unknown>(
    parseArguments(["check", "c.json", "--realm=a", "--call=b"]),
    {
      kind: "wrong",
      problems: [
        '--realm is only for "explain"',
        '--call is only for "explain"',
      ],
    },
  );
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
      ["explain", "--realm=a", "--role=b", "--call=c"],
      "the config file is missing: give its path",
    ],
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
    [["keygen", "a", "b"], '"keygen" takes one file at most, found "b"'],
    [["secret"], '"secret" takes one of wampcra, scram; it is missing'],
    [
      ["secret", "scam"],
      '"secret" takes one of wampcra, scram, found "scam"; did you mean "scram"?',
    ],
    // A password has no place on a command line.
    [
      ["secret", "scram", "pencil"],
      '"secret" takes one of wampcra, scram, found also "pencil"',
    ],
    [["c.json", "--kdf=pbkdf2"], '--kdf is only for "secret"'],
    [["c.json", "--absolute"], '--absolute is only for "permissions"'],
    [
      ["secret", "wampcra", "--kdf=pbkdf2"],
      '--kdf is only for "secret scram"',
    ],
    [
      ["secret", "scram", "--kdf=scrypt"],
      '--kdf takes one of pbkdf2, argon2id13, found "scrypt"',
    ],
    [
      ["secret", "wampcra", "--iterations=4095"],
      '--iterations takes an integer from 4096 to 10000000, found "4095"',
    ],
    [
      ["secret", "scram", "--kdf=pbkdf2", "--iterations=1e9"],
      '--iterations takes an integer from 4096 to 10000000, found "1e9"',
    ],
    [
      ["secret", "scram", "--memory=8191"],
      '--memory takes an integer from 8192 to 4194304, found "8191"',
    ],
    [
      ["secret", "scram", "--kdf=pbkdf2", "--memory=8192"],
      "--memory is only for argon2id13",
    ],
  ];
  for (const [words, ...problems] of cases) {
    const found = parseArguments(words);
    // What an unknown option does with the word after it is not promised.
    const lines = found.kind === "wrong" ? found.problems : [];
    assertEquals(lines.slice(0, problems.length), problems, words.join(" "));
  }
});
