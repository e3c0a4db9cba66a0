/** URIs: rules, reserved names, comparison (checklist §3.2). */
import { assertEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import {
  assertError,
  expectError,
  expectSilence,
  expectViolation,
  scenario,
} from "../support/scenario.ts";
import { openRealm, quietRealm } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const INVALID_URI = "wamp.error.invalid_uri";

/** Requests with an exact URI; all are answered. */
const EXACT_REQUESTS: [
  name: string,
  message: (id: number, uri: unknown) => WireMessage,
][] = [
  ["SUBSCRIBE", (id, uri) => [32, id, {}, uri]],
  ["REGISTER", (id, uri) => [64, id, {}, uri]],
  ["CALL", (id, uri) => [48, id, {}, uri]],
  ["PUBLISH", (id, uri) => [16, id, { acknowledge: true }, uri]],
];

/** Whether SUBSCRIBE and REGISTER under `match` take `uri`, which must agree. */
async function isTaken(
  client: RawClient,
  uri: string,
  match: string,
): Promise<boolean> {
  const taken = [];
  for (const type of [32, 64]) {
    const request = client.nextRequest();
    const answer = await client.request([type, request, { match }, uri]);
    if (answer[0] === 8) assertError(answer, type, request, INVALID_URI);
    else await client.request([type + 2, client.nextRequest(), answer[2]]);
    taken.push(answer[0] !== 8);
  }
  assertEquals(taken[0], taken[1], `SUBSCRIBE and REGISTER on "${uri}"`);
  return taken[0];
}

/** A row for each class of characters. */
const LOOSE_URIS: [name: string, uri: string, valid: boolean][] = [
  ["lower case and digits", "com.a1_b", true],
  ["one component", "a", true],
  ["upper case and a hyphen", "A-b", true],
  ["letters beyond ASCII", "ä.漢字.😀", true],
  ["punctuation", "com.a/b:c@d!*?", true],
  ["U+0000", "a\0b", true],
  ["a space", "com.a b", false],
  ["a tab", "com.a\tb", false],
  ["a line feed", "com.a\nb", false],
  ["a no-break space", "com.a\u00a0b", false],
  ["an ideographic space", "com.a\u3000b", false],
  ["a line separator", "com.a\u2028b", false],
  ["a byte order mark", "com.\ufeffb", false],
  ["a hash", "com.a#b", false],
];

for (const [name, uri, valid] of LOOSE_URIS) {
  scenario(
    `UR-01: with ${name} a URI is ${
      valid ? "valid" : "invalid"
    } by the loose rule`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer });
        for (const match of ["exact", "prefix", "wildcard"]) {
          assertEquals(await isTaken(client, uri, match), valid, match);
        }
      }
    },
  );
}

scenario(
  "UR-01: a strict realm takes only lower case, digits and underscores",
  async (router) => {
    const client = await router.join();
    for (const uri of ["com.a_1", "a", "0"]) {
      assertEquals(await isTaken(client, uri, "exact"), true, uri);
    }
    for (const uri of ["A.b", "a-b", "ä.b", "a b", "a#b", "a/b"]) {
      for (const match of ["exact", "prefix", "wildcard"]) {
        assertEquals(await isTaken(client, uri, match), false, uri);
      }
      for (const [, message] of EXACT_REQUESTS) {
        assertEquals((await client.request(message(1, uri)))[4], INVALID_URI);
      }
    }
  },
  { realms: [{ ...openRealm("realm1"), uriCheck: "strict" }] },
);

for (const [name, message] of EXACT_REQUESTS) {
  scenario(
    `UR-02 UR-05: a URI with an empty component in ${name} is refused, the session lives on`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer });
        for (const uri of ["", ".", "a..b", "a.", ".a"]) {
          const request = client.nextRequest();
          const sent = message(request, uri);
          await client.send(sent);
          await expectError(client, sent[0], request, INVALID_URI);
        }
        await client.expectNothing();
      }
    },
  );
}

