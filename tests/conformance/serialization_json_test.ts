/** JSON on the wire (checklist §2.2). */
import { assertEquals, assertMatch } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { type RawClient, show } from "../support/raw_client.ts";
import { expectViolation, scenario } from "../support/scenario.ts";
import { forms, listOf, receiveOctets, sendOctets } from "./_octets.ts";
import { subscribersOf } from "./_subscribers.ts";

/** Sends `text` as one message. */
async function sendText(client: RawClient, text: string): Promise<void> {
  await client.sendFrame(0, utf8(text));
}

/** The next message as its text. */
async function receiveText(client: RawClient): Promise<string> {
  return new TextDecoder().decode((await client.readFrame()).payload);
}

/** Octets that are not UTF-8. */
const NO_UTF8: [name: string, octets: string][] = [
  ["a lone continuation", "80"],
  ["FF", "FF"],
  ["a sequence that is cut off", "C3"],
  ["an overlong slash", "C0 AF"],
  ["an overlong NUL", "E0 80 80"],
  ["a surrogate", "ED A0 80"],
  ["beyond U+10FFFF", "F4 90 80 80"],
];

for (const [name, octets] of NO_UTF8) {
  scenario(
    `SJ-01: ${name} is no UTF-8 and ends the session, wherever it stands`,
    async (router) => {
      for (
        const [before, behind] of [
          ['[16,1,{},"com.', '"]'],
          ['[16,1,{"x_', '":1},"com.a"]'],
          ['[16,1,{"x_my":"', '"},"com.a"]'],
          ['[16,1,{},"com.a",["', '"]]'],
          ['[16,1,{},"com.a",[],{"', '":1}]'],
          ['[16,1,{},"com.a",[{"', '":1}]]'],
          ['["', '"]'],
        ]
      ) {
        const client = await router.join({ serializer: "json" });
        await client.sendFrame(
          0,
          concat(utf8(before), bytesOf(octets), utf8(behind)),
        );
        await expectViolation(client);
      }
    },
  );
}

/** What is no JSON, though some parsers take it. */
const NO_JSON = [
  "[16,1,{},'com.a']",
  '[16,1,{},"com.a",]',
  '[16,1,{},"com.a",[1,]]',
  '[16,1,{},"com.a",[01]]',
  '[16,1,{},"com.a",[+1]]',
  '[16,1,{},"com.a",[.5]]',
  '[16,1,{},"com.a",[5.]]',
  '[16,1,{},"com.a",[NaN]]',
  '[16,1,{},"com.a",[Infinity]]',
  '[16,1,{},"com.a",[undefined]]',
  '[16,1,{},"com.a",["\\x41"]]',
  '[16,1,{},"com.a",["a\nb"]]',
  '[16,1,{},"com.a",[{a:1}]]',
  '[16,1,{},"com.a",[{"a" 1}]]',
  '[16,1,{},"com.a"] // comment',
  '[16,1,{} "com.a"]',
  '﻿[16,1,{},"com.a"]',
  '[0x10,1,{},"com.a"]',
];

for (const text of NO_JSON) {
  scenario(
    `SJ-01: ${JSON.stringify(text)} is no JSON and ends the session`,
    async (router) => {
      const client = await router.join({ serializer: "json" });
      await sendText(client, text);
      await expectViolation(client);
    },
  );
}

