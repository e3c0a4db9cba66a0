/**
 * The layout of clients' messages, for every serializer alike (§4.1): the number
 * of elements and their types are fixed, anything else is a violation.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { EMPTY_DICT } from "../../src/wamp/options.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { bytesOf, utf8 } from "../support/hex.ts";
import {
  assertViolation,
  CBOR_CODEC,
  CODECS,
  decode,
  encodeValue,
  JSON_CODEC,
  MSGPACK_CODEC,
  valuesOf,
} from "../support/serializers.ts";

/** One correct message of each type, without payload. */
const MESSAGES: Record<string, unknown[]> = {
  HELLO: [1, "realm1", { roles: {} }],
  ABORT: [3, {}, "a.b"],
  AUTHENTICATE: [5, "x", {}],
  GOODBYE: [6, {}, "a.b"],
  ERROR: [8, 68, 1, {}, "a.b"],
  PUBLISH: [16, 1, {}, "a.b"],
  SUBSCRIBE: [32, 1, {}, "a.b"],
  UNSUBSCRIBE: [34, 1, 2],
  CALL: [48, 1, {}, "a.b"],
  CANCEL: [49, 1, {}],
  REGISTER: [64, 1, {}, "a.b"],
  UNREGISTER: [66, 1, 2],
  YIELD: [70, 1, {}],
};

const WITH_PAYLOAD = ["ABORT", "ERROR", "PUBLISH", "CALL", "YIELD"];
const WITH_FOURTH_DICT = ["UNSUBSCRIBE", "UNREGISTER"];

function assertRefused(message: unknown, what?: string): void {
  for (const codec of CODECS) {
    const shown = `${codec.serializer.name} ${what ?? JSON.stringify(message)}`;
    assertViolation(codec, encodeValue(codec, message), shown);
  }
}

function assertRead(message: unknown[]): void {
  for (const codec of CODECS) {
    assertEquals(decode(codec, encodeValue(codec, message)).code, message[0]);
  }
}

Deno.test("what is no list with an integer first is a violation (SE-01)", () => {
  const rows = [
    {},
    { "0": 1 },
    "x",
    1,
    null,
    true,
    [],
    ["x"],
    [1.5],
    [null],
    [true],
    [[1]],
    [-1],
    ["1", "realm1", {}],
  ];
  for (const row of rows) assertRefused(row);
});

Deno.test("types that clients cannot send are violations (MF-04, FD-02, PV-06, PV-07)", () => {
  const router = [2, 4, 17, 33, 35, 36, 50, 65, 67, 68, 69];
  const unknown = [0, 7, 9, 15, 71, 100, 255, 256, 337, 1023, 1024, 2 ** 53];
  for (const code of [...router, ...unknown]) {
    assertRefused([code]);
    assertRefused([code, 1]);
    assertRefused([code, 1, {}]);
    assertRefused([code, 1, 2, {}]);
    assertRefused([code, 1, 2, {}, [], {}]);
  }
});

for (const [name, message] of Object.entries(MESSAGES)) {
  Deno.test(`${name} with an element too few or too many is a violation (MF-02)`, () => {
    assertRead(message);
    for (let length = 1; length < message.length; length++) {
      assertRefused(message.slice(0, length));
    }
    if (WITH_PAYLOAD.includes(name)) {
      assertRead([...message, []]);
      assertRead([...message, [], {}]);
      assertRefused([...message, [], {}, 1]);
      assertRefused([...message, [], {}, {}]);
    } else if (WITH_FOURTH_DICT.includes(name)) {
      assertRead([...message, {}]);
      assertRefused([...message, {}, 1]);
      for (const value of [1, null, "x", [], true]) {
        assertRefused([...message, value]);
      }
    } else {
      for (const value of [1, null, "x", [], {}]) {
        assertRefused([...message, value]);
      }
    }
  });

  Deno.test(`${name} with an element of another type is a violation (MF-02, SE-13)`, () => {
    const others = [1.5, -1, null, true, "x", [], {}, new Uint8Array([97])];
    for (let at = 1; at < message.length; at++) {
      for (const other of others) {
        if (kindOf(other) === kindOf(message[at])) continue;
        // HELLO alone leaves an element open: the realm (HW-10).
        if (name === "HELLO" && at === 1 && other === null) continue;
        assertRefused(message.with(at, other), `${name} ${at} ${other}`);
      }
    }
  });
}

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return "binary";
  if (Array.isArray(value)) return "list";
  // Fractions and negative integers are neither IDs nor anything else.
  if (typeof value === "number") return value >= 1 ? `${value % 1}` : "none";
  return value === null ? "null" : typeof value;
}

