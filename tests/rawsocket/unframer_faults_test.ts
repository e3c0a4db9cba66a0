/** What the unframer refuses, when, and at what cost. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Frame } from "../../src/framing/frame.ts";
import {
  type RawSocketFault,
  RawSocketUnframer,
} from "../../src/rawsocket/unframer.ts";
import { bytesOf, concat } from "../support/hex.ts";
import { frame } from "../support/raw_client.ts";
import { cutEverywhere, HANDSHAKE, octetByOctet, parse } from "./_parse.ts";

/** Prefixes that end a connection where payloads up to 1000 octets are taken. */
const BAD_PREFIXES: [
  name: string,
  prefix: string,
  code: RawSocketFault["code"],
][] = [
  ["the lowest R bit", "10 00 00 01", "reserved_bits"],
  ["the highest R bit", "80 00 00 01", "reserved_bits"],
  ["all R bits beside X", "F8 00 00 00", "reserved_bits"],
  ["a second handshake", "7F F2 00 00", "reserved_bits"],
  ["type 3", "03 00 00 00", "reserved_type"],
  ["type 4", "04 00 00 01", "reserved_type"],
  ["type 5", "05 00 00 01", "reserved_type"],
  ["type 6", "06 00 00 01", "reserved_type"],
  ["type 7", "07 00 00 01", "reserved_type"],
  ["type 3 with X", "0B 00 00 00", "reserved_type"],
  ["type 7 with X", "0F 00 00 00", "reserved_type"],
  ["X and length 1", "08 00 00 01", "bad_extended_length"],
  ["X and length 2^23, PING", "09 80 00 00", "bad_extended_length"],
  ["X and length 256, PONG", "0A 00 01 00", "bad_extended_length"],
  ["a message of 1001 octets", "00 00 03 E9", "too_long"],
  ["a PING of 1001 octets", "01 00 03 E9", "too_long"],
  ["a PONG of 1001 octets", "02 00 03 E9", "too_long"],
  ["a message of 2^24 - 1 octets", "00 FF FF FF", "too_long"],
  ["a message of 2^24 octets", "08 00 00 00", "too_long"],
  ["a PING of 2^24 octets", "09 00 00 00", "too_long"],
];

for (const [name, prefix, code] of BAD_PREFIXES) {
  Deno.test(`Unframer refuses ${name} once the prefix is whole: ${code}`, () => {
    const sound = concat(HANDSHAKE, frame(0, bytesOf("01 02")));
    const bytes = concat(sound, bytesOf(prefix));
    assertEquals(parse([bytes.slice(0, -1)], 1000).fault, undefined);
    const whole = parse([bytes], 1000);
    assertEquals(whole, {
      frames: [[8, "7f910000"], [0, "0102"]],
      fault: code,
      missingBytes: 0,
    });
    assertEquals(parse(octetByOctet(bytes), 1000), whole);
    for (const chunks of cutEverywhere(bytes)) {
      assertEquals(parse(chunks, 1000), whole);
    }
  });
}

Deno.test("Unframer takes a payload of exactly the limit, of each kind", () => {
  for (const first of [0, 1, 2]) {
    const bytes = concat(HANDSHAKE, frame(first, new Uint8Array(1000)));
    const { frames, fault } = parse([bytes], 1000);
    assertEquals([frames.length, fault], [2, undefined]);
  }
});

Deno.test("Unframer takes 2^24 octets where the limit is above", () => {
  const { missingBytes, fault } = parse([
    concat(HANDSHAKE, bytesOf("08 00 00 00")),
  ], 2 ** 26);
  assertEquals([missingBytes, fault], [2 ** 24, undefined]);
});

Deno.test("Unframer stays at its first fault, and gives no frame any more", () => {
  const unframer = new RawSocketUnframer(1000);
  const frames: Frame[] = [];
  unframer.push(HANDSHAKE, 0, 4, frames);
  const bad = concat(bytesOf("03 00 00 00"), frame(0, bytesOf("01")));
  unframer.push(bad, 0, bad.length, frames);
  const { fault } = unframer;
  const sound = frame(0, bytesOf("02"));
  assertEquals(unframer.push(sound, 0, sound.length, frames), sound.length);
  assertEquals(unframer.fault, fault);
  assertEquals(frames.length, 1);
});

