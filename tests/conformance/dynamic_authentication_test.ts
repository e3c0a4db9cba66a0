/** Authentication by a procedure (checklist §6.7). */
import { assert, assertEquals } from "@std/assert";
import {
  challenged,
  craSignature,
  DENIED,
  refusedFor,
  scramAnswer,
  sendHello,
  welcomedBy,
} from "../support/login.ts";
import {
  SCRAM_SALT,
  scramOf,
  ticketOf,
  withAuth,
} from "../support/principals.ts";
import { helloDetails } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { spokenFraming } from "../support/spoken_framing.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";
import {
  asked,
  authenticator,
  dynamic,
  KEY,
  NONCE,
  question,
} from "./_authenticator.ts";

scenario(
  "DY-01 WS-31: a procedure is asked with realm, authid and details, of all that Crossbar.io has",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open("cbor");
    const authextra = { any: [1, { nested: true }], binary: Uint8Array.of(1) };
    await challenged(client, "ticket", { authid: "joe", authextra });
    await client.send([5, "the ticket", {}]);
    const { args, answer } = await question(callee);
    const [realm, authid, details] = args;
    assertEquals([realm, authid], ["realm1", "joe"]);
    const { transport, session, ...rest } = details;
    assertEquals(
      [rest.authmethod, rest.authid, rest.ticket, rest.authextra.any],
      ["ticket", "joe", "the ticket", [1, { nested: true }]],
    );
    assertEquals(
      [transport.channel_type, transport.channel_framing, transport.is_secure],
      ["tcp", spokenFraming(), false],
    );
    assertEquals(transport.channel_serializer, "cbor");
    assert(transport.peer.startsWith("127.0.0.1:"), transport.peer);
    await answer(["user"]);
    const welcome = await client.receive();
    assertEquals([welcome[0], welcome[1]], [2, session]);
    assertEquals(
      [welcome[2].authrole, welcome[2].authprovider, welcome[2].authid],
      ["user", "dynamic", "joe"],
    );
  },
  withAuth(asked("ticket")),
);

scenario(
  "DY-02 AU-11: what it returns is what the session gets: role, realm, authid, extra",
  async (router) => {
    const callee = await authenticator(router);
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      await challenged(client, "ticket", { authid: "joe" });
      await client.send([5, "t", {}]);
      const { answer } = await question(callee);
      await answer([{
        role: "guest",
        realm: "realm2",
        authid: "joe.smith",
        extra: { shoe_size: 45 },
      }]);
      const [, , details] = await client.receive();
      assertEquals(
        ["authrole", "realm", "authid", "authextra"]
          .map((name) => details[name]),
        ["guest", "realm2", "joe.smith", { shoe_size: 45 }],
      );
    }
  },
  withAuth(asked("ticket")),
);

scenario(
  "DY-02 HW-10: it may choose the realm for a client that names none",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe", realm: null });
    await client.send([5, "t", {}]);
    const { args, answer } = await question(callee);
    assertEquals(args[0], null);
    await answer([{ role: "user", realm: "realm1" }]);
    const [, , details] = await client.receive();
    assertEquals(details.realm, "realm1");
  },
  withAuth(asked("ticket")),
);

scenario(
  "DY-02: the default role is for those for whom it names none",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    const { answer } = await question(callee);
    await answer([{ authid: "x" }]);
    const [, , details] = await client.receive();
    assertEquals([details.authrole, details.authid], ["guest", "x"]);
  },
  withAuth(asked("ticket", { defaultRole: "guest" })),
);

scenario(
  "DY-01: without a realm of its own it is asked in the one that the client wants to join",
  async (router) => {
    const callee = await authenticator(router, "realm1");
    const client = await router.open();
    await challenged(client, "ticket", { authid: "joe" });
    await client.send([5, "t", {}]);
    const { answer } = await question(callee);
    await answer(["user"]);
    assertEquals((await client.receive())[0], 2);
  },
  withAuth({
    anonymous: { role: "guest" },
    dynamic: { ticket: dynamic({ realm: undefined }) },
  }),
);

scenario("DY-02 CR-04: WAMP-CRA with a plain secret", async (router) => {
  const callee = await authenticator(router);
  const client = await router.open();
  const hello = sendHello(client, "wampcra", { authid: "joe" });
  const { args, answer } = await question(callee);
  assertEquals([args[1], args[2].authmethod], ["joe", "wampcra"]);
  await answer([{ role: "user", secret: "s3cret" }]);
  const [, , extra] = await hello;
  await welcomedBy(client, craSignature("s3cret", extra));
}, withAuth(asked("wampcra")));

