/**
 * The WebSocket unframer, fed whole and in pieces. The pieces must make no
 * difference: same frames, same fault, whatever the cuts.
 */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { CloseCause, type Frame, FrameKind } from "../../src/framing/frame.ts";
import { FRAMES_MAX } from "../../src/framing/framing.ts";
import { Opcode } from "../../src/websocket/frame.ts";
import { concat, utf8 } from "../support/hex.ts";
import { type SeededRandom, withSeed } from "../support/seed.ts";
import { WebSocketUnframer } from "../../src/websocket/unframer.ts";
import {
  clientFrame,
  cutEverywhere,
  HEAD,
  headOf,
  type LengthForm,
  octetByOctet,
  openUnframer,
  parse,
  type Parsed,
} from "./_parse.ts";

const FIN = 0x80;
const TEXT = FIN | Opcode.TEXT;
const BINARY = FIN | Opcode.BINARY;
const PING = FIN | Opcode.PING;
const PONG = FIN | Opcode.PONG;
const CLOSE = FIN | Opcode.CLOSE;
const NOTHING = new Uint8Array(0);
const OCTETS = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);

/** Whole, octet by octet, and cut at each offset. */
function assertParsed(bytes: Uint8Array, expected: Parsed): void {
  assertEquals(parse([bytes]), expected);
  assertEquals(parse(octetByOctet(bytes)), expected);
  for (const chunks of cutEverywhere(bytes)) {
    assertEquals(parse(chunks), expected);
  }
}

Deno.test("WS-15: frames of each kind and of several sizes come out, whatever the cuts", () => {
  const bytes = concat(
    clientFrame(TEXT, OCTETS.slice(0, 3)),
    clientFrame(PING, NOTHING),
    clientFrame(TEXT, NOTHING),
    clientFrame(PONG, OCTETS.slice(0, 125)),
    clientFrame(TEXT, OCTETS.slice(0, 125)),
    clientFrame(TEXT, OCTETS.slice(0, 126)),
    clientFrame(TEXT, OCTETS),
    clientFrame(CLOSE, new Uint8Array([0x03, 0xe8, 0x62])),
  );
  assertParsed(bytes, {
    frames: [
      [FrameKind.MESSAGE, "000102"],
      [FrameKind.PING, ""],
      [FrameKind.MESSAGE, ""],
      [FrameKind.PONG, OCTETS.slice(0, 125).toHex()],
      [FrameKind.MESSAGE, OCTETS.slice(0, 125).toHex()],
      [FrameKind.MESSAGE, OCTETS.slice(0, 126).toHex()],
      [FrameKind.MESSAGE, OCTETS.toHex()],
      [FrameKind.CLOSE, "03e862"],
    ],
    fault: undefined,
  });
});

Deno.test("WS-19: a message in fragments is one, with control frames between them", () => {
  const bytes = concat(
    clientFrame(Opcode.TEXT, OCTETS.slice(0, 10)),
    clientFrame(PING, utf8("a")),
    clientFrame(Opcode.CONTINUATION, NOTHING),
    clientFrame(Opcode.CONTINUATION, OCTETS.slice(10, 150)),
    clientFrame(PONG, utf8("b")),
    clientFrame(FIN | Opcode.CONTINUATION, OCTETS.slice(150)),
    clientFrame(TEXT, utf8("next")),
  );
  assertParsed(bytes, {
    frames: [
      [FrameKind.PING, utf8("a").toHex()],
      [FrameKind.PONG, utf8("b").toHex()],
      [FrameKind.MESSAGE, OCTETS.toHex()],
      [FrameKind.MESSAGE, utf8("next").toHex()],
    ],
    fault: undefined,
  });
});

Deno.test("WS-19: an empty first fragment and an empty last one are parts of a message", () => {
  const bytes = concat(
    clientFrame(Opcode.TEXT, NOTHING),
    clientFrame(Opcode.CONTINUATION, utf8("ab")),
    clientFrame(FIN | Opcode.CONTINUATION, NOTHING),
  );
  const frames: Parsed["frames"] = [[FrameKind.MESSAGE, "6162"]];
  assertParsed(bytes, { frames, fault: undefined });
});

Deno.test("WS-16: lengths are taken in their shortest form alone", () => {
  const cases: [size: number, form: LengthForm, taken: boolean][] = [
    [125, "shortest", true],
    [125, "two octets", false],
    [126, "two octets", true],
    [65_535, "two octets", true],
    [65_535, "eight octets", false],
    [65_536, "eight octets", true],
    [0x01_02_03, "eight octets", true],
    [0, "two octets", false],
    [0, "eight octets", false],
  ];
  const limits = { maxMessageBytes: 100_000, maxFrameBytes: 100_000 };
  for (const [size, form, isTaken] of cases) {
    const frame = clientFrame(TEXT, new Uint8Array(size), { form });
    const { frames, fault } = parse([frame], limits);
    assertEquals([size, form, frames.length], [size, form, isTaken ? 1 : 0]);
    assertEquals(fault?.[0], isTaken ? undefined : CloseCause.BAD_FRAME);
  }
});

