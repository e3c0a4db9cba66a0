/** Authentication by ticket (checklist §6.3). */
import { assertEquals } from "@std/assert";
import {
  challenged,
  DENIED,
  refusedFor,
  sendHello,
  welcomedBy,
} from "../support/login.ts";
import { ticketOf, withAuth } from "../support/principals.ts";
import { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { TestServer } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const TICKET = "Grüße, ticket! \u{1f3ab}";

const ROUTER = withAuth({
  ticket: {
    principals: [
      ticketOf("joe", TICKET),
      ticketOf("ann", "for realm1", { realm: "realm1" }),
      ticketOf("ann", "for realm2", { realm: "realm2", role: "guest" }),
      ticketOf("bob", "bob's", { role: "nobody" }),
      ticketOf("eve", "eve's", { realm: "realm2" }),
    ],
  },
});

scenario(
  "TK-02 TK-03 HW-07: the right ticket, compared as text, lets a client in",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      const extra = await challenged(client, "ticket", { authid: "joe" });
      assertEquals(extra, {});
      const details = await welcomedBy(client, TICKET);
      assertEquals(
        ["authid", "authrole", "authmethod", "authprovider", "realm"]
          .map((name) => details[name]),
        ["joe", "user", "ticket", "static", "realm1"],
      );
      assertEquals("authextra" in details, false);
      await client.subscribe("com.topic");
    }
  },
  ROUTER,
);

for (
  const [what, ticket] of [
    ["another text", "wrong"],
    ["none", ""],
    ["one character less", TICKET.slice(0, -2)],
    ["one character more", `${TICKET}!`],
    ["the same in another form of Unicode", TICKET.normalize("NFD")],
    ["the ticket of another", "for realm1"],
    ["a hundred thousand characters", "x".repeat(100_000)],
  ]
) {
  scenario(
    `TK-03 AU-08: a wrong ticket is refused and ends the session: ${what}`,
    async (router) => {
      const client = await router.open();
      await challenged(client, "ticket", { authid: "joe" });
      await refusedFor(client, ticket, DENIED);
    },
    ROUTER,
  );
}

scenario("TK-01: a client without an authid is refused", async (router) => {
  const client = await router.open();
  await client.send([1, "realm1", {
    roles: { caller: {} },
    authmethods: ["ticket"],
  }]);
  await client.expectAbort("wamp.error.no_such_principal");
}, ROUTER);

scenario(
  "AU-06: one authid is another principal in each realm",
  async (router) => {
    for (const [realm, role] of [["realm1", "user"], ["realm2", "guest"]]) {
      const client = await router.open();
      await challenged(client, "ticket", { authid: "ann", realm });
      const details = await welcomedBy(client, `for ${realm}`);
      assertEquals([details.authrole, details.realm], [role, realm]);
      const other = await router.open();
      await challenged(other, "ticket", { authid: "ann", realm });
      const wrong = realm === "realm1" ? "realm2" : "realm1";
      await refusedFor(other, `for ${wrong}`, DENIED);
    }
  },
  ROUTER,
);

scenario(
  "AU-06: a principal of another realm is as good as unknown",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "eve" });
    await refusedFor(client, "eve's", DENIED);
  },
  ROUTER,
);

scenario(
  "HW-08 HW-10: who names no realm joins the one that is its own, and is told so",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "eve", realm: null });
    const details = await welcomedBy(client, "eve's");
    assertEquals(details.realm, "realm2");
  },
  ROUTER,
);

for (const authid of ["joe", "ann", "nobody"]) {
  scenario(
    `HW-10: who names no realm and has none, or several, is refused in the end: ${authid}`,
    async (router) => {
      const client = await router.open();
      await challenged(client, "ticket", { authid, realm: null });
      await refusedFor(client, "for realm1", DENIED);
    },
    ROUTER,
  );
}

scenario(
  "AU-06: a role that the realm lacks is refused, once the ticket was right",
  async (router) => {
    const wrong = await router.open();
    await challenged(wrong, "ticket", { authid: "bob" });
    await refusedFor(wrong, "joe's", DENIED);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "bob" });
    await refusedFor(client, "bob's", "wamp.error.no_such_role");
  },
  ROUTER,
);

scenario(
  "HW-12: a role asked for that the realm lacks is refused, once the ticket was right",
  async (router) => {
    const wrong = await router.open();
    await challenged(wrong, "ticket", { authid: "joe", authrole: "ghost" });
    await refusedFor(wrong, "bob's", DENIED);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe", authrole: "ghost" });
    await refusedFor(client, TICKET, "wamp.error.no_such_role");
  },
  ROUTER,
);

scenario(
  "HW-12 AU-11: a role asked for is none that is given: it may be another of the realm",
  async (router) => {
    for (const authrole of ["guest", "user", null]) {
      const client = await router.open();
      await challenged(client, "ticket", { authid: "joe", authrole });
      const details = await welcomedBy(client, TICKET);
      assertEquals(details["authrole"], "user");
    }
  },
  ROUTER,
);

scenario(
  "AU-13: any number of sessions is open under one principal",
  async (router) => {
    const clients = await Promise.all([1, 2, 3].map(() => router.open()));
    for (const client of clients) {
      await challenged(client, "ticket", { authid: "joe" });
      await welcomedBy(client, TICKET);
    }
    for (const client of clients) await client.expectNothing();
  },
  ROUTER,
);

scenario(
  "SL-06 AU-05: after GOODBYE the same connection joins anew, by another ticket",
  async (router) => {
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await welcomedBy(client, TICKET);
    await client.request([6, {}, "wamp.close.normal"]);
    const again = await sendHello(client, "ticket", {
      authid: "ann",
      realm: "realm2",
    });
    assertEquals(again, [4, "ticket", {}]);
    const details = await welcomedBy(client, "for realm2");
    assertEquals(details.authid, "ann");
  },
  ROUTER,
);

Deno.test("RS-10 FR-18: a client that cannot take the WELCOME of the longest authid is refused in the handshake", async () => {
  const ticket = [ticketOf("j".repeat(3000), "t"), ticketOf("joe", "t")];
  await using server = await TestServer.start(
    withAuth({ ticket: { principals: ticket } }),
  );
  for (const [limit, reply] of [[2, 0x20], [3, 0x81]]) {
    using client = await RawClient.connect(server.address());
    await client.sendBytes([0x7f, limit << 4 | 1, 0, 0]);
    assertEquals([...await client.readBytes(4)], [0x7f, reply, 0, 0]);
  }
});
