/** The answer to a RawSocket handshake, by all that a client can send (checklist §1.1). */
import { assertEquals, assertMatch } from "@std/assert";
import {
  answerHandshake,
  type HandshakeOffer,
  type HandshakeOutcome,
  limitExponent,
} from "../../src/rawsocket/handshake.ts";

const OFFER: HandshakeOffer = {
  serializers: new Set([1, 2]),
  maxMessageBytes: 131_072,
  minPeerLimitBytes: 1000,
  exceededLimit: undefined,
};

function answer(
  octets: readonly number[],
  offer: Partial<HandshakeOffer> = {},
): HandshakeOutcome {
  return answerHandshake(new Uint8Array(octets), { ...OFFER, ...offer });
}

Deno.test("answerHandshake() echoes the serializer beside the router's own limit", () => {
  const outcome = answer([0x7f, 0xf1, 0, 0]);
  assertEquals(outcome, {
    accepted: true,
    reply: new Uint8Array([0x7f, 0x81, 0, 0]),
    serializer: 1,
    peerLimitBytes: 2 ** 24,
  });
});

Deno.test("answerHandshake() reads the client's limit as 2^(9+L)", () => {
  for (let exponent = 0; exponent < 16; exponent++) {
    const outcome = answer([0x7f, exponent << 4 | 2, 0, 0], {
      minPeerLimitBytes: 1,
    });
    assertEquals(outcome.accepted && outcome.peerLimitBytes, 512 << exponent);
  }
});

/** What is wrong with a request, and the reply's octets; none: closed silently. */
const REFUSALS: [
  name: string,
  octets: number[],
  offer: Partial<HandshakeOffer>,
  reply: number[] | undefined,
  reason: RegExp,
][] = [
  ["serializer 0", [0x7f, 0xf0, 0, 0], {}, undefined, /serializer 0/],
  ["serializer 3", [0x7f, 0xf3, 0, 0], {}, [0x7f, 0x10, 0, 0], /3 is not off/],
  ["serializer 15", [0x7f, 0xff, 0, 0], {}, [0x7f, 0x10, 0, 0], /15 is not/],
  ["octet 3", [0x7f, 0xf1, 1, 0], {}, [0x7f, 0x30, 0, 0], /reserved/],
  ["octet 4", [0x7f, 0xf1, 0, 0x80], {}, [0x7f, 0x30, 0, 0], /reserved/],
  ["the limit", [0x7f, 0x02, 0, 0], {}, [0x7f, 0x20, 0, 0], /takes 512 oct/],
  [
    "one connection too many",
    [0x7f, 0xf1, 0, 0],
    { exceededLimit: "max_connections" },
    [0x7f, 0x40, 0, 0],
    /connection limit/,
  ],
];

for (const [name, octets, offer, reply, reason] of REFUSALS) {
  Deno.test(`answerHandshake() refuses ${name}`, () => {
    const outcome = answer(octets, offer);
    assertEquals(outcome.accepted, false);
    assertEquals(outcome.reply && [...outcome.reply], reply);
    assertMatch(outcome.accepted ? "" : outcome.reason, reason);
  });
}

Deno.test("answerHandshake() looks for faults in the order of RS-14", () => {
  const full = { exceededLimit: "max_connections" };
  // Each request lacks the fault that was told for the one before.
  const replies = [
    answer([0x7f, 0x00, 1, 1], full),
    answer([0x7f, 0x00, 0, 0], full),
    answer([0x7f, 0x0f, 0, 0], full),
    answer([0x7f, 0x01, 0, 0], full),
    answer([0x7f, 0xf1, 0, 0], full),
    answer([0x7f, 0xf1, 0, 0]),
  ].map((outcome) => outcome.reply?.[1]);
  assertEquals(replies, [0x30, undefined, 0x10, 0x20, 0x40, 0x81]);
});

Deno.test("answerHandshake() replies by the protocol's form to all 2^16 requests without reserved bits and with", () => {
  for (let second = 0; second < 256; second++) {
    for (let third = 0; third < 256; third++) {
      const outcome = answer([0x7f, second, third, 0]);
      if (outcome.reply === undefined) continue;
      const [magic, value, ...rest] = outcome.reply;
      assertEquals([magic, ...rest], [0x7f, 0, 0]);
      if (outcome.accepted) assertEquals(value & 0x0f, second & 0x0f);
      // RS-12: none of the codes 0 and 5 to 15.
      else assertEquals([0x10, 0x20, 0x30, 0x40].includes(value), true);
    }
  }
});

/** Limits, and the exponent of the largest power of two not above (RS-16). */
const EXPONENTS: [maxMessageBytes: number, exponent: number][] = [
  [1, 0],
  [511, 0],
  [512, 0],
  [1023, 0],
  [1024, 1],
  [1025, 1],
  [131_071, 7],
  [131_072, 8],
  [2 ** 23, 14],
  [2 ** 24 - 1, 14],
  [2 ** 24, 15],
  [2 ** 24 + 1, 15],
  [67_108_864, 15],
];

for (const [maxMessageBytes, exponent] of EXPONENTS) {
  Deno.test(`limitExponent() of ${maxMessageBytes} octets is ${exponent}`, () => {
    assertEquals(limitExponent(maxMessageBytes), exponent);
  });
}
