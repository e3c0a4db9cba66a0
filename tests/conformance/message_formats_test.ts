/** Message formats: layout, options, extensibility (checklist §4). */
import { assertEquals, assertMatch } from "@std/assert";
import { helloDetails, type WireMessage } from "../support/raw_client.ts";
import {
  CANCELING,
  expectViolation,
  joinWithInvocation,
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
  /** Arguments: a list, or null (MF-08). */
  l: ["x", 1, true, {}],
  /** ArgumentsKw: a dict, or null (MF-08). */
  k: ["x", 1, true, []],
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
    types: "idslk",
    least: 3,
  },
  { name: "GOODBYE", message: [6, {}, "com.a"], types: "ids", least: 3 },
  {
    name: "ERROR",
    message: [8, 68, 1, {}, "com.a", [1], { k: 1 }],
    types: "iiidslk",
    least: 5,
  },
  {
    name: "PUBLISH",
    message: [16, 1, {}, "com.a", [1], { k: 1 }],
    types: "iidslk",
    least: 4,
  },
  { name: "SUBSCRIBE", message: [32, 1, {}, "com.a"], types: "iids", least: 4 },
  { name: "UNSUBSCRIBE", message: [34, 1, 1, {}], types: "iiid", least: 3 },
  {
    name: "CALL",
    message: [48, 1, {}, "com.a", [1], { k: 1 }],
    types: "iidslk",
    least: 4,
  },
  { name: "CANCEL", message: [49, 1, {}], types: "iid", least: 3 },
  { name: "REGISTER", message: [64, 1, {}, "com.a"], types: "iids", least: 4 },
  { name: "UNREGISTER", message: [66, 1, 1, {}], types: "iiid", least: 3 },
  {
    name: "YIELD",
    message: [70, 1, {}, [1], { k: 1 }],
    types: "iidlk",
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

/** Payload with null in it, and how it is sent on. */
const NULL_PAYLOADS: [given: unknown[], sent: unknown[]][] = [
  [[null], []],
  [[null, null], []],
  [[[1], null], [[1]]],
  [[null, { k: [1] }], [[], { k: [1] }]],
];

scenario(
  "MF-08 MF-12: null in place of Arguments or ArgumentsKw counts as empty",
  async (router) => {
    for (const from of SERIALIZERS) {
      for (const to of SERIALIZERS) {
        const caller = await router.join({ serializer: from });
        const callee = await router.join({ serializer: to });
        const procedure = `com.${from}.${to}`;
        await callee.register(procedure);
        for (const [given, sent] of NULL_PAYLOADS) {
          const call = caller.nextRequest();
          await caller.send([48, call, {}, procedure, ...given]);
          const invocation = await callee.receive();
          assertEquals(invocation.slice(4), sent);
          await callee.send([70, invocation[1], {}, ...given]);
          assertEquals(await caller.receive(), [50, call, {}, ...sent]);
        }
      }
    }
  },
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
        for (const args of [new Uint8Array([1, 2, 3]), "text", "", 0]) {
          const client = await joinWithInvocation(router, serializer);
          await client.send(message(args));
          await expectViolation(client);
        }
      }
    }
  },
);