/** What no handshake begins with, by how many octets are there. */
const NO_HANDSHAKES: [octets: string, message: RegExp][] = [
  ["00", /begins with 00/],
  ["7E F1 00 00", /begins with 7E F1 00 00$/],
  ["FF 7F F1 00 00", /begins with FF 7F F1 00$/],
  ["47 45 54 20 2F", /HTTP/],
  ["16 03 01 00 C8 01", /TLS/],
  ["16 03", /begins with 16 03, which looks like a TLS ClientHello/],
];

for (const [octets, message] of NO_HANDSHAKES) {
  Deno.test(`Unframer refuses ${octets} as a handshake`, () => {
    const unframer = new RawSocketUnframer(1000);
    const bytes = bytesOf(octets);
    const frames: Frame[] = [];
    unframer.push(bytes, 0, bytes.length, frames);
    const { fault } = unframer;
    assertEquals([fault?.code, frames], ["bad_magic", []]);
    assertMatch(fault?.message ?? "", message);
  });
}

Deno.test("Unframer refuses a foreign first octet without waiting for more", () => {
  const bytes = bytesOf("00 45 54 20 2F");
  const [first, ...rest] = octetByOctet(bytes);
  assertEquals(parse([first]).fault, "bad_magic");
  assertEquals(parse([first, ...rest]), parse([bytes]));
});

Deno.test("Unframer waits for the rest of what may be an HTTP method, and answers it then", () => {
  const bytes = bytesOf("47 45 54 20 2F");
  assertEquals(parse(octetByOctet(bytes).slice(0, 3)).fault, undefined);
  for (const chunks of [octetByOctet(bytes), ...cutEverywhere(bytes)]) {
    const unframer = new RawSocketUnframer(1000);
    const faults = chunks.map((one) => {
      unframer.push(one, 0, one.length, []);
      return unframer.fault;
    });
    const fault = faults.find((one) => one !== undefined);
    assertMatch(fault?.message ?? "", /begins with 47 45 54 20, .*HTTP/);
    const reply = new TextDecoder().decode(fault?.reply);
    assertMatch(reply, /^HTTP\/1\.1 400 Bad Request\r\n/);
  }
});

Deno.test("Unframer takes no handshake behind the beginning of something else", () => {
  const bytes = concat(bytesOf("47"), HANDSHAKE);
  for (const chunks of [octetByOctet(bytes), ...cutEverywhere(bytes)]) {
    assertEquals(parse(chunks).fault, "bad_magic");
  }
});

Deno.test("Unframer takes no handshake twice", () => {
  const { frames, fault } = parse([concat(HANDSHAKE, HANDSHAKE)]);
  assertEquals([frames.length, fault], [1, "reserved_bits"]);
});

/** What has read `bytes`. */
function fed(bytes: Uint8Array): RawSocketUnframer {
  const unframer = new RawSocketUnframer(2 ** 24);
  unframer.push(bytes, 0, bytes.length, []);
  return unframer;
}

for (const come of [0, 1, 1000]) {
  Deno.test(`Unframer spends no memory on a length that is claimed when ${come} octets have come`, () => {
    const count = 2000;
    // Once for all of them: what is thrown away is not to be counted.
    const claim = concat(
      HANDSHAKE,
      bytesOf("00 FF FF FF"),
      new Uint8Array(come),
    );
    const before = Deno.memoryUsage();
    const unframers = Array.from({ length: count }, () => fed(claim));
    const after = Deno.memoryUsage();
    assertEquals(unframers[count - 1].missingBytes, 2 ** 24 - 1 - come);
    const spent = after.external - before.external +
      after.heapUsed - before.heapUsed;
    const each = spent / count;
    assert(each < 4096 + come * 4, `${each} octets for each connection`);
  });
}
