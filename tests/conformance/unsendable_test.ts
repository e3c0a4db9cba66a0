/**
 * What becomes of a message that its receiver cannot take, because it is too long
 * for it or has a value that its serializer has no form for: nothing is left out
 * without a word (checklist FR-14 to FR-18, A-13).
 */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { bytesOf, utf8 } from "../support/hex.ts";
import { challenged } from "../support/login.ts";
import { callMeta, doMeta } from "../support/meta.ts";
import {
  expectError,
  type Scenario,
  scenario,
  type ScenarioOptions,
} from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import {
  decodeValue,
  encodeValue,
  SERIALIZERS,
} from "../support/wire_codec.ts";
import { asked, authenticator, question } from "./_authenticator.ts";
import { brokerFeatures } from "./_identities.ts";
import {
  type Forms,
  forms,
  listOf,
  receiveOctets,
  sendOctets,
} from "./_octets.ts";

const UNSUPPORTED = { payload_unsupported: true };
const TOO_LONG = { payload_limit_exceeded: true };
const CUT = { _details_cut: true };
const PASSTHRU = {
  publisher: { payload_passthru_mode: true },
  subscriber: {},
  caller: { progressive_call_results: true },
  callee: { progressive_call_results: true },
};

/** A value of `from` that `to` has no form for. */
interface Pair {
  readonly from: SerializerName;
  readonly to: SerializerName;
  readonly octets: Uint8Array;
}

/** For each pair of serializers what one has and the other has not. */
const FORMLESS: Readonly<Record<SerializerName, Forms>> = {
  json: {
    json: new Uint8Array(),
    msgpack: forms("18446744073709551616", "", "").json,
    cbor: forms(`1${"0".repeat(5000)}`, "", "").json,
  },
  msgpack: {
    json: forms("", "81 C4 01 61 01", "").msgpack,
    msgpack: new Uint8Array(),
    cbor: forms("", "81 90 01", "").msgpack,
  },
  cbor: {
    json: forms("", "", "F8 FF").cbor,
    msgpack: forms("", "", "A1 41 61 01").cbor,
    cbor: new Uint8Array(),
  },
};

const PAIRS: readonly Pair[] = SERIALIZERS.flatMap((from) =>
  SERIALIZERS.filter((to) => to !== from).map((to) => ({
    from,
    to,
    octets: listOf(from, FORMLESS[from][to]),
  }))
);

const DISCLOSED = ["publisher", "publisher_authid", "publisher_authrole"];

for (const { from, to, octets } of PAIRS) {
  scenario(
    `A-13: what ${from} has and ${to} has not comes as an EVENT that says so, with all other details`,
    async (router) => {
      const publisher = await router.join({
        serializer: from,
        features: PASSTHRU,
      });
      const subscriber = await router.join({ serializer: to });
      const id = await subscriber.subscribe("com.a");
      const pattern = await subscriber.subscribe("com..", {
        match: "wildcard",
      });
      await sendOctets(publisher, [16, 1, {
        disclose_me: true,
        ppt_scheme: "x_my",
        ppt_keyid: "key",
      }, "com.a"], octets);
      const event = await subscriber.receive();
      assertEquals([event.length, event[1]], [4, id]);
      const { ppt_scheme, ppt_keyid, payload_unsupported, ...rest } = event[3];
      assertEquals([ppt_scheme, ppt_keyid, payload_unsupported], [
        "x_my",
        "key",
        true,
      ]);
      assertEquals(Object.keys(rest).sort(), DISCLOSED);
      assertEquals(pattern > id, true);
      // A retained one, when it is published and when it is handed over.
      await sendOctets(
        publisher,
        [16, 2, { retain: true }, "com.kept"],
        octets,
      );
      await publisher.expectNothing();
      await subscriber.subscribe("com.kept", { get_retained: true });
      assertEquals((await subscriber.receive()).slice(3), [
        { retained: true, ...UNSUPPORTED },
      ]);
      const all = { match: "prefix", get_retained: true };
      await subscriber.subscribe("com.k", all);
      assertEquals((await subscriber.receive()).slice(3), [
        { retained: true, topic: "com.kept", ...UNSUPPORTED },
      ]);
      await subscriber.expectNothing();
      const { running } = router.server;
      assertEquals(running.counted("events_unsupported_value"), 3);
      assertEquals(running.counted("events_lost"), 0);
    },
  );

  scenario(
    `A-13: a call with what ${from} has and ${to} has not ends with an ERROR, whichever message it is in`,
    async (router) => {
      const one = await router.join({ serializer: from, features: PASSTHRU });
      const other = await router.join({ serializer: to, features: PASSTHRU });
      const error = "wamp.error.invalid_argument";
      await other.register("com.other");
      await sendOctets(one, [48, 1, {}, "com.other"], octets);
      await expectError(one, 48, 1, error);
      await other.expectNothing();
      await one.register("com.one");
      const answers = [
        (request: number) => [70, request, {}],
        (request: number) => [70, request, { progress: true }],
        (request: number) => [8, 68, request, {}, "com.error"],
      ];
      for (const [i, answer] of answers.entries()) {
        const request = other.nextRequest();
        const options = { receive_progress: true };
        await other.send([48, request, options, "com.one"]);
        assertEquals((await one.receive()).slice(0, 2), [68, i + 1]);
        await sendOctets(one, answer(i + 1), octets);
        await expectError(other, 48, request, error);
      }
      assertEquals(router.server.running.inventory().pendingCalls, 0);
    },
  );
}

