/** Which method a client joins by, and anonymous sessions (checklist §6.1, §6.2). */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { helloDetails } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** A realm with two roles that both may do everything. */
const TWO_ROLES = {
  ...openRealm("realm1"),
  roles: ["anonymous", "guest"].map((name) => ({
    ...openRealm("realm1").roles[0],
    name,
  })),
};

scenario(
  "AN-01: an anonymous session joins without CHALLENGE and learns its role",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      // hello() expects WELCOME as the answer to HELLO.
      const details = await client.hello({
        ...helloDetails(),
        authmethods: ["anonymous"],
      });
      assertEquals(
        [details["authmethod"], details["authrole"], details["authprovider"]],
        ["anonymous", "anonymous", "static"],
      );
    }
  },
);

scenario(
  "AN-01: the role of anonymous sessions is the configured one",
  async (router) => {
    const client = await router.open();
    const details = await client.hello();
    assertEquals(details["authrole"], "guest");
  },
  { realms: [TWO_ROLES], role: "guest" },
);

scenario(
  "AN-02: the authid is fresh and random, whatever was asked for",
  async (router) => {
    const authids: string[] = [];
    for (let i = 0; i < 20; i++) {
      const client = await router.open();
      const details = await client.hello({
        ...helloDetails(),
        authid: "admin",
        authrole: "admin",
      });
      assertEquals(details["authrole"], "anonymous");
      authids.push(details["authid"] as string);
    }
    assertEquals(new Set(authids).size, authids.length);
    for (const authid of authids) assertMatch(authid, /^[0-9a-z]{20,}$/);
    // No counter and no common head.
    const heads = new Set(authids.map((authid) => authid.slice(0, 4)));
    assert(heads.size > 10, `${authids}`);
    assertNotEquals(authids[0], "admin");
  },
  { realms: [openRealm("realm1", ["anonymous", "admin"])] },
);

/** What clients offer where anonymous is configured, all with success. */
const ACCEPTED_OFFERS: [number: string, name: string, details: object][] = [
  ["AU-01", "its only one", { authmethods: ["anonymous"] }],
  ["AU-01", "the first that is configured", {
    authmethods: ["ticket", "wampcra", "anonymous", "cryptosign"],
  }],
  ["AU-01", "with authid and authextra", {
    authmethods: ["anonymous"],
    authid: "joe",
    authextra: { pubkey: "00", any: [1] },
  }],
  ["AU-02", "by no authmethods", {}],
  ["AU-02", "by empty authmethods", { authmethods: [] }],
  ["AU-04", "behind unknown names", {
    authmethods: ["telepathy", "", "anonymous"],
  }],
];

for (const [number, name, details] of ACCEPTED_OFFERS) {
  scenario(
    `${number}: a client is authenticated by the method it offers: ${name}`,
    async (router) => {
      for (const serializer of SERIALIZERS) {
        const client = await router.open(serializer);
        const welcome = await client.hello({ ...helloDetails(), ...details });
        assertEquals(welcome["authmethod"], "anonymous");
      }
    },
  );
}

for (const offer of [["ticket"], ["wampcra", "scram"], ["telepathy"], [""]]) {
  scenario(
    `AU-03: an offer of ${
      JSON.stringify(offer)
    } finds no method where there is only anonymous`,
    async (router) => {
      const client = await router.open();
      await client.send([1, "realm1", {
        ...helloDetails(),
        authmethods: offer,
      }]);
      await client.expectAbort("wamp.error.no_matching_auth_method");
    },
  );
}

/** What is refused how where anonymous is not configured. */
const REFUSED_OFFERS: [offer: string[] | undefined, reason: string][] = [
  [undefined, "authentication_required"],
  [[], "authentication_required"],
  [["anonymous"], "authentication_required"],
  [["anonymous", "ticket"], "no_matching_auth_method"],
  [["ticket"], "no_matching_auth_method"],
];

for (const [offer, reason] of REFUSED_OFFERS) {
  scenario(
    `AU-03: without anonymous an offer of ${
      JSON.stringify(offer)
    } is refused with ${reason}`,
    async (router) => {
      const client = await router.open();
      await client.send([
        1,
        "realm1",
        offer === undefined
          ? helloDetails()
          : { ...helloDetails(), authmethods: offer },
      ]);
      await client.expectAbort(`wamp.error.${reason}`);
    },
    { anonymous: false },
  );
}
