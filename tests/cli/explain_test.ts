/** `explain`, and what `check` and the start say of `expect` and of rules without effect. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { run, RunningProgram, Scratch } from "./_program.ts";

const CONFIG = `{
  "realms": [{
    "name": "realm1",
    "roles": [{
      "name": "anonymous",
      "permissions": [
        { "uri": "*", "allow": { "call": true } },
        { "uri": "com.*", "allow": { "call": true, "subscribe": true } },
        {
          "uri": "com.secret"
        },
        { "uri": "com.*.x", "allow": { "publish": true } }
      ]
    }]
  }],
  "transports": [{ "type": "rawsocket", "serializer": "json",
    "endpoint": { "type": "tcp", "interface": "127.0.0.1", "port": 0 } }]
}`;

const RULE = "realms[0].roles[0].permissions";

/** Standard output of `explain` about role `anonymous`, a line each. */
const ROWS: [words: string[], ...output: string[]][] = [
  [
    ["--call", "com.a"],
    "allowed",
    'why: rule: prefix "com." at ./c.json:8:9 allows call',
    `rule: ./c.json:8:9: ${RULE}[1]: prefix "com." allows call, subscribe`,
  ],
  [
    ["--call=com.secret"],
    "denied",
    'why: rule: exact "com.secret" at ./c.json:9:9 does not allow call',
    `rule: ./c.json:9:9: ${RULE}[2]: exact "com.secret" allows nothing`,
  ],
  [
    ["--publish", "com.a.x"],
    "allowed",
    'why: rule: wildcard "com..x" at ./c.json:12:9 allows publish',
    `rule: ./c.json:12:9: ${RULE}[3]: wildcard "com..x" allows publish`,
  ],
  [
    ["--subscribe", "com.", "--match", "prefix"],
    "denied",
    'why: part_denied: the pattern overlaps exact "com.secret" at ./c.json:9:9, which does not allow subscribe',
    `rule: ./c.json:9:9: ${RULE}[2]: exact "com.secret" allows nothing`,
  ],
  [
    ["--call", "wamp.session.kill"],
    "denied",
    'why: guarded: only a rule whose own uri begins with "wamp." can allow calling this procedure, not prefix "" at ./c.json:7:9',
    `rule: ./c.json:7:9: ${RULE}[0]: prefix "" allows call`,
  ],
  [
    ["--call", "com..x"],
    "denied",
    "why: invalid_uri: the URI is not valid under the realm's uri_check",
  ],
  [
    ["--register", "wamp.", "--match=prefix"],
    "denied",
    'why: reserved_uri: only the router can register below "wamp."',
  ],
];

async function explain(
  scratch: Scratch,
  words: readonly string[],
  role = "anonymous",
  realm = "realm1",
) {
  const ended = await run([
    "explain",
    scratch.file("c.json"),
    ...["--realm", realm, "--role", role],
    ...words,
  ], { flags: [`--allow-read=${scratch.path}`] });
  const tidy = (text: string) => text.replaceAll(scratch.path, ".");
  return { ...ended, stdout: tidy(ended.stdout), stderr: tidy(ended.stderr) };
}

Deno.test("AZ-06 AZ-07 AZ-11: explain prints the decision, why, and the rule with file and line", async () => {
  await using scratch = await Scratch.make({ "c.json": CONFIG });
  for (const [words, ...output] of ROWS) {
    const { code, stdout, stderr } = await explain(scratch, words);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, `${output.join("\n")}\n`);
  }
});

const GUARDING = `{
  "realms": [{
    "name": "realm1",
    "roles": [
      { "name": "wide", "permissions": [
        { "uri": "*", "allow": { "call": true, "register": true, "subscribe": true } },
        { "uri": "org.*", "allow": { "register": true, "force_reregister": true } },
        { "uri": "org.mine", "allow": { "register": true } },
        { "uri": "wamp.session.kill", "allow": { "call": true } }
      ] },
      { "name": "service", "permissions": [
        { "uri": "com.decide", "allow": { "register": true } }
      ] },
      { "name": "anonymous", "authorizer": "com.decide" }
    ]
  }],
  "transports": [{ "type": "rawsocket", "serializer": "json",
    "endpoint": { "type": "unix", "path": "s" } }]
}`;
const WIDE = "realms[0].roles[0].permissions";
const ONLY =
  "why: guarded: the config names this procedure as authorizer or authenticator, so only a rule for exactly its uri can allow registering it;";

