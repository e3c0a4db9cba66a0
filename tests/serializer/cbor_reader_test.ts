import { assertEquals, assertStrictEquals } from "@std/assert";
import { bytesOf } from "../support/hex.ts";
import {
  assertViolation,
  CBOR_CODEC,
  decode,
  MSGPACK_CODEC,
  treesOf,
  tryDecode,
  valuesOf,
} from "../support/serializers.ts";

function read(hex: string) {
  return decode(CBOR_CODEC, bytesOf(hex));
}

function assertRefused(hex: string): void {
  assertViolation(CBOR_CODEC, bytesOf(hex), hex);
}

function publishOf(hex: string) {
  const message = read(hex);
  if (message.code !== 16) throw new Error("No PUBLISH");
  return message;
}

function requestOf(integer: string): number {
  return publishOf(`84 10 ${integer} a0 61 61`).request;
}

function topicOf(text: string): string {
  return publishOf(`84 10 01 a0 ${text}`).topic;
}

function optionsOf(dict: string): unknown {
  return publishOf(`84 10 01 ${dict} 61 61`).options;
}

Deno.test("integers of every width, shortest or not, and integral floats (SC-02, A-11)", () => {
  const fives = [
    "05",
    "18 05",
    "19 0005",
    "1a 00000005",
    "1b 0000000000000005",
    "f9 4500",
    "fa 40a00000",
    "fb 4014000000000000",
  ];
  for (const five of fives) assertStrictEquals(requestOf(five), 5, five);
  const rows: [string, number][] = [
    ["17", 23],
    ["18 18", 24],
    ["1a ffffffff", 2 ** 32 - 1],
    ["1b 0000000100000000", 2 ** 32],
    ["1b 001fffffffffffff", 2 ** 53 - 1],
    ["1b 0020000000000000", 2 ** 53],
    ["fb 4340000000000000", 2 ** 53],
    ["fb 41f0000000000000", 2 ** 32],
  ];
  for (const [hex, value] of rows) assertStrictEquals(requestOf(hex), value);
});

Deno.test("what is no integer in [1, 2^53] is no ID (ID-01, SE-13)", () => {
  const rows = [
    "00",
    "20",
    "38 ff",
    "3b ffffffffffffffff",
    "1b 0020000000000001",
    "1b 0020000000000002",
    "1b ffffffffffffffff",
    "f9 3800",
    "fb 3fe0000000000000",
    "fb 4340000000000001",
    "fb bff0000000000000",
    "f9 7e00",
    "f9 7c00",
    "c2 41 05",
    "c1 05",
    "d9d9f7 05",
    "61 31",
    "41 31",
    "80",
    "a0",
    "f4",
    "f5",
    "f6",
    "f7",
    "e0",
    "f8 ff",
    "1c",
    "1d",
    "1e",
    "1f",
    "ff",
  ];
  for (const row of rows) assertRefused(`84 10 ${row} a0 61 61`);
});

Deno.test("an ID that is a float, cut at any offset, is a violation (SE-06)", () => {
  for (const id of ["f9 4500", "fa 40a00000", "fb 4014000000000000"]) {
    const bytes = bytesOf(`84 10 ${id}`);
    // At the end of its buffer, and with more behind it.
    for (let end = 0; end <= bytes.length; end++) {
      assertViolation(CBOR_CODEC, bytes.slice(0, end));
      assertStrictEquals(tryDecode(CBOR_CODEC, bytes, end), undefined);
    }
  }
});

Deno.test("text in every form, in chunks too (SC-01, SC-02)", () => {
  const texts = [
    "62 6162",
    "78 02 6162",
    "79 0002 6162",
    "7a 00000002 6162",
    "7b 0000000000000002 6162",
    "7f 62 6162 ff",
    "7f 61 61 78 01 62 ff",
    "7f 60 61 61 60 61 62 ff",
  ];
  for (const text of texts) assertStrictEquals(topicOf(text), "ab", text);
  assertStrictEquals(topicOf("60"), "");
  assertStrictEquals(topicOf("7f ff"), "");
  assertStrictEquals(topicOf("7f 62 c3a4 62 c3b6 ff"), "äö");
  assertEquals(read("83 01 7f 61 72 ff a0").code, 1);
});

