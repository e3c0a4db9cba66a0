import { assert, assertEquals } from "@std/assert";
import { storedSize } from "../../src/store/store_bounds.ts";
import { payloadOf } from "../../src/wamp/values.ts";
import {
  encodeValue,
  JSON_CODEC,
  payloadOf as octets,
} from "../support/serializers.ts";
import { event } from "./_stores.ts";

/** What an event is larger by than one with nothing in it. */
function more(change: Parameters<typeof event>[1]): number {
  const empty = { text: "", topic: "" };
  return storedSize(event(1, { ...empty, ...change })) -
    storedSize(event(1, empty));
}

Deno.test("storedSize() counts the octets of a payload, and not the chunk around it", () => {
  const chunk = new Uint8Array(100_000);
  const bytes = encodeValue(JSON_CODEC, ["x".repeat(996)]);
  assertEquals(more({ payload: octets(JSON_CODEC, bytes, 1) }), 1000);
  chunk.set(bytes);
  const view = octets(JSON_CODEC, chunk.subarray(0, bytes.length), 1);
  assertEquals(more({ payload: view.kept() }), 1000);
});

/** Everything of any length that a client can put into an event. */
const LONG: readonly [what: string, change: Parameters<typeof event>[1]][] = [
  ["topic", { topic: "x".repeat(4000) }],
  ["details", { details: { ppt_scheme: "x".repeat(4000) } }],
  ["a list of sessions", { lists: { exclude: Array(500).fill(2 ** 53) } }],
  ["a list of texts", { lists: { eligible_authid: ["x".repeat(4000)] } }],
  ["a list of empty texts", {
    lists: { exclude_authrole: Array(500).fill("") },
  }],
  ["values: text", { payload: payloadOf(["x".repeat(4000)]) }],
  ["values: octets", { payload: payloadOf([new Uint8Array(4000)]) }],
  ["values: many", { payload: payloadOf(Array(500).fill(null)) }],
  ["values: keys", { payload: payloadOf([], { ["x".repeat(4000)]: 1 }) }],
  ["values: nested", { payload: payloadOf([Array(500).fill([])]) }],
  ["values: numbers", {
    payload: payloadOf([Array(250).fill(1.5), Array(250).fill(1)]),
  }],
  ["values: dicts", { payload: payloadOf(Array(500).fill({})) }],
  ["values: booleans", { payload: payloadOf(Array(500).fill(true)) }],
];

Deno.test("storedSize() counts everything that can be long", () => {
  for (const [what, change] of LONG) {
    assert(more(change) >= 4000, `${what}: ${more(change)}`);
    assert(more(change) <= 25_000, `${what}: ${more(change)}`);
  }
});
