/**
 * What a config takes to be loaded grows as its length does. Compared within one
 * run, so that a slow machine changes nothing: eight times as much may take 24
 * times as long, where a look at each for each would take 64 times. What keeps
 * the machine busy must do so in each of several attempts to be in the way.
 */
import { assertEquals, assertLess } from "@std/assert";
import { LineIndex } from "../../src/schema/document.ts";
import { reviewRules } from "../../src/review/review_rules.ts";
import { withSeed } from "../support/seed.ts";
import { load, REALM, SOUND } from "./_load.ts";

const ALL = { call: true, register: true, publish: true, subscribe: true };

function several<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function withRules(rules: unknown[], more: object = {}): object {
  const roles = [{ name: "anonymous", permissions: rules }];
  return { realms: [{ name: "realm1", roles }], transports: [SOUND], ...more };
}

function withPrincipals(count: number, realms: object[]): object {
  const principals = Object.fromEntries(
    several(count, (n) => [
      `user${n}`,
      {
        ticket: "x",
        role: `role${n % realms.length}`,
        ...(n % 2 === 0 && { realm: `realm${n % realms.length}` }),
      },
    ]),
  );
  const auth = { ticket: { type: "static", principals } };
  return { realms, transports: [{ ...SOUND, auth }] };
}

function manyRealms(count: number): object[] {
  return several(count, (n) => ({
    name: `realm${n}`,
    roles: [{ name: `role${n}`, permissions: [{ uri: "*", allow: ALL }] }],
  }));
}

/** Each is a config of so many parts. */
const FILES: [what: string, parts: number, file: (count: number) => object][] =
  [
    [
      "rules",
      2000,
      (count) =>
        withRules(several(count, (n) => ({
          uri: [`com.a${n}.x`, `com.a${n}.*`, `com.*.a${n}`][n % 3],
        }))),
    ],
    [
      "cases for one URI",
      1000,
      (count) =>
        withRules(several(count, (n) => ({ uri: `com.a${n}.x` })), {
          expect: several(count, (n) => ({
            realm: "realm1",
            role: "anonymous",
            call: `com.a${n}.x`,
            allow: false,
          })),
        }),
    ],
    [
      "cases for patterns",
      800,
      (count) =>
        withRules([
          { uri: "*", allow: ALL },
          ...several(count, (n) => ({ uri: `com.a${n}.x` })),
        ], {
          expect: several(count, (n) => ({
            realm: "realm1",
            role: "anonymous",
            subscribe: n % 2 === 0 ? `com.a${n}.` : `com..b${n}`,
            match: n % 2 === 0 ? "prefix" : "wildcard",
            allow: n % 2 === 1,
          })),
        }),
    ],
    [
      "cases with a misspelled realm",
      800,
      (count) => ({
        realms: manyRealms(count),
        transports: [SOUND],
        expect: several(count, (n) => ({
          realm: `raelm${n}`,
          role: "anonymous",
          call: "a",
          allow: true,
        })),
      }),
    ],
    ["realms", 1000, (count) => withPrincipals(count, manyRealms(count))],
    [
      "principals",
      1500,
      (count) => withPrincipals(count, manyRealms(count / 2)),
    ],
    [
      "principals with a role that is not there",
      1000,
      (count) => withPrincipals(count, manyRealms(count / 4).toReversed()),
    ],
    [
      "roles",
      1000,
      (count) => ({
        ...withPrincipals(count, []),
        realms: [{
          name: "realm1",
          roles: several(count, (n) => ({ name: `role${n}` })),
        }],
      }),
    ],
    [
      "transports",
      800,
      (count) => ({
        realms: [REALM],
        transports: several(count, (n) => ({
          ...SOUND,
          endpoint: {
            type: "tcp",
            port: 80,
            interface: `fd00::${n.toString(16)}`,
          },
        })),
      }),
    ],
    [
      "workers",
      400,
      (count) => ({
        version: 2,
        workers: several(count, (n) => ({
          type: "router",
          realms: [{ ...REALM, name: `realm${n}` }],
          transports: [{
            type: "rawsocket",
            endpoint: { type: "unix", path: `s${n}` },
          }],
        })),
      }),
    ],
  ];

const ATTEMPTS = 5;
const FACTOR = 8;
const RATIO_MAX = 24;

async function loadMs(text: string): Promise<number> {
  const start = performance.now();
  const { config, expectations } = await load(text);
  if (config !== undefined) reviewRules(config, expectations);
  return performance.now() - start;
}

for (const [what, parts, file] of FILES) {
  Deno.test(`what ${what} take to be loaded grows as their number does`, async () => {
    // Each part on lines of its own: places are looked up in many lines.
    const [small, large] = [parts, FACTOR * parts].map((count) =>
      JSON.stringify(file(count), undefined, 1)
    );
    await loadMs(small);
    let least = Infinity;
    for (let i = 0; i < ATTEMPTS && least >= RATIO_MAX; i++) {
      const smallMs = await loadMs(small);
      least = Math.min(least, await loadMs(large) / smallMs);
    }
    assertLess(least, RATIO_MAX);
  });
}

Deno.test("LineIndex finds what a look at each line finds, at random", () => {
  withSeed((random) => {
    for (let round = 0; round < 200; round++) {
      const text = several(
        random.below(40),
        () => random.pick(["\n", "\r", "\r\n", "a", "\u00e4"]),
      ).join("");
      const index = new LineIndex(text);
      for (let offset = 0; offset <= text.length; offset++) {
        const { line, column } = index.locate(offset);
        // Behind the first half of a line end is no place of anything.
        if (text.slice(offset - 1, offset + 1) === "\r\n") continue;
        const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
        assertEquals(line, lines.length);
        assertEquals(column, (lines.at(-1)?.length ?? 0) + 1);
      }
    }
  });
});
