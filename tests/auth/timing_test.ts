/**
 * Whether the time that a refusal takes tells who is known (checklist AU-10).
 *
 * Times are compared by their lower quartiles over many tries that take turns,
 * so that what else the machine does falls on both alike; and where it does not,
 * it is tried again: what tells the two apart would do so each time.
 */
import { assert } from "@std/assert";
import type { LoginMethod, LoginRequest } from "../../src/auth/login_method.ts";
import { buildMethods } from "../../src/server/build_methods.ts";
import { AuthenticatorSlots } from "../../src/auth/authenticator.ts";
import type { RouterCaller } from "../../src/server/router_caller.ts";
import { RandomIds } from "../../src/wamp/id.ts";
import { FakeTimers } from "../session/_fake_link.ts";
import { assertOnceLess } from "../support/growth.ts";
import { keysOf, scramOf, ticketOf, userOf } from "../support/principals.ts";
import { seededSource } from "../support/test_realm.ts";

const KEY = "55".repeat(32);
const TRIES = 1500;
/** How much more the one may take than the other. */
const RATIO_MAX = 1.25;

async function methods(): Promise<LoginMethod[]> {
  const many = Array.from({ length: 200 }, (_, i) => `user${i}`);
  return await buildMethods(
    {
      serializers: ["json"],
      maxMessageBytes: 1024,
      debug: false,
      // deno-lint-ignore no-explicit-any
      limits: {} as any,
      auth: {
        anonymous: undefined,
        ticket: { principals: many.map((name) => ticketOf(name, "ticket")) },
        wampcra: {
          principals: many.map((name) =>
            userOf(name, "secret", {
              salting: { salt: "salt123", iterations: 2, keylen: 32 },
            })
          ),
        },
        scram: { principals: many.map((name) => scramOf(name, "pencil")) },
        cryptosign: {
          principals: many.map((name, i) =>
            keysOf(name, [i.toString(16).padStart(64, "0")])
          ),
        },
        implied: false,
      },
    },
    { type: "unix", path: "/t", mode: 0o600 },
    {
      ids: new RandomIds(seededSource()),
      timers: new FakeTimers(),
      slots: new AuthenticatorSlots(),
      caller: undefined as unknown as RouterCaller,
    },
  );
}

/** One login that fails, in milliseconds. */
async function refusal(method: LoginMethod, authid: string): Promise<number> {
  const request: LoginRequest = {
    realm: "realm1",
    authid,
    authextra: { nonce: "egVDf3DMJh0=", pubkey: KEY },
    session: 1,
    transportDetails: () => ({}),
  };
  const wrong = method.name === "cryptosign" ? "00".repeat(96) : "AAAA";
  const started = performance.now();
  const begun = await method.begin(request);
  if (begun.kind !== "challenged") throw new Error(`${begun.kind}`);
  const verdict = await begun.answer(wrong, {});
  const took = performance.now() - started;
  assert(verdict.kind === "refused");
  return took;
}

function lowerQuartile(times: number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 2];
}

/** How many times as long the one takes as the other. */
async function ratioOfTimes(method: LoginMethod): Promise<number> {
  const known: number[] = [];
  const unknown: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    known.push(await refusal(method, `user${i % 200}`));
    unknown.push(await refusal(method, `some${i % 200}`));
  }
  const [a, b] = [lowerQuartile(known), lowerQuartile(unknown)];
  return Math.max(a, b) / Math.min(a, b);
}

for (const method of await methods()) {
  Deno.test(`AU-10: ${method.name}: refusing an unknown authid takes as long as refusing a wrong secret`, async () => {
    await assertOnceLess(() => ratioOfTimes(method), RATIO_MAX);
  });
}
