/**
 * What an attacker pays once must not be paid by the router many times over.
 * Counted, not timed, so that a slow machine changes nothing.
 */
import { assertEquals, assertLess } from "@std/assert";
import { covers, overlaps } from "../../src/authz/pattern_relation.ts";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import { RAWSOCKET_FRAMER } from "../../src/rawsocket/frame.ts";
import { Serializer } from "../../src/serializer/serializer.ts";
import { FlushQueue } from "../../src/transport/flush_queue.ts";
import { FrameEncoder } from "../../src/transport/frame_encoder.ts";
import { OutboxBudget } from "../../src/transport/outbox_budget.ts";
import { FrameWriter } from "../support/frame_writer.ts";
import {
  type Event,
  type RouterMessage,
  SendOutcome,
} from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { everyComponentPair } from "../../src/wamp/uri.ts";
import { assertOnceLess, timesAsLong } from "../support/growth.ts";
import {
  encodeValue,
  MSGPACK_CODEC,
  payloadOf,
} from "../support/serializers.ts";

/** A serializer that counts how often it writes a message. */
class CountingSerializer extends Serializer {
  written = 0;

  override encode(message: RouterMessage, out: ByteWriter): void {
    this.written++;
    super.encode(message, out);
  }
}

Deno.test("an EVENT whose head alone makes it too long is written once, not for each subscriber (FR-15)", () => {
  const serializer = new CountingSerializer("msgpack", 64);
  const encoder = new FrameEncoder(
    serializer,
    RAWSOCKET_FRAMER,
    new FlushQueue(),
    new OutboxBudget(2 ** 30, () => {}),
  );
  const args = encodeValue(MSGPACK_CODEC, ["x".repeat(500)]);
  const event: Event = {
    code: MessageCode.EVENT,
    subscription: 1,
    publication: 2,
    details: {},
    payload: payloadOf(MSGPACK_CODEC, args, 1),
  };
  // The payload would fit, the message does not.
  const limit = args.length;
  const outs = Array.from(
    { length: 100 },
    () => new FrameWriter(),
  );
  for (const out of outs) {
    assertEquals(encoder.encode(event, out, limit), SendOutcome.TOO_LONG);
    assertEquals(out.length, 0);
  }
  assertEquals(serializer.written, 1);
  // Nor has each been given room for it.
  assertLess(outs.reduce((sum, out) => sum + out.bytes.length, 0), 3000);
  // Who takes more gets it all the same.
  assertEquals(encoder.encode(event, outs[0], 2 ** 24), SendOutcome.SENT);
});

Deno.test("URIs that differ early are not compared to their ends (UR-15)", () => {
  const long = "x.".repeat(2000);
  let compared = 0;
  const equal = (a: string, b: string) => {
    compared++;
    return a === b;
  };
  assertEquals(everyComponentPair(`a.${long}`, `b.${long}`, equal), false);
  assertEquals(compared, 1);
  compared = 0;
  assertEquals(everyComponentPair("a.b", `a.b.${long}`, equal), false);
  assertEquals(compared, 2);
  assertEquals(everyComponentPair(long, long, equal), true);
});

Deno.test("a thousand rules are compared with the longest of patterns as quickly as with short ones (AZ-07)", async () => {
  const compare = (length: number) => () => {
    const pattern = { uri: ".".repeat(length), match: "wildcard" } as const;
    for (let i = 0; i < 1000; i++) {
      const rule = { uri: `com.app${i}..run.`, match: "wildcard" } as const;
      assertEquals(covers(rule, pattern), false);
      assertEquals(overlaps(rule, pattern), false);
    }
  };
  // As long as with a short one; to split it for each rule would take 50 times as long.
  await assertOnceLess(() => timesAsLong(compare(4095), compare(40)), 10);
});