const GUARDED_ROWS: [role: string, words: string[], ...output: string[]][] = [
  [
    "wide",
    ["--subscribe", "wamp.", "--match", "prefix"],
    "allowed",
    'why: rule: prefix "" at ./c.json:6:9 allows subscribe',
    `rule: ./c.json:6:9: ${WIDE}[0]: prefix "" allows call, register, subscribe`,
  ],
  [
    "wide",
    ["--register", "com.decide"],
    "denied",
    `${ONLY} prefix "" at ./c.json:6:9 cannot`,
    `rule: ./c.json:6:9: ${WIDE}[0]: prefix "" allows call, register, subscribe`,
  ],
  [
    "anonymous",
    ["--register", "com.decide"],
    "denied",
    `${ONLY} an authorizer cannot`,
  ],
  [
    "service",
    ["--register", "com.decide"],
    "allowed",
    'why: rule: exact "com.decide" at ./c.json:12:9 allows register',
    'rule: ./c.json:12:9: realms[0].roles[1].permissions[0]: exact "com.decide" allows register',
  ],
  [
    "wide",
    ["--force-reregister", "org.a"],
    "allowed",
    'why: rule: prefix "org." at ./c.json:7:9 allows force_reregister',
    `rule: ./c.json:7:9: ${WIDE}[1]: prefix "org." allows register, force_reregister`,
  ],
  [
    "wide",
    ["--force-reregister", "org.", "--match=prefix"],
    "denied",
    'why: part_denied: the pattern overlaps exact "org.mine" at ./c.json:8:9, which does not allow force_reregister',
    `rule: ./c.json:8:9: ${WIDE}[2]: exact "org.mine" allows register`,
  ],
  [
    "wide",
    ["--force-reregister", "wamp.a"],
    "denied",
    'why: reserved_uri: only the router can register below "wamp."',
  ],
];

Deno.test("AZ-05 AZ-07 RV-04: explain shows what a rule cannot be about, who may register an authorizer, and who may take procedures", async () => {
  await using scratch = await Scratch.make({ "c.json": GUARDING });
  for (const [role, words, ...output] of GUARDED_ROWS) {
    const { code, stdout, stderr } = await explain(scratch, words, role);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, `${output.join("\n")}\n`);
  }
});

Deno.test("AZ-08: check warns of an authorizer that nobody may register, and is fine when somebody may", async () => {
  const never = GUARDING.replace('"com.decide", "allow"', '"com.*", "allow"');
  await using scratch = await Scratch.make({
    "c.json": GUARDING,
    "n.json": never,
  });
  const fine = await run(["check", scratch.file("c.json")]);
  assertEquals(fine.stdout.includes("may register"), false, fine.stdout);
  const { code, stdout } = await run(["check", scratch.file("n.json")]);
  assertEquals(code, 0);
  assertStringIncludes(
    stdout,
    'no role of realm "realm1" may register "com.decide", so whatever the role "anonymous" asks for fails',
  );
});

Deno.test("explain tells where no rule matches, and which rules are implied", async () => {
  const anonymous = { name: "anonymous", permissions: [] };
  const trusted = { name: "trusted", "allow-by-default": true };
  const transport = {
    type: "rawsocket",
    serializer: "json",
    endpoint: { type: "unix", path: "s" },
  };
  await using scratch = await Scratch.make({
    "c.json": {
      realms: [{ name: "realm1", roles: [anonymous, trusted] }],
      transports: [transport],
    },
  });
  assertEquals(
    (await explain(scratch, ["--call", "com.a"])).stdout,
    "denied\nwhy: no_rule: no rule in permissions matches the URI\n",
  );
  assertEquals(
    (await explain(scratch, ["--call", "com.a"], "trusted")).stdout,
    `allowed
why: rule: prefix "" at ./c.json:1:113 allows call
rule: ./c.json:1:113: realms[0].roles[1].allow-by-default: prefix "" allows call, register, publish, subscribe
`,
  );
  await using short = await Scratch.make({ "c.json": transport });
  assertEquals(
    (await explain(short, ["--call", "com.a"])).stdout,
    `allowed
why: rule: the implied prefix "" allows call
rule: implied, as the file has no realms: prefix "" allows call, register, publish, subscribe
`,
  );
});

