import { assertEquals } from "@std/assert";
import { MissedEvents } from "../../src/transport/missed_events.ts";
import type { Event } from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { encodeValue, JSON_CODEC, payloadOf } from "../support/serializers.ts";

function event(subscription: number, publication: number, bytes = 1): Event {
  const args = encodeValue(JSON_CODEC, ["x".repeat(bytes)]);
  return {
    code: MessageCode.EVENT,
    subscription,
    publication,
    details: {},
    payload: payloadOf(JSON_CODEC, args, 1),
  };
}

function kept(missed: MissedEvents): [number, number][] {
  return [...missed.newest].map(({ subscription, publication }) => [
    subscription,
    publication,
  ]);
}

Deno.test("events that are dropped are counted, and nothing is kept of them", () => {
  const missed = new MissedEvents(false, 10_000);
  assertEquals([1, 2, 3].map((id) => missed.add(event(1, id))), [1, 1, 1]);
  assertEquals([missed.count, missed.bytes, kept(missed)], [3, 0, []]);
});

Deno.test("the newest event of each subscription is kept, in order, and those before are counted", () => {
  const missed = new MissedEvents(true, 10_000);
  assertEquals(missed.add(event(1, 1)), 0);
  assertEquals(missed.add(event(2, 2)), 0);
  assertEquals(missed.add(event(1, 3)), 1);
  assertEquals([missed.count, kept(missed)], [1, [[2, 2], [1, 3]]]);
});

Deno.test("the newest events are kept as far as there is room, and an older one never passes for the newest", () => {
  const missed = new MissedEvents(true, 1000);
  missed.add(event(1, 1, 500));
  assertEquals(missed.add(event(2, 2, 500)), 1);
  assertEquals(missed.add(event(1, 3, 2000)), 2);
  assertEquals([missed.count, missed.bytes, kept(missed)], [3, 0, []]);
  assertEquals(missed.add(event(2, 4, 500)), 0);
});

Deno.test("what is kept of an event is a copy", () => {
  const missed = new MissedEvents(true, 1000);
  const one = event(1, 1);
  missed.add(one);
  one.payload.bytes.fill(0);
  const [{ payload }] = missed.newest;
  assertEquals(
    payload.bytes.subarray(payload.start, payload.end),
    event(1, 1).payload.kept().bytes,
  );
});
