import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LogFields, Logger } from "../../src/base/log.ts";
import { AcceptFaults } from "../../src/transport/accept_faults.ts";
import { ManualTime } from "../support/manual_time.ts";

const TOLD = "cannot accept connections, and goes on trying";

class OutOfFiles extends Error {
  readonly code: string;

  constructor(code: string) {
    super("Too many open files (os error 24)");
    this.code = code;
  }
}

/** Faults, what was logged of them, and the time. */
function faults(): {
  faults: AcceptFaults;
  lines: [level: string, message: string, fields?: LogFields][];
  time: ManualTime;
  /** As often as a transport tries. */
  fail(times: number): void;
} {
  const lines: [string, string, LogFields?][] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => {
    lines.push(
      fields === undefined ? [level, message] : [
        level,
        message,
        fields,
      ],
    );
  };
  const log: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
  const time = new ManualTime();
  const made = new AcceptFaults(log, time, () => time.now().getTime());
  return {
    faults: made,
    lines,
    time,
    fail: (times) => {
      for (let i = 0; i < times; i++) {
        made.report(new OutOfFiles("EMFILE"), 7);
        time.pass(100);
      }
    },
  };
}

Deno.test("being out of descriptors is told at once, then each minute with how often, and when it is over", () => {
  const { lines, time, fail } = faults();
  fail(1250);
  assertEquals(lines.map(([level, message]) => [level, message]), [
    ["error", TOLD],
    ["error", TOLD],
    ["error", TOLD],
  ]);
  assertEquals(
    lines.map(([, , fields]) => fields?.["not_logged_before"]),
    [undefined, 599, 599],
  );
  assertEquals(lines[0][2]?.["connections"], 7);
  time.pass(4_899);
  assertEquals(lines.length, 3);
  time.pass(1);
  assertEquals(lines.slice(3), [
    ["info", "connections are accepted again", {
      failures: 1250,
      not_logged_before: 49,
    }],
  ]);
  assertEquals(time.deadlines, 0);
});

Deno.test("being out of descriptors again is told again", () => {
  const { lines, time, fail } = faults();
  for (let i = 0; i < 2; i++) {
    fail(3);
    time.pass(5_000);
  }
  const [first, firstEnd, second, secondEnd] = lines;
  assertEquals(second, first);
  assertEquals(secondEnd, firstEnd);
  assertEquals(lines.length, 4);
});

Deno.test("being out of descriptors is told with what to do", () => {
  const cases: [error: unknown, reason: string][] = [
    [new OutOfFiles("EMFILE"), "LimitNOFILE"],
    [new OutOfFiles("EMFILE"), "ulimit -n"],
    [new OutOfFiles("EMFILE"), "max_connections"],
    [new OutOfFiles("ENFILE"), "fs.file-max"],
    [new Error("Cannot allocate memory"), "Cannot allocate memory"],
    ["odd", "odd"],
  ];
  for (const [error, reason] of cases) {
    const { faults: made, lines } = faults();
    made.report(error, 0);
    assertStringIncludes(`${lines[0][2]?.["reason"]}`, reason);
    made.close();
  }
});

Deno.test("nothing is told of accepting when the transport has stopped", () => {
  const { faults: made, lines, time } = faults();
  made.report(new OutOfFiles("EMFILE"), 0);
  made.close();
  time.pass(100_000);
  assertEquals(lines.length, 1);
  assertEquals(time.deadlines, 0);
});

Deno.test("a listener that stays dead is told at once, each minute, and when it is open again", () => {
  const { faults: made, lines, time } = faults();
  const cause = new Error("Invalid argument");
  for (let tries = 0; tries < 5; tries++) {
    made.staysDead(cause, new Deno.errors.NotCapable("Requires net access"));
    time.pass(30_000);
  }
  made.reopened(cause);
  assertEquals(lines.map(([level]) => level), [
    "error",
    "error",
    "error",
    "info",
  ]);
  assertStringIncludes(lines[0][1], "no new client can connect");
  assertStringIncludes(`${lines[0][2]?.["reason"]}`, "restart it");
  assertEquals(lines[0][2]?.["died_of"], "Invalid argument");
  assertEquals(lines[3][2]?.["failures"], 5);
  assertEquals(time.deadlines, 0);
});

Deno.test("a listener that is open again at once is told once", () => {
  const { faults: made, lines } = faults();
  made.reopened(new Error("Invalid argument"));
  assertEquals(lines, [[
    "warn",
    "the listener had died, and is open again",
    { reason: "Invalid argument" },
  ]]);
});
