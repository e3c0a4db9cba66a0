import { assert, assertEquals } from "@std/assert";
import { parseArguments as parse } from "../../src/cli/arguments.ts";
import { PROGRAM } from "../../src/cli/main.ts";

function parseArguments(words: readonly string[]) {
  return parse(PROGRAM, words);
}

/** The command that `words` name, and what it is run with. */
function reading(words: readonly string[]): unknown {
  const parsed = parseArguments(words);
  if (parsed.kind !== "run") return parsed;
  const { path, operands, options } = parsed;
  return [path, operands, options];
}

const CONFIG = { "ignore-unsupported": false };
const START = { ...CONFIG, "log-level": "info", "log-format": "text" };
const SCRAM = { kdf: "argon2id13", iterations: undefined, memory: undefined };

Deno.test("parseArguments() reads commands and options", () => {
  const cases: [words: string[], ...reading: unknown[]][] = [
    [["c.json"], "start", ["c.json"], START],
    [["start", "c.json"], "start", ["c.json"], START],
    [["check", "c.json"], "check", ["c.json"], CONFIG],
    [["permissions", "c.json"], "permissions", ["c.json"], {
      ...CONFIG,
      absolute: false,
    }],
    [["permissions", "--absolute", "c.json"], "permissions", ["c.json"], {
      ...CONFIG,
      absolute: true,
    }],
    [["schema"], "schema", [], {}],
    [["version"], "version", [], {}],
    [["--version"], "version", [], {}],
    [["-V"], "version", [], {}],
    [["--log-level", "debug", "c.json"], "start", ["c.json"], {
      ...START,
      "log-level": "debug",
    }],
    [["c.json", "--log-level=warn"], "start", ["c.json"], {
      ...START,
      "log-level": "warn",
    }],
    [["--log-format", "json", "c.json"], "start", ["c.json"], {
      ...START,
      "log-format": "json",
    }],
    // A flag takes no value: the config is not swallowed.
    [["--ignore-unsupported", "c.json"], "start", ["c.json"], {
      ...START,
      "ignore-unsupported": true,
    }],
    // Options can come before the command.
    [["--ignore-unsupported", "check", "c.json"], "check", ["c.json"], {
      "ignore-unsupported": true,
    }],
    // A number is a file name as well.
    [["1.json"], "start", ["1.json"], START],
    [["42"], "start", ["42"], START],
    // After "--", and as a command's operand, every word is a file.
    [["start", "check"], "start", ["check"], START],
    [["start", "--", "--x"], "start", ["--x"], START],
    [["keygen"], "keygen", [], {}],
    [["keygen", "k"], "keygen", ["k"], {}],
    [["secret", "wampcra", "--iterations", "5000"], "secret wampcra", [], {
      iterations: 5000,
    }],
    [["secret", "scram"], "secret scram", [], SCRAM],
    [["secret", "scram", "--kdf=pbkdf2"], "secret scram", [], {
      ...SCRAM,
      kdf: "pbkdf2",
    }],
    [
      ["secret", "scram", "--iterations=1", "--memory=8192"],
      "secret scram",
      [],
      { ...SCRAM, iterations: 1, memory: 8192 },
    ],
  ];
  for (const [words, ...expected] of cases) {
    assertEquals(reading(words), expected, words.join(" "));
  }
});

Deno.test("parseArguments() reads what explain is asked", () => {
  const question = {
    realm: "realm1",
    role: "user",
    call: undefined,
    register: undefined,
    publish: undefined,
    subscribe: undefined,
    "force-reregister": undefined,
    match: "exact",
  };
  const cases: [words: string[], change: Partial<typeof question> | object][] =
    [
      [["--call", "com.a"], { call: "com.a" }],
      [["--register=com.a"], { register: "com.a" }],
      [["--publish", "7"], { publish: "7" }],
      [["--publish", "com.a", "--match", "exact"], { publish: "com.a" }],
      [["--subscribe", "com.", "--match", "prefix"], {
        subscribe: "com.",
        match: "prefix",
      }],
      // The prefix of all URIs is a text without letters.
      [["--register=", "--match=prefix"], { register: "", match: "prefix" }],
    ];
  for (const [words, change] of cases) {
    const asked = ["--realm", "realm1", "--role=user", ...words];
    assertEquals(
      reading(["explain", "c.json", ...asked]),
      ["explain", ["c.json"], { ...CONFIG, ...question, ...change }],
      words.join(" "),
    );
  }
});

