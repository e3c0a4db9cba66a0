import { assertEquals, assertMatch } from "@std/assert";
import {
  createLogger,
  type LogFormat,
  type Logger,
  type LogLevel,
  withFields,
} from "../../src/base/log.ts";

function collect(
  format: LogFormat = "text",
  level: LogLevel = "debug",
): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { log: createLogger({ level, format, write }), lines };
}

/** The lines without their times. */
function bare(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\S+ /, ""));
}

Deno.test("createLogger() writes time, level, message and fields as text", () => {
  const { log, lines } = collect();
  log.info("opened", { transport: "tcp1", session: 7, resumed: false });
  log.warn("slow");
  assertMatch(
    lines[0],
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO {2}opened /,
  );
  assertEquals(bare(lines), [
    "INFO  opened transport=tcp1 session=7 resumed=false",
    "WARN  slow",
  ]);
});

Deno.test("createLogger() writes one object a line as JSON", () => {
  const { log, lines } = collect("json");
  log.error("closed", { transport: "tcp1", session: 7, reason: 'a "b"' });
  const { time, ...rest } = JSON.parse(lines[0]);
  assertMatch(time, /^\d{4}-.*Z$/);
  assertEquals(rest, {
    level: "error",
    message: "closed",
    transport: "tcp1",
    session: 7,
    reason: 'a "b"',
  });
});

Deno.test("createLogger() does not let fields pose as time, level or message", () => {
  const { log, lines } = collect("json");
  log.info("true", { message: "false", level: "none", time: "never" });
  const { message, level, time } = JSON.parse(lines[0]);
  assertEquals([message, level], ["true", "info"]);
  assertMatch(time, /^\d{4}-/);
});

Deno.test("createLogger() leaves out what is below its level", () => {
  const cases: [level: LogLevel, written: string[]][] = [
    ["debug", ["debug", "info", "warn", "error"]],
    ["info", ["info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["error", ["error"]],
  ];
  for (const [level, written] of cases) {
    const { log, lines } = collect("json", level);
    log.debug("debug");
    log.info("info");
    log.warn("warn");
    log.error("error");
    assertEquals(lines.map((line) => JSON.parse(line).message), written);
  }
});

Deno.test("createLogger() quotes what a peer could use to forge a line", () => {
  const cases: [value: string, written: string][] = [
    ["com.example.ok", "com.example.ok"],
    ["two words", '"two words"'],
    ["", '""'],
    ["a=b", '"a=b"'],
    ['say "x"', '"say \\"x\\""'],
    ["a\\b", '"a\\\\b"'],
    ["a\nb", '"a\\nb"'],
    ["\x1b[2J", '"\\u001b[2J"'],
    ["\x9b2J", '"\\u009b2J"'],
    ["\u2028", '"\\u2028"'],
    ["\u202eabc", '"\\u202eabc"'],
    ["\u{e0041}", '"\\udb40\\udc41"'],
    ["\ud800", '"\\ud800"'],
    ["über", "über"],
  ];
  for (const [value, written] of cases) {
    const { log, lines } = collect();
    log.info("x", { value });
    assertEquals(bare(lines), [`INFO  x value=${written}`]);
    const json = collect("json");
    json.log.info("x", { value });
    assertEquals(JSON.parse(json.lines[0]).value, value);
    assertMatch(json.lines[0], /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u);
  }
});

Deno.test("createLogger() keeps a message on one line", () => {
  const { log, lines } = collect();
  log.info("a\nb\x1b[2J");
  assertEquals(bare(lines), ["INFO  a\\u000ab\\u001b[2J"]);
});

Deno.test("createLogger() cuts values that are too long", () => {
  for (const format of ["text", "json"] as const) {
    const { log, lines } = collect(format);
    log.info("x", { value: "y".repeat(4096), other: "z".repeat(4097) });
    assertMatch(lines[0], /[^y]y{4096}[^y]/);
    assertMatch(lines[0], /[^z]z{4096}… \(1 more\)/);
  }
});

Deno.test("withFields() adds fields to every line; those of the line count more", () => {
  const { log, lines } = collect();
  const inner = withFields(withFields(log, { transport: "t", session: 1 }), {
    realm: "r",
  });
  inner.debug("a");
  inner.info("b", { session: 2 });
  inner.warn("c");
  inner.error("d", { reason: "e" });
  assertEquals(bare(lines), [
    "DEBUG a transport=t session=1 realm=r",
    "INFO  b transport=t session=2 realm=r",
    "WARN  c transport=t session=1 realm=r",
    "ERROR d transport=t session=1 realm=r reason=e",
  ]);
});