scenario(
  "UR-03: in a prefix only the last component may be empty",
  async (router) => {
    const client = await router.join();
    for (const uri of ["", "com", "com.a", "com.a."]) {
      assertEquals(await isTaken(client, uri, "prefix"), true, uri);
    }
    for (const uri of [".", "a..", "a..b", ".a", "a b", "a#"]) {
      assertEquals(await isTaken(client, uri, "prefix"), false, uri);
    }
  },
  { realms: [quietRealm()] },
);

scenario("UR-04: in a wildcard any component may be empty", async (router) => {
  const client = await router.join();
  for (const uri of ["", ".", "..", ".a", "a.", "a..b", "a.b"]) {
    assertEquals(await isTaken(client, uri, "wildcard"), true, uri);
  }
  for (const uri of ["a b", ". ", "a.#."]) {
    assertEquals(await isTaken(client, uri, "wildcard"), false, uri);
  }
}, { realms: [quietRealm()] });

scenario(
  "UR-06: an invalid topic in an unacknowledged PUBLISH gives neither answer nor event",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    await subscriber.subscribe("", { match: "prefix" });
    for (const topic of ["", "com..a", "com.a b", "com#a", "wamp.a"]) {
      await publisher.send([16, publisher.nextRequest(), {}, topic, [1]]);
      await publisher.send([16, 1, { acknowledge: false }, topic, [1]]);
    }
    await publisher.expectNothing();
    // The fence is the first topic that reaches the subscriber.
    assertEquals((await subscriber.receive())[3], { topic: "test.fence" });
  },
  { realms: [quietRealm()] },
);

for (const realm of ["", "a b", "a..b", "a.", "a#b", "a\n"]) {
  scenario(
    `UR-07: HELLO to realm ${
      JSON.stringify(realm)
    } is aborted with invalid_uri`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.open(serializer);
        await client.send([1, realm, { roles: { caller: {} } }]);
        await client.expectAbort(INVALID_URI);
      }
    },
  );
}

for (const [name, message] of EXACT_REQUESTS) {
  scenario(
    `UR-08: what is no string in place of the URI of ${name} ends the session`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const values = [1, null, true, ["com.a"], { uri: "com.a" }];
        // Binary is a string in JSON, one that begins with U+0000.
        const binary = serializer === "json" ? [] : [new Uint8Array([97])];
        for (const value of [...values, ...binary]) {
          const client = await router.join({ serializer });
          await client.send(message(1, value));
          await expectViolation(client);
        }
      }
    },
  );
}

for (const uri of ["wamp", "wamp.a", "wamp.session.count"]) {
  scenario(
    `UR-09: REGISTER and PUBLISH on the reserved "${uri}" are refused`,
    async (router) => {
      const client = await router.join();
      const requests: WireMessage[] = [
        [64, 1, {}, uri],
        [64, 2, { match: "prefix" }, uri],
        [64, 3, { match: "prefix" }, `${uri}.`],
        [64, 4, { match: "wildcard" }, uri],
        [64, 5, { match: "wildcard" }, `${uri}..b`],
        [16, 6, { acknowledge: true }, uri],
      ];
      for (const request of requests) {
        await client.send(request);
        await expectError(client, request[0], request[1], INVALID_URI);
      }
    },
  );
}

scenario(
  "UR-09: only the whole first component is reserved",
  async (router) => {
    const client = await router.join();
    for (const uri of ["wampx.a", "wam", "com.wamp", "Wamp.a", "wamp-a"]) {
      assertEquals(await isTaken(client, uri, "exact"), true, uri);
      const answer = await client.request([16, 1, { acknowledge: true }, uri]);
      assertEquals(answer[0], 17, uri);
    }
  },
);

scenario(
  "UR-10: a pattern of a client never receives calls to wamp.",
  async (router) => {
    const [callee, caller] = await router.joinMany(2);
    for (
      const [uri, match] of [
        ["", "prefix"],
        ["wa", "prefix"],
        [".", "wildcard"],
        ["..", "wildcard"],
        [".session.count", "wildcard"],
      ]
    ) await callee.register(uri, { match });
    for (const uri of ["wamp", "wamp.x", "wamp.x.y", "wamp.no.count"]) {
      const request = caller.nextRequest();
      await caller.send([48, request, {}, uri]);
      await expectError(
        caller,
        48,
        request,
        "wamp.error.no_such_procedure",
      );
    }
    await expectSilence(caller, callee);
    // The same patterns do serve what is not reserved.
    await caller.send([48, caller.nextRequest(), {}, "wampx.y"]);
    assertEquals((await callee.receive())[3], { procedure: "wampx.y" });
  },
);