Deno.test("parseArguments() names all that is wrong with what explain is asked", () => {
  const cases: [words: string[], ...problems: string[]][] = [
    [
      [],
      '"explain" needs --realm REALM',
      '"explain" needs --role ROLE',
      '"explain" needs one of --call, --register, --publish, --subscribe, --force-reregister with a URI',
    ],
    [
      ["--realm=a", "--role", "--call", "com.a"],
      '"explain" needs --role ROLE',
    ],
    [
      ["--realm=a", "--role=b", "--call=com.a", "--publish=com.a"],
      "only one action can be asked, found --call and --publish",
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
  const cases: [words: string[], about: string | undefined][] = [
    [["--help"], undefined],
    [["-h"], undefined],
    [["check", "--help"], "check"],
    [["permissions", "c.json", "-h", "--nonsense"], "permissions"],
    [["secret", "-h"], "secret"],
    [["secret", "scram", "-h"], "secret scram"],
  ];
  for (const [words, name] of cases) {
    const parsed = parseArguments(words);
    assert(parsed.kind === "help", words.join(" "));
    const { about } = parsed;
    assertEquals(about && "path" in about ? about.path : about?.name, name);
  }
});

Deno.test("parseArguments() names all that is wrong", () => {
  const cases: [words: string[], ...problems: string[]][] = [
    [[], "CONFIG is missing: give the path of the config file"],
    [["check"], "CONFIG is missing: give the path of the config file"],
    [
      ["explain", "--realm=a", "--role=b", "--call=c"],
      "CONFIG is missing: give the path of the config file",
    ],
    [
      ["chek", "c.json"],
      '"start" takes only CONFIG, found "chek" and "c.json"; did you mean "check"?',
    ],
    [["a", "b"], '"start" takes only CONFIG, found "a" and "b"'],
    [["schema", "c.json"], '"schema" takes no operand, found "c.json"'],
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
    [["keygen", "a", "b"], '"keygen" takes only FILE, found "a" and "b"'],
    [["secret"], '"secret" takes one of wampcra, scram; it is missing'],
    [
      ["secret", "scam"],
      '"secret" takes one of wampcra, scram, found "scam"; did you mean "scram"?',
    ],
    // A password has no place on a command line.
    [
      ["secret", "scram", "pencil"],
      '"secret scram" takes no operand, found "pencil"',
    ],
    [["c.json", "--kdf=pbkdf2"], '--kdf is only for "secret scram"'],
    [
      ["c.json", "--iterations=9"],
      '--iterations is only for "secret wampcra", "secret scram"',
    ],
    [
      ["check", "c.json", "--log-level=warn"],
      '--log-level is only for "start"',
    ],
    [
      ["schema", "--ignore-unsupported"],
      '--ignore-unsupported is only for "start", "check", "explain", "permissions"',
    ],
    [["c.json", "--absolute"], '--absolute is only for "permissions"'],
    [
      ["secret", "wampcra", "--kdf=pbkdf2"],
      '--kdf is only for "secret scram"',
    ],
    [
      ["secret", "scram", "--kdf=scrypt"],
      '--kdf takes one of argon2id13, pbkdf2, found "scrypt"',
    ],
    [
      ["secret", "wampcra", "--iterations=4095"],
      '--iterations takes an integer from 4096 to 10000000, found "4095"',
    ],
    [
      ["secret", "scram", "--kdf=pbkdf2", "--iterations=1e9"],
      '--iterations takes an integer from 1 to 10000000, found "1e9"',
    ],
    [
      ["secret", "scram", "--kdf=pbkdf2", "--iterations=4095"],
      "--iterations takes an integer from 4096 to 10000000 with --kdf pbkdf2, found 4095",
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
