import { assertEquals } from "@std/assert";
import { limitWarnings } from "../../src/base/limited_log.ts";
import type { LogFields, Logger } from "../../src/base/log.ts";

/** A log of `burst` 3 and 2 a second, what it wrote, and the time. */
function limited(): {
  log: Logger;
  written: [level: string, message: string, fields?: LogFields][];
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
  let nowMs = 5000;
  return {
    log: limitWarnings(plain, { burst: 3, perSecond: 2 }, () => nowMs),
    written,
    pass: (ms) => void (nowMs += ms),
  };
}

Deno.test("limitWarnings() writes a burst, and then nothing until time has passed", () => {
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

Deno.test("limitWarnings() counts anew after it has told how many it left out", () => {
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

Deno.test("limitWarnings() saves no more than a burst for later", () => {
  const { log, written, pass } = limited();
  pass(1_000_000);
  for (let i = 0; i < 10; i++) log.warn("refused");
  assertEquals(written.length, 3);
});

Deno.test("limitWarnings() limits each message by itself, and warnings only", () => {
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
    [3, 3, 10, 10, 10],
  );
});
