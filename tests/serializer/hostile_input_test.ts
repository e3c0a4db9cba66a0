/**
 * Input made to harm: cut off, too long, too deep, with lengths that promise
 * more than there is. All of it is a protocol violation, and nothing else.
 */
import { assertEquals } from "@std/assert";
import { assertOnceLess, timesAsLong } from "../support/growth.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { SAMPLE_MESSAGES } from "../support/sample_messages.ts";
import { withSeed } from "../support/seed.ts";
import {
  assertViolation,
  CBOR_CODEC,
  type Codec,
  codecOf,
  CODECS,
  decode,
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
  tryDecode,
} from "../support/serializers.ts";

/** A codec whose messages may nest `depth` deep. */
function withDepth({ serializer }: Codec, depth: number): Codec {
  return codecOf(serializer.name, depth);
}

for (const codec of CODECS) {
  const name = codec.serializer.name;

  Deno.test(`${name}: a message cut at any offset is a violation (SE-06)`, () => {
    for (const message of SAMPLE_MESSAGES) {
      const bytes = encodeValue(codec, message);
      for (let end = 0; end < bytes.length; end++) {
        assertViolation(codec, bytes.slice(0, end), `cut at ${end}`);
      }
      assertEquals(decode(codec, bytes).code, message[0]);
    }
  });

  Deno.test(`${name}: nothing behind the message's end is read (SE-06)`, () => {
    for (const message of SAMPLE_MESSAGES) {
      const bytes = encodeValue(codec, message);
      for (let end = 0; end < bytes.length; end++) {
        // All of the message is there, but it is said to end before.
        assertEquals(tryDecode(codec, bytes, end), undefined);
      }
    }
  });

  Deno.test(`${name}: octets behind a message are a violation (SE-07)`, () => {
    for (const message of SAMPLE_MESSAGES) {
      const bytes = encodeValue(codec, message);
      for (const rest of ["00", "c0", "ff", "5d", "2c", "7d", "90", "a0"]) {
        assertViolation(codec, concat(bytes, bytesOf(rest)), rest);
      }
      assertViolation(codec, concat(bytes, bytes));
    }
  });

  Deno.test(`${name}: depth is bounded (SE-08)`, () => {
    for (const limit of [4, 32, 100]) {
      const limited = withDepth(codec, limit);
      // The message is one list, what holds the nested value another.
      const fits = nested(limit - 2);
      const tooDeep = nested(limit - 1);
      for (
        const place of [
          (value: unknown) => [16, 1, {}, "a", [value]],
          (value: unknown) => [16, 1, {}, "a", [], { k: value }],
          (value: unknown) => [16, 1, { x: value }, "a"],
          (value: unknown) => [1, "realm1", { authextra: { x: value } }],
        ]
      ) {
        // `authextra` is one level of its own.
        const isDeeper = place(0)[0] === 1;
        const bytes = encodeValue(codec, place(isDeeper ? fits[0] : fits));
        assertEquals(decode(limited, bytes).code, place(0)[0]);
        assertViolation(
          limited,
          encodeValue(codec, place(isDeeper ? fits : tooDeep)),
        );
      }
    }
  });

  Deno.test(`${name}: random octets are a violation, if they are no message`, () => {
    withSeed((random) => {
      for (let i = 0; i < 3000; i++) {
        tryDecode(codec, random.octets(random.below(40)));
      }
    });
  });
}

/** Lists, `depth` of them, each in the other. */
function nested(depth: number): unknown[] {
  let value: unknown[] = [];
  for (let i = 1; i < depth; i++) value = [value];
  return value;
}

Deno.test("an empty message is a violation (FR-19, A-07)", () => {
  for (const codec of CODECS) assertViolation(codec, new Uint8Array(0));
});

/** As many octets as a frame may have, all alike but for head and tail. */
function flood(head: string, octet: number): Uint8Array {
  const start = bytesOf(head);
  const bytes = new Uint8Array(1 << 24).fill(octet);
  bytes.set(start);
  return bytes;
}