Deno.test("IDs are in [1, 2^53] (ID-01)", () => {
  const rows: ((id: number | bigint) => unknown[])[] = [
    (id) => [16, id, {}, "a"],
    (id) => [32, id, {}, "a"],
    (id) => [34, id, 1],
    (id) => [34, 1, id],
    (id) => [48, id, {}, "a"],
    (id) => [49, id, {}],
    (id) => [64, id, {}, "a"],
    (id) => [66, id, 1],
    (id) => [66, 1, id],
    (id) => [16, 1, { exclude: [id] }, "a"],
    (id) => [16, 1, { eligible: [1, id] }, "a"],
  ];
  for (const row of rows) {
    for (
      const id of [1, 255, 256, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53]
    ) {
      assertRead(row(id));
    }
    for (
      const id of [
        0,
        -1,
        -(2 ** 53),
        2n ** 53n + 1n,
        2n ** 53n + 2n,
        2n ** 63n - 1n,
        2n ** 64n - 1n,
        0.5,
      ]
    ) {
      assertRefused(row(id), `${row(id)}`);
    }
  }
});

Deno.test("a YIELD or ERROR for 0 is read: it is for the dealer to refuse (PV-08)", () => {
  assertRead([70, 0, {}]);
  assertRead([8, 68, 0, {}, "a.b"]);
  assertRefused([70, 2n ** 53n + 1n, {}], "YIELD for 2^53+1");
});

Deno.test("ERROR of a client answers an INVOCATION only (MF-09)", () => {
  for (const type of [0, 16, 32, 34, 48, 64, 66, 999]) {
    assertRefused([8, type, 1, {}, "a.b"]);
  }
});

Deno.test("a bool is no integer, an integer no bool (SE-03)", () => {
  assertRefused([16, 1, { acknowledge: 1 }, "com.a"]);
  assertRefused([16, 1, { acknowledge: 0 }, "com.a"]);
  assertRefused([16, true, {}, "com.a"]);
  assertRefused([48, 1, { timeout: true }, "com.a"]);
});

Deno.test("Arguments are a list, ArgumentsKw a dict (MF-12)", () => {
  const binary = new Uint8Array([1, 2, 3]);
  for (const args of [binary, "x", "\0AQID", {}, 1, true]) {
    assertRefused([48, 1, {}, "a.b", args]);
    assertRefused([70, 1, {}, args, {}]);
  }
  for (const keywords of [binary, "x", [], 1, true]) {
    assertRefused([48, 1, {}, "a.b", [], keywords]);
    assertRefused([70, 1, {}, [1], keywords]);
  }
});

Deno.test("empty trailing payload is dropped, and null counts as empty (SE-09, SE-10, MF-08)", () => {
  for (const codec of CODECS) {
    const payloads: [unknown[], unknown[]][] = [
      [[], []],
      [[[]], []],
      [[[], {}], []],
      [[[1]], [[1]]],
      [[[1], {}], [[1]]],
      [[[], { k: 1 }], [[], { k: 1 }]],
      [[[[]], { k: {} }], [[[]], { k: {} }]],
      [[null], []],
      [[null, null], []],
      [[[], null], []],
      [[null, {}], []],
      [[[1], null], [[1]]],
      [[null, { k: 1 }], [[], { k: 1 }]],
    ];
    for (const [given, kept] of payloads) {
      const bytes = encodeValue(codec, [48, 1, {}, "a.b", ...given]);
      const message = decode(codec, bytes);
      if (message.code !== 48) throw new Error("No CALL");
      assertEquals(message.payload.count, kept.length);
      assertEquals(valuesOf(message.payload), kept);
      if (kept.length === 0) assertStrictEquals(message.payload, NO_PAYLOAD);
    }
  }
});

