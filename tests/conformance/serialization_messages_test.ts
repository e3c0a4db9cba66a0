/**
 * Whole messages in all serializers: cut off, followed by more, nested deep, and
 * with payload that is empty in part (checklist SE-06 to SE-10).
 */
import { assertEquals } from "@std/assert";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { helloDetails, type WireMessage } from "../support/raw_client.ts";
import { expectViolation, scenario } from "../support/scenario.ts";
import { encodeValue, SERIALIZERS } from "../support/wire_codec.ts";
import { messageOf } from "./_octets.ts";

for (const serializer of SERIALIZERS) {
  scenario(
    `SE-06: ${serializer} that is cut off anywhere ends the session`,
    async (router) => {
      const whole = encodeValue(
        serializer,
        [16, 300, { acknowledge: true }, "com.a", ["ä", 1.5, [{}]], { k: 1 }],
      );
      for (let size = 1; size < whole.length; size++) {
        const client = await router.join({ serializer });
        await client.sendFrame(0, whole.slice(0, size));
        await expectViolation(client);
      }
      const client = await router.join({ serializer });
      await client.sendFrame(0, whole);
      assertEquals((await client.receive()).slice(0, 2), [17, 300]);
    },
  );

  scenario(
    `SE-07: octets behind a ${serializer} message in its frame end the session`,
    async (router) => {
      const message = encodeValue(serializer, [16, 1, {}, "com.a", [1]]);
      const hello = encodeValue(serializer, [1, "realm1", helloDetails()]);
      for (const rest of [bytesOf("00"), bytesOf("90"), utf8("x"), message]) {
        const client = await router.join({ serializer });
        await client.sendFrame(0, concat(message, rest));
        await expectViolation(client);
        const early = await router.open(serializer);
        await early.sendFrame(0, concat(hello, rest));
        await expectViolation(early);
      }
    },
  );

  scenario(
    `SE-08: ${serializer}: nesting up to the limit is served, deeper ends the session`,
    async (router) => {
      const witness = await router.join({ serializer });
      const subscription = await witness.subscribe("com.a");
      // The message is the first level, Arguments or Options the second.
      const publications: ((inner: unknown) => WireMessage)[] = [
        (inner) => [16, 1, {}, "com.a", [inner]],
        (inner) => [16, 1, {}, "com.a", [], { k: inner }],
        (inner) => [16, 1, { x_mine: inner }, "com.a"],
      ];
      for (const publication of publications) {
        const client = await router.join({ serializer });
        await client.send(publication(nested(14)));
        assertEquals((await witness.receive())[1], subscription);
        await client.send(publication(nested(15)));
        await expectViolation(client);
      }
      await witness.expectNothing();
    },
    { limits: { maxDepth: 16 } },
  );

  for (const place of ["Arguments", "Options"]) {
    scenario(
      `SE-08: ${serializer}: 100000 levels in ${place} do not exhaust the stack`,
      async (router) => {
        const witness = await router.join({ serializer });
        for (const [open, close] of DEEP[serializer]) {
          const deep = bytesOf(open.repeat(100_000) + close.repeat(100_000));
          const client = await router.join({ serializer });
          const topic = encodeValue(serializer, "com.a");
          await client.sendFrame(
            0,
            place === "Arguments"
              ? messageOf(serializer, [16, 1, {}, "com.a"], deep)
              : messageOf(serializer, [16, 1], deep, topic),
          );
          await expectViolation(client);
        }
        await witness.expectNothing();
      },
      { maxMessageBytes: 1_000_000 },
    );
  }
}

/** What opens and closes one more level: `[`, and `{"a":`. */
const DEEP: Record<SerializerName, [open: string, close: string][]> = {
  json: [["5B", "5D"], ["7B 22 61 22 3A", "7D"]],
  msgpack: [["91", ""], ["81 A1 61", ""], ["DD 00 00 00 01", ""]],
  cbor: [["81", ""], ["A1 61 61", ""], ["9F", "FF"], ["BF 61 61", "FF"]],
};

/** `count` lists in each other. */
function nested(count: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < count; i++) value = [value];
  return value;
}

/** Payloads as they come, and as they are sent on. */
const TRAILING: [name: string, sent: unknown[], received: unknown[]][] = [
  ["SE-09: no payload", [], []],
  ["SE-09: empty Arguments", [[]], []],
  ["SE-09: empty Arguments and ArgumentsKw", [[], {}], []],
  ["SE-09: empty ArgumentsKw", [[1], {}], [[1]]],
  ["SE-10: ArgumentsKw alone", [[], { k: 1 }], [[], { k: 1 }]],
  ["SE-10: both", [[1], { k: 1 }], [[1], { k: 1 }]],
];

for (const [name, sent, received] of TRAILING) {
  scenario(
    `${name}: sent on as ${JSON.stringify(received)} in every message`,
    async (router) => {
      for (const from of SERIALIZERS) {
        for (const to of SERIALIZERS) {
          const one = await router.join({ serializer: from });
          const other = await router.join({ serializer: to });
          const subscription = await other.subscribe("com.a");
          const registration = await other.register("com.a");
          const back = await one.register("com.b");
          await one.send([16, 9, {}, "com.a", ...sent]);
          const event = await other.receive();
          assertEquals(
            event,
            [36, subscription, event[2], {}, ...received],
          );
          await one.send([48, 9, {}, "com.a", ...sent]);
          assertEquals(
            await other.receive(),
            [68, 1, registration, {}, ...received],
          );
          // Back from the first one: RESULT and ERROR.
          for (const request of [1, 2]) {
            await other.send([48, request, {}, "com.b"]);
            assertEquals(await one.receive(), [68, request, back, {}]);
          }
          await one.send([70, 1, {}, ...sent]);
          assertEquals(await other.receive(), [50, 1, {}, ...received]);
          await one.send([8, 68, 2, {}, "com.error", ...sent]);
          assertEquals(
            await other.receive(),
            [8, 48, 2, {}, "com.error", ...received],
          );
          one.close();
          other.close();
          await router.server.emptied();
        }
      }
    },
  );
}