Deno.test("WS-15 WS-16: a long message whose head comes octet by octet is whole", () => {
  const limits = { maxMessageBytes: 100_000, maxFrameBytes: 100_000 };
  const message = Uint8Array.from({ length: 0x01_02_03 }, (_, i) => i * 7);
  const bytes = clientFrame(TEXT, message);
  const chunks = [...octetByOctet(bytes.slice(0, 20)), bytes.slice(20)];
  const { frames } = parse(chunks, limits);
  assertEquals(frames, [[FrameKind.MESSAGE, message.toHex()]]);
});

/** What ends a connection: each with what it is told. */
const FAULTS: [
  name: string,
  bytes: Uint8Array,
  cause: CloseCause,
  words: RegExp,
][] = [
  ...[0x10, 0x20, 0x40, 0x70].flatMap((bits): typeof FAULTS => [
    [
      `reserved bits ${bits.toString(16)} of a message`,
      headOf(TEXT | bits, 0),
      CloseCause.BAD_FRAME,
      /^Reserved bits/,
    ],
    [
      `reserved bits ${bits.toString(16)} of a PING`,
      headOf(PING | bits, 0),
      CloseCause.BAD_FRAME,
      /^Reserved bits/,
    ],
  ]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((
    opcode,
  ): typeof FAULTS[number] => [
    `opcode ${opcode}`,
    headOf(FIN | opcode, 0),
    CloseCause.BAD_FRAME,
    new RegExp(`^Opcode ${opcode} is reserved$`),
  ]),
  [
    "a frame that is not masked",
    headOf(TEXT, 2, "shortest", false),
    CloseCause.BAD_FRAME,
    /^A frame is not masked$/,
  ],
  [
    "a PING in fragments",
    headOf(Opcode.PING, 0),
    CloseCause.BAD_FRAME,
    /^A control frame is fragmented$/,
  ],
  [
    "a PING of 126 octets",
    headOf(PING, 126),
    CloseCause.BAD_FRAME,
    /^A control frame is longer than 125 bytes$/,
  ],
  [
    "a close frame whose length takes eight octets",
    headOf(CLOSE, 5, "eight octets"),
    CloseCause.BAD_FRAME,
    /^A control frame is longer/,
  ],
  [
    "a continuation of nothing",
    headOf(FIN | Opcode.CONTINUATION, 1),
    CloseCause.BAD_FRAME,
    /continues nothing$/,
  ],
  [
    "a message within another",
    concat(clientFrame(Opcode.TEXT, utf8("a")), headOf(TEXT, 1)),
    CloseCause.BAD_FRAME,
    /within another one$/,
  ],
  [
    "a binary frame where messages are text",
    headOf(BINARY, 1),
    CloseCause.WRONG_KIND,
    /^Messages in JSON come in text frames/,
  ],
  [
    "a frame of 1,001 bytes where 1,000 are taken",
    concat(headOf(TEXT, 1001), new Uint8Array(4)),
    CloseCause.TOO_LONG,
    /^A message of 1001 bytes is above the limit of 1000$/,
  ],
  [
    "fragments of 1,001 bytes together",
    concat(
      clientFrame(Opcode.TEXT, new Uint8Array(600)),
      headOf(FIN | Opcode.CONTINUATION, 401),
      new Uint8Array(4),
    ),
    CloseCause.TOO_LONG,
    /^A message of 1001 bytes/,
  ],
  [
    "a length of 2^63",
    concat(headOf(TEXT, 2 ** 63), new Uint8Array(4)),
    CloseCause.BAD_FRAME,
    /^A length/,
  ],
  ...[2 ** 32, 2 ** 40, 2 ** 48 + 2 ** 33, 2 ** 48 + 7].map((
    size,
  ): typeof FAULTS[number] => [
    `a length of ${size}`,
    concat(headOf(TEXT, size), new Uint8Array(4)),
    CloseCause.TOO_LONG,
    new RegExp(`^A message of ${size} bytes`),
  ]),
  [
    "a length of 2^62",
    concat(headOf(TEXT, 2 ** 62), new Uint8Array(4)),
    CloseCause.TOO_LONG,
    /^A message of 46116860184273\d+ bytes/,
  ],
];

for (const [name, bytes, cause, words] of FAULTS) {
  Deno.test(`WS-17 WS-18 WS-20 WS-21 WS-23: ${name} ends the connection: ${cause}`, () => {
    const before = clientFrame(TEXT, utf8("x"));
    const all = concat(before, bytes, clientFrame(TEXT, utf8("never")));
    const whole = parse([all]);
    assertEquals(whole.fault?.[0], cause);
    assertMatch(whole.fault?.[1] ?? "", words);
    assertEquals(whole.frames[0], [FrameKind.MESSAGE, "78"]);
    assert(!whole.frames.some(([, payload]) => payload === "6e65766572"));
    assertEquals(parse(octetByOctet(all)), whole);
    for (const chunks of cutEverywhere(all)) {
      assertEquals(parse(chunks), whole);
    }
  });
}

Deno.test("WS-21: text where messages are binary is a wrong kind as well", () => {
  const { fault } = parse([headOf(TEXT, 1)], { opcode: Opcode.BINARY });
  assertEquals(fault?.[0], CloseCause.WRONG_KIND);
  const { frames } = parse([clientFrame(BINARY, utf8("a"))], {
    opcode: Opcode.BINARY,
  });
  assertEquals(frames.length, 1);
});

Deno.test("WS-23: a frame over max_frame_size is told from a message over max_message_size", () => {
  const unframer = openUnframer({ maxFrameBytes: 500 });
  const bytes = clientFrame(TEXT, new Uint8Array(501));
  unframer.push(bytes, 0, bytes.length, []);
  assertEquals(unframer.fault?.configKey, "max_frame_size");
  const other = openUnframer();
  const long = clientFrame(TEXT, new Uint8Array(1001));
  other.push(long, 0, long.length, []);
  assertEquals(other.fault?.configKey, "max_message_size");
});

Deno.test("WS-17: frames that are not masked are taken where that is allowed", () => {
  const bytes = concat(
    clientFrame(TEXT, utf8("plain"), { key: [] }),
    clientFrame(TEXT, OCTETS, { key: [] }),
    clientFrame(TEXT, utf8("masked")),
  );
  const expected: Parsed = {
    frames: [
      [FrameKind.MESSAGE, utf8("plain").toHex()],
      [FrameKind.MESSAGE, OCTETS.toHex()],
      [FrameKind.MESSAGE, utf8("masked").toHex()],
    ],
    fault: undefined,
  };
  for (const chunks of [[bytes], octetByOctet(bytes)]) {
    assertEquals(parse(chunks, { requireMasked: false }), expected);
  }
});

Deno.test("WS-25: close frames have a code that may be sent, and a reason in UTF-8", () => {
  const close = (...octets: number[]) =>
    parse([clientFrame(CLOSE, new Uint8Array(octets))]);
  const code = (code: number) => close(code >> 8, code & 0xff);
  const taken = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012];
  for (const one of [...taken, 1013, 1014, 3000, 3999, 4000, 4999]) {
    assertEquals(code(one).fault, undefined, `${one}`);
    assertEquals(code(one).frames.length, 1, `${one}`);
  }
  for (const one of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535]) {
    const { frames, fault } = code(one);
    assertEquals([frames.length, fault?.[0]], [0, CloseCause.BAD_FRAME]);
    assertMatch(fault?.[1] ?? "", new RegExp(`code ${one}\\b`));
  }
  assertEquals(close().frames, [[FrameKind.CLOSE, ""]]);
  assertEquals(close(0x03).fault?.[0], CloseCause.BAD_FRAME);
  assertEquals(close(0x03, 0xe8, 0xff).fault?.[0], CloseCause.BAD_TEXT);
  assertEquals(close(0x03, 0xe8, 0xc3, 0xa4).fault, undefined);
});

