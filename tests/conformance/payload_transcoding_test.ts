/**
 * Payload between sessions of equal and of different serializers, as octets on
 * their connections (checklist SE-05, SE-11, and the table of §2.1).
 */
import { assertEquals } from "@std/assert";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import type { RawClient } from "../support/raw_client.ts";
import { expectError, type Scenario, scenario } from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";
import {
  type Forms,
  forms,
  listOf,
  receiveOctets,
  sendOctets,
} from "./_octets.ts";

/** Values that all three serializers hold: the form that each must give them. */
const VALUES: [name: string, forms: Forms][] = [
  ["0", forms("0", "00", "00")],
  ["23", forms("23", "17", "17")],
  ["24", forms("24", "18", "18 18")],
  ["127", forms("127", "7F", "18 7F")],
  ["128", forms("128", "CC 80", "18 80")],
  ["65535", forms("65535", "CD FFFF", "19 FFFF")],
  ["65536", forms("65536", "CE 00010000", "1A 00010000")],
  ["2^32 - 1", forms("4294967295", "CE FFFFFFFF", "1A FFFFFFFF")],
  [
    "2^32",
    forms("4294967296", "CF 0000000100000000", "1B 0000000100000000"),
  ],
  [
    "2^53",
    forms("9007199254740992", "CF 0020000000000000", "1B 0020000000000000"),
  ],
  [
    "2^53 + 1, which no double holds",
    forms("9007199254740993", "CF 0020000000000001", "1B 0020000000000001"),
  ],
  [
    "2^63",
    forms("9223372036854775808", "CF 8000000000000000", "1B 8000000000000000"),
  ],
  [
    "2^64 - 1",
    forms("18446744073709551615", "CF FFFFFFFFFFFFFFFF", "1B FFFFFFFFFFFFFFFF"),
  ],
  ["-1", forms("-1", "FF", "20")],
  ["-32", forms("-32", "E0", "38 1F")],
  ["-33", forms("-33", "D0 DF", "38 20")],
  ["-129", forms("-129", "D1 FF7F", "38 80")],
  ["-32769", forms("-32769", "D2 FFFF7FFF", "39 8000")],
  [
    "-2^53",
    forms("-9007199254740992", "D3 FFE0000000000000", "3B 001FFFFFFFFFFFFF"),
  ],
  [
    "-2^53 - 1, which no double holds",
    forms("-9007199254740993", "D3 FFDFFFFFFFFFFFFF", "3B 0020000000000000"),
  ],
  [
    "-2^63",
    forms("-9223372036854775808", "D3 8000000000000000", "3B 7FFFFFFFFFFFFFFF"),
  ],
  ["1.5", forms("1.5", "CB 3FF8000000000000", "FB 3FF8000000000000")],
  ["1.0", forms("1.0", "CB 3FF0000000000000", "FB 3FF0000000000000")],
  ["-0.0", forms("-0.0", "CB 8000000000000000", "FB 8000000000000000")],
  ["0.1", forms("0.1", "CB 3FB999999999999A", "FB 3FB999999999999A")],
  ["5e-324", forms("5e-324", "CB 0000000000000001", "FB 0000000000000001")],
  ["1e+300", forms("1e+300", "CB 7E37E43C8800759C", "FB 7E37E43C8800759C")],
  ["true", forms("true", "C3", "F5")],
  ["false", forms("false", "C2", "F4")],
  ["null", forms("null", "C0", "F6")],
  ["no text", forms('""', "A0", "60")],
  [
    "text",
    forms(
      '"häß 漢😀"',
      "AD 68C3A4C39F20E6BCA2F09F9880",
      "6D 68C3A4C39F20E6BCA2F09F9880",
    ),
  ],
  ["text with quotes", forms('"a\\"b\\\\c"', "A5 6122625C63", "65 6122625C63")],
  ["text like base64", forms('"AQID"', "A4 41514944", "64 41514944")],
  ["no octets", forms('"\\u0000"', "C4 00", "40")],
  ["octets", forms('"\\u0000AQID/w=="', "C4 04 010203FF", "44 010203FF")],
  ["octets that are text", forms('"\\u0000YWI="', "C4 02 6162", "42 6162")],
  ["an empty list", forms("[]", "90", "80")],
  ["an empty dict", forms("{}", "80", "A0")],
  [
    "containers in each other",
    forms(
      '[[],{"a":[1,{"b":null}]},"\\u0000AQ=="]',
      "93 90 81 A161 92 01 81 A162 C0 C4 01 01",
      "83 80 A1 6161 82 01 A1 6162 F6 41 01",
    ),
  ],
];

/** A publisher and a subscriber of each serializer. */
interface Mesh {
  readonly publishers: readonly RawClient[];
  readonly subscribers: readonly RawClient[];
}

