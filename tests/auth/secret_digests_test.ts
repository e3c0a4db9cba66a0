import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import {
  fromBase64,
  fromHex,
  MockData,
  SecretDigests,
} from "../../src/auth/secret_digests.ts";

Deno.test("AU-10: secrets of any length are compared by digests of one length, which no other process knows", () => {
  const digests = new SecretDigests();
  for (const secret of ["", "a", "x".repeat(10_000), "\u0000", "ü"]) {
    const digest = digests.of(secret);
    assertEquals(digest.length, 32);
    assert(digests.matches(secret, digest));
    assert(!digests.matches(`${secret}x`, digest));
    assertNotEquals(digest, new SecretDigests().of(secret));
  }
});

Deno.test("SR-03: what is invented for a name is always the same, and another for another name", () => {
  const data = new MockData();
  assertEquals(data.bytes(50, "joe"), data.bytes(50, "joe"));
  assertNotEquals(data.bytes(50, "joe"), data.bytes(50, "ann"));
  // Names do not run into each other.
  assertNotEquals(data.bytes(16, "a", "b"), data.bytes(16, "ab"));
  assertNotEquals(data.bytes(16, "a", "b"), data.bytes(16, 'a","b'));
  assertNotEquals(data.bytes(50, "joe"), new MockData().bytes(50, "joe"));
  assertEquals(new Set(data.bytes(64, "joe")).size > 32, true);
});

Deno.test("AU-07: an invented text is as long as the sample, and of its alphabet", () => {
  const data = new MockData();
  const rows: [sample: string, pattern: RegExp][] = [
    ["0123456789", /^[0-9]{10}$/],
    ["00ff00ff", /^[0-9a-f]{8}$/],
    ["00FF00FF", /^[0-9A-F]{8}$/],
    ["salt123", /^[a-z0-9]{7}$/],
    ["zO3ftx+u29d8clFmnkQNLQ==", /^[A-Za-z0-9+/]{22}==$/],
    ["größe", /^[größe]{5}$/],
  ];
  for (const [sample, pattern] of rows) {
    assertMatch(data.textLike(sample, "joe"), pattern);
  }
});

Deno.test("AU-07: the sample is chosen among all, the same for the same name", () => {
  const data = new MockData();
  const picked = new Set(
    Array.from({ length: 60 }, (_, i) => data.pick(3, `u${i}`)),
  );
  assertEquals([...picked].sort(), [0, 1, 2]);
  assertEquals(data.pick(3, "joe"), data.pick(3, "joe"));
});

Deno.test("SR-11: only canonical base64 counts", () => {
  assertEquals(fromBase64("AAE="), Uint8Array.of(0, 1));
  assertEquals(fromBase64(""), new Uint8Array(0));
  for (
    const text of ["AAE", "AAF=", "AA E=", "AAE=\n", "AA-_", "=", "A", "é"]
  ) {
    assertEquals(fromBase64(text), undefined, text);
  }
});

Deno.test("CS-01: hex of the right length counts, in both cases", () => {
  assertEquals(fromHex("00fF", 2), Uint8Array.of(0, 255));
  for (
    const value of ["00", "00ff0", "00f", "0x00", "gg00", 7, null, ["00ff"]]
  ) {
    assertEquals(fromHex(value, 2), undefined, `${value}`);
  }
});
