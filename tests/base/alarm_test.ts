import { assertEquals } from "@std/assert";
import { Alarm } from "../../src/base/timers.ts";
import { ManualTime } from "../support/manual_time.ts";

Deno.test("Alarm fires once, when it is due", () => {
  const time = new ManualTime();
  const alarm = new Alarm(time);
  let fired = 0;
  alarm.set(100, () => fired++);
  time.pass(99);
  assertEquals([fired, alarm.isSet], [0, true]);
  time.pass(1);
  assertEquals([fired, alarm.isSet, time.deadlines], [1, false, 0]);
});

Deno.test("Alarm that is set again fires by the last setting alone", () => {
  const time = new ManualTime();
  const alarm = new Alarm(time);
  const fired: string[] = [];
  alarm.set(100, () => fired.push("first"));
  alarm.set(200, () => fired.push("second"));
  assertEquals(time.deadlines, 1);
  time.pass(500);
  assertEquals(fired, ["second"]);
});

Deno.test("Alarm that is cleared does not fire, and may be set from within", () => {
  const time = new ManualTime();
  const alarm = new Alarm(time);
  let fired = 0;
  alarm.set(100, () => fired++);
  alarm.clear();
  alarm.clear();
  time.pass(500);
  assertEquals([fired, time.deadlines], [0, 0]);
  alarm.set(100, () => {
    if (++fired < 3) alarm.set(100, () => fired += 10);
  });
  time.pass(100);
  time.pass(100);
  assertEquals([fired, alarm.isSet], [11, false]);
});