async function meshOf(router: Scenario): Promise<Mesh> {
  const publishers: RawClient[] = [];
  const subscribers: RawClient[] = [];
  for (const serializer of SERIALIZERS) {
    publishers.push(await router.join({ serializer }));
    const subscriber = await router.join({ serializer });
    await subscriber.subscribe("com.a");
    subscribers.push(subscriber);
  }
  return { publishers, subscribers };
}

/** Publishes each form, and expects that all subscribers get their own. */
async function expectSameValue(mesh: Mesh, value: Forms): Promise<void> {
  for (const publisher of mesh.publishers) {
    const from = publisher.serializer;
    await sendOctets(
      publisher,
      [16, 1, {}, "com.a"],
      listOf(from, value[from]),
    );
    for (const subscriber of mesh.subscribers) {
      const to = subscriber.serializer;
      const head = await receiveOctets(subscriber, listOf(to, value[to]));
      assertEquals([head[0], head[3], head.length], [36, {}, 4]);
    }
  }
}

for (const [name, value] of VALUES) {
  scenario(
    `SE-11: ${name} is the same value for subscribers of every serializer`,
    async (router) => await expectSameValue(await meshOf(router), value),
  );
}

/** What another serializer makes of a value that not all have. */
const CONVERTED: [
  name: string,
  from: SerializerName,
  octets: Forms[SerializerName],
  others: Partial<Forms>,
][] = [
  ["NaN", "msgpack", forms("", "CB 7FF8000000000000", "").msgpack, {
    json: forms("null", "", "").json,
    cbor: forms("", "", "FB 7FF8000000000000").cbor,
  }],
  ["infinity", "cbor", forms("", "", "F9 7C00").cbor, {
    json: forms("null", "", "").json,
    msgpack: forms("", "CB 7FF0000000000000", "").msgpack,
  }],
  ["minus infinity", "msgpack", forms("", "CA FF800000", "").msgpack, {
    json: forms("null", "", "").json,
    cbor: forms("", "", "FB FFF0000000000000").cbor,
  }],
  ["a float of half width", "cbor", forms("", "", "F9 3E00").cbor, {
    json: forms("1.5", "", "").json,
    msgpack: forms("", "CB 3FF8000000000000", "").msgpack,
  }],
  ["a float of single width", "msgpack", forms("", "CA 3FC00000", "").msgpack, {
    json: forms("1.5", "", "").json,
    cbor: forms("", "", "FB 3FF8000000000000").cbor,
  }],
  ["undefined", "cbor", forms("", "", "F7").cbor, {
    json: forms("null", "", "").json,
    msgpack: forms("", "C0", "").msgpack,
  }],
  ["-2^64", "cbor", forms("", "", "3B FFFFFFFFFFFFFFFF").cbor, {
    json: forms("-18446744073709551616", "", "").json,
  }],
  ["an exponent without a fraction", "json", forms("1e2", "", "").json, {
    msgpack: forms("", "CB 4059000000000000", "").msgpack,
    cbor: forms("", "", "FB 4059000000000000").cbor,
  }],
];

for (const [name, from, octets, others] of CONVERTED) {
  scenario(
    `SE-11: ${name} in ${from} is unchanged in ${from}, and converted for the others`,
    async (router) => {
      const { publishers, subscribers } = await meshOf(router);
      const publisher = publishers[SERIALIZERS.indexOf(from)];
      await sendOctets(publisher, [16, 1, {}, "com.a"], listOf(from, octets));
      for (const subscriber of subscribers) {
        const to = subscriber.serializer;
        const due = to === from ? octets : others[to];
        if (due !== undefined) {
          await receiveOctets(subscriber, listOf(to, due));
          continue;
        }
        const bare = await subscriber.receive();
        assertEquals(bare.slice(3), [{ payload_unsupported: true }]);
      }
    },
  );
}

/** Forms that a writer would not choose: they stay as they are between equals. */
const ODD_FORMS: [name: string, value: Forms][] = [
  ["integers", forms("-0", "CF 0000000000000005", "1B 0000000000000005")],
  ["floats", forms("1.50E+0", "CA 3FC00000", "F9 3E00")],
  ["texts", forms('"\\u0061\\/"', "DB 00000001 61", "7F 61 61 60 FF")],
  ["octets", forms('"\\u0000AQ=="', "C6 00000001 01", "5F 41 01 FF")],
  ["lists", forms("[ 1 ,\t2 ]", "DD 00000002 01 02", "9F 01 02 FF")],
  [
    "dicts",
    forms(
      '{ "b" : 1 , "a" : 2 , "a" : 3 }',
      "DE 0003 A162 01 A161 02 A161 03",
      "BF 6162 01 6161 02 6161 03 FF",
    ),
  ],
];