scenario(
  "A-13 TS-04: a testament comes as an EVENT that says so, too",
  async (router) => {
    const testator = await router.join({ serializer: "json" });
    const subscriber = await router.join({ serializer: "msgpack" });
    await subscriber.subscribe("com.gone");
    await sendOctets(
      testator,
      [48, 1, {}, "wamp.session.add_testament"],
      utf8('["com.gone",[18446744073709551616],{}]'),
    );
    assertEquals(await testator.receive(), [50, 1, {}]);
    testator.close();
    assertEquals((await subscriber.receive()).slice(3), [UNSUPPORTED]);
  },
);

scenario(
  "A-13 MF-06: the broker announces that it says so",
  async (router) => {
    const features = await brokerFeatures(router);
    assertEquals(features["_payload_unsupported"], true);
  },
);

/** Details that do not fit into 512 octets, and what is left of them. */
const LONG: readonly [
  name: string,
  topic: string,
  options: Record<string, unknown>,
  left: readonly string[],
][] = [
  ["a topic", `com.${"t".repeat(600)}`, {}, []],
  ["a topic of wide characters", `com.${"漢".repeat(200)}`, {}, []],
  [
    "a topic beside a publisher",
    `com.${"t".repeat(600)}`,
    { disclose_me: true },
    DISCLOSED,
  ],
  [
    "a key ID",
    "com.a",
    { ppt_scheme: "x_my", ppt_keyid: "k".repeat(600) },
    ["topic"],
  ],
  [
    "a key ID beside a publisher",
    "com.a",
    { ppt_scheme: "x_my", ppt_keyid: "k".repeat(600), disclose_me: true },
    ["topic", ...DISCLOSED],
  ],
  ["all of them", `com.${"t".repeat(4000)}`, {
    ppt_scheme: "s".repeat(600),
    ppt_serializer: "s".repeat(600),
    ppt_cipher: "c".repeat(600),
    ppt_keyid: "k".repeat(600),
    disclose_me: true,
  }, DISCLOSED],
];

for (const [name, topic, options, left] of LONG) {
  scenario(
    `FR-15: ${name} of more than 512 octets is cut from the details, which say so`,
    async (router) => {
      const publisher = await router.join({ features: PASSTHRU });
      const small = await router.join({ limit: 0 });
      const other = await router.join();
      for (const client of [small, other]) {
        await client.subscribe("com.", { match: "prefix" });
      }
      const { running } = router.server;
      const before = running.counted("events_too_long");
      const retained = { ...options, retain: true };
      await publisher.send([16, 1, retained, topic, ["payload"]]);
      assertEquals((await other.receive())[4], ["payload"]);
      const event = await small.receive();
      assertEquals(event.length, 4);
      assertEquals(
        Object.keys(event[3]).sort(),
        [...left, ...Object.keys(TOO_LONG), ...Object.keys(CUT)].sort(),
      );
      // The same when it is handed over.
      await small.subscribe("com.", { match: "prefix", get_retained: true });
      const again = await small.receive();
      assertEquals(again[3], { ...event[3], retained: true });
      // The session lives on.
      await publisher.send([16, 2, {}, "com.b", ["short"]]);
      assertEquals((await small.receive())[4], ["short"]);
      assertEquals(running.counted("events_too_long") - before, 2);
      assertEquals(running.counted("events_lost"), 0);
    },
    { everySerializer: true },
  );
}

