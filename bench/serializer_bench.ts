/**
 * What a message costs the serializers: the head of PUBLISH, CALL and YIELD read
 * with a payload of one string of 100 octets, and EVENT, INVOCATION and RESULT
 * written with it.
 *
 * Run: `deno bench bench/serializer_bench.ts`
 */
import { ByteWriter } from "../src/base/byte_writer.ts";
import {
  FORMATS,
  Serializer,
  type SerializerName,
} from "../src/serializer/serializer.ts";
import { writeValue } from "../src/wamp/values.ts";
import type { RouterMessage } from "../src/wamp/message.ts";
import { MessageCode } from "../src/wamp/message_code.ts";
import { EMPTY_DICT } from "../src/wamp/options.ts";
import type { Payload } from "../src/wamp/payload.ts";

const DEPTH_MAX = 64;
const NAMES = Object.keys(FORMATS) as SerializerName[];
/** Copies of a message in one chunk, as a read of a busy socket has them. */
const COPIES = 1000;

const ARGS = ["x".repeat(100)];
const CALLS: Record<string, unknown[]> = {
  PUBLISH: [16, 7_814_135, {}, "com.myapp.mytopic1", ARGS],
  CALL: [48, 7_814_135, {}, "com.myapp.myprocedure1", ARGS],
  YIELD: [70, 6_131_533, {}, ARGS],
  "PUBLISH with options": [
    16,
    7_814_135,
    { acknowledge: true, exclude_me: false },
    "com.myapp.mytopic1",
    ARGS,
  ],
  "PUBLISH of 64 KiB": [16, 1, {}, "com.myapp.mytopic1", ["x".repeat(65536)]],
  "PUBLISH of values": [16, 1, {}, "com.myapp.mytopic1", [
    { id: 17, price: 12.25, tags: ["a", "b", "c"], ok: true, at: null },
    { id: 18, price: 99.5, tags: ["d", "e"], ok: false, at: "2024-01-01" },
  ]],
};

for (const serializer of NAMES.map((name) => new Serializer(name, DEPTH_MAX))) {
  for (const [name, message] of Object.entries(CALLS)) {
    const { bytes, ends } = chunkOf(message, serializer);
    Deno.bench(
      `decode ${name}: ${serializer.name}`,
      { group: `decode ${name}` },
      (b) => {
        b.start();
        let start = 0;
        for (let i = 0; i < COPIES; i++) {
          serializer.decode(bytes, start, ends[i]);
          start = ends[i];
        }
        b.end();
      },
    );
  }

  const out = new ByteWriter(new Uint8Array(1 << 20));
  for (
    const [name, message] of Object.entries(answers(payloadIn(serializer)))
  ) {
    Deno.bench(
      `encode ${name}: ${serializer.name}`,
      { group: `encode ${name}` },
      (b) => {
        b.start();
        out.length = 0;
        for (let i = 0; i < COPIES; i++) serializer.encode(message, out);
        b.end();
      },
    );
  }
}

/** `COPIES` times the same message, and where each ends. */
function chunkOf(
  message: unknown[],
  { format }: Serializer,
): { bytes: Uint8Array; ends: number[] } {
  const out = new ByteWriter(new Uint8Array(1024));
  const ends: number[] = [];
  for (let i = 0; i < COPIES; i++) {
    const writer = format.newWriter(false);
    writer.open(out);
    writeValue(message, writer);
    ends.push(out.length);
  }
  return { bytes: out.toBytes(), ends };
}

function payloadIn(serializer: Serializer): Payload {
  const { bytes, ends } = chunkOf(CALLS["YIELD"], serializer);
  const message = serializer.decode(bytes, 0, ends[0]);
  if (message.code !== MessageCode.YIELD) throw new Error("No YIELD");
  return message.payload;
}

function answers(payload: Payload): Record<string, RouterMessage> {
  return {
    EVENT: {
      code: MessageCode.EVENT,
      subscription: 17,
      publication: 5_512_315_355_123_456,
      details: EMPTY_DICT,
      payload,
    },
    INVOCATION: {
      code: MessageCode.INVOCATION,
      request: 6_131_533,
      registration: 42,
      details: EMPTY_DICT,
      payload,
    },
    "INVOCATION with details": {
      code: MessageCode.INVOCATION,
      request: 6_131_533,
      registration: 42,
      details: { procedure: "com.myapp.myprocedure1", progress: true },
      payload,
    },
    RESULT: {
      code: MessageCode.RESULT,
      request: 7_814_135,
      details: EMPTY_DICT,
      payload,
    },
  };
}
