/** What a PUBLISH becomes before it is delivered. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Authorizer } from "../../src/router/ports.ts";
import {
  CurrentPublication,
  isFor,
  type Publication,
} from "../../src/router/publication.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { type Dict, EMPTY_DICT } from "../../src/wamp/options.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { payloadOf } from "../../src/wamp/values.ts";
import { ALLOW_ALL, type TestPeer, TestRealm } from "../support/test_realm.ts";

function publisherUnder(authorizer: Partial<Authorizer>): TestPeer {
  const roles = new Map([["all", { ...ALLOW_ALL, ...authorizer }]]);
  return new TestRealm({ roles }).join({ authid: "anna" });
}

function publish(
  { peer }: TestPeer,
  options: Dict = EMPTY_DICT,
  topic = "com.a",
): Publication {
  return new CurrentPublication().fill(peer, 7, {
    code: MessageCode.PUBLISH,
    request: 1,
    options,
    topic,
    payload: NO_PAYLOAD,
  });
}

const DISCLOSED = {
  publisher: 1,
  publisher_authid: "anna",
  publisher_authrole: "all",
};

Deno.test("a publication on which nothing advanced is in play carries nothing of it", () => {
  const publisher = publisherUnder({});
  for (const options of [EMPTY_DICT, { acknowledge: true }]) {
    const { details, lists, audience, excluded } = publish(publisher, options);
    // The shared dict: nothing was made for this publication.
    assertStrictEquals(details, EMPTY_DICT);
    assertEquals([lists, audience, excluded], [undefined, undefined, 1]);
  }
});

Deno.test("PX-01: exclude_me says whether the publisher is excluded", () => {
  const publisher = publisherUnder({});
  for (const exclude_me of [true, undefined, null]) {
    assertEquals(publish(publisher, { exclude_me }).excluded, 1);
  }
  const publication = publish(publisher, { exclude_me: false });
  assertEquals(publication.excluded, undefined);
  assertEquals(isFor(publication, publisher.peer), true);
});

Deno.test("BW-05: the publisher is excluded beside the lists", () => {
  const publisher = publisherUnder({});
  const eligible = { eligible: [1] };
  assertEquals(isFor(publish(publisher, eligible), publisher.peer), false);
  assertEquals(
    isFor(
      publish(publisher, { ...eligible, exclude_me: false }),
      publisher.peer,
    ),
    true,
  );
  assertEquals(
    isFor(
      publish(publisher, { exclude: [1], exclude_me: false }),
      publisher.peer,
    ),
    false,
  );
});

Deno.test("PI-01 PI-03: the publisher is in the details on request or by the rule of its role", () => {
  const rows: [disclose: boolean, options: Dict, due: boolean][] = [
    [false, {}, false],
    [false, { disclose_me: false }, false],
    [false, { disclose_me: null }, false],
    [false, { disclose_me: true }, true],
    [true, {}, true],
    [true, { disclose_me: false }, true],
  ];
  for (const [disclose, options, due] of rows) {
    const asked: string[] = [];
    const publisher = publisherUnder({
      discloses(who, uri) {
        asked.push(`${who} ${uri}`);
        return disclose;
      },
    });
    const { details } = publish(publisher, options, "com.x");
    assertEquals(details, due ? DISCLOSED : {}, JSON.stringify(options));
    assertEquals(asked.every((one) => one === "publisher com.x"), true);
  }
});

Deno.test("PT-01: the role's trust level is in the details, 0 too", () => {
  for (const trustLevel of [0, 5]) {
    const publisher = publisherUnder({ trustLevel });
    assertEquals(publish(publisher).details, { trustlevel: trustLevel });
  }
});

Deno.test("PP-06 PP-09: the keys of passthru mode are in the details where the mode is on", () => {
  const keys = {
    ppt_scheme: "x_a",
    ppt_serializer: "b",
    ppt_cipher: "c",
    ppt_keyid: "d",
  };
  const publisher = publisherUnder({ trustLevel: 1 });
  assertEquals(publish(publisher, { ...keys, disclose_me: true }).details, {
    ...keys,
    ...DISCLOSED,
    trustlevel: 1,
  });
  assertEquals(publish(publisher, { ...keys, ppt_scheme: "" }).details, {
    trustlevel: 1,
  });
});

Deno.test("a publication that is done pins neither payload nor lists", () => {
  const publisher = publisherUnder({});
  const current = new CurrentPublication();
  current.fill(publisher.peer, 7, {
    code: MessageCode.PUBLISH,
    request: 1,
    options: { exclude: [1] },
    topic: "com.a",
    payload: payloadOf([1]),
  });
  current.clear();
  assertStrictEquals(current.payload, NO_PAYLOAD);
  assertEquals([current.lists, current.audience], [undefined, undefined]);
});
