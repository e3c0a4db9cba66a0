import { assertEquals, assertGreater, assertStrictEquals } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import {
  assertViolation,
  decode,
  decodeJson,
  JSON_CODEC,
  tryDecode,
} from "../support/serializers.ts";

function assertRefused(json: string): void {
  assertViolation(JSON_CODEC, utf8(json), json);
}

function topicOf(json: string): string {
  const message = decodeJson(json);
  if (message.code !== 16) throw new Error("No PUBLISH");
  return message.topic;
}

function requestOf(json: string): number {
  const message = decodeJson(json);
  if (message.code !== 16) throw new Error("No PUBLISH");
  return message.request;
}

/** JSON values, well formed or not, as Arguments have them. */
// deno-fmt-ignore
const VALUES = [
  // Numbers.
  "0", "-0", "1", "-1", "10", "1.5", "-1.5", "0.5", "1e5", "1E5", "1e+5",
  "1e-5", "1.25e2", "0e0", "-0.0e-0", "123456789012345678901234567890",
  "01", "-01", "00", "+1", ".5", "1.", "-", "-.5", "1e", "1e+", "1.e1", "1.5.5",
  "0x10", "1_000", "NaN", "Infinity", "-Infinity", "1a", "1 2", "--1", "1-", "٣",
  // Words.
  "true", "false", "null", "True", "tru", "truee", "nul", "nulll", "fals",
  "undefined", "none", "t", "f", "n", "TRUE",
  // Strings.
  '""', '"a"', '"\\""', '"\\\\"', '"\\/"', '"\\b\\f\\n\\r\\t"', '"\\u0041"',
  '"\\uD83D\\uDE00"', '"\\ud800"', '"ü漢😀"', '"\u007f"', '"\u2028\u2029"',
  '"\ufeff"', '"\\u0000"', '"\\u000"', '"\\u000g"', '"\\u"', '"\\U0041"',
  '"\\x41"', '"\\a"', '"\\\'"', '"\\0"', '"\\', '"\\"', '"', "'a'", '"a', 'a"',
  '"\n"', '"\t"', '"\0"', '"\u001f"', '"\\\n"', '"a""b"', "a",
  // Lists.
  "[]", "[ ]", "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[[],[]]", "[,]", "[1,]",
  "[,1]", "[1,,2]", "[1 2]", "[", "]", "[[]", "[]]", "[}", "[1}", "[1:2]", "(1)",
  // Dicts.
  "{}", "{ }", '{"a":1}', '{ "a" : 1 }', '{"a":1,"b":2}', '{"a":1,"a":2}',
  '{"":{}}', '{"a":{"b":[]}}', "{,}", '{"a"}', '{"a":}', '{"a":1,}', '{,"a":1}',
  '{"a" 1}', '{"a":1 "b":2}', '{"a":1,,"b":2}', "{1:1}", "{a:1}", "{'a':1}",
  '{"a"::1}', '{"a":1:2}', "{", "}", '{"a":1', '{"a":1]', "{null:1}", "{[]:1}",
  '{"a\n":1}', '{"\\ud800":1}',
  // Comments and white space of other languages.
  "/**/1", "1//", "#", "1\f", "\v1", "\u00a01", "\u20281", "\ufeff1", " 1 ",
  "\t1\r\n", "",
];

Deno.test("JSON's grammar is JSON.parse's (SJ-01, SE-06)", () => {
  let accepted = 0;
  for (const value of VALUES) {
    for (
      const json of [
        `[16,1,{},"a",[${value}]]`,
        `[16,1,{},"a",[0,${value},0]]`,
        `[16,1,{},"a",[],{"k":${value}}]`,
        `[16,1,{"x":${value}},"a"]`,
      ]
    ) {
      const isRead = tryDecode(JSON_CODEC, utf8(json)) !== undefined;
      assertStrictEquals(isRead, parses(json), json);
      if (isRead) accepted++;
    }
  }
  assertGreater(accepted, 150);
});