Deno.test("undefined in place of payload counts as empty (MF-08)", () => {
  for (
    const [codec, hex] of [
      [MSGPACK_CODEC, "96 30 01 80 a1 61 d4 00 00 81 a1 6b 01"],
      [CBOR_CODEC, "86 18 30 01 a0 61 61 f7 a1 61 6b 01"],
    ] as const
  ) {
    const message = decode(codec, bytesOf(hex));
    if (message.code !== 48) throw new Error("No CALL");
    assertEquals(valuesOf(message.payload), [[], { k: 1 }]);
  }
});

Deno.test("what only begins like null is a violation (MF-12)", () => {
  const rows = [
    [JSON_CODEC, utf8('[48,1,{},"a",nul,{}]')],
    [JSON_CODEC, utf8('[48,1,{},"a",nulls,{}]')],
    [JSON_CODEC, utf8('[48,1,{},"a",null')],
    [MSGPACK_CODEC, bytesOf("95 30 01 80 a1 61 d4 00")],
    [MSGPACK_CODEC, bytesOf("95 30 01 80 a1 61 d4 00 01")],
    [MSGPACK_CODEC, bytesOf("95 30 01 80 a1 61 d4 01 00")],
    [CBOR_CODEC, bytesOf("85 18 30 01 a0 61 61 f5")],
    [CBOR_CODEC, bytesOf("86 18 30 01 a0 61 61 f6")],
  ] as const;
  for (const [codec, bytes] of rows) {
    assertViolation(codec, bytes, bytes.toHex());
  }
});

Deno.test("an empty dict is the one that all share", () => {
  for (const codec of CODECS) {
    const message = decode(codec, encodeValue(codec, [48, 1, {}, "a.b"]));
    if (message.code !== 48) throw new Error("No CALL");
    assertStrictEquals(message.options, EMPTY_DICT);
  }
});

Deno.test("the realm may be left to the router (HW-10)", () => {
  for (const codec of CODECS) {
    const message = decode(codec, encodeValue(codec, [1, null, {}]));
    if (message.code !== 1) throw new Error("No HELLO");
    assertStrictEquals(message.realm, null);
  }
});

Deno.test("details keep every kind of value in authextra, and no unknown key (MF-05)", () => {
  const authextra = {
    text: 'ü"\\\n',
    list: [1, -1, 2 ** 53, 1.5, [], {}, null, true],
    __proto__key: { __proto__: null, a: 1 },
    binary: new Uint8Array([0, 1, 255]),
    wide: 2n ** 64n - 1n,
    "": "",
  };
  for (const codec of CODECS) {
    const details = { roles: {}, x_unknown: [1], authextra };
    const message = decode(codec, encodeValue(codec, [1, "r", details]));
    if (message.code !== 1) throw new Error("No HELLO");
    assertEquals(message.details, {
      roles: {},
      authextra: { ...authextra, __proto__key: { a: 1 } },
    });
  }
});

Deno.test("__proto__ in options is unknown", () => {
  for (const codec of CODECS) {
    const details = JSON.parse('{"roles":{},"__proto__":{"authid":"x"}}');
    const message = decode(codec, encodeValue(codec, [1, "r", details]));
    if (message.code !== 1) throw new Error("No HELLO");
    assertEquals(Object.keys(message.details), ["roles"]);
    assertStrictEquals(message.details["authid"], undefined);
  }
});

Deno.test("a violation leaves the serializer fit for the next message (PV-05)", () => {
  for (const codec of CODECS) {
    const whole = encodeValue(codec, [
      1,
      "r",
      { roles: { a: { b: { c: [1, 2, { d: 3 }] } } } },
    ]);
    for (let end = 0; end < whole.length; end++) {
      assertViolation(codec, whole.slice(0, end));
      const message = decode(
        codec,
        encodeValue(codec, [16, 1, { retain: true }, "a"]),
      );
      if (message.code !== 16) throw new Error("No PUBLISH");
      assertEquals(message.options, { retain: true });
    }
  }
});
