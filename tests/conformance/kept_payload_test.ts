/**
 * Payload that the router keeps and hands on by its own procedures, histories
 * and testaments, as octets on their connections: as unchanged as that of an
 * EVENT (checklist SE-11, and the table of §2.1).
 */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { concat, utf8 } from "../support/hex.ts";
import { callMeta } from "../support/meta.ts";
import type { RawClient } from "../support/raw_client.ts";
import { expectError, type Scenario, scenario } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { encodeValue, SERIALIZERS } from "../support/wire_codec.ts";
import {
  type Forms,
  forms,
  listOf,
  messageOf,
  receiveOctets,
  sendOctets,
} from "./_octets.ts";

const TOPIC = "com.a";
const ADD_TESTAMENT = "wamp.session.add_testament";

/** A value in `from`, and what it is in each serializer; none: no form. */
type Row = readonly [name: string, from: SerializerName, forms: Forms];

const ROWS: readonly Row[] = [
  [
    "1.0",
    "json",
    forms("1.0", "CB 3FF0000000000000", "FB 3FF0000000000000"),
  ],
  [
    "-0.0",
    "json",
    forms("-0.0", "CB 8000000000000000", "FB 8000000000000000"),
  ],
  ["1e2", "json", forms("1e2", "CB 4059000000000000", "FB 4059000000000000")],
  [
    "white space, and keys that look like integers",
    "json",
    forms(
      '{ "b" : 1 , "2" : [ ] ,\t"1":"\\u0061" }',
      "83 A162 01 A132 90 A131 A161",
      "A3 6162 01 6132 80 6131 6161",
    ),
  ],
  [
    "1.0",
    "msgpack",
    forms("1.0", "CB 3FF0000000000000", "FB 3FF0000000000000"),
  ],
  [
    "-0.0 of single width",
    "msgpack",
    forms("-0.0", "CA 80000000", "FB 8000000000000000"),
  ],
  [
    "2^53 + 1",
    "msgpack",
    forms("9007199254740993", "CF 0020000000000001", "1B 0020000000000001"),
  ],
  [
    "an extension type",
    "msgpack",
    forms('"\\u0000AQID"', "C7 03 05 010203", "43 010203"),
  ],
  [
    "a timestamp",
    "msgpack",
    forms(
      '"2020-07-04T04:05:20Z"',
      "D6 FF 5F000000",
      "74 323032302D30372D30345430343A30353A32305A",
    ),
  ],
  [
    "keys that are no strings",
    "msgpack",
    forms(
      '{"b":1,"2":1,"true":1,"1":2}',
      "84 A162 01 02 01 C3 01 01 02",
      "A4 6162 01 02 01 F5 01 01 02",
    ),
  ],
  ["a list as a key", "msgpack", forms("", "81 90 01", "")],
  ["1.0 of half width", "cbor", forms("1.0", "CB 3FF0000000000000", "F9 3C00")],
  ["a tag", "cbor", forms("1", "01", "D8 64 01")],
  [
    "a point in time",
    "cbor",
    forms(
      '"2020-07-04T04:05:20Z"',
      "B4 323032302D30372D30345430343A30353A32305A",
      "C1 1A 5F000000",
    ),
  ],
  [
    "indefinite lengths, and keys that are no strings",
    "cbor",
    forms(
      '{"1":["a"],"false":2}',
      "82 01 91 A161 C2 02",
      "BF 01 9F 7F 6161 FF FF F4 02 FF",
    ),
  ],
  [
    "a bignum",
    "cbor",
    forms("18446744073709551616", "", "C2 49 010000000000000000"),
  ],
  ["an unassigned simple value", "cbor", forms("", "", "E5")],
];

/** `{"k": value}`. */
function dictOf(serializer: SerializerName, value: Uint8Array): Uint8Array {
  const key = encodeValue(serializer, "k");
  if (serializer === "json") {
    return concat(utf8("{"), key, utf8(":"), value, utf8("}"));
  }
  const first = serializer === "msgpack" ? 0x81 : 0xa1;
  return concat(new Uint8Array([first]), key, value);
}

/** The octets that end an event object: `args` and `kwargs`. */
function objectEnd(
  serializer: SerializerName,
  args: Uint8Array,
  kwargs: Uint8Array,
): Uint8Array {
  const [argsKey, kwargsKey] = ["args", "kwargs"].map((key) =>
    encodeValue(serializer, key)
  );
  return serializer === "json"
    ? concat(
      argsKey,
      utf8(":"),
      args,
      utf8(","),
      kwargsKey,
      utf8(":"),
      kwargs,
      utf8("}]]"),
    )
    : concat(argsKey, args, kwargsKey, kwargs);
}

function realmWithHistory(): RealmConfig {
  const realm = openRealm("realm1");
  const history = {
    uri: TOPIC,
    match: "exact" as const,
    maxEvents: 9,
    maxBytes: 2 ** 20,
  };
  return { ...realm, store: { ...realm.store, histories: [history] } };
}

async function historyId(client: RawClient): Promise<number> {
  const [[id]] = await callMeta(client, "wamp.subscription.lookup", [TOPIC]);
  return id;
}