Deno.test("text that is no UTF-8 is a violation anywhere (SC-05)", () => {
  const texts = [
    "61 ff",
    "62 c328",
    "63 eda080",
    "62 c080",
    // A character must not be cut by chunks.
    "7f 61 c3 61 a4 ff",
    `78 80 ${"61".repeat(127)} ff`,
    `78 80 ff ${"61".repeat(127)}`,
    `78 80 ${"61".repeat(63)} c3 ${"61".repeat(64)}`,
  ];
  for (const text of texts) {
    assertRefused(`84 10 01 a0 ${text}`);
    assertRefused(`84 10 01 a1 ${text} 01 61 61`);
    assertRefused(`84 10 01 a1 61 78 ${text} 61 61`);
    assertRefused(`85 10 01 a0 61 61 81 ${text}`);
    assertRefused(`85 10 01 a0 61 61 81 a1 ${text} 01`);
    assertRefused(`86 10 01 a0 61 61 80 a1 ${text} 01`);
  }
});

Deno.test("a string sent as octets is a violation (SC-01)", () => {
  for (const octets of ["41 61", "58 01 61", "5f 41 61 ff", "5f ff"]) {
    assertRefused(`84 10 01 a0 ${octets}`);
    assertRefused(`83 01 ${octets} a0`);
    assertRefused(`84 18 20 01 a1 65 6d61746368 ${octets} 61 61`);
  }
});

Deno.test("indefinite lengths at every level (SC-02)", () => {
  const forms = [
    "86 10 01 a1 64 726b6579 61 78 61 61 81 01 a1 61 6b 01",
    "9f 10 01 a1 64 726b6579 61 78 61 61 81 01 a1 61 6b 01 ff",
    "9f 10 01 bf 64 726b6579 7f 61 78 ff ff 7f 61 61 ff 9f 01 ff bf 61 6b 01 ff ff",
    "86 10 01 bf 7f 61 72 63 6b6579 ff 61 78 ff 61 61 9f 01 ff bf 7f 61 6b ff 01 ff",
    "98 06 18 10 18 01 b8 01 78 04 726b6579 78 01 78 78 01 61 98 01 18 01 b8 01 78 01 6b 18 01",
    "9a 00000006 10 01 ba 00000001 64 726b6579 61 78 61 61 9a 00000001 01 ba 00000001 61 6b 01",
    "9b 0000000000000006 10 01 bb 0000000000000001 64 726b6579 61 78 61 61 81 01 a1 61 6b 01",
    "d9d9f7 9f 10 01 a1 64 726b6579 61 78 61 61 81 01 a1 61 6b 01 ff",
  ];
  for (const form of forms) {
    const message = publishOf(form);
    assertEquals(
      [message.request, message.options, message.topic],
      [1, { rkey: "x" }, "a"],
      form,
    );
    assertEquals(valuesOf(message.payload), [[1], { k: 1 }], form);
    const { bytes, end } = message.payload;
    // The break of the message is none of the payload's.
    assertEquals(
      bytes.length - end,
      form.startsWith("9f") || form.includes("f7 9f") ? 1 : 0,
    );
  }
});

Deno.test("empty payload of every form is dropped (SE-09)", () => {
  const lists = [
    "80",
    "9f ff",
    "98 00",
    "99 0000",
    "9a 00000000",
    "9b 0000000000000000",
  ];
  const dicts = [
    "a0",
    "bf ff",
    "b8 00",
    "b9 0000",
    "ba 00000000",
    "bb 0000000000000000",
  ];
  for (const list of lists) {
    assertEquals(publishOf(`85 10 01 a0 61 61 ${list}`).payload.count, 0, list);
    assertEquals(publishOf(`9f 10 01 a0 61 61 ${list} ff`).payload.count, 0);
    for (const dict of dicts) {
      const message = publishOf(`86 10 01 a0 61 61 ${list} ${dict}`);
      assertEquals(message.payload.count, 0, `${list} ${dict}`);
    }
    const both = publishOf(`86 10 01 a0 61 61 ${list} a1 61 6b 01`);
    assertEquals(valuesOf(both.payload), [[], { k: 1 }]);
  }
  for (const dict of dicts) {
    const message = publishOf(`86 10 01 a0 61 61 81 01 ${dict}`);
    assertEquals(valuesOf(message.payload), [[1]], dict);
  }
});