Deno.test("WS-25: what follows a close frame is not looked at", () => {
  const bytes = concat(
    clientFrame(CLOSE, NOTHING),
    clientFrame(TEXT, utf8("late")),
    headOf(FIN | 3, 0),
  );
  assertParsed(bytes, { frames: [[FrameKind.CLOSE, ""]], fault: undefined });
});

Deno.test("WS-15: 1,000 frames of one segment come in batches, and none is lost", () => {
  const one = clientFrame(TEXT, utf8("x"));
  const bytes = concat(...Array.from({ length: 1000 }, () => one));
  const unframer = openUnframer();
  const batches: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const frames: Frame[] = [];
    at = unframer.push(bytes, at, bytes.length, frames);
    batches.push(frames.length);
  }
  assertEquals(batches, [
    FRAMES_MAX,
    FRAMES_MAX,
    FRAMES_MAX,
    1000 % FRAMES_MAX,
  ]);
});

Deno.test("WS-23: a length that is only claimed takes no memory", () => {
  const limits = { maxMessageBytes: 2 ** 24, maxFrameBytes: 2 ** 24 };
  const unframer = openUnframer(limits);
  const head = concat(headOf(TEXT, 2 ** 24), new Uint8Array(4), utf8("x"));
  unframer.push(head, 0, head.length, []);
  assertEquals(unframer.missingBytes, 2 ** 24 - 1);
  assertLess(unframer.heldBytes, 2048);
  const more = new Uint8Array(100_000);
  unframer.push(more, 0, more.length, []);
  assertLess(unframer.heldBytes, 4 * 100_001 + 1);
});

