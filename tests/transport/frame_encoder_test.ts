import { assert, assertEquals, assertThrows } from "@std/assert";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import { RAWSOCKET_FRAMER } from "../../src/rawsocket/frame.ts";
import { FlushQueue } from "../../src/transport/flush_queue.ts";
import { FrameEncoder } from "../../src/transport/frame_encoder.ts";
import type { Serializer } from "../../src/serializer/serializer.ts";
import {
  type Event,
  requestError,
  type RouterMessage,
  SendOutcome,
} from "../../src/wamp/message.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { Payload } from "../../src/wamp/payload.ts";
import { OutboxBudget } from "../../src/transport/outbox_budget.ts";
import { FrameWriter } from "../support/frame_writer.ts";
import { utf8 } from "../support/hex.ts";
import {
  type Codec,
  CODECS,
  decodeValue,
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
  payloadOf,
} from "../support/serializers.ts";

const UNLIMITED = 2 ** 24;

/** An encoder that counts how often its serializer encodes. */
class Bench {
  readonly queue = new FlushQueue();
  readonly budget = new OutboxBudget(2 ** 30, () => {});
  readonly encoder: FrameEncoder;
  encoded = 0;

  constructor({ serializer }: Codec) {
    const counting: Serializer = Object.create(serializer, {
      encode: {
        value: (message: RouterMessage, out: ByteWriter) => {
          this.encoded++;
          serializer.encode(message, out);
        },
      },
    });
    this.encoder = new FrameEncoder(
      counting,
      RAWSOCKET_FRAMER,
      this.queue,
      this.budget,
    );
  }
}

function newWriter(): FrameWriter {
  return new FrameWriter();
}

function eventWith(payload: Payload): Event {
  return {
    code: MessageCode.EVENT,
    subscription: 1,
    publication: 2,
    details: {},
    payload,
  };
}

/** An EVENT whose payload is `args` in the format of `codec`. */
function eventIn(codec: Codec, args: unknown[]): Event {
  return eventWith(payloadOf(codec, encodeValue(codec, args), 1));
}