scenario(
  "FR-15 A-13: an event that has no form and whose details are too long says why it is without payload",
  async (router) => {
    const publisher = await router.join({ serializer: "json" });
    const small = await router.join({ serializer: "msgpack", limit: 0 });
    await small.subscribe("com.", { match: "prefix" });
    await sendOctets(
      publisher,
      [16, 1, {}, `com.${"t".repeat(600)}`],
      listOf("json", FORMLESS.json.msgpack),
    );
    assertEquals((await small.receive()).slice(3), [{
      ...UNSUPPORTED,
      ...CUT,
    }]);
  },
);

scenario(
  "FR-15: an event of the router's own that is too long comes without payload",
  async (router) => {
    const small = await router.join({ limit: 0 });
    const client = await router.join();
    await small.subscribe("wamp.subscription.on_create");
    await client.subscribe(`com.${"t".repeat(600)}`);
    assertEquals((await small.receive()).slice(3), [TOO_LONG]);
  },
  { everySerializer: true },
);

/** A realm that keeps all below `com.`. */
function keeping(): RealmConfig {
  const realm = openRealm("realm1");
  const history = { uri: "com.", match: "prefix" as const };
  const bounds = { maxEvents: 100, maxBytes: 2 ** 20 };
  return {
    ...realm,
    store: { ...realm.store, histories: [{ ...history, ...bounds }] },
  };
}

scenario(
  "FR-15 EH-05: an event that no answer could have does not make its history unreadable",
  async (router) => {
    const publisher = await router.join();
    const small = await router.join({ limit: 0 });
    for (const text of ["before", "x".repeat(600), "after"]) {
      await publisher.send([16, publisher.nextRequest(), {}, "com.a", [text]]);
    }
    await publisher.expectNothing();
    const lookup = ["com.", { match: "prefix" }];
    const [[id]] = await callMeta(small, "wamp.subscription.lookup", lookup);
    const found: unknown[] = [];
    let after: Record<string, unknown> = {};
    for (let i = 0; i < 3; i++) {
      const [[event]] = await callMeta(
        small,
        "wamp.subscription.get_events",
        [id],
        { limit: 1, ...after },
      );
      found.push(event.args ?? event.details);
      after = { after_publication: event.publication };
    }
    assertEquals(found, [
      ["before"],
      { topic: "com.a", ...TOO_LONG },
      ["after"],
    ]);
  },
  { everySerializer: true, realms: [keeping()] },
);

scenario(
  "FR-14 GB-03: a GOODBYE whose reason is too long has the usual one in its place",
  async (router) => {
    const killer = await router.join();
    const small = await router.join({ limit: 0 });
    await doMeta(killer, "wamp.session.kill", [small.sessionId], {
      reason: `com.${"r".repeat(600)}`,
      message: "m".repeat(600),
    });
    assertEquals(await small.receive(), [6, {}, "wamp.close.killed"]);
  },
  {
    everySerializer: true,
    realms: [{
      ...openRealm("realm1"),
      roles: openRealm("realm1").roles.map((role) => ({
        ...role,
        permissions: [...role.permissions, {
          ...role.permissions[0],
          uri: "wamp.",
        }],
      })),
    }],
  },
);

const DYNAMIC: ScenarioOptions = {
  realms: ["realm1", "realm2"].map((name) =>
    openRealm(name, ["guest"], ["com.authenticate"])
  ),
  auth: asked("ticket"),
};

/** A client whose login is being decided on. */
async function joining(
  router: Scenario,
  serializer: SerializerName,
  limit: number,
) {
  const callee = await authenticator(router);
  const client = await router.open(serializer, "tcp", limit);
  await challenged(client, "ticket", { authid: "joe" });
  await client.send([5, "t", {}]);
  return { client, callee, ...await question(callee) };
}

for (const serializer of SERIALIZERS) {
  scenario(
    `FR-14 DY-03: ${serializer}: an ABORT whose reason is too long has another in its place`,
    async (router) => {
      const { client, refuse } = await joining(router, serializer, 0);
      await refuse(`com.${"r".repeat(600)}`);
      await client.expectAbort("wamp.error.authentication_denied");
    },
    DYNAMIC,
  );

  scenario(
    `FR-18: ${serializer}: a client whose WELCOME is too long gets an ABORT that says so`,
    async (router) => {
      const { client, answer } = await joining(router, serializer, 0);
      await answer([{ role: "guest", extra: { text: "x".repeat(600) } }]);
      await client.expectAbort("wamp.error.payload_size_exceeded");
      await router.server.logged("WELCOME is longer than the client accepts");
    },
    DYNAMIC,
  );
}