Deno.test("explain exits with 1 and says what is meant when there is no such realm or role", async () => {
  await using scratch = await Scratch.make({ "c.json": CONFIG });
  const words = ["--call", "com.a"];
  const role = await explain(scratch, words, "anonymus");
  assertEquals([role.code, role.stdout], [1, ""]);
  assertEquals(
    role.stderr,
    'error: realm "realm1" has no role "anonymus"; did you mean "anonymous"?\n',
  );
  const realm = await explain(scratch, words, "anonymous", "x");
  assertEquals([realm.code, realm.stdout], [1, ""]);
  assertEquals(
    realm.stderr,
    'error: there is no realm "x"; there are: "realm1"\n',
  );
});

Deno.test("explain exits with 2 on wrong usage and on a wrong config", async () => {
  await using scratch = await Scratch.make({ "c.json": "{}" });
  const usage = await explain(scratch, []);
  assertEquals([usage.code, usage.stdout], [2, ""]);
  assertStringIncludes(usage.stderr, "needs one of --call, --register");
  const config = await explain(scratch, ["--call", "com.a"]);
  assertEquals([config.code, config.stdout], [2, ""]);
  assertStringIncludes(config.stderr, "./c.json:1:1: error: ");
});

Deno.test("explain says that a star is an ordinary character", async () => {
  await using scratch = await Scratch.make({ "c.json": CONFIG });
  const { stdout, stderr } = await explain(scratch, ["--subscribe", "com.*"]);
  assertStringIncludes(stdout, 'allowed\nwhy: rule: prefix "com."');
  assertStringIncludes(stderr, 'note: "*" is an ordinary character');
});

/** With two expectations, and two rules without effect. */
const EXPECTING = CONFIG.replace(
  '"com.*.x", "allow": { "publish": true } }',
  '"com.*.x", "allow": { "publish": true } },\n        { "uri": "com.secret", "match": "wildcard" },\n        { "uri": "wamp.*", "allow": { "publish": true } }',
).replace(/\}$/, ',\n  "expect": [\n    FIRST,\n    SECOND\n  ]\n}');

const FIRST =
  '{ "realm": "realm1", "role": "anonymous", "call": "com.secret", "allow": false }';
const SECOND =
  '{ "realm": "realm1", "role": "anonymous", "subscribe": "com.a", "allow": ALLOW }';

function expecting(second: boolean): string {
  return EXPECTING.replace("FIRST", FIRST).replace("SECOND", SECOND)
    .replace("ALLOW", String(second));
}

const WARNINGS = [
  `./c.json:13:9: warning: ${RULE}[4]: has no effect: exact "com.secret" at ./c.json:9:9 decides on every URI that it matches`,
  `./c.json:14:9: warning: ${RULE}[5]: has no effect: only the router can register and publish below "wamp."`,
];

Deno.test("check exits with 0 when every expectation holds, and warns of rules without effect", async () => {
  await using scratch = await Scratch.make({ "c.json": expecting(true) });
  const { code, stdout } = await run(["check", scratch.file("c.json")]);
  assertEquals(code, 0);
  const text = stdout.replaceAll(scratch.path, ".");
  assertEquals(text.split("\n").slice(0, 3), [
    ...WARNINGS,
    "./c.json: fine",
  ]);
});

Deno.test("check and start exit with 2 when an expectation fails, and name the rule", async () => {
  await using scratch = await Scratch.make({ "c.json": expecting(false) });
  const config = scratch.file("c.json");
  const error =
    './c.json:23:5: error: expect[1]: subscribe "com.a" is allowed, expected: denied; prefix "com." at ./c.json:8:9 allows subscribe';
  const checked = await run(["check", config]);
  assertEquals(checked.code, 2);
  assertEquals(
    checked.stdout.replaceAll(scratch.path, "."),
    [...WARNINGS, error, "./c.json: 1 error", ""].join("\n"),
  );
  const started = await run([config]);
  assertEquals(started.code, 2);
  assertStringIncludes(started.stderr.replaceAll(scratch.path, "."), error);
  // What is asked to find out why is no matter of what is expected.
  assertEquals((await explain(scratch, ["--subscribe", "com.a"])).code, 0);
});

Deno.test("start logs rules without effect once, as warnings", async () => {
  await using scratch = await Scratch.make({ "c.json": expecting(true) });
  await using program = await RunningProgram.startMain([
    scratch.file("c.json"),
  ]);
  const log = program.log.map((line) => line.replaceAll(scratch.path, "."));
  for (const warning of WARNINGS) {
    const lines = log.filter((line) => line.includes(warning));
    assertEquals(lines.length, 1, log.join("\n"));
    assertStringIncludes(lines[0], " WARN ");
  }
});