Deno.test("an indefinite list that ends too soon or late is a violation (MF-02)", () => {
  for (
    const hex of [
      "9f ff",
      "9f 10 ff",
      "9f 10 01 ff",
      "9f 10 01 a0 ff",
      "9f 10 01 a0 61 61 80 a0 01 ff",
      "9f 10 01 a0 61 61 80 a0",
      "9f 10 01 a0 61 61 80",
      "9f 10 01 a0 61 61",
      "9f 10 01 a0 61 61 ff ff",
      "9f 10 01 a0 61 61 ff 00",
      "9f 06 a0 61 61 01 ff",
      "9f 06 a0 61 61",
      "9f 18 22 01 02 a0 01 ff",
      "9f 18 22 01 02",
    ]
  ) {
    assertRefused(hex);
  }
  assertEquals(read("9f 06 a0 61 61 ff").code, 6);
  assertEquals(read("9f 18 22 01 02 ff").code, 34);
  assertEquals(read("9f 18 22 01 02 bf ff ff").code, 34);
});

Deno.test("tags: around the message its own, none in it but in payload (SC-04)", () => {
  assertEquals(read("d9d9f7 84 10 01 a0 61 61").code, 16);
  for (
    const tag of [
      "c0",
      "c1",
      "d8 18",
      "da 0001d9f7",
      "db 000000010000d9f7",
      "d9d9f8",
    ]
  ) {
    assertRefused(`${tag} 84 10 01 a0 61 61`);
  }
  for (const tag of ["c0", "c2", "d9d9f7", "da 0000d9f7"]) {
    assertRefused(`84 ${tag} 10 01 a0 61 61`);
    assertRefused(`84 10 ${tag} 01 a0 61 61`);
    assertRefused(`84 10 01 ${tag} a0 61 61`);
    assertRefused(`84 10 01 a0 ${tag} 61 61`);
    assertRefused(`84 10 01 a1 66 72657461696e ${tag} f5 61 61`);
    assertRefused(`84 10 01 a1 ${tag} 61 78 01 61 61`);
    assertRefused(`84 10 01 a1 61 78 ${tag} 01 61 61`);
    assertRefused(`84 10 01 a1 61 78 81 ${tag} 01 61 61`);
    assertRefused(`85 10 01 a0 61 61 ${tag} 80`);
    assertRefused(`86 10 01 a0 61 61 80 ${tag} a0`);
    const hex = `81${tag} 61 78`.replaceAll(" ", "");
    const { payload } = publishOf(`85 10 01 a0 61 61 ${hex}`);
    const found = payload.bytes.subarray(payload.start, payload.end).toHex();
    assertEquals(found, hex);
  }
  assertRefused("d9d9f7");
  assertRefused("df 84 10 01 a0 61 61");
});

Deno.test("null and undefined count as absent (MF-08, HW-10)", () => {
  for (const nothing of ["f6", "f7"]) {
    assertEquals(optionsOf(`a1 66 72657461696e ${nothing}`), { retain: null });
    const message = read(`83 01 ${nothing} a0`);
    if (message.code !== 1) throw new Error("No HELLO");
    assertStrictEquals(message.realm, null);
  }
});

Deno.test("dicts in every form, keys are strings (SE-04)", () => {
  assertEquals(optionsOf("a1 64 726b6579 61 78"), { rkey: "x" });
  assertEquals(optionsOf("bf 61 78 01 66 72657461696e f5 ff"), {
    retain: true,
  });
  assertEquals(optionsOf("bf ff"), {});
  for (
    const key of ["01", "20", "f6", "f5", "41 78", "80", "f9 3c00", "c0 61 78"]
  ) {
    assertRefused(`84 10 01 a1 ${key} 01 61 61`);
    assertRefused(`84 10 01 a1 61 78 a1 ${key} 01 61 61`);
    assertRefused(`84 10 01 a1 61 78 bf ${key} 01 ff 61 61`);
    // ArgumentsKw too, but not below it (SM-07).
    assertRefused(`86 10 01 a0 61 61 80 a1 ${key} 01`);
    assertRefused(`86 10 01 a0 61 61 80 bf ${key} 01 ff`);
    assertEquals(read(`86 10 01 a0 61 61 80 a1 61 78 a1 ${key} 01`).code, 16);
  }
});