scenario("UR-11: SUBSCRIBE and CALL on wamp. are allowed", async (router) => {
  const client = await router.join();
  await client.subscribe("wamp.session.on_join");
  await client.subscribe("wamp.", { match: "prefix" });
  await client.subscribe("wamp..on_create", { match: "wildcard" });
  const request = client.nextRequest();
  await client.send([48, request, {}, "wamp.x.y"]);
  await expectError(client, 48, request, "wamp.error.no_such_procedure");
});

/** URIs that look alike or fold to each other. */
const DIFFERENT_URIS = [
  "com.topic",
  "com.Topic",
  "COM.TOPIC",
  "com.\u00e9",
  "com.e\u0301",
  "com.\ufb01",
  "com.fi",
  "com.stra\u00dfe",
  "com.strasse",
];

scenario(
  "UR-12: URIs are compared code point by code point",
  async (router) => {
    const [one, publisher] = await router.joinMany(2);
    const ids = [];
    for (const uri of DIFFERENT_URIS) ids.push(await one.subscribe(uri));
    assertEquals(new Set(ids).size, DIFFERENT_URIS.length);
    for (const [i, uri] of DIFFERENT_URIS.entries()) {
      await publisher.send([16, i + 1, {}, uri, [uri]]);
      const event = await one.receive();
      assertEquals([event[1], event[4]], [ids[i], [uri]]);
    }
    await expectSilence(publisher, one);
  },
  { everySerializer: true },
);

scenario(
  "UR-12: a topic and a procedure of the same URI live side by side",
  async (router) => {
    const [client, peer] = await router.joinMany(2);
    const subscription = await client.subscribe("com.a");
    const registration = await client.register("com.a");
    await peer.send([16, 1, {}, "com.a"]);
    assertEquals((await client.receive()).slice(0, 2), [36, subscription]);
    await peer.send([48, 2, {}, "com.a"]);
    assertEquals((await client.receive()).slice(0, 3), [68, 1, registration]);
  },
);

scenario("UR-13: a trailing newline makes a URI invalid", async (router) => {
  const client = await router.join();
  for (const uri of ["com.a\n", "com.a\r\n", "com.a\u2029"]) {
    for (const [, message] of EXACT_REQUESTS) {
      const request = client.nextRequest();
      const sent = message(request, uri);
      await client.send(sent);
      await expectError(client, sent[0], request, INVALID_URI);
    }
  }
});

scenario(
  "UR-14: an invalid error URI of a callee becomes invalid_uri, the callee lives on",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    const uris = ["", "a..b", "a b", "a#", "a\n"];
    for (const [i, uri] of uris.entries()) {
      const request = caller.nextRequest();
      await caller.send([48, request, {}, "com.a"]);
      await callee.receive();
      await callee.send([8, 68, i + 1, {}, uri, ["details"]]);
      await expectError(caller, 48, request, INVALID_URI);
    }
    await expectSilence(callee);
  },
);

scenario(
  "UR-14: an error URI of a callee need not keep the realm's strict rule",
  async (router) => {
    const [caller, callee] = await router.joinMany(2);
    await callee.register("com.a");
    await caller.send([48, 1, {}, "com.a"]);
    await callee.receive();
    await callee.send([8, 68, 1, {}, "com.My-Error"]);
    assertEquals(await caller.receive(), [8, 48, 1, {}, "com.My-Error"]);
  },
  { realms: [{ ...openRealm("realm1"), uriCheck: "strict" }] },
);

scenario(
  "UR-15: a URI of 4096 characters is taken, a longer one refused",
  async (router) => {
    const client = await router.join();
    for (const match of ["exact", "prefix", "wildcard"]) {
      assertEquals(await isTaken(client, "a".repeat(4096), match), true);
      assertEquals(await isTaken(client, "a".repeat(4097), match), false);
    }
    await client.send([48, 7, {}, "a.".repeat(50_000) + "a"]);
    await expectError(client, 48, 7, INVALID_URI);
  },
);
