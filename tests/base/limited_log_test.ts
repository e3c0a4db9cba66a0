import { assertEquals } from "@std/assert";
import { LimitedLog } from "../../src/base/limited_log.ts";
import type { LogFields, Logger } from "../../src/base/log.ts";
import { ManualTime } from "../support/manual_time.ts";

/** A log of `burst` 3 and 2 a second, what it wrote, and the time. */
function limited(): {
  log: LimitedLog;
  written: [level: string, message: string, fields?: LogFields][];
  time: ManualTime;
  pass(ms: number): void;
} {
  const written: [string, string, LogFields?][] = [];
  const collect = (level: string) => (message: string, fields?: LogFields) => {
    written.push(
      fields === undefined ? [level, message] : [level, message, fields],
    );
  };
  const plain: Logger = {
    debug: collect("debug"),
    info: collect("info"),
    warn: collect("warn"),
    error: collect("error"),
  };
  const time = new ManualTime();
  const rate = { burst: 3, perSecond: 2 };
  return {
    log: new LimitedLog(plain, rate, time, () => time.now().getTime()),
    written,
    time,
    pass: (ms) => time.pass(ms),
  };
}

Deno.test("LimitedLog writes a burst, and then nothing until time has passed", () => {
  const { log, written, pass } = limited();
  for (let i = 0; i < 10; i++) log.warn("refused", { peer: i });
  assertEquals(written.map(([, , fields]) => fields?.["peer"]), [0, 1, 2]);
  pass(499);
  log.warn("refused", { peer: 10 });
  assertEquals(written.length, 3);
  pass(1);
  log.warn("refused", { peer: 11 });
  assertEquals(written.at(-1), ["warn", "refused", {
    peer: 11,
    not_logged_before: 8,
  }]);
});

Deno.test("LimitedLog counts anew after it has told how many it left out", () => {
  const { log, written, pass } = limited();
  for (let i = 0; i < 5; i++) log.warn("refused");
  pass(1000);
  log.warn("refused");
  log.warn("refused");
  assertEquals(written.slice(3), [
    ["warn", "refused", { not_logged_before: 2 }],
    ["warn", "refused"],
  ]);
});

Deno.test("LimitedLog saves no more than a burst for later", () => {
  const { log, written, pass } = limited();
  pass(1_000_000);
  for (let i = 0; i < 10; i++) log.warn("refused");
  assertEquals(written.length, 3);
});

Deno.test("LimitedLog limits each message by itself, and warnings and errors only", () => {
  const { log, written } = limited();
  for (let i = 0; i < 10; i++) {
    log.warn("refused");
    log.warn("denied");
    log.error("broken");
    log.info("opened");
    log.debug("seen");
  }
  const count = (message: string) =>
    written.filter(([, text]) => text === message).length;
  assertEquals(
    ["refused", "denied", "broken", "opened", "seen"].map(count),
    [3, 3, 3, 10, 10],
  );
});

Deno.test("LimitedLog tells after a while what it left out, though nothing else of the kind comes", () => {
  const { log, written, time, pass } = limited();
  for (let i = 0; i < 5; i++) log.error("broken", { peer: i });
  pass(9_999);
  assertEquals(written.length, 3);
  pass(1);
  assertEquals(written.slice(3), [
    ["error", "more of the same was not logged", { line: "broken", count: 2 }],
  ]);
  log.error("broken");
  assertEquals(written.at(-1), ["error", "broken"]);
  assertEquals(time.deadlines, 0);
});

Deno.test("LimitedLog has nothing left to tell when the next line has told it", () => {
  const { log, written, time, pass } = limited();
  for (let i = 0; i < 5; i++) log.warn("refused");
  pass(1000);
  log.warn("refused");
  assertEquals(time.deadlines, 0);
  pass(100_000);
  assertEquals(written.length, 4);
});

Deno.test("LimitedLog.flush() tells of each kind what was left out", () => {
  const { log, written, time } = limited();
  for (let i = 0; i < 4; i++) log.warn("refused");
  for (let i = 0; i < 6; i++) log.error("broken");
  log.warn("denied");
  log.flush();
  log.flush();
  assertEquals(written.slice(7), [
    ["warn", "more of the same was not logged", { line: "refused", count: 1 }],
    ["error", "more of the same was not logged", { line: "broken", count: 3 }],
  ]);
  assertEquals(time.deadlines, 0);
});