Deno.test("malformed items are violations anywhere (SC-05)", () => {
  const malformed = [
    // Reserved additional information, in every major type.
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((major) =>
      [28, 29, 30].map((info) => ((major << 5) | info).toString(16))
    ).map((octet) => octet.padStart(2, "0")),
    // Indefinite where there is no such thing; a break where no item ends.
    "1f",
    "3f",
    "df",
    "df 01",
    "ff",
    "81 ff",
    "a1 ff",
    "a1 61 78 ff",
    "bf 61 78 ff",
    "c0 ff",
    "c0",
    // Chunks of another kind, or in chunks themselves.
    "5f 61 61 ff",
    "7f 41 61 ff",
    "5f 00 ff",
    "7f 7f ff",
    "5f 5f ff",
    "7f 7f 61 61 ff ff",
    "5f 5f 41 61 ff ff",
    "7f c0 61 61 ff",
    // Simple values that have a shorter form.
    "f8 00",
    "f8 14",
    "f8 1f",
  ];
  for (const item of malformed) {
    assertRefused(item);
    assertRefused(`84 10 ${item} a0 61 61`);
    assertRefused(`84 10 01 ${item} 61 61`);
    assertRefused(`84 10 01 a1 61 78 ${item} 61 61`);
    assertRefused(`84 10 01 a0 ${item}`);
    assertRefused(`85 10 01 a0 61 61 ${item}`);
    assertRefused(`85 10 01 a0 61 61 81 ${item}`);
    assertRefused(`86 10 01 a0 61 61 80 a1 61 78 ${item}`);
  }
});

Deno.test("simple values without a meaning are for payload only (SE-02)", () => {
  for (const simple of ["e0", "f3", "f8 20", "f8 ff"]) {
    assertRefused(`84 10 01 a1 66 72657461696e ${simple} 61 61`);
    assertRefused(`84 10 01 a1 61 78 ${simple} 61 61`);
    assertEquals(read(`85 10 01 a0 61 61 81 ${simple}`).code, 16);
  }
});

Deno.test("every first octet of a payload value is known or refused", () => {
  const refused = new Set<number>();
  for (let first = 0; first < 256; first++) {
    const octet = first.toString(16).padStart(2, "0");
    // As many zeros, which are items, as the longest may need.
    for (let size = 0; size <= 48; size++) {
      const hex = `85 10 01 a0 61 61 81 ${octet} ${"00".repeat(size)}`;
      try {
        const message = publishOf(hex);
        const isKeyed = first >= 0xa1 && first <= 0xb7;
        const isSimple = first >= 0xe0 && first < 0xf4;
        if (!isKeyed && !isSimple) {
          assertEquals(treesOf(message.payload).length, 1);
        }
        break;
      } catch {
        if (size === 48) refused.add(first);
      }
    }
  }
  const reserved = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((major) =>
    [28, 29, 30].map((info) => (major << 5) | info)
  );
  // Indefinite ones lack a break here; f8 00 has a shorter form.
  const others = [0x1f, 0x3f, 0x5f, 0x7f, 0x9f, 0xbf, 0xdf, 0xf8, 0xff];
  assertEquals(
    refused,
    new Set([...reserved, ...others].sort((a, b) => a - b)),
  );
});

Deno.test("indefinite payload is counted right, wherever it stands (SC-02)", () => {
  // Definite around indefinite, tags between, several in a row, both elements.
  const { payload } = publishOf(
    "86 10 01 a0 61 61" +
      "83 9f 01 81 9f 02 03 ff c0 9f ff ff 9f ff a1 61 78 bf 61 79 9f 01 02 03 ff ff" +
      "bf 61 6b 82 9f 9f 04 ff ff bf ff ff",
  );
  const expected = [
    [[1, [[2, 3]], []], [], { x: { y: [1, 2, 3] } }],
    { k: [[[4]], {}] },
  ];
  assertEquals(valuesOf(payload), expected);
  assertEquals(valuesOf(payload.in(MSGPACK_CODEC.format)), expected);
  assertEquals(treesOf(payload).length, 2);
});