for (const [name, value] of ODD_FORMS) {
  scenario(
    `SE-11: odd forms of ${name} stay as they are between equal serializers`,
    async (router) => {
      const { publishers, subscribers } = await meshOf(router);
      for (const [i, publisher] of publishers.entries()) {
        const { serializer } = publisher;
        const args = listOf(serializer, value[serializer]);
        await sendOctets(publisher, [16, 1, {}, "com.a"], args);
        for (const subscriber of subscribers) {
          if (subscriber === subscribers[i]) {
            await receiveOctets(subscriber, args);
          } else await subscriber.receive();
        }
      }
    },
  );
}

/** Arguments and ArgumentsKw in each form. */
const ARGS = forms(
  '[1,"\\u0000AQI=",[null]]',
  "93 01 C4 02 0102 91 C0",
  "83 01 42 0102 81 F6",
);
const KEYWORDS = forms(
  '{"k":2.5,"l":{"m":true}}',
  "82 A16B CB 4004000000000000 A16C 81 A16D C3",
  "A2 616B FB 4004000000000000 616C A1 616D F5",
);

for (const from of SERIALIZERS) {
  for (const to of SERIALIZERS) {
    scenario(
      `SE-05: EVENT, INVOCATION, RESULT and ERROR carry their payload from ${from} to ${to}`,
      async (router) => {
        const caller = await router.join({ serializer: from });
        const callee = await router.join({ serializer: to });
        const registration = await callee.register("com.a");
        const subscription = await callee.subscribe("com.a");
        const sent = [ARGS[from], KEYWORDS[from]];
        const due = [ARGS[to], KEYWORDS[to]];
        await sendOctets(caller, [16, 9, {}, "com.a"], ...sent);
        const event = await receiveOctets(callee, ...due);
        assertEquals(event, [36, subscription, event[2], {}]);
        for (const request of [1, 2]) {
          await sendOctets(caller, [48, request, {}, "com.a"], ...sent);
          assertEquals(
            await receiveOctets(callee, ...due),
            [68, request, registration, {}],
          );
        }
        await sendOctets(callee, [70, 1, {}], ...due);
        assertEquals(await receiveOctets(caller, ...sent), [50, 1, {}]);
        await sendOctets(callee, [8, 68, 2, {}, "com.error"], ...due);
        assertEquals(
          await receiveOctets(caller, ...sent),
          [8, 48, 2, {}, "com.error"],
        );
      },
    );
  }
}

/** Values that some serializer has no form for. */
const UNSUPPORTED: [
  name: string,
  from: SerializerName,
  value: Forms[SerializerName],
  to: SerializerName,
][] = [
  [
    "a bignum",
    "cbor",
    forms("", "", "C2 49 010000000000000000").cbor,
    "msgpack",
  ],
  ["2^64", "json", forms("18446744073709551616", "", "").json, "msgpack"],
  ["a list as a key", "msgpack", forms("", "81 90 01", "").msgpack, "json"],
  ["a simple value", "cbor", forms("", "", "F8 FF").cbor, "json"],
];

for (const [name, from, value, to] of UNSUPPORTED) {
  scenario(
    `SE-11: ${name} of ${from}, which ${to} cannot hold, is an EVENT without payload that says so, and an ERROR as a call`,
    async (router) => {
      const one = await router.join({ serializer: from });
      const equal = await router.join({ serializer: from });
      const other = await router.join({ serializer: to });
      await equal.subscribe("com.a");
      await other.subscribe("com.a");
      const args = listOf(from, value);
      await sendOctets(one, [16, 1, {}, "com.a"], args);
      await receiveOctets(equal, args);
      const bare = await other.receive();
      assertEquals(bare.slice(3), [{ payload_unsupported: true }]);
      await other.expectNothing();
      const { running } = router.server;
      assertEquals(running.counted("events_unsupported_value"), 1);
      // To the callee.
      await other.register("com.other");
      await sendOctets(one, [48, 2, {}, "com.other"], args);
      await expectError(one, 48, 2, "wamp.error.invalid_argument");
      await other.expectNothing();
      // To the caller, as RESULT and as ERROR.
      await one.register("com.one");
      for (const request of [1, 2]) {
        await other.send([48, request, {}, "com.one"]);
        await one.receive();
        const head = request === 1 ? [70, 1, {}] : [8, 68, 2, {}, "com.error"];
        await sendOctets(one, head, args);
        await expectError(other, 48, request, "wamp.error.invalid_argument");
      }
      assertEquals(running.inventory().pendingCalls, 0);
    },
  );
}
