/** Message formats: layout, options, extensibility (checklist §4). */
import { assertEquals, assertMatch } from "@std/assert";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import {
  helloDetails,
  type RawClient,
  show,
  type WireMessage,
} from "../support/raw_client.ts";
import {
  CANCELING,
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

scenario(
  "MF-01: a session sees every message of a broker's and a dealer's",
  async (router) => {
    const client = await router.join({ features: CANCELING });
    const seen = new Set<number>([2]);
    const ask = async (message: WireMessage) => {
      await client.send(message);
      const answer = await client.receive();
      seen.add(answer[0]);
      return answer;
    };
    const subscription = (await ask([32, 1, {}, "com.a"]))[2];
    const registration = (await ask([64, 2, {}, "com.a"]))[2];
    await ask([16, 3, { exclude_me: false }, "com.a"]);
    await ask([16, 4, { acknowledge: true }, "com.a"]);
    await ask([48, 5, {}, "com.a"]);
    await ask([70, 1, {}]);
    await ask([48, 6, {}, "com.a"]);
    await ask([49, 6, { mode: "kill" }]);
    await ask([8, 68, 2, {}, "com.error"]);
    await ask([34, 7, subscription]);
    await ask([66, 8, registration]);
    await ask([6, {}, "wamp.close.normal"]);
    await ask([1, "realm1", {}]);
    assertEquals(
      [...seen].sort((a, b) => a - b),
      [2, 3, 6, 8, 17, 33, 35, 36, 50, 65, 67, 68, 69],
    );
    await client.expectClosed();
  },
);

/** What a value can be, by the letter of the layouts below. */
const WRONG_FOR: Record<string, unknown[]> = {
  /** An integer. */
  i: ["1", 1.5, null, true, [], {}],
  /** A string. */
  s: [1, null, true, [], {}],
  /** A dict. */
  d: ["x", 1, null, true, []],
  /** A list. */
  l: ["x", 1, null, true, {}],
};

/** A valid message, the types of its elements, and how many must be there. */
interface Layout {
  readonly name: string;
  readonly message: WireMessage;
  readonly types: string;
  readonly least: number;
}

const SESSION_LAYOUTS: Layout[] = [
  {
    name: "ABORT",
    message: [3, {}, "com.a", [], {}],
    types: "idsld",
    least: 3,
  },
  { name: "GOODBYE", message: [6, {}, "com.a"], types: "ids", least: 3 },
  {
    name: "ERROR",
    message: [8, 68, 1, {}, "com.a", [1], { k: 1 }],
    types: "iiidsld",
    least: 5,
  },
  {
    name: "PUBLISH",
    message: [16, 1, {}, "com.a", [1], { k: 1 }],
    types: "iidsld",
    least: 4,
  },
  { name: "SUBSCRIBE", message: [32, 1, {}, "com.a"], types: "iids", least: 4 },
  { name: "UNSUBSCRIBE", message: [34, 1, 1, {}], types: "iiid", least: 3 },
  {
    name: "CALL",
    message: [48, 1, {}, "com.a", [1], { k: 1 }],
    types: "iidsld",
    least: 4,
  },
  { name: "CANCEL", message: [49, 1, {}], types: "iid", least: 3 },
  { name: "REGISTER", message: [64, 1, {}, "com.a"], types: "iids", least: 4 },
  { name: "UNREGISTER", message: [66, 1, 1, {}], types: "iiid", least: 3 },
  {
    name: "YIELD",
    message: [70, 1, {}, [1], { k: 1 }],
    types: "iidld",
    least: 3,
  },
];

const HELLO_LAYOUT: Layout = {
  name: "HELLO",
  message: [1, "realm1", helloDetails()],
  types: "isd",
  least: 3,
};

/** All ways to get `layout` wrong. */
function* wrongMessages({ message, types, least }: Layout) {
  for (let size = 1; size < least; size++) yield message.slice(0, size);
  yield [...message, 1];
  for (let i = 1; i < message.length; i++) {
    for (const value of WRONG_FOR[types[i]]) {
      // A realm of null is HW-10's.
      if (message[0] === 1 && i === 1 && value === null) continue;
      yield message.with(i, value);
    }
  }
}

for (const layout of SESSION_LAYOUTS) {
  scenario(
    `MF-02: wrong count or types of elements in ${layout.name} end the session`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        for (const message of wrongMessages(layout)) {
          const client = await router.join({ serializer });
          // YIELD and ERROR need an invocation that they could answer.
          await client.register("com.own");
          await client.send([48, client.nextRequest(), {}, "com.own"]);
          await client.receive();
          await client.send(message);
          await expectViolation(client);
        }
      }
    },
  );
}