function parses(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

Deno.test("malformed UTF-8 is a violation anywhere (SJ-01)", () => {
  const malformed = [
    "80",
    "bf",
    "c0 80",
    "c1 bf",
    "c3",
    "c3 28",
    "e0 80 80",
    "e0 9f bf",
    "e2 82",
    "e2 82 28",
    "ed a0 80",
    "ed bf bf",
    "f0 80 80 80",
    "f0 8f bf bf",
    "f0 9f 98",
    "f4 90 80 80",
    "f5 80 80 80",
    "fe",
    "ff",
    "61 c3",
  ];
  for (const hex of malformed) {
    for (const padding of ["", "x".repeat(200)]) {
      const text = concat(utf8(padding), bytesOf(hex), utf8(padding));
      for (
        const [before, behind] of [
          ['[16,1,{},"', '"]'],
          ['[16,1,{"x":"', '"},"a"]'],
          ['[16,1,{"', '":1},"a"]'],
          ['[16,1,{},"a",["', '"]]'],
          ['[16,1,{},"a",[{"', '":1}]]'],
        ]
      ) {
        const bytes = concat(utf8(before), text, utf8(behind));
        assertViolation(JSON_CODEC, bytes, `${hex} in ${before}`);
      }
    }
  }
  // A byte order mark is no JSON.
  assertViolation(JSON_CODEC, concat(bytesOf("efbbbf"), utf8('[16,1,{},"a"]')));
});

Deno.test("the largest ID is read exactly, the next is refused (SJ-02, SJ-03, ID-01)", () => {
  assertStrictEquals(requestOf('[16,9007199254740992,{},"a"]'), 2 ** 53);
  assertStrictEquals(requestOf('[16,9007199254740991,{},"a"]'), 2 ** 53 - 1);
  assertStrictEquals(requestOf('[16,1,{},"a"]'), 1);
  assertStrictEquals(requestOf('[16,999999999999999,{},"a"]'), 999999999999999);
  assertStrictEquals(
    requestOf('[16,1000000000000000,{},"a"]'),
    1000000000000000,
  );
  for (
    const id of [
      "9007199254740993",
      "9007199254740994",
      "9007199254740993.0",
      "9007199254740992.5",
      "9007199254740992.0000000000000001",
      "90071992547409930e-1",
      "18446744073709551617",
      "1".repeat(400),
      "0",
      "-0",
      "-1",
      "0.5",
      "1.5",
      "1e-1",
      "1e16",
      "1e400",
      "1e-400",
      "1e99999999999999999999",
      "01",
      "1.",
      "+1",
      '"1"',
      "null",
      "true",
      "[]",
    ]
  ) {
    assertRefused(`[16,${id},{},"a"]`);
  }
});

Deno.test("IDs in options are read exactly too (SJ-03)", () => {
  const message = decodeJson('[16,1,{"exclude":[9007199254740992]},"a"]');
  if (message.code !== 16) throw new Error("No PUBLISH");
  assertEquals(message.options, { exclude: [2 ** 53] });
  assertRefused('[16,1,{"exclude":[9007199254740993]},"a"]');
});

Deno.test("integral numbers with point or exponent are integers (A-11, SE-13)", () => {
  const rows: [string, number][] = [
    ["1.0", 1],
    ["1e3", 1000],
    ["1E3", 1000],
    ["1.50e1", 15],
    ["1200e-2", 12],
    ["0.001e3", 1],
    ["1.000000000000000000000", 1],
    ["9007199254740992.0", 2 ** 53],
    ["9.007199254740992e15", 2 ** 53],
    ["4294967296.0", 2 ** 32],
    [`1${"0".repeat(30)}e-30`, 1],
  ];
  for (const [lexeme, value] of rows) {
    assertStrictEquals(requestOf(`[16,${lexeme},{},"a"]`), value, lexeme);
  }
  assertStrictEquals(decodeJson('[48.0,1,{},"a"]').code, 48);
});

Deno.test("escapes in strings of WAMP's own are read (SJ-08)", () => {
  assertStrictEquals(topicOf('[16,1,{},"com.\\u0061"]'), "com.a");
  assertStrictEquals(topicOf('[16,1,{},"\\ud83d\\ude00\\n\\/"]'), "😀\n/");
  assertStrictEquals(topicOf('[16,1,{},"ä.\\"b\\\\"]'), 'ä."b\\');
  const long = "x".repeat(300);
  assertStrictEquals(topicOf(`[16,1,{},"${long}\\u00e4"]`), `${long}ä`);
  const message = decodeJson('[16,1,{"acknow\\u006cedge":true},"a"]');
  if (message.code !== 16) throw new Error("No PUBLISH");
  assertEquals(message.options, { acknowledge: true });
});

Deno.test("a lone surrogate in a string of WAMP's own is a violation (SJ-08)", () => {
  for (const escape of ["\\ud800", "\\udc00", "\\udc00\\ud800", "\\ud800x"]) {
    assertRefused(`[16,1,{},"${escape}"]`);
    assertRefused(`[1,"${escape}",{}]`);
    assertRefused(`[5,"${escape}",{}]`);
    assertRefused(`[6,{},"a${escape}"]`);
  }
});

Deno.test("binary is no string (SJ-05, UR-08)", () => {
  assertRefused('[16,1,{},"\\u0000AQID"]');
  assertRefused('[16,1,{},"\\u0000"]');
  assertRefused('[1,"\\u0000AQID",{}]');
  assertRefused('[5,"\\u0000AQID",{}]');
  // As the value of an option whose type is text.
  assertRefused('[1,"r",{"authid":"\\u0000AQID"}]');
  assertRefused('[32,1,{"match":"\\u0000AQID"},"a"]');
  const message = decodeJson('[1,"r",{"authextra":{"x":"\\u0000AQID"}}]');
  if (message.code !== 1) throw new Error("No HELLO");
  assertEquals(message.details, {
    authextra: { x: new Uint8Array([1, 2, 3]) },
  });
});

Deno.test("the last of several equal keys counts (A-09)", () => {
  const message = decodeJson('[16,1,{"retain":false,"retain":true},"a"]');
  if (message.code !== 16) throw new Error("No PUBLISH");
  assertEquals(message.options, { retain: true });
});

Deno.test("an integer of very many digits is a violation in options", () => {
  assertRefused(`[48,1,{"timeout":1${"0".repeat(5000)}},"a"]`);
  const extra = `{"authextra":{"x":1${"0".repeat(30)}}}`;
  const message = decodeJson(`[1,"r",${extra}]`);
  if (message.code !== 1) throw new Error("No HELLO");
  assertEquals(message.details, { authextra: { x: 10n ** 30n } });
});

Deno.test("payload is the octets from the first bracket to the last (SE-11)", () => {
  const rows: [string, string, number][] = [
    ['[70,1,{},["x"]]', '["x"]', 1],
    ['[70,1,{}, [ "x" ] ]', '[ "x" ]', 1],
    ['[70,1,{},["x"],{"k":1}]', '["x"],{"k":1}', 2],
    ['[70,1,{},[ ] ,\n{"k" : 1} ]', '[ ] ,\n{"k" : 1}', 2],
    ['[70,1,{},["x"] , { } ]', '["x"]', 1],
    ["[70,1,{},[ ] , { } ]", "", 0],
    ['[70,1,{},[1e5,0.10,"\\u0041\\/"]]', '[1e5,0.10,"\\u0041\\/"]', 1],
  ];
  for (const [json, expected, count] of rows) {
    const message = decode(JSON_CODEC, utf8(json));
    if (message.code !== 70) throw new Error("No YIELD");
    const { bytes, start, end } = message.payload;
    const text = new TextDecoder().decode(bytes.subarray(start, end));
    assertEquals([text, message.payload.count], [expected, count], json);
  }
});

Deno.test("long strings are checked to their end, wherever a fault stands", () => {
  for (let length = 0; length < 700; length += 7) {
    // All positions within a word, and all offsets of the string in the chunk.
    for (const fault of ["\n", '"', "\\", "\u0001", "\u001f"]) {
      const text = "x".repeat(length) + fault + "y".repeat(length % 11);
      assertRefused(`[70,1,{},["${text}"]]`);
    }
    for (const fine of ["", "ü", "\\n", "\u007f", " ", "😀"]) {
      const text = fine + "x".repeat(length) + fine + "y".repeat(length % 11);
      const bytes = concat(
        bytesOf("00".repeat(length % 5)),
        utf8(`[70,1,{},["${text}"]]`),
      );
      const message = JSON_CODEC.serializer.decode(
        bytes,
        length % 5,
        bytes.length,
      );
      assertEquals(message.code, 70);
    }
  }
});
