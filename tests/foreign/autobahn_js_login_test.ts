/**
 * Autobahn|JS logs in by each method that it has, with its own code for
 * signing, and is refused by each.
 */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import { clientKey, DENIED } from "../support/login.ts";
import { keysOf, ticketOf, userOf } from "../support/principals.ts";
import {
  openRealm,
  TestServer,
  type TestServerOptions,
  type TransportKind,
} from "../support/test_server.ts";
import { loginOptions } from "../interop/clients/autobahn_js/login_options.mjs";
import { AutobahnClient, failure, type Kwargs } from "./autobahn_js.ts";

const KINDS: readonly TransportKind[] = ["tcp", "unix"];

/** The values of checklist §16. */
const SALTING = { salt: "salt123", iterations: 1000, keylen: 32 };
const PRIVATE_KEY =
  "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const STRANGERS_KEY =
  "b4f9d6a1c1f0f0ecb9d30f0e2a3a4f0c8f3c1a1b2c3d4e5f60718293a4b5c6d7";

const NOTHING = {
  call: false,
  register: false,
  publish: false,
  subscribe: false,
};
const MAY = "wamp.session.count";
const MAY_NOT = "wamp.session.list";

const ROUTER: TestServerOptions = {
  realms: [realmWith("user", MAY)],
  auth: {
    ticket: [ticketOf("joe", "ticket1")],
    wampcra: [
      userOf("joe", "secret1"),
      userOf("salty", "secret1", { salting: SALTING }),
    ],
    cryptosign: [keysOf("joe", [clientKey(PRIVATE_KEY).publicKey])],
  },
};

/** A way to log in. */
interface Login {
  /** Begins the test's name. */
  readonly name: string;
  readonly method: string;
  /** Null: HELLO has none. */
  readonly authid: string | null;
  readonly secret: string;
}

/** Each is let in; without an authid, as joe. */
const RIGHT: readonly Login[] = [
  { name: "TK-02: by a ticket", ...by("ticket", "joe", "ticket1") },
  { name: "CR-04: by a secret", ...by("wampcra", "joe", "secret1") },
  {
    name: "CR-05 CR-06: by a salted secret",
    ...by("wampcra", "salty", "secret1"),
  },
  { name: "CS-04: by a key", ...by("cryptosign", "joe", PRIVATE_KEY) },
  {
    name: "CS-02: by a key that says who it is",
    ...by("cryptosign", null, PRIVATE_KEY),
  },
];

/** Each is refused, with the same words. */
const WRONG: readonly Login[] = [
  { name: "TK-03: a wrong ticket", ...by("ticket", "joe", "ticket2") },
  { name: "AU-07: an unknown authid", ...by("ticket", "nobody", "ticket1") },
  { name: "CR-07: a wrong secret", ...by("wampcra", "joe", "secret2") },
  {
    name: "CR-07: a wrong salted secret",
    ...by("wampcra", "salty", "secret2"),
  },
  {
    name: "AU-07: an unknown authid that signs",
    ...by("wampcra", "nobody", "secret1"),
  },
  {
    name: "CS-05: a key of somebody else",
    ...by("cryptosign", "joe", STRANGERS_KEY),
  },
];

for (const kind of KINDS) {
  for (const login of RIGHT) {
    test(
      kind,
      `${login.name} a client is let in, with the rights of its role`,
      login,
      async (address, options) => {
        await using client = await AutobahnClient.join(address, options);
        const { authid, authrole, authmethod } = client.details;
        assertEquals(
          { authid, authrole, authmethod },
          {
            authid: login.authid ?? "joe",
            authrole: "user",
            authmethod: login.method,
          },
        );
        assertEquals(await client.session.call(MAY), 1);
        const { error } = await failure(client.session.call(MAY_NOT));
        assertEquals(error, "wamp.error.not_authorized");
        const { reason } = await client.leave();
        assertEquals(reason, "wamp.close.goodbye_and_out");
      },
    );
  }

  for (const login of WRONG) {
    test(kind, `${login.name} is refused`, login, async (address, options) => {
      const client = new AutobahnClient(address, "realm1", options);
      const { transport, reason, message } = await client.end();
      assertEquals(client.details, {});
      assertEquals(
        { transport, reason, message },
        {
          transport: "closed",
          reason: DENIED,
          message: "The credentials are wrong",
        },
      );
    });
  }
}

function test(
  kind: TransportKind,
  name: string,
  login: Login,
  run: (address: string, options: Kwargs) => Promise<void>,
): void {
  Deno.test(`Autobahn|JS, ${kind}: ${name}`, async () => {
    await using server = await TestServer.start({ kinds: [kind], ...ROUTER });
    await run(server.address(kind), loginOptions(login));
    await server.emptied();
  });
}

function by(
  method: string,
  authid: string | null,
  secret: string,
): Omit<Login, "name"> {
  return { method, authid, secret };
}

/** A realm in which `role` may call one procedure. */
function realmWith(role: string, procedure: string): RealmConfig {
  const realm = openRealm("realm1", [role]);
  const [{ permissions: [permission], ...rest }] = realm.roles;
  const allow = { ...NOTHING, call: true };
  const rule = {
    ...permission,
    uri: procedure,
    match: "exact",
    allow,
  } as const;
  return { ...realm, roles: [{ ...rest, permissions: [rule] }] };
}