/** The messages in the frames that `out` holds. */
function messagesIn(codec: Codec, out: ByteWriter): unknown[] {
  const bytes = out.toBytes();
  const messages: unknown[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [first, a, b, c] = bytes.subarray(at, at + 4);
    assertEquals(first, 0, "the prefix of a message");
    const size = a << 16 | b << 8 | c;
    assert(at + 4 + size <= bytes.length, "a cut frame");
    messages.push(decodeValue(codec, bytes.slice(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return messages;
}

for (const codec of CODECS) {
  const { name } = codec.serializer;

  Deno.test(`${name}: frames are appended behind what is there`, () => {
    const { encoder } = new Bench(codec);
    const out = newWriter();
    for (const value of [1, 2, 3]) {
      const outcome = encoder.encode(eventIn(codec, [value]), out, UNLIMITED);
      assertEquals(outcome, SendOutcome.SENT);
    }
    assertEquals(
      messagesIn(codec, out),
      [1, 2, 3].map((value) => [36, 1, 2, {}, [value]]),
    );
  });

  Deno.test(`FR-14 ${name}: a message of exactly the limit is sent, a longer one leaves nothing behind`, () => {
    const { encoder } = new Bench(codec);
    const out = newWriter();
    encoder.encode(eventIn(codec, ["before"]), out, UNLIMITED);
    const before = out.length;
    const event = eventIn(codec, ["x".repeat(300)]);
    const sample = newWriter();
    new Bench(codec).encoder.encode(event, sample, UNLIMITED);
    const size = sample.length - 4;
    for (const limit of [0, 10, size - 1]) {
      assertEquals(encoder.encode(event, out, limit), SendOutcome.TOO_LONG);
      assertEquals(out.length, before);
    }
    assertEquals(encoder.encode(event, out, size), SendOutcome.SENT);
    assertEquals(out.length, before + 4 + size);
    assertEquals(messagesIn(codec, out).length, 2);
  });

  Deno.test(`${name}: one message to many receivers is encoded once`, () => {
    const bench = new Bench(codec);
    const event = eventIn(codec, ["payload"]);
    const outs = Array.from({ length: 5 }, newWriter);
    for (const out of outs) bench.encoder.encode(event, out, UNLIMITED);
    assertEquals(bench.encoded, 1);
    for (const out of outs) {
      assertEquals(messagesIn(codec, out), [[36, 1, 2, {}, ["payload"]]]);
    }
  });
}

Deno.test("FR-14: a copied message obeys each receiver's own limit", () => {
  const bench = new Bench(JSON_CODEC);
  const event = eventIn(JSON_CODEC, ["x".repeat(100)]);
  const [one, two, three] = [newWriter(), newWriter(), newWriter()];
  bench.encoder.encode(event, one, UNLIMITED);
  const size = one.length - 4;
  assertEquals(
    bench.encoder.encode(event, two, size - 1),
    SendOutcome.TOO_LONG,
  );
  assertEquals(two.length, 0);
  assertEquals(bench.encoder.encode(event, three, size), SendOutcome.SENT);
  assertEquals(bench.encoded, 1);
});

Deno.test("a message is not copied from a buffer that may have been written since", async () => {
  const bench = new Bench(JSON_CODEC);
  const event = eventIn(JSON_CODEC, ["payload"]);
  const out = newWriter();
  bench.encoder.encode(event, out, UNLIMITED);
  bench.queue.touch({ flush: () => out.bytes.fill(0) });
  await Promise.resolve();
  const later = newWriter();
  bench.encoder.encode(event, later, UNLIMITED);
  assertEquals(bench.encoded, 2);
  assertEquals(messagesIn(JSON_CODEC, later), [[36, 1, 2, {}, ["payload"]]]);
});

Deno.test("messages that are equal but not the same are each encoded", () => {
  const bench = new Bench(JSON_CODEC);
  const out = newWriter();
  bench.encoder.encode(eventIn(JSON_CODEC, [1]), out, UNLIMITED);
  bench.encoder.encode(eventIn(JSON_CODEC, [1]), out, UNLIMITED);
  assertEquals(bench.encoded, 2);
  assertEquals(messagesIn(JSON_CODEC, out).length, 2);
});

Deno.test("a payload without a form in the serializer leaves nothing behind", () => {
  const { encoder } = new Bench(MSGPACK_CODEC);
  const out = newWriter();
  encoder.encode(eventIn(MSGPACK_CODEC, [1]), out, UNLIMITED);
  const before = out.length;
  // 2^70 has no form in MessagePack.
  const event = eventWith(
    payloadOf(JSON_CODEC, utf8("[1180591620717411303424]"), 1),
  );
  assertEquals(
    encoder.encode(event, out, UNLIMITED),
    SendOutcome.UNSUPPORTED_VALUE,
  );
  assertEquals(out.length, before);
});

Deno.test("an error's text is given up where only that makes it too long", () => {
  const { encoder } = new Bench(JSON_CODEC);
  const error = () => requestError(48, 1, "com.error", "a text for humans");
  const [bare, whole, cut] = [newWriter(), newWriter(), newWriter()];
  encoder.encode({ ...error(), text: undefined }, bare, UNLIMITED);
  encoder.encode(error(), whole, UNLIMITED);
  const limit = bare.length - 4;
  assertEquals(encoder.encode(error(), cut, limit), SendOutcome.SENT);
  assertEquals(cut.toBytes(), bare.toBytes());
  assert(whole.length > bare.length);
  const nothing = newWriter();
  assertEquals(
    encoder.encode(error(), nothing, limit - 1),
    SendOutcome.TOO_LONG,
  );
  assertEquals(nothing.length, 0);
});

Deno.test("a defect while encoding leaves no half frame behind", () => {
  const broken: Serializer = Object.create(JSON_CODEC.serializer, {
    encode: {
      value(_message: RouterMessage, out: ByteWriter) {
        out.append(new Uint8Array(10), 0, 10);
        throw new TypeError("defect");
      },
    },
  });
  const encoder = new FrameEncoder(
    broken,
    RAWSOCKET_FRAMER,
    new FlushQueue(),
    new OutboxBudget(2 ** 30, () => {}),
  );
  const out = newWriter();
  assertThrows(
    () => encoder.encode(requestError(48, 1, "com.a", "b"), out, UNLIMITED),
    TypeError,
  );
  assertEquals(out.length, 0);
});

Deno.test("the longest payload, 2^24 octets, has the 25th length bit", () => {
  const filling: Serializer = Object.create(JSON_CODEC.serializer, {
    encode: {
      value(_message: RouterMessage, out: ByteWriter) {
        out.reserve(2 ** 24);
        out.length += 2 ** 24;
      },
    },
  });
  const encoder = new FrameEncoder(
    filling,
    RAWSOCKET_FRAMER,
    new FlushQueue(),
    new OutboxBudget(2 ** 30, () => {}),
  );
  const out = newWriter();
  const message = requestError(48, 1, "com.a", "b");
  assertEquals(encoder.encode(message, out, UNLIMITED), SendOutcome.SENT);
  assertEquals([...out.bytes.subarray(0, 4)], [8, 0, 0, 0]);
  assertEquals(out.length, 4 + 2 ** 24);
});

Deno.test("a long frame for many is written once, and all but the first share it", async () => {
  const bench = new Bench(JSON_CODEC);
  const event = eventIn(JSON_CODEC, ["x".repeat(5000)]);
  const outs = [newWriter(), newWriter(), newWriter()];
  bench.encoder.encode(event, outs[0], UNLIMITED);
  bench.encoder.encode(event, outs[1], UNLIMITED);
  // Also to those who get it in a later turn.
  bench.queue.touch({ flush: () => outs[0].bytes.fill(0) });
  await Promise.resolve();
  bench.encoder.encode(event, outs[2], UNLIMITED);
  assertEquals(outs.map(({ sharedCount }) => sharedCount), [0, 1, 1]);
  assertEquals(outs[2].toBytes(), outs[1].toBytes());
  assertEquals(bench.encoded, 1);
  // It counts once.
  assertEquals(bench.budget.bytes, outs[1].length);
  assertEquals(
    bench.encoder.encode(event, newWriter(), 100),
    SendOutcome.TOO_LONG,
  );
});

Deno.test("a short frame is copied for each", () => {
  const bench = new Bench(JSON_CODEC);
  const event = eventIn(JSON_CODEC, ["x".repeat(4000)]);
  for (let i = 0; i < 3; i++) {
    const out = newWriter();
    bench.encoder.encode(event, out, UNLIMITED);
    assertEquals(out.sharedCount, 0);
  }
  assertEquals(bench.budget.bytes, 0);
});