scenario(
  "MF-02: wrong count or types of elements in HELLO end the connection",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      for (const message of wrongMessages(HELLO_LAYOUT)) {
        const client = await router.open(serializer);
        await client.send(message);
        await expectViolation(client);
      }
    }
  },
);

scenario(
  "MF-03: UNSUBSCRIBE and UNREGISTER may carry a dict, which is ignored",
  async (router) => {
    const client = await router.join();
    const subscription = await client.subscribe("com.a");
    const registration = await client.register("com.a");
    const dict = { forward_for: 1, any: [null] };
    assertEquals(await client.request([34, 8, subscription, dict]), [35, 8]);
    assertEquals(await client.request([66, 9, registration, dict]), [67, 9]);
  },
  { everySerializer: true },
);

/** Type codes that no client may send, and what they are. */
const UNKNOWN_CODES: [code: number, what: string][] = [
  [0, "zero"],
  [7, "HEARTBEAT of WAMP v1"],
  [9, "unassigned"],
  [100, "unassigned"],
  [255, "unassigned"],
  [256, "the first extension"],
  [337, "EVENT_RECEIVED of the test suite"],
  [1023, "the last extension"],
  [1024, "beyond all ranges"],
  [-16, "negative"],
  [2 ** 53, "the largest integer"],
];

for (const [code, what] of UNKNOWN_CODES) {
  scenario(
    `MF-04: message type ${code}, ${what}, ends the session`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer });
        await client.send([code, 1, {}, "com.a"]);
        await expectViolation(client);
        const early = await router.open(serializer);
        await early.send([code, "realm1", helloDetails()]);
        await expectViolation(early);
      }
    },
  );
}

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

/** A session that is callee of a call of its own, invocation 1. */
async function joinWithInvocation(
  router: Scenario,
  serializer?: (typeof SERIALIZERS)[number],
): Promise<RawClient> {
  const client = await router.join(
    serializer === undefined ? {} : { serializer },
  );
  await client.register("com.own");
  await client.send([48, client.nextRequest(), {}, "com.own"]);
  await client.receive();
  return client;
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

for (const type of [0, 6, 16, 32, 48, 50, 64, 67, 69, 999]) {
  scenario(
    `MF-09: ERROR for request type ${type} ends the session`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await joinWithInvocation(router, serializer);
        await client.send([8, type, 1, {}, "com.error"]);
        await expectViolation(client);
      }
    },
  );
}

/** A request of each kind that is refused, and the URI of the refusal. */
const REFUSED: [message: WireMessage, uri: string][] = [
  [[16, 1, { acknowledge: true }, "wamp.a"], "wamp.error.invalid_uri"],
  [[32, 2, {}, "a b"], "wamp.error.invalid_uri"],
  [[34, 3, 77], "wamp.error.no_such_subscription"],
  [[48, 4, {}, "com.none"], "wamp.error.no_such_procedure"],
  [[64, 5, {}, "com.own"], "wamp.error.procedure_already_exists"],
  [[66, 6, 77], "wamp.error.no_such_registration"],
];

scenario(
  "MF-10 MF-11: an ERROR has the request's type and ID, empty Details and a text",
  async (router) => {
    const client = await router.join();
    await client.register("com.own");
    for (const [message, uri] of REFUSED) {
      const [type, request] = message;
      const answer = await client.request(message);
      assertEquals(answer.slice(0, 5), [8, type, request, {}, uri]);
      assertEquals(answer.length, 6);
      assertEquals(answer[5].length, 1);
      assertMatch(answer[5][0], /^[A-Z].{5,}/);
    }
  },
  { everySerializer: true },
);

scenario(
  "MF-12: binary or text in place of Arguments or ArgumentsKw ends the session",
  async (router) => {
    const messages: ((args: unknown) => WireMessage)[] = [
      (args) => [16, 9, {}, "com.a", args],
      (args) => [16, 9, {}, "com.a", [], args],
      (args) => [48, 9, {}, "com.a", args],
      (args) => [48, 9, {}, "com.a", [], args],
      (args) => [70, 1, {}, args],
      (args) => [70, 1, {}, [], args],
      (args) => [8, 68, 1, {}, "com.error", args],
      (args) => [8, 68, 1, {}, "com.error", [], args],
    ];
    for (const serializer of SERIALIZERS) {
      for (const message of messages) {
        for (const args of [new Uint8Array([1, 2, 3]), "text", "", null]) {
          const client = await joinWithInvocation(router, serializer);
          await client.send(message(args));
          await expectViolation(client);
        }
      }
    }
  },
);
