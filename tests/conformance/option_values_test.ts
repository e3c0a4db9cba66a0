/** Known, unknown and absent keys of Options and Details (checklist §4.1). */
import { assertEquals, assertMatch } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { helloDetails, show, type WireMessage } from "../support/raw_client.ts";
import {
  CANCELING,
  joinWithInvocation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** Keys that mean nothing here, with values of every type. */
const UNKNOWN_KEYS = {
  x_my_own: true,
  _custom: { nested: [1, "a", null] },
  zzz_number: 1.5,
  zzz_text: "text",
  zzz_null: null,
  zzz_list: [[], {}],
};

/** Keys of no form that the protocol knows. */
const MALFORMED_KEYS = {
  "": 1,
  A: 2,
  "with space": 3,
  ["__proto__"]: 4,
  "9": 5,
  "ünï": 6,
};

/** Every message with Options or Details, with `keys` in each, does its work. */
async function useAllMessages(
  router: Scenario,
  keys: Record<string, unknown>,
): Promise<void> {
  const client = await router.open();
  await client.hello({ ...helloDetails(CANCELING), ...keys });
  const subscription = await client.request([32, 1, keys, "com.a"]);
  assertEquals(subscription.slice(0, 2), [33, 1]);
  const registration = await client.request([64, 2, keys, "com.a"]);
  assertEquals(registration.slice(0, 2), [65, 2]);
  await client.send([16, 3, { ...keys, exclude_me: false }, "com.a", [1]]);
  const event = await client.receive();
  assertEquals([event[0], event[3], event[4]], [36, {}, [1]]);
  assertEquals(
    await client.request([48, 4, keys, "com.a", [1]]),
    [68, 1, registration[2], {}, [1]],
  );
  assertEquals(await client.request([70, 1, keys, [2]]), [50, 4, {}, [2]]);
  await client.request([48, 5, keys, "com.a"]);
  assertEquals(
    await client.request([8, 68, 2, keys, "com.error"]),
    [8, 48, 5, {}, "com.error"],
  );
  await client.request([48, 6, keys, "com.a"]);
  assertEquals(
    await client.request([49, 6, { ...keys, mode: "kill" }]),
    [69, 3, { mode: "kill" }],
  );
  assertEquals(
    await client.request([6, keys, "wamp.close.normal"]),
    [6, {}, "wamp.close.goodbye_and_out"],
  );
  await client.hello({ ...helloDetails(), ...keys });
  await client.send([3, keys, "com.a"]);
  await client.expectClosed();
}

scenario(
  "MF-05: unknown keys of Options and Details are ignored, whatever their value",
  async (router) => {
    await useAllMessages(router, UNKNOWN_KEYS);
  },
  { everySerializer: true },
);

scenario("MF-06: keys of neither form are ignored", async (router) => {
  await useAllMessages(router, MALFORMED_KEYS);
}, { everySerializer: true });

/** All keys of `dict` and of the dicts in it. */
function* keysOf(dict: Record<string, unknown>): Generator<string> {
  for (const [key, value] of Object.entries(dict)) {
    yield key;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      yield* keysOf(value as Record<string, unknown>);
    }
  }
}

scenario(
  "MF-06: the keys that the router sends are of the protocol's form",
  async (router) => {
    const client = await router.open();
    const dicts = [await client.hello(helloDetails(CANCELING))];
    await client.subscribe("com", { match: "prefix" });
    await client.register("com", { match: "prefix" });
    await client.send([16, 9, { exclude_me: false }, "com.a"]);
    dicts.push((await client.receive())[3]);
    dicts.push((await client.request([48, 9, {}, "com.a"]))[3]);
    dicts.push((await client.request([49, 9, { mode: "kill" }]))[2]);
    dicts.push((await client.request([99]))[1]);
    await client.expectClosed();
    for (const dict of dicts) {
      for (const key of keysOf(dict)) {
        assertMatch(key, /^([a-z][a-z0-9_]{2,}|_[a-z0-9_]{3,})$/);
      }
    }
  },
);

