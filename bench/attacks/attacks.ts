/**
 * What a hostile client can try, with nothing but the default config. Each runs
 * in a process of its own: `attacks.ts NAME PORT UNTIL_MS`.
 */
import { Attacker, frame, join, message, textMessage } from "./wire.ts";

/** Attacks the router on `port` until `isOver`. */
export type Attack = (port: number, isOver: () => boolean) => Promise<void>;

/** `bytes` again and again, over `count` connections. */
async function flood(
  attackers: readonly Attacker[],
  bytes: Uint8Array,
  isOver: () => boolean,
): Promise<void> {
  await Promise.all(attackers.map(async (attacker) => {
    attacker.drain();
    while (!isOver() && await attacker.write(bytes));
    attacker.close();
  }));
}

async function many(
  count: number,
  make: () => Promise<Attacker>,
): Promise<Attacker[]> {
  const all: Attacker[] = [];
  while (all.length < count) all.push(await make());
  return all;
}

function repeat(bytes: Uint8Array, size = 65_536): Uint8Array {
  const times = Math.ceil(size / bytes.length);
  return join(Array.from({ length: times }, () => bytes));
}

async function untilOver(isOver: () => boolean): Promise<void> {
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 100));
}

const EMPTY = new Uint8Array(0);
const PUBLISH = message([16, 1, {}, "com.nobody"]);
const OPTIONS = `{"x":[${"{},".repeat(40_000)}{}]}`;

/** Registers `com.slow`, and never answers. */
async function silentCallee(port: number): Promise<Attacker> {
  const callee = await Attacker.join(port);
  await callee.write(message([64, 1, {}, "com.slow"]));
  await callee.receive();
  callee.drain();
  return callee;
}

async function calls(
  port: number,
  isOver: () => boolean,
  next: (request: number) => Uint8Array,
): Promise<void> {
  await silentCallee(port);
  const caller = await Attacker.join(port);
  caller.drain();
  for (let request = 1; !isOver(); request++) {
    if (!await caller.write(next(request))) break;
  }
  await untilOver(isOver);
}

/** 10,000 names of about 2,000 characters, with `code` (SUBSCRIBE, REGISTER). */
async function longUris(port: number, isOver: () => boolean): Promise<void> {
  const attackers = await many(2, () => Attacker.join(port));
  await Promise.all(attackers.map(async (attacker, index) => {
    attacker.drain();
    const tail = "x".repeat(4000);
    for (let n = 1; n <= 100_000 && !isOver(); n++) {
      const uri = `com.${index}.${n}.${tail}`;
      if (!await attacker.write(message([64, n, {}, uri]))) break;
    }
  }));
  await untilOver(isOver);
}

async function leaving(port: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const attackers = await many(3, () => Attacker.join(port));
    await Promise.all(attackers.map(async (attacker, index) => {
      attacker.drain();
      for (let n = 1; n <= 100_000 && !isOver(); n += 1000) {
        const frames = Array.from(
          { length: 1000 },
          (_, i) => message([64, n + i, {}, `com.p${index}.${n + i}`]),
        );
        if (!await attacker.write(join(frames))) break;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      attacker.close();
    }));
  }
}

async function wildcards(port: number, isOver: () => boolean): Promise<void> {
  const attacker = await Attacker.join(port);
  attacker.drain();
  for (let n = 0; n < 65_536; n += 256) {
    const frames = Array.from({ length: 256 }, (_, i) => {
      const bits = (n + i).toString(2).padStart(16, "0");
      const parts = [...bits].map((bit) => bit === "0" ? "" : "a");
      return message([
        32,
        n + i + 1,
        { match: "wildcard" },
        [...parts, "z"].join("."),
      ]);
    });
    if (!await attacker.write(join(frames))) return;
  }
  const topic = `${"a.".repeat(16)}y`;
  await flood([attacker], message([16, 1, {}, topic]), isOver);
}

/** Strings that V8 would hash by their value: all into one bucket. */
function integerTexts(count: number): string[] {
  return Array.from({ length: count }, (_, n) => String((n + 1) * 131_072));
}