scenario(
  "SJ-02: IDs are sent as digits and nothing else, up to 9007199254740992",
  async (router) => {
    const client = await router.open("json");
    await sendText(client, '[1,"realm1",{"roles":{"caller":{}}}]');
    assertMatch(await receiveText(client), /^\[2,[1-9][0-9]{0,15},\{/);
    const request = "9007199254740992";
    for (
      const [sent, answer] of [
        [`[32,${request},{},"com.a"]`, /^\[33,9007199254740992,1\]$/],
        [`[64,${request},{},"com.a"]`, /^\[65,9007199254740992,1\]$/],
        [
          `[16,${request},{"acknowledge":true},"com.b"]`,
          /^\[17,9007199254740992,[1-9][0-9]{0,15}\]$/,
        ],
        [
          `[16,${request},{"exclude_me":false},"com.a"]`,
          /^\[36,1,[1-9][0-9]{0,15},\{\}\]$/,
        ],
        [`[48,${request},{},"com.a"]`, /^\[68,1,1,\{\}\]$/],
        ["[70,1,{}]", /^\[50,9007199254740992,\{\}\]$/],
        [`[34,${request},1]`, /^\[35,9007199254740992\]$/],
        [`[66,${request},1]`, /^\[67,9007199254740992\]$/],
        [`[34,${request},1]`, /^\[8,34,9007199254740992,\{\},"wamp\.error/],
      ] as const
    ) {
      await sendText(client, sent);
      assertMatch(await receiveText(client), answer);
    }
  },
);

/** Numbers that are IDs or are none, as they are written. */
const ID_TEXTS: [text: string, value: number | undefined][] = [
  ["9007199254740991", 2 ** 53 - 1],
  ["9007199254740992", 2 ** 53],
  ["9007199254740993", undefined],
  ["9007199254740992.5", undefined],
  ["9007199254740994", undefined],
  ["18446744073709551617", undefined],
  ["9.007199254740993e15", undefined],
  ["9.007199254740992e15", 2 ** 53],
  ["90071992547409920e-1", 2 ** 53],
  ["0.99999999999999999999", undefined],
  ["1.00000000000000000001", undefined],
  ["1.000", 1],
  ["100e-2", 1],
  ["1e999999999", undefined],
  ["1e-999999999", undefined],
];

for (const [text, value] of ID_TEXTS) {
  scenario(
    `SJ-03: ${text} as an ID is ${value === undefined ? "refused" : "exact"}`,
    async (router) => {
      const client = await router.join({ serializer: "json" });
      await sendText(client, `[16,${text},{"acknowledge":true},"com.a"]`);
      if (value === undefined) await expectViolation(client);
      else assertEquals((await client.receive()).slice(0, 2), [17, value]);
    },
  );
}

/** Octets, and the JSON string that they are. */
const BINARY: [name: string, hex: string, base64: string][] = [
  ["none", "", ""],
  ["one, with two signs of padding", "FF", "/w=="],
  ["two, with one sign of padding", "FFFE", "//4="],
  ["three, with + and /", "FBEFBF", "+++/"],
  [
    "the specification's example",
    "10E3FF9053075C526F5FC06D4FE37CDB",
    "EOP/kFMHXFJvX8BtT+N82w==",
  ],
];

for (const [name, hex, base64] of BINARY) {
  scenario(
    `SJ-04: octets are base64 behind U+0000, both ways: ${name}`,
    async (router) => {
      const [json, msgpack, cbor] = await subscribersOf(router);
      const octets = bytesOf(hex);
      const text = listOf("json", utf8(`"\\u0000${base64}"`));
      for (const [one, other] of [[msgpack, cbor], [cbor, msgpack]]) {
        await one.send([16, 1, {}, "com.a", [octets]]);
        await receiveOctets(json, text);
        assertEquals((await other.receive())[4], [octets]);
      }
      await sendOctets(json, [16, 1, {}, "com.a"], text);
      for (const other of [msgpack, cbor]) {
        assertEquals((await other.receive())[4], [octets]);
      }
    },
  );
}

/** JSON payload that holds binary, and what others get. */
const NESTED_BINARY: [name: string, value: ReturnType<typeof forms>][] = [
  [
    "in lists and dicts",
    forms(
      '[{"a":["\\u0000AQI="]},["\\u0000"]]',
      "92 81 A161 91 C4 02 0102 91 C4 00",
      "82 A1 6161 81 42 0102 81 40",
    ),
  ],
  [
    "with escapes in the base64",
    forms('"\\u0000\\/w\\u003d="', "C4 01 FF", "41 FF"),
  ],
  [
    "between texts",
    forms(
      '["AQ==","\\u0000AQ=="]',
      "92 A4 41513D3D C4 01 01",
      "82 64 41513D3D 41 01",
    ),
  ],
];

for (const [name, value] of NESTED_BINARY) {
  scenario(
    `SJ-05: binary ${name} reaches other serializers as binary`,
    async (router) => {
      const subscribers = await subscribersOf(router);
      const publisher = await router.join({ serializer: "json" });
      const args = listOf("json", value.json);
      await sendOctets(publisher, [16, 1, {}, "com.a"], args);
      for (const subscriber of subscribers) {
        const to = subscriber.serializer;
        await receiveOctets(subscriber, listOf(to, value[to]));
      }
    },
  );
}

scenario(
  "SJ-05: binary in ArgumentsKw reaches other serializers as binary",
  async (router) => {
    const [, ...others] = await subscribersOf(router);
    const publisher = await router.join({ serializer: "json" });
    await sendText(publisher, '[16,1,{},"com.a",[],{"k":"\\u0000AQI="}]');
    for (const other of others) {
      assertEquals((await other.receive()).slice(4), [[], {
        k: new Uint8Array([1, 2]),
      }]);
    }
  },
);

/** Strings that begin with U+0000 and are text all the same. */
const NUL_TEXTS = [
  "hello",
  "AQ",
  "AQ=",
  "AQ===",
  "A",
  "AQ= =",
  " AQ==",
  "AQ==\n",
  "AR==",
  "-_==",
  "AQIDA",
  "\u0000AQ==",
  "ä",
];

for (const rest of NUL_TEXTS) {
  scenario(
    `SJ-06: U+0000 before ${JSON.stringify(rest)} is text for every serializer`,
    async (router) => {
      const [json, ...others] = await subscribersOf(router);
      const publisher = await router.join({ serializer: "json" });
      const args = utf8(JSON.stringify(["\0" + rest]));
      await sendOctets(publisher, [16, 1, {}, "com.a"], args);
      await receiveOctets(json, args);
      for (const other of others) {
        assertEquals((await other.receive())[4], ["\0" + rest]);
      }
    },
  );
}

scenario(
  "SJ-06: keys are never binary, whatever they begin with",
  async (router) => {
    const [json, ...others] = await subscribersOf(router);
    const publisher = await router.join({ serializer: "json" });
    const keywords = { "\0AQ==": 1 };
    const args = [{ "\0AQ==": { "\0": 2 } }];
    await publisher.send([16, 1, {}, "com.a", args, keywords]);
    for (const client of [json, ...others]) {
      assertEquals((await client.receive()).slice(4), [args, keywords]);
    }
  },
);

scenario(
  "SJ-07: text of other serializers that begins with U+0000 is sent as it is",
  async (router) => {
    const [json, msgpack, cbor] = await subscribersOf(router);
    for (const [one, other] of [[msgpack, cbor], [cbor, msgpack]]) {
      for (const text of ["\0", "\0hello", "\0AQ=="]) {
        await one.send([16, 1, {}, "com.a", [text]]);
        await receiveOctets(json, utf8(JSON.stringify([text])));
        assertEquals((await other.receive())[4], [text]);
      }
    }
  },
);

/** The same message in other words. */
const FREE_FORMS: [name: string, text: string][] = [
  [
    "white space",
    ' \t\r\n[ 16 ,\n9\t, { "acknowledge" : true } , "com.a" ]\r\n ',
  ],
  ["members in another order", '[16,9,{"x_a":1,"acknowledge":true},"com.a"]'],
  ["escapes in the URI", '[16,9,{"acknowledge":true},"\\u0063om\\u002Ea"]'],
  ["escapes in a key", '[16,9,{"\\u0061cknowledge":true},"com.a"]'],
  [
    "a pair of escapes for one character",
    '[16,9,{"acknowledge":true},"\\ud83d\\ude00"]',
  ],
];

for (const [name, text] of FREE_FORMS) {
  scenario(`SJ-08: ${name} makes no difference`, async (router) => {
    const client = await router.join({ serializer: "json" });
    await sendText(client, text);
    assertEquals((await client.receive()).slice(0, 2), [17, 9]);
  });
}

scenario(
  "SJ-08: a URI is the same with and without escapes",
  async (router) => {
    const one = await router.join({ serializer: "json" });
    const other = await router.join({ serializer: "msgpack" });
    await other.subscribe("com.ä/😀");
    await sendText(one, '[16,1,{},"com.\\u00e4\\/\\uD83D\\uDE00",[1]]');
    assertEquals((await other.receive())[4], [1]);
  },
);

for (const surrogate of ["\\ud800", "\\udc00", "\\ud83dx", "\\ude00\\ud83d"]) {
  scenario(
    `SJ-08: the lone surrogate ${surrogate} ends the session at WAMP level`,
    async (router) => {
      for (
        const text of [
          `[16,1,{"acknowledge":true},"com.${surrogate}"]`,
          `[32,1,{"match":"${surrogate}"},"com.a"]`,
          `[1,"com.${surrogate}",{"roles":{"caller":{}}}]`,
        ]
      ) {
        const client = text.startsWith("[1,")
          ? await router.open("json")
          : await router.join({ serializer: "json" });
        await sendText(client, text);
        await expectViolation(client);
      }
    },
  );

  scenario(
    `SJ-08: the lone surrogate ${surrogate} in payload is U+FFFD to other serializers`,
    async (router) => {
      const [json, ...others] = await subscribersOf(router);
      const publisher = await router.join({ serializer: "json" });
      const args = utf8(`["${surrogate}",{"${surrogate}":1}]`);
      await sendOctets(publisher, [16, 1, {}, "com.a"], args);
      await receiveOctets(json, args);
      const text = JSON.parse(`"${surrogate}"`).toWellFormed();
      for (const other of others) {
        const event = await other.receive();
        assertEquals(event[4], [text, { [text]: 1 }], show(event));
      }
    },
  );
}