/** Asks for the newest event; the frame that answers. */
async function newestEvent(client: RawClient, id: number): Promise<Uint8Array> {
  await client.send([
    48,
    client.nextRequest(),
    {},
    "wamp.subscription.get_events",
    [id],
    { limit: 1, reverse: true },
  ]);
  return (await client.readFrame()).payload;
}

for (const to of SERIALIZERS) {
  scenario(
    `SE-11 SM-06 SM-07 SC-04 EH-05: ${to} gets the payload of a history unchanged, or by value from other serializers`,
    async (router) => {
      const reader = await router.join({ serializer: to });
      const id = await historyId(reader);
      for (const [name, from, value] of ROWS) {
        if (value[to].length === 0) continue;
        const publisher = await router.join({ serializer: from });
        const sent = value[from];
        await sendOctets(
          publisher,
          [16, 1, {}, TOPIC],
          listOf(from, sent),
          dictOf(from, sent),
        );
        await publisher.expectNothing();
        const answer = await newestEvent(reader, id);
        const due = objectEnd(to, listOf(to, value[to]), dictOf(to, value[to]));
        assertEquals(answer.slice(-due.length), due, `${name} of ${from}`);
      }
    },
    { realms: [realmWithHistory()] },
  );
}

for (const [name, from, value] of ROWS) {
  for (const to of SERIALIZERS) {
    if (value[to].length > 0) continue;
    scenario(
      `EH-05 A-13: of a history with ${name} of ${from}, ${to} gets that event without its payload, and says so`,
      async (router) => {
        const publisher = await router.join({ serializer: from });
        const reader = await router.join({ serializer: to });
        await publisher.send([16, 1, {}, TOPIC, ["before"]]);
        await sendOctets(
          publisher,
          [16, 2, {}, TOPIC],
          listOf(from, value[from]),
        );
        await publisher.send([16, 3, {}, TOPIC, ["after"], { k: "v" }]);
        await publisher.expectNothing();
        const id = await historyId(reader);
        const [events] = await callMeta(
          reader,
          "wamp.subscription.get_events",
          [id],
        );
        assertEquals(
          events.map(({ details, args, kwargs }: Record<string, unknown>) => [
            details,
            args,
            kwargs,
          ]),
          [
            [{}, ["before"], undefined],
            [{ payload_unsupported: true }, undefined, undefined],
            [{}, ["after"], { k: "v" }],
          ],
        );
      },
      { realms: [realmWithHistory()] },
    );
  }
}

/** Leaves one testament, of these arguments in octets, and is gone. */
async function leave(
  router: Scenario,
  from: SerializerName,
  ...payload: Uint8Array[]
): Promise<void> {
  const testator = await router.join({ serializer: from });
  const args = messageOf(from, [TOPIC], ...payload);
  await sendOctets(testator, [48, 1, {}, ADD_TESTAMENT], args);
  assertEquals(await testator.receive(), [50, 1, {}]);
  // What it sends next is read over what it sent before.
  await testator.send([16, 1, { x: "x".repeat(300) }, "com.other", [0]]);
  testator.close();
}

for (const to of SERIALIZERS) {
  scenario(
    `SE-11 SM-06 SM-07 SC-04 TS-04: ${to} gets the payload of testaments unchanged, or by value from other serializers`,
    async (router) => {
      const heir = await router.join({ serializer: to });
      const subscription = await heir.subscribe(TOPIC);
      for (const [, from, value] of ROWS) {
        // Arguments of our own procedures must have a form as values.
        if (value[to].length === 0 || value.json.length === 0) continue;
        const [args, kwargs] = [listOf, dictOf].map((wrap) =>
          wrap(from, value[from])
        );
        await leave(router, from, args, kwargs);
        const event = await receiveOctets(
          heir,
          listOf(to, value[to]),
          dictOf(to, value[to]),
        );
        assertEquals(event, [36, subscription, event[2], {}]);
      }
    },
  );
}

scenario(
  "TS-03 MF-12: a testament that no PUBLISH could be is refused",
  async (router) => {
    const rows: [from: SerializerName, ...payload: Forms[SerializerName][]][] =
      [
        ["json", utf8("[]"), utf8("{}"), utf8("{}")],
        ["msgpack", ...hexes("90", "81 01 02")],
        ["cbor", ...hexes("80", "A1 01 02")],
        ["cbor", ...hexes("D8 64 80", "A0")],
        ["cbor", ...hexes("80", "D8 64 A0")],
      ];
    const heir = await router.join();
    await heir.subscribe(TOPIC);
    for (const [from, ...payload] of rows) {
      const testator = await router.join({ serializer: from });
      const args = messageOf(from, [TOPIC], ...payload);
      await sendOctets(testator, [48, 1, {}, ADD_TESTAMENT], args);
      await expectError(testator, 48, 1, "wamp.error.invalid_argument");
      testator.close();
    }
    await heir.expectNothing();
  },
);

function hexes(...texts: string[]): Uint8Array[] {
  return texts.map((text) => forms("", text, "").msgpack);
}
