/**
 * The unframer, fed whole and in pieces. The pieces must make no difference:
 * same frames, same fault, whatever the cuts (FR-06).
 */
import { assert, assertEquals } from "@std/assert";
import { FrameKind } from "../../src/framing/frame.ts";
import { bytesOf, concat } from "../support/hex.ts";
import { frame } from "../support/raw_client.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";
import {
  cutEverywhere,
  HANDSHAKE,
  octetByOctet,
  parse,
  type Parsed,
} from "./_parse.ts";

const OCTETS = Uint8Array.from({ length: 256 }, (_, i) => i);

/** A handshake and a frame of each kind and of several sizes behind it. */
const CONVERSATION = concat(
  HANDSHAKE,
  frame(0, bytesOf("01 02 03")),
  frame(1, bytesOf("")),
  frame(0, bytesOf("")),
  frame(1, OCTETS),
  frame(2, bytesOf("FF")),
  frame(0, OCTETS.slice(0, 100)),
  frame(0, bytesOf("7F")),
);

const CONVERSATION_FRAMES: Parsed = {
  frames: [
    [FrameKind.OPENING, "7f910000"],
    [FrameKind.MESSAGE, "010203"],
    [FrameKind.PING, ""],
    [FrameKind.MESSAGE, ""],
    [FrameKind.PING, OCTETS.toHex()],
    [FrameKind.PONG, "ff"],
    [FrameKind.MESSAGE, OCTETS.slice(0, 100).toHex()],
    [FrameKind.MESSAGE, "7f"],
  ],
  fault: undefined,
  missingBytes: 0,
};

Deno.test("Unframer cuts one chunk into its frames", () => {
  assertEquals(parse([CONVERSATION]), CONVERSATION_FRAMES);
});

Deno.test("Unframer finds the same frames octet by octet", () => {
  assertEquals(parse(octetByOctet(CONVERSATION)), CONVERSATION_FRAMES);
});

Deno.test("Unframer finds the same frames with a cut at each offset", () => {
  for (const chunks of cutEverywhere(CONVERSATION)) {
    assertEquals(parse(chunks), CONVERSATION_FRAMES);
  }
});

Deno.test("Unframer finds the same frames with two cuts anywhere", () => {
  const start = CONVERSATION.slice(0, 40);
  const whole = parse([start]);
  for (let first = 0; first <= start.length; first++) {
    for (let second = first; second <= start.length; second++) {
      const chunks = [
        start.slice(0, first),
        start.slice(first, second),
        start.slice(second),
      ];
      assertEquals(parse(chunks), whole, `cuts at ${first} and ${second}`);
    }
  }
});

/** Frames that are sound, and as often as not something wrong behind them. */
function randomConversation(random: SeededRandom): Uint8Array {
  const parts: Uint8Array[] = [HANDSHAKE];
  for (let count = random.below(8); count > 0; count--) {
    const size = random.oneIn(4) ? random.below(3000) : random.below(20);
    parts.push(frame(random.below(3), random.octets(size)));
  }
  if (random.oneIn(2)) parts.push(random.octets(random.below(12)));
  return concat(...parts);
}

function cutRandomly(random: SeededRandom, bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const longest = random.pick([2, 5, 300, 4000]);
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random.below(longest);
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

Deno.test("Unframer finds the same frames and faults at random cuts", () => {
  withSeed((random) => {
    for (let round = 0; round < 100; round++) {
      const bytes = randomConversation(random);
      const whole = parse([bytes], 2000);
      for (let times = 0; times < 4; times++) {
        assertEquals(parse(cutRandomly(random, bytes), 2000), whole);
      }
    }
  });
});

Deno.test("Unframer says how much of a cut frame is missing", () => {
  const bytes = concat(HANDSHAKE, frame(0, OCTETS));
  assertEquals(parse([bytes.slice(0, 4)]).missingBytes, 0);
  assertEquals(parse([bytes.slice(0, 7)]).missingBytes, 0);
  assertEquals(parse([bytes.slice(0, 8)]).missingBytes, 256);
  assertEquals(parse([bytes.slice(0, 9)]).missingBytes, 255);
  assertEquals(parse([bytes.slice(0, 263)]).missingBytes, 1);
  assertEquals(parse([bytes]).missingBytes, 0);
});

Deno.test("Unframer reads no more of a chunk than its length", () => {
  const chunk = concat(HANDSHAKE, frame(0, OCTETS), bytesOf("FF FF FF FF"));
  const end = chunk.length - 4;
  assertEquals(parse([{ bytes: chunk, length: end }]), {
    frames: [
      [FrameKind.OPENING, "7f910000"],
      [FrameKind.MESSAGE, OCTETS.toHex()],
    ],
    fault: undefined,
    missingBytes: 0,
  });
});

/** Sizes at the ends of the 24 bits, and the one beyond (FR-02, FR-03). */
const LARGE_SIZES: [size: number, prefix: string][] = [
  [65_535, "00 00 FF FF"],
  [65_536, "00 01 00 00"],
  [2 ** 24 - 1, "00 FF FF FF"],
  [2 ** 24, "08 00 00 00"],
];

for (const [size, prefix] of LARGE_SIZES) {
  Deno.test(`Unframer puts ${size} octets behind ${prefix} together`, () => {
    const payload = new Uint8Array(size);
    for (let i = 0; i < size; i += 997) payload[i] = i;
    const behind = frame(0, bytesOf("2A"));
    const bytes = concat(HANDSHAKE, bytesOf(prefix), payload, behind);
    for (const chunkBytes of [bytes.length, 65_536, 40_001]) {
      const frames = takeFrames(bytes, chunkBytes);
      assertEquals(frames.length, 3);
      // Not by assertEquals, which is slow on so many octets.
      assert(isSame(frames[1], payload), `chunks of ${chunkBytes}`);
      assertEquals(frames[2].toHex(), "2a");
    }
  });
}

function isSame(some: Uint8Array, others: Uint8Array): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}

function takeFrames(bytes: Uint8Array, chunkBytes: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    chunks.push(bytes.subarray(at, at + chunkBytes));
  }
  const payloads: Uint8Array[] = [];
  parse(chunks, 2 ** 24, (found) => {
    payloads.push(found.bytes.subarray(found.start, found.end));
  });
  return payloads;
}