async function retained(port: number, isOver: () => boolean): Promise<void> {
  const attacker = await Attacker.join(port);
  attacker.drain();
  for (let n = 0; n < 10_000; n++) {
    const options = { retain: true };
    const published = message([16, n + 1, options, `com.r${n}`, [n]]);
    if (!await attacker.write(published)) return;
  }
  const options = { match: "prefix", get_retained: true };
  for (let n = 1; !isOver(); n++) {
    if (!await attacker.write(message([32, n, options, "com.r"]))) break;
    if (!await attacker.write(message([34, n, 1]))) break;
  }
}

/** By name. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  "empty PINGs before HELLO": async (port, isOver) =>
    flood([await Attacker.open(port)], repeat(frame(EMPTY, 1)), isOver),
  "empty PONGs": async (port, isOver) =>
    flood([await Attacker.join(port)], repeat(frame(EMPTY, 2)), isOver),
  "PUBLISHes to nobody": async (port, isOver) =>
    flood([await Attacker.join(port)], repeat(PUBLISH), isOver),
  "PUBLISHes of 64 connections": async (port, isOver) =>
    flood(await many(64, () => Attacker.join(port)), repeat(PUBLISH), isOver),
  "PINGs of 200 connections": async (port, isOver) =>
    flood(
      await many(200, () => Attacker.open(port)),
      repeat(frame(EMPTY, 1)),
      isOver,
    ),
  "calls with huge options": (port, isOver) =>
    calls(
      port,
      isOver,
      (request) => textMessage(`[48,${request},${OPTIONS},"com.slow"]`),
    ),
  "calls of 100 kB, unanswered": (port, isOver) =>
    calls(
      port,
      isOver,
      (request) =>
        message([48, request, {}, "com.slow", ["x".repeat(100_000)]]),
    ),
  "CALL and CANCEL in turns": (port, isOver) =>
    calls(port, isOver, (request) =>
      join([
        message([48, request, {}, "com.slow"]),
        message([49, request, { mode: "killnowait" }]),
      ])),
  "registrations with long URIs": longUris,
  "frames that are not whole": async (port, isOver) => {
    const attackers = await many(2000, () => Attacker.open(port));
    const half = frame(new Uint8Array(131_000)).subarray(0, 130_000);
    for (const attacker of attackers) await attacker.write(half);
    await untilOver(isOver);
  },
  "65,536 wildcard patterns": wildcards,
  "sessions with 100,000 registrations leave": leaving,
  "strings that look like integers": async (port, isOver) => {
    const eligible_authid = integerTexts(9000);
    const bytes = message([16, 1, { eligible_authid }, "com.nobody"]);
    await flood([await Attacker.join(port)], bytes, isOver);
  },
  "nested lists": async (port, isOver) => {
    const list = `[${"[],".repeat(40_000)}[]]`;
    const bytes = textMessage(`[16,1,{},"com.nobody",${list}]`);
    await flood([await Attacker.join(port)], bytes, isOver);
  },
  "a dict of many keys": async (port, isOver) => {
    const keys = Array.from({ length: 12_000 }, (_, n) => `"k${n}":0`);
    const bytes = textMessage(`[16,1,{},"com.nobody",[],{${keys}}]`);
    await flood([await Attacker.join(port)], bytes, isOver);
  },
  "retained events of 10,000 topics, again and again": retained,
  "lists of subscriptions, pipelined": async (port, isOver) => {
    const attacker = await Attacker.join(port);
    attacker.drain();
    for (let n = 1; n <= 100_000; n += 1000) {
      const frames = Array.from(
        { length: 1000 },
        (_, i) => message([32, n + i, {}, `com.s${n + i}`]),
      );
      if (!await attacker.write(join(frames))) return;
    }
    const list = message([48, 1, {}, "wamp.subscription.list"]);
    await flood([attacker], repeat(list, 5000), isOver);
  },
};

if (import.meta.main) {
  const [name, port, until] = Deno.args;
  await ATTACKS[name](Number(port), () => Date.now() >= Number(until));
  Deno.exit(0);
}
