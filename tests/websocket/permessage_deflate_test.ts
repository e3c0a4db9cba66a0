/** Compression: what is agreed on, and what a compressed message may cost. */
import { assertEquals, assertInstanceOf, assertNotEquals } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { CloseCause, FrameKind } from "../../src/framing/frame.ts";
import {
  deflate,
  inflate,
  negotiateDeflate,
} from "../../src/websocket/permessage_deflate.ts";
import { concat, utf8 } from "../support/hex.ts";
import { clientFrame, octetByOctet, parse } from "./_parse.ts";

const DEFLATE = { maxWindowBits: 15, memLevel: 8 };
const ANSWER =
  "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/** What is answered to each offer (RFC 7692 section 7.1). */
const OFFERS: [offer: string, answer: string | undefined][] = [
  ["permessage-deflate", ANSWER],
  ["Permessage-Deflate", ANSWER],
  ["permessage-deflate; client_max_window_bits", ANSWER],
  ["permessage-deflate; client_max_window_bits=10", ANSWER],
  ['permessage-deflate; client_max_window_bits="10"', ANSWER],
  ["permessage-deflate ;server_no_context_takeover", ANSWER],
  [
    "permessage-deflate; server_max_window_bits=15",
    `${ANSWER}; server_max_window_bits=15`,
  ],
  ["permessage-deflate; server_max_window_bits=10", undefined],
  ["permessage-deflate; server_max_window_bits", undefined],
  ["permessage-deflate; server_max_window_bits=16", undefined],
  ["permessage-deflate; server_max_window_bits=7", undefined],
  ["permessage-deflate; server_max_window_bits=015", undefined],
  ["permessage-deflate; client_max_window_bits=", undefined],
  ["permessage-deflate; client_max_window_bits=x", undefined],
  ["permessage-deflate; server_no_context_takeover=1", undefined],
  ["permessage-deflate; unknown", undefined],
  [
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    undefined,
  ],
  ["x-webkit-deflate-frame", undefined],
];

for (const [offer, answer] of OFFERS) {
  const word = answer === undefined ? "not taken" : "taken";
  Deno.test(`WS-29: the offer ${offer} is ${word}`, () => {
    assertEquals(negotiateDeflate([offer], DEFLATE), answer);
    assertEquals(negotiateDeflate([offer], undefined), undefined);
  });
}

Deno.test("WS-29: the first offer that can be kept is taken", () => {
  const offers = [
    "permessage-deflate; server_max_window_bits=9",
    "x-other",
    "permessage-deflate; client_max_window_bits",
  ];
  assertEquals(negotiateDeflate(offers, DEFLATE), ANSWER);
  const narrow = { maxWindowBits: 9, memLevel: 8 };
  assertEquals(
    negotiateDeflate(offers, narrow),
    `${ANSWER}; server_max_window_bits=9`,
  );
  for (const bits of [9, 10, 14, 15]) {
    const offer = `permessage-deflate; server_max_window_bits=${bits}`;
    assertEquals(
      negotiateDeflate([offer], narrow),
      `${ANSWER}; server_max_window_bits=9`,
    );
  }
  assertEquals(
    negotiateDeflate(offers.slice(2), narrow),
    `${ANSWER}; server_max_window_bits=9`,
  );
});

Deno.test("WS-29: a client that offers it is asked for a window of request_max_window_bits", () => {
  const parameters = { ...DEFLATE, requestMaxWindowBits: 12 };
  const answered = (offer: string) => negotiateDeflate([offer], parameters);
  assertEquals(answered("permessage-deflate"), ANSWER);
  assertEquals(
    answered("permessage-deflate; client_max_window_bits"),
    `${ANSWER}; client_max_window_bits=12`,
  );
  assertEquals(
    answered("permessage-deflate; client_max_window_bits=10"),
    `${ANSWER}; client_max_window_bits=10`,
  );
});

Deno.test("WS-30: a message comes out as it went in, with any window", () => {
  const message = utf8("abc".repeat(5000));
  for (const maxWindowBits of [9, 12, 15]) {
    const compressed = deflate(message, { maxWindowBits, memLevel: 1 });
    // What ends it is known, and not sent (RFC 7692 section 7.2.1).
    assertNotEquals([...compressed.slice(-4)], [0, 0, 0xff, 0xff]);
    const inflated = inflate(compressed, message.length);
    assertInstanceOf(inflated, Uint8Array);
    assertEquals(new Uint8Array(inflated), message);
  }
});

Deno.test("WS-30: a message that inflates to more than the limit is told, and not written out", () => {
  const bomb = deflateRawSync(new Uint8Array(2 ** 28)).subarray(0, -1);
  const before = Deno.memoryUsage().external;
  assertEquals(inflate(bomb, 131_072), "too_long");
  assertEquals(Deno.memoryUsage().external - before < 2 ** 24, true);
  const exact = deflate(new Uint8Array(131_072), DEFLATE);
  assertInstanceOf(inflate(exact, 131_072), Uint8Array);
  assertEquals(inflate(exact, 131_071), "too_long");
});

Deno.test("WS-30: octets that are not compressed are told", () => {
  assertEquals(inflate(new Uint8Array([1, 2, 3, 4, 5]), 1000), "bad");
});

Deno.test("WS-30: compressed messages are inflated, whole and in fragments", () => {
  const message = utf8("sluice ".repeat(100));
  const compressed = deflate(message, DEFLATE);
  const bytes = concat(
    clientFrame(0xc1, compressed),
    clientFrame(0x41, compressed.slice(0, 5)),
    clientFrame(0x89, utf8("p")),
    clientFrame(0x80, compressed.slice(5)),
    clientFrame(0x81, utf8("plain")),
  );
  const text = message.toHex();
  const expected = {
    frames: [
      [FrameKind.MESSAGE, text],
      [FrameKind.PING, utf8("p").toHex()],
      [FrameKind.MESSAGE, text],
      [FrameKind.MESSAGE, utf8("plain").toHex()],
    ] as [number, string][],
    fault: undefined,
  };
  for (const chunks of [[bytes], octetByOctet(bytes)]) {
    assertEquals(parse(chunks, { inflates: true }), expected);
  }
});

Deno.test("WS-30: a bomb ends the connection with 1009, other octets with 1002", () => {
  const of = (payload: Uint8Array, first = 0xc1) =>
    parse([clientFrame(first, payload)], { inflates: true }).fault?.[0];
  const bomb = deflate(new Uint8Array(100_000), DEFLATE);
  assertEquals(of(bomb), CloseCause.TOO_LONG);
  assertEquals(of(new Uint8Array([1, 2, 3])), CloseCause.BAD_FRAME);
});

Deno.test("WS-18 WS-30: the mark of compression is for the first frame of a message alone", () => {
  const first = clientFrame(0x41, deflate(utf8("a"), DEFLATE));
  const second = clientFrame(0xc0, new Uint8Array(0));
  const { fault } = parse([concat(first, second)], { inflates: true });
  assertEquals(fault?.[0], CloseCause.BAD_FRAME);
  for (const first of [0xa1, 0x91, 0xe1]) {
    const other = parse([clientFrame(first, utf8("a"))], { inflates: true });
    assertEquals(other.fault?.[0], CloseCause.BAD_FRAME);
  }
  const ping = parse([clientFrame(0xc9, utf8("a"))], { inflates: true });
  assertEquals(ping.fault?.[0], CloseCause.BAD_FRAME);
});
