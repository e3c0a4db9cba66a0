/** Payload passthru mode of publications (checklist §10). */
import { assertEquals } from "@std/assert";
import type { WireMessage } from "../support/raw_client.ts";
import { expectViolation, scenario } from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";
import { brokerFeatures } from "./_identities.ts";

const PASSTHRU = { publisher: { payload_passthru_mode: true } };

/** All octets there are. */
const OCTETS = Uint8Array.from({ length: 256 }, (_, i) => i);

/** As the serializer shows octets: JSON has no type for them (SJ-04). */
function shown(serializer: string, octets: Uint8Array): unknown {
  return serializer === "json"
    ? `\0${btoa(String.fromCharCode(...octets))}`
    : octets;
}

const KEYS: readonly Record<string, unknown>[] = [
  { ppt_scheme: "wamp", ppt_serializer: "cbor" },
  {
    ppt_scheme: "x_my_ppt",
    ppt_serializer: "x_unknown",
    ppt_cipher: "x_none",
    ppt_keyid: "0xäöü",
  },
  { ppt_scheme: "mqtt" },
];

for (const from of SERIALIZERS) {
  for (const to of SERIALIZERS) {
    scenario(
      `PP-05 PP-06 PP-07: keys and payload of a publication go unchanged from ${from} to ${to}, to who did not announce it too`,
      async (router) => {
        const publisher = await router.join({
          serializer: from,
          features: PASSTHRU,
        });
        const subscriber = await router.join({ serializer: to });
        await subscriber.subscribe("com.a");
        await subscriber.subscribe("com.", { match: "prefix" });
        for (const keys of KEYS) {
          await publisher.send([16, 1, keys, "com.a", [OCTETS]]);
          const event = await subscriber.receive();
          assertEquals(event.slice(3), [keys, [shown(to, OCTETS)]]);
          const other = await subscriber.receive();
          assertEquals(other[3], { ...keys, topic: "com.a" });
        }
      },
    );
  }
}

/** Payload that is not one item of octets. */
const OTHER_PAYLOADS: readonly unknown[][] = [
  [],
  [[]],
  [["text", 2]],
  [[], { key: 1 }],
];

scenario(
  "PP-07: the router does not look at the payload",
  async (router) => {
    const publisher = await router.join({ features: PASSTHRU });
    const subscriber = await router.join();
    await subscriber.subscribe("com.a");
    for (const payload of OTHER_PAYLOADS) {
      await publisher.send([
        16,
        1,
        { ppt_scheme: "x_any" },
        "com.a",
        ...payload,
      ]);
      const event = await subscriber.receive();
      assertEquals(event[3], { ppt_scheme: "x_any" });
      assertEquals(event[4] ?? [], payload[0] ?? []);
      assertEquals(event[5], payload[1]);
    }
  },
  { everySerializer: true },
);

scenario(
  "PP-01 FD-04: PUBLISH in passthru mode by who did not announce it as publisher is a protocol violation",
  async (router) => {
    const subscriber = await router.join();
    await subscriber.subscribe("com.a");
    for (
      const features of [
        {},
        { publisher: { payload_passthru_mode: false } },
        { subscriber: { payload_passthru_mode: true } },
        { caller: { payload_passthru_mode: true } },
      ]
    ) {
      const publisher = await router.join({ features });
      await publisher.send([16, 1, { ppt_scheme: "wamp" }, "com.a", [OCTETS]]);
      await expectViolation(publisher);
    }
    await subscriber.expectNothing();
  },
);

/** Where the mode is off, the other keys are as if they were unknown. */
const OFF: readonly Record<string, unknown>[] = [
  { ppt_scheme: "" },
  { ppt_scheme: null, ppt_serializer: "cbor" },
  { ppt_serializer: "cbor", ppt_cipher: "x", ppt_keyid: "y" },
  { ppt_scheme: "", ppt_keyid: "y" },
  // PP-10: Autobahn's older keys.
  { enc_algo: "cryptobox", enc_key: "k", enc_serializer: "json" },
];

scenario(
  "PP-09 PP-10: without a scheme the mode is off, and its keys are ignored",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    await subscriber.subscribe("com.a");
    for (const options of OFF) {
      await publisher.send([16, 1, options, "com.a", ["plain"]]);
      assertEquals((await subscriber.receive()).slice(3), [{}, ["plain"]]);
    }
  },
  { everySerializer: true },
);

scenario(
  "PP-09: a key of the wrong type is a protocol violation",
  async (router) => {
    const keys = ["ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"];
    for (const key of keys) {
      for (const value of [1, true, ["x"], { x: 1 }]) {
        const publisher = await router.join({ features: PASSTHRU });
        const message: WireMessage = [16, 1, { [key]: value }, "com.a"];
        await publisher.send(message);
        await expectViolation(publisher);
      }
    }
  },
);

scenario(
  "PP-06 ER-06: a retained event keeps the keys",
  async (router) => {
    const publisher = await router.join({ features: PASSTHRU });
    const subscriber = await router.join();
    const [, keys] = KEYS;
    await publisher.send([16, 1, { ...keys, retain: true }, "com.a", [OCTETS]]);
    await publisher.expectNothing();
    await subscriber.subscribe("com.a", { get_retained: true });
    assertEquals((await subscriber.receive()).slice(3), [
      { ...keys, retained: true },
      [shown(subscriber.serializer, OCTETS)],
    ]);
  },
  { everySerializer: true },
);

scenario(
  "PP-02 HW-13: the broker announces payload_passthru_mode",
  async (router) => {
    const features = await brokerFeatures(router);
    assertEquals(features["payload_passthru_mode"], true);
  },
);
