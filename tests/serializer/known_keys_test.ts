/**
 * How much of options and details is read: known keys alone, and of them no more
 * than is looked at. What a peer sends beside them is checked and passed over.
 */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../src/wamp/error_uri.ts";
import {
  KNOWN_VALUE_BYTES_MAX,
  WHOLE_DICT_BYTES_MAX,
} from "../../src/wamp/known_keys.ts";
import { EMPTY_DICT } from "../../src/wamp/options.ts";
import {
  type Codec,
  CODECS,
  decode,
  encodeValue,
  JSON_CODEC,
} from "../support/serializers.ts";

function optionsOf(codec: Codec, options: unknown): unknown {
  const message = decode(codec, encodeValue(codec, [48, 1, options, "a.b"]));
  if (message.code !== 48) throw new Error("No CALL");
  return message.options;
}

Deno.test("of options only known keys are made (MF-05)", () => {
  const unknown = { list: [{}, {}], deep: [[[{ a: [1] }]]], text: "x" };
  for (const codec of CODECS) {
    assertStrictEquals(optionsOf(codec, { x_a: unknown }), EMPTY_DICT);
    assertEquals(
      optionsOf(codec, { x_a: unknown, timeout: 5, x_b: [unknown] }),
      { timeout: 5 },
    );
  }
});

Deno.test("forward_for, in which nobody looks, is checked and not made (A-58)", () => {
  for (const codec of CODECS) {
    const links = [{ session: 1 }, {}];
    assertStrictEquals(optionsOf(codec, { forward_for: links }), EMPTY_DICT);
    for (const wrong of [1, "x", {}, [1], [{}, []], [null]]) {
      assertThrows(
        () => optionsOf(codec, { forward_for: wrong }),
        ProtocolError,
        "CALL.Options.forward_for",
      );
    }
  }
});

Deno.test("a container in place of a scalar is a violation, and is not made (MF-07)", () => {
  for (const codec of CODECS) {
    for (const wrong of [[], {}, [[[]]], { a: { b: [] } }]) {
      assertThrows(
        () => optionsOf(codec, { timeout: wrong }),
        ProtocolError,
        "CALL.Options.timeout",
      );
    }
    const lists = [16, 1, { exclude: [1, [2]] }, "a.b"];
    assertThrows(() => decode(codec, encodeValue(codec, lists)), ProtocolError);
  }
});

Deno.test("a known value has a bound in bytes", () => {
  for (const codec of CODECS) {
    const fits = "x".repeat(KNOWN_VALUE_BYTES_MAX - 16);
    assertEquals(optionsOf(codec, { ppt_keyid: fits }), { ppt_keyid: fits });
    const ids = new Array(KNOWN_VALUE_BYTES_MAX).fill(1);
    for (
      const [code, option] of [
        [48, { ppt_keyid: "x".repeat(KNOWN_VALUE_BYTES_MAX + 1) }],
        [16, { exclude: ids }],
      ]
    ) {
      const bytes = encodeValue(codec, [code, 1, option, "a.b"]);
      assertThrows(() => decode(codec, bytes), ProtocolError, "bytes");
    }
  }
});

Deno.test("authextra, which is read with all it holds, has a smaller one", () => {
  for (const codec of CODECS) {
    const hello = (authextra: unknown) =>
      decode(codec, encodeValue(codec, [1, "r", { roles: {}, authextra }]));
    assertEquals(hello({ a: "x".repeat(WHOLE_DICT_BYTES_MAX - 32) }).code, 1);
    const long = new Array(WHOLE_DICT_BYTES_MAX).fill({});
    assertThrows(() => hello({ long }), ProtocolError, "authextra");
  }
});

Deno.test("of roles only what is announced is made (HW-03)", () => {
  for (const codec of CODECS) {
    const roles = {
      caller: { features: { call_timeout: [], x: {} }, more: [1] },
      callee: { features: { call_canceling: true, call_timeout: {} } },
      oracle: { features: { a: 1 } },
    };
    const message = decode(codec, encodeValue(codec, [1, "r", { roles }]));
    if (message.code !== 1) throw new Error("No HELLO");
    assertEquals(message.details["roles"], {
      caller: { features: {} },
      callee: { features: { call_canceling: true, call_timeout: false } },
    });
  }
});

Deno.test("known keys in JSON are known however they are spelled", () => {
  const rows: [string, unknown][] = [
    ['{"t\\u0069meout":5}', { timeout: 5 }],
    ['{ "timeout" : 5 , "x\\n" : [ ] }', { timeout: 5 }],
    ['{"timeout":1,"timeout":2}', { timeout: 2 }],
    ['{"disclose_me":false,"runmode":"\\u0061"}', {
      disclose_me: false,
      runmode: "a",
    }],
  ];
  for (const [json, expected] of rows) {
    const bytes = new TextEncoder().encode(`[48,1,${json},"a"]`);
    const message = decode(JSON_CODEC, bytes);
    assertEquals("options" in message && message.options, expected, json);
  }
  const malformed = ["{]", '{"a":1,}', "{,}", '{"a"}', '{"a":}', "{1:1}"];
  for (const json of malformed) {
    const bytes = new TextEncoder().encode(`[48,1,${json},"a"]`);
    assertThrows(() => decode(JSON_CODEC, bytes), ProtocolError);
  }
});