Deno.test("16 MiB of opening brackets end at the depth limit (SE-08)", () => {
  assertViolation(JSON_CODEC, flood("5b", 0x5b));
  assertViolation(JSON_CODEC, concat(utf8('[16,1,{},"a",'), flood("5b", 0x5b)));
  assertViolation(MSGPACK_CODEC, flood("91", 0x91));
  assertViolation(MSGPACK_CODEC, flood("95100180a161", 0x91));
  assertViolation(CBOR_CODEC, flood("81", 0x81));
  assertViolation(CBOR_CODEC, flood("9f", 0x9f));
  assertViolation(CBOR_CODEC, flood("851001a06161", 0x9f));
  assertViolation(CBOR_CODEC, flood("851001a06161", 0xbf));
  // Tags are no depth of their own, and no recursion.
  assertViolation(CBOR_CODEC, flood("851001a0616181", 0xc6));
  assertViolation(CBOR_CODEC, flood("d9d9f7", 0xd9));
});

Deno.test("lengths and counts beyond the message are violations", () => {
  const msgpack = [
    "ddffffffff10",
    "dcffff10",
    "95100180dbffffffff61",
    "951001dfffffffffa16101a161",
    "95100180a161ddffffffff01",
    "96100180a16190dfffffffffa16101",
    "95100180a16191c6ffffffff00",
    "95100180a16191c9ffffffff0000",
    "95100180a16191dfffffffff00",
  ];
  for (const hex of msgpack) assertViolation(MSGPACK_CODEC, bytesOf(hex), hex);
  const huge = ["1affffffff", "1bffffffffffffffff", "1b001fffffffffffff"];
  for (const argument of huge) {
    for (
      const cbor of [
        `${head(4, argument)}10`,
        `8410 01 a0 ${head(3, argument)}61`,
        `8410 01 ${head(5, argument)}616101 6161`,
        `8510 01 a0 6161 ${head(4, argument)}01`,
        `8610 01 a0 6161 80 ${head(5, argument)}616101`,
        `8510 01 a0 6161 81 ${head(2, argument)}00`,
        `8510 01 a0 6161 81 ${head(3, argument)}00`,
        `8510 01 a0 6161 81 5f ${head(2, argument)}00ff`,
        `8510 01 a0 6161 81 ${head(5, argument)}00`,
      ]
    ) {
      assertViolation(CBOR_CODEC, bytesOf(cbor), cbor);
    }
  }
});

/** The head of a CBOR item of type `major` with the argument of an integer. */
function head(major: number, integer: string): string {
  const first = Number.parseInt(integer.slice(0, 2), 16) | (major << 5);
  return first.toString(16).padStart(2, "0") + integer.slice(2);
}

Deno.test("payload nested deep is transcoded in linear time", async () => {
  // Containers of indefinite length must not be counted over and over.
  const wide = 2000;
  const transcode = (depth: number) => () => {
    const json = withDepth(JSON_CODEC, depth + 10);
    const cbor = withDepth(CBOR_CODEC, depth + 10);
    const msgpack = withDepth(MSGPACK_CODEC, depth + 10);
    const list = "[".repeat(depth) + "1,".repeat(wide) + "1" +
      "]".repeat(depth);
    const items = "9f".repeat(depth) + "01".repeat(wide) + "ff".repeat(depth);
    for (
      const message of [
        decode(json, utf8(`[70,1,{},[${list}]]`)),
        decode(cbor, bytesOf(`8418 46 01 a0 9f${items}ff`)),
      ]
    ) {
      if (!("payload" in message)) throw new Error("No payload");
      const moved = message.payload.in(msgpack.format);
      assertEquals(moved.count, 1);
    }
  };
  // Little more; counted at each level it would be 40 times as much.
  await assertOnceLess(() => timesAsLong(transcode(400), transcode(10)), 8);
});

Deno.test("a string of many chunks is put together in linear time (SC-02)", async () => {
  const join = (count: number) => {
    const chunks = new Uint8Array(2 * count);
    for (let i = 0; i < chunks.length; i += 2) chunks[i] = 0x61;
    const bytes = concat(
      bytesOf("8418 46 01 a0 81 7f"),
      chunks.map((octet) => octet || 0x78),
      bytesOf("ff"),
    );
    return () => {
      const message = decode(CBOR_CODEC, bytes);
      if (!("payload" in message)) throw new Error("No payload");
      const moved = message.payload.in(JSON_CODEC.format);
      assertEquals(moved.end - moved.start, count + 4);
    };
  };
  // 20 times as much; quadratic work would be 400 times.
  await assertOnceLess(() => timesAsLong(join(400_000), join(20_000)), 80);
});