scenario(
  "DY-02 CR-05: WAMP-CRA with a salted secret, and with what was derived from one",
  async (router) => {
    const callee = await authenticator(router);
    const salting = { salt: "salt123", iterations: 1000, keylen: 32 };
    const derived = "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=";
    for (
      const secret of [{ secret: "secret1" }, { derived_secret: derived }]
    ) {
      const client = await router.open();
      await client.send([1, "realm1", {
        ...helloDetails(),
        authmethods: ["wampcra"],
        authid: "joe",
      }]);
      const { answer } = await question(callee);
      await answer([{ role: "user", ...secret, ...salting }]);
      const challenge = await client.receive();
      assertEquals(challenge[2].salt, "salt123");
      await welcomedBy(client, craSignature("secret1", challenge[2]));
    }
  },
  withAuth(asked("wampcra")),
);

scenario("DY-02 SR-04: WAMP-SCRAM", async (router) => {
  const callee = await authenticator(router);
  const { storedKey, serverKey } = scramOf("joe", "pencil");
  assert(!("path" in storedKey) && !("path" in serverKey));
  const client = await router.open();
  await client.send([1, "realm1", {
    ...helloDetails(),
    authmethods: ["wamp-scram"],
    authid: "joe",
    authextra: { nonce: NONCE },
  }]);
  const { answer } = await question(callee);
  await answer([{
    role: "user",
    kdf: "pbkdf2",
    salt: SCRAM_SALT,
    iterations: 64,
    "stored-key": storedKey.reveal(),
    "server-key": serverKey.reveal(),
    extra: { motto: "hello" },
  }]);
  const [, , extra] = await client.receive();
  const options = { authid: "joe", password: "pencil", clientNonce: NONCE };
  const { proof, verifier } = await scramAnswer(options, extra);
  const details = await welcomedBy(client, proof, { nonce: extra.nonce });
  assertEquals(details.authextra, { motto: "hello", verifier });
}, withAuth(asked("scram")));

scenario(
  "DY-02 CS-02: cryptosign by the key that the procedure names, and no other",
  async (router) => {
    const callee = await authenticator(router);
    for (const pubkey of [KEY.publicKey, "66".repeat(32)]) {
      const client = await router.open();
      await client.send([1, "realm1", {
        ...helloDetails(),
        authmethods: ["cryptosign"],
        authextra: { pubkey: KEY.publicKey },
      }]);
      const { args, answer } = await question(callee);
      assertEquals(args[1], null);
      await answer([{ role: "user", pubkey }]);
      const [, , extra] = await client.receive();
      const signature = KEY.sign(extra.challenge);
      if (pubkey === KEY.publicKey) {
        const details = await welcomedBy(client, signature);
        // No authid was given: the key stands for it.
        assertEquals(details.authid, KEY.publicKey);
      } else await refusedFor(client, signature, DENIED);
    }
  },
  withAuth(asked("cryptosign")),
);

scenario(
  "DY-01: an anonymous client is let in by the procedure alone",
  async (router) => {
    const callee = await router.open();
    await challenged(callee, "ticket", { authid: "auth" });
    await welcomedBy(callee, "t");
    await callee.register("com.authenticate");
    const client = await router.open();
    await client.send([1, "realm1", { ...helloDetails(), authid: "admin" }]);
    const { args, answer } = await question(callee);
    assert(args[1] !== "admin" && args[1].length > 19, args[1]);
    await answer([{ role: "guest" }]);
    const [, , details] = await client.receive();
    assertEquals(
      [details.authid, details.authrole, details.authprovider],
      [args[1], "guest", "dynamic"],
    );
    const other = await router.open();
    await other.send([1, "realm1", helloDetails()]);
    const { refuse } = await question(callee);
    await refuse("wamp.error.authentication_denied");
    await other.expectAbort(DENIED);
  },
  withAuth({
    anonymous: undefined,
    ticket: { principals: [ticketOf("auth", "t")] },
    dynamic: { anonymous: dynamic({ realm: "realm1" }) },
  }),
);

scenario(
  "DY-04: what is known of the transport is not told in WELCOME",
  async (router) => {
    const callee = await authenticator(router);
    const client = await router.open();
    const hello = sendHello(client, "wampcra", { authid: "joe" });
    const { answer } = await question(callee);
    await answer([{ role: "user", secret: "s" }]);
    const [, , extra] = await hello;
    const details = await welcomedBy(client, craSignature("s", extra));
    assertEquals("transport" in details, false);
  },
  withAuth(asked("wampcra")),
);