Deno.test("WS-23: memory of a cut message is let go once it is whole, or at a fault", () => {
  for (const last of [clientFrame(FIN, utf8("b")), headOf(FIN | 3, 0)]) {
    const unframer = openUnframer();
    const first = clientFrame(Opcode.TEXT, utf8("a"));
    unframer.push(first, 0, first.length, []);
    assert(unframer.heldBytes > 0);
    assertEquals(unframer.isBetweenFrames, false);
    unframer.push(last, 0, last.length, []);
    assertEquals(unframer.heldBytes, 0);
    assertEquals(unframer.isBetweenFrames, unframer.fault === undefined);
  }
});

Deno.test("WS-15: the octets behind a request wait until it is accepted, or are thrown away", () => {
  const unframer = new WebSocketUnframer();
  const bytes = concat(HEAD, clientFrame(TEXT, utf8("x")));
  const frames: Frame[] = [];
  assertEquals(unframer.push(bytes, 0, bytes.length, frames), HEAD.length);
  assertEquals(frames.map(({ kind }) => kind), [FrameKind.OPENING]);
  assertEquals([unframer.openingBytes, unframer.isBetweenFrames], [0, false]);
  const end = unframer.push(bytes, HEAD.length, bytes.length, frames);
  assertEquals([end, frames.length], [bytes.length, 1]);
});

/** A conversation with cuts, keys, fragments and control frames at random. */
function randomConversation(
  random: SeededRandom,
): [bytes: Uint8Array, expected: Parsed["frames"]] {
  const parts: Uint8Array[] = [];
  const expected: Parsed["frames"] = [];
  const frame = (first: number, payload: Uint8Array) =>
    parts.push(clientFrame(first, payload, { key: [...random.octets(4)] }));
  const control = () => {
    const payload = random.octets(random.below(126));
    const isPing = random.oneIn(2);
    frame(isPing ? PING : PONG, payload);
    const kind = isPing ? FrameKind.PING : FrameKind.PONG;
    expected.push([kind, payload.toHex()]);
  };
  for (let i = 0; i < 20; i++) {
    const message = random.octets(random.pick([0, 5, 125, 126, 300, 1000]));
    const count = random.oneIn(2) ? 1 : 1 + random.below(5);
    let from = 0;
    for (let piece = 0; piece < count; piece++) {
      const isLast = piece === count - 1;
      const to = isLast
        ? message.length
        : from + random.below(message.length - from + 1);
      const opcode = piece === 0 ? Opcode.TEXT : Opcode.CONTINUATION;
      frame(isLast ? FIN | opcode : opcode, message.slice(from, to));
      from = to;
      if (!isLast && random.oneIn(2)) control();
    }
    expected.push([FrameKind.MESSAGE, message.toHex()]);
    if (random.oneIn(3)) control();
  }
  return [concat(...parts), expected];
}

Deno.test("WS-15 WS-19: any conversation comes out the same, in any pieces (property)", () => {
  withSeed((random) => {
    for (let round = 0; round < 50; round++) {
      const [bytes, frames] = randomConversation(random);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length;) {
        const to = at + 1 + random.below(random.pick([1, 20, 2000]));
        chunks.push(bytes.slice(at, to));
        at = to;
      }
      assertEquals(parse(chunks), { frames, fault: undefined });
    }
  });
});

Deno.test("WS-15: octets at random throw nothing and hold no more than is allowed (fuzz)", () => {
  withSeed((random) => {
    for (let round = 0; round < 300; round++) {
      const [sound] = randomConversation(random);
      const bytes = random.oneIn(2) ? sound.slice(0, 400) : random.octets(200);
      for (let i = 0; i < 3; i++) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      const whole = parse([bytes], { inflates: true });
      assertEquals(parse(octetByOctet(bytes), { inflates: true }), whole);
      const unframer = openUnframer({ inflates: true });
      unframer.push(bytes, 0, bytes.length, []);
      assertLess(unframer.heldBytes, 4096 + 1000);
    }
  });
});