scenario(
  "A-13: a client whose WELCOME has no form gets an ABORT that says so",
  async (router) => {
    const { client, callee } = await joining(router, "msgpack", 15);
    const answer = '[{"role":"guest","extra":{"n":18446744073709551616}}]';
    assertEquals(callee.serializer, "json");
    await sendOctets(callee, [70, 1, {}], utf8(answer));
    await client.expectAbort("wamp.error.authentication_failed");
  },
  DYNAMIC,
);

/** Dicts of which two keys would be one elsewhere: where they have no form. */
const TWINS: readonly [
  name: string,
  from: SerializerName,
  octets: Uint8Array,
  formless: readonly SerializerName[],
][] = [
  ['1 and "1"', "msgpack", bytesOf("82 01 A161 A131 A162"), ["json"]],
  ['1 and "1"', "cbor", bytesOf("A2 01 6161 6131 6162"), ["json"]],
  [
    "1 and 1.0",
    "msgpack",
    bytesOf("82 01 A161 CB3FF0000000000000 A162"),
    ["json", "cbor"],
  ],
  ["1 and a tagged 1", "cbor", bytesOf("A2 01 6161 C501 6162"), [
    "json",
    "msgpack",
  ]],
  ["null and undefined", "cbor", bytesOf("A2 F6 01 F7 02"), [
    "json",
    "msgpack",
  ]],
  ["a key twice", "json", utf8('{"a":1,"b":2,"a":3}'), ["msgpack", "cbor"]],
  ["a key twice", "msgpack", bytesOf("82 A161 01 A161 02"), ["json", "cbor"]],
  ["a key twice", "cbor", bytesOf("BF 6161 01 6161 02 FF"), [
    "json",
    "msgpack",
  ]],
];

for (const [name, from, octets, formless] of TWINS) {
  scenario(
    `A-13 SE-04: a dict of ${from} with ${name} as keys has no form in ${
      formless.join(" and ")
    }, and is unchanged in ${from}`,
    async (router) => {
      const one = await router.join({ serializer: from });
      const equal = await router.join({ serializer: from });
      const args = listOf(from, octets);
      await equal.subscribe("com.a");
      await sendOctets(one, [16, 1, {}, "com.a"], args);
      await receiveOctets(equal, args);
      for (const serializer of SERIALIZERS) {
        if (serializer === from) continue;
        const other = await router.join({ serializer });
        await other.subscribe(`com.${serializer}`);
        await other.register(`com.${serializer}`);
        await sendOctets(one, [16, 2, {}, `com.${serializer}`], args);
        const event = await other.readFrame();
        const request = one.nextRequest();
        await sendOctets(one, [48, request, {}, `com.${serializer}`], args);
        if (formless.includes(serializer)) {
          const message = decodeValue(serializer, event.payload);
          assertEquals((message as unknown[]).slice(3), [UNSUPPORTED]);
          await expectError(one, 48, request, "wamp.error.invalid_argument");
        } else {
          // Both keys are there: the client here has no form for such a dict.
          const due = serializer === "cbor"
            ? bytesOf("A2 01 6161 6131 6162")
            : bytesOf("82 01 A161 A131 A162");
          for (const { payload } of [event, await other.readFrame()]) {
            const tail = payload.subarray(payload.length - due.length);
            assertEquals(tail, due);
          }
        }
      }
    },
  );
}

scenario(
  "A-13 SE-04: the router's own procedures read no dict with a key twice",
  async (router) => {
    for (
      const [serializer, keywords] of [
        ["json", utf8('{"scope":"detached","scope":"destroyed"}')],
        [
          "msgpack",
          bytesOf(`82 A573636F7065 C0 A573636F7065 C0`),
        ],
        ["cbor", bytesOf("A2 6573636F7065 F6 6573636F7065 F6")],
      ] as const
    ) {
      const client = await router.join({ serializer });
      const list = encodeValue(serializer, []);
      const head = [48, 1, {}, "wamp.session.flush_testaments"];
      await sendOctets(client, head, list, keywords);
      await expectError(client, 48, 1, "wamp.error.invalid_argument");
    }
  },
);

scenario(
  "SE-04 A-09: of an option twice the last counts",
  async (router) => {
    const client = await router.join({ serializer: "json" });
    await client.sendFrame(
      0,
      utf8('[32,1,{"match":"exact","match":"prefix"},"com."]'),
    );
    assertEquals((await client.receive()).slice(0, 2), [33, 1]);
    await client.sendFrame(0, utf8('[16,2,{"exclude_me":false},"com.a"]'));
    assertEquals((await client.receive()).slice(3), [{ topic: "com.a" }]);
  },
);
