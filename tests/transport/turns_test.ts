/** How the time of the event loop is divided. */
import { assertEquals } from "@std/assert";
import { Level, TURN_MS, Turns, Usage } from "../../src/transport/turns.ts";

/** Turns with a clock and an event loop of the test's own. */
class Bench {
  nowMs = 0;
  readonly done: string[] = [];
  readonly turns: Turns;
  #taken: (() => void)[] = [];

  constructor() {
    this.turns = new Turns(
      () => this.nowMs,
      (taken) => this.#taken.push(taken),
    );
  }

  /** Adds work that takes `ms`. */
  add(name: string, ms: number, level: Level): void {
    this.turns.add(() => {
      this.nowMs += ms;
      this.done.push(name);
      this.turns.done(this.nowMs);
    }, level);
  }

  /** What is done until the event loop has a turn, or nothing is left. */
  async step(): Promise<string[]> {
    const [taken, ...others] = this.#taken;
    this.#taken = others;
    taken?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
    return this.done.splice(0);
  }
}

Deno.test("who has used little comes first, who has used much last", async () => {
  const bench = new Bench();
  bench.add("much", 0, Level.MUCH);
  bench.add("some", 0, Level.SOME);
  bench.add("little", 0, Level.LITTLE);
  assertEquals(await bench.step(), ["little", "some", "much"]);
  assertEquals(bench.turns.count, 0);
});

Deno.test(`after ${TURN_MS} ms of work the event loop has a turn`, async () => {
  const bench = new Bench();
  for (let n = 0; n < 7; n++) bench.add(`${n}`, TURN_MS / 2, Level.LITTLE);
  assertEquals(await bench.step(), ["0", "1"]);
  assertEquals(await bench.step(), ["2", "3"]);
  assertEquals(await bench.step(), ["4", "5"]);
  assertEquals(await bench.step(), ["6"]);
  assertEquals(bench.turns.count, 3);
});

Deno.test("in each turn one piece of work is done for those who have used much", async () => {
  const bench = new Bench();
  for (let n = 0; n < 3; n++) bench.add(`little ${n}`, TURN_MS, Level.LITTLE);
  for (let n = 0; n < 3; n++) bench.add(`much ${n}`, 1, Level.MUCH);
  assertEquals(await bench.step(), ["little 0"]);
  assertEquals(await bench.step(), ["much 0", "little 1"]);
  assertEquals(await bench.step(), ["much 1", "little 2"]);
  assertEquals(await bench.step(), ["much 2"]);
});

Deno.test("what lies between two pieces of work counts, a rest does not", async () => {
  const bench = new Bench();
  for (let n = 0; n < 1.5 * TURN_MS / 0.25; n++) {
    bench.nowMs += 0.25;
    bench.add(`${n}`, 0, Level.LITTLE);
    await bench.step();
  }
  assertEquals(bench.turns.count, 1);
  for (let n = 0; n < 20; n++) {
    bench.nowMs += 2;
    bench.add(`${n}`, 0, Level.LITTLE);
    await bench.step();
  }
  assertEquals(bench.turns.count, 1);
});

Deno.test("work that was not added counts as well", async () => {
  const bench = new Bench();
  assertEquals(bench.turns.worked(0, TURN_MS - 1), undefined);
  let isOver = false;
  bench.turns.worked(TURN_MS - 1, TURN_MS)?.then(() => isOver = true);
  await bench.step();
  assertEquals([isOver, bench.turns.count], [false, 1]);
  await bench.step();
  assertEquals(isOver, true);
});

Deno.test("the end waits for the turn that is being taken, and does nothing that waits", async () => {
  const bench = new Bench();
  for (let n = 0; n < 3; n++) bench.add(`${n}`, TURN_MS, Level.LITTLE);
  assertEquals(await bench.step(), ["0"]);
  let isOver = false;
  bench.turns.stop().then(() => isOver = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(isOver, false);
  assertEquals(await bench.step(), []);
  assertEquals(isOver, true);
  await bench.turns.stop();
});

Deno.test("a thousand small pieces of work are done without nesting", async () => {
  const bench = new Bench();
  for (let n = 0; n < 100_000; n++) bench.add("", 0, Level.MUCH);
  assertEquals((await bench.step()).length, 100_000);
});

Deno.test("what was used is forgotten with time", () => {
  const usage = new Usage();
  assertEquals(usage.level, Level.LITTLE);
  usage.add(1, 0);
  assertEquals(usage.level, Level.SOME);
  usage.add(5, 1);
  assertEquals(usage.level, Level.MUCH);
  usage.add(0, 100);
  assertEquals(usage.level, Level.LITTLE);
});

Deno.test("a real turn lets timers and sockets have theirs, though work goes on and on", async () => {
  const turns = new Turns(() => performance.now());
  let isOver = false;
  const work = (): void => {
    while (turns.nowMs() < turns.beganMs + 1);
    if (!isOver) turns.add(work, Level.LITTLE);
    turns.done(turns.nowMs());
  };
  turns.add(work, Level.LITTLE);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const accepting = listener.accept();
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  using other = await accepting;
  for (let n = 0; n < 20; n++) {
    await conn.write(new Uint8Array(1));
    await other.read(new Uint8Array(1));
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  isOver = true;
  await turns.stop();
});