const UNSUBSCRIBABLE: [key: string, ...values: unknown[]][] = [
  ["match", "foo", "", "EXACT", 1, true, [], {}],
  ["get_retained", "x", 1, [], {}],
  ["nkey", 1, true],
];
const UNPUBLISHABLE: [key: string, ...values: unknown[]][] = [
  ["acknowledge", "yes", 1, 0, [], {}],
  ["exclude_me", "no", 0],
  ["exclude", "x", 1, {}, ["x"], [1.5], [-1], [0], [null], [[1]]],
  ["exclude_authid", "x", 5, [5], [null]],
  ["exclude_authrole", "x", 5, [5]],
  ["eligible", "x", 1, ["x"], [true]],
  ["eligible_authid", 5, "x", [5]],
  ["eligible_authrole", 5, "x", [5]],
  ["disclose_me", "x", 1],
  ["retain", "x", 1],
  ["_clear_retained", "x", 1],
  ["rkey", 1],
  ["ppt_scheme", 1, true],
  ["ppt_serializer", 1],
  ["ppt_cipher", 1],
  ["ppt_keyid", 1],
];
const UNCALLABLE: [key: string, ...values: unknown[]][] = [
  ["receive_progress", "x", 1],
  ["progress", "x", 1],
  ["timeout", -1, 1.5, "1", true],
  ["disclose_me", "x", 1],
  ["runmode", 1],
  ["rkey", 1],
  ["ppt_scheme", 1],
];
const UNREGISTRABLE: [key: string, ...values: unknown[]][] = [
  ["match", "foo", 1, true],
  ["invoke", "foo", 1, ""],
  ["disclose_caller", "x", 1],
  ["forward_timeout", "x", 1],
];
const UNCANCELABLE: [key: string, ...values: unknown[]][] = [
  ["mode", "abort", "", 1, true],
];
const UNYIELDABLE: [key: string, ...values: unknown[]][] = [
  ["progress", "x", 1],
  ["ppt_scheme", 1],
];

/** Each message with its known options, and values they cannot have. */
const OPTION_TABLES: [
  name: string,
  rows: [key: string, ...values: unknown[]][],
  message: (options: Record<string, unknown>) => WireMessage,
][] = [
  ["SUBSCRIBE", UNSUBSCRIBABLE, (options) => [32, 9, options, "com.a"]],
  ["PUBLISH", UNPUBLISHABLE, (options) => [16, 9, options, "com.a"]],
  ["CALL", UNCALLABLE, (options) => [48, 9, options, "com.a"]],
  ["REGISTER", UNREGISTRABLE, (options) => [64, 9, options, "com.a"]],
  ["CANCEL", UNCANCELABLE, (options) => [49, 9, options]],
  ["YIELD", UNYIELDABLE, (options) => [70, 1, options]],
];

for (const [name, rows, message] of OPTION_TABLES) {
  scenario(
    `MF-07: a known option of ${name} with a wrong type or value ends the session`,
    async (router) => {
      for (const [key, ...values] of rows) {
        for (const value of values) {
          const client = await joinWithInvocation(router);
          await client.send(message({ [key]: value }));
          const answer = await client.receive();
          assertEquals(
            [answer[0], answer[2]],
            [3, "wamp.error.protocol_violation"],
            `${key}: ${show(value)} gave ${show(answer)}`,
          );
          await client.expectClosed();
        }
      }
    },
  );

  scenario(
    `MF-08: a known option of ${name} that is null counts as absent`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        for (const [key] of rows) {
          const client = await joinWithInvocation(router, serializer);
          await client.send(message({ [key]: null }));
          if (name === "PUBLISH") await client.expectNothing();
          // CANCEL 9 names no call, and is ignored.
          else if (name === "CANCEL") await client.expectNothing();
          else {
            const answer = await client.receive();
            const due = { SUBSCRIBE: 33, CALL: 8, REGISTER: 65, YIELD: 50 };
            assertEquals(answer[0], due[name as keyof typeof due], key);
          }
          client.close();
        }
      }
    },
  );
}

scenario(
  "MF-08: keys of HELLO.Details that are null count as absent",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      const welcome = await client.hello({
        ...helloDetails(),
        authmethods: null,
        authid: null,
        authrole: null,
        authextra: null,
        agent: null,
      });
      assertEquals(welcome["authmethod"], "anonymous");
    }
  },
);

scenario("MF-08: CBOR's undefined counts as absent", async (router) => {
  const client = await router.join({ serializer: "cbor" });
  const topic = "com.a";
  // [32, 1, {"match": undefined, "get_retained": undefined}, "com.a"]
  await client.sendFrame(
    0,
    concat(
      bytesOf("84 18 20 01 a2 65"),
      utf8("match"),
      bytesOf("f7 6c"),
      utf8("get_retained"),
      bytesOf("f7 65"),
      utf8(topic),
    ),
  );
  assertEquals((await client.receive()).slice(0, 2), [33, 1]);
});

scenario(
  "MF-08: the undefined of msgpackr (wampy) counts as absent",
  async (router) => {
    const client = await router.join({ serializer: "msgpack" });
    // [32, 1, {"match": undefined, "get_retained": undefined}, "com.a"]
    await client.sendFrame(
      0,
      concat(
        bytesOf("94 20 01 82 a5"),
        utf8("match"),
        bytesOf("d4 00 00 ac"),
        utf8("get_retained"),
        bytesOf("d4 00 00 a5"),
        utf8("com.a"),
      ),
    );
    assertEquals((await client.receive()).slice(0, 2), [33, 1]);
  },
);
