/** Publisher identification (checklist §8.4). */
import { assertEquals } from "@std/assert";
import type { RealmConfig } from "../../src/config/config.ts";
import type { WireMessage } from "../support/raw_client.ts";
import { expectError, expectViolation, scenario } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";
import { brokerFeatures, joinAs, realmOfTwoRoles } from "./_identities.ts";

const DISALLOWED = "wamp.error.option_disallowed.disclose_me";

/** What EVENT.Details of a disclosed publisher has. */
function disclosed(
  { session, authid, authrole }: {
    readonly session: number;
    readonly authid: string;
    readonly authrole: string;
  },
): Record<string, unknown> {
  return {
    publisher: session,
    publisher_authid: authid,
    publisher_authrole: authrole,
  };
}

scenario(
  "PI-01 PI-03: disclose_me tells subscribers who published, and nothing else does",
  async (router) => {
    const subscriber = await router.join();
    await subscriber.subscribe("com.a");
    const pattern = await subscriber.subscribe("com.", { match: "prefix" });
    for (const role of ["anonymous", "admin"] as const) {
      const publisher = await joinAs(router, role);
      for (const disclose_me of [true, false, null, undefined]) {
        const options = disclose_me === undefined ? {} : { disclose_me };
        await publisher.client.send([16, 1, options, "com.a"]);
        const due = disclose_me === true ? disclosed(publisher) : {};
        assertEquals((await subscriber.receive())[3], due);
        const [, id, , details] = await subscriber.receive();
        assertEquals([id, details], [pattern, { topic: "com.a", ...due }]);
      }
    }
  },
  { ...realmOfTwoRoles(), everySerializer: true },
);

scenario(
  "PI-04 FD-04: who announced nothing can disclose, and is told of others",
  async (router) => {
    const subscriber = await joinAs(router, "anonymous", {
      subscriber: { publisher_identification: false },
    });
    const publisher = await joinAs(router, "anonymous", {
      publisher: { publisher_identification: false },
    });
    await subscriber.client.subscribe("com.a");
    await publisher.client.send([16, 1, { disclose_me: true }, "com.a"]);
    assertEquals(
      (await subscriber.client.receive())[3],
      disclosed(publisher),
    );
  },
);

scenario(
  "PI-02: where the realm does not allow it, disclose_me is refused and nobody gets the event",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    await subscriber.subscribe("com.a");
    for (const options of [{ retain: true }, { exclude_me: false }]) {
      const asking = { ...options, disclose_me: true };
      const request = publisher.nextRequest();
      await publisher.send([
        16,
        request,
        { ...asking, acknowledge: true },
        "com.a",
      ]);
      await expectError(publisher, 16, request, DISALLOWED);
      await publisher.send([16, publisher.nextRequest(), asking, "com.a"]);
      await publisher.expectNothing();
      await subscriber.expectNothing();
    }
    await publisher.subscribe("com.a", { get_retained: true });
    await publisher.expectNothing();
    // Without asking, everything is as ever.
    await publisher.send([16, 9, { disclose_me: false }, "com.a", [1]]);
    assertEquals((await subscriber.receive()).slice(3), [{}, [1]]);
  },
  {
    realms: [{ ...openRealm("realm1"), allowsDisclosure: false }],
    everySerializer: true,
  },
);

/** A realm that discloses publishers of role `admin` on `com.secret.`. */
function withDisclosure(realm: RealmConfig): RealmConfig {
  return {
    ...realm,
    allowsDisclosure: false,
    roles: realm.roles.map((role) => ({
      ...role,
      permissions: [...role.permissions, {
        ...role.permissions[0],
        uri: "com.known.",
        disclose: { caller: false, publisher: role.name === "admin" },
      }],
    })),
  };
}

scenario(
  "PI-03: the config discloses publishers without their asking",
  async (router) => {
    const subscriber = await router.join();
    await subscriber.subscribe("com.", { match: "prefix" });
    const [anonymous, admin] = [
      await joinAs(router, "anonymous"),
      await joinAs(router, "admin"),
    ];
    const rows = [
      [admin, "com.known.a", true],
      [admin, "com.other", false],
      [anonymous, "com.known.a", false],
    ] as const;
    for (const [publisher, topic, isTold] of rows) {
      await publisher.client.send([16, 1, {}, topic]);
      assertEquals((await subscriber.receive())[3], {
        topic,
        ...(isTold ? disclosed(publisher) : {}),
      });
    }
  },
  realmOfTwoRoles(withDisclosure),
);

scenario(
  "MF-07: disclose_me of the wrong type is a protocol violation",
  async (router) => {
    for (const disclose_me of [1, "yes", [], {}]) {
      const publisher = await router.join();
      const message: WireMessage = [16, 1, { disclose_me }, "com.a"];
      await publisher.send(message);
      await expectViolation(publisher);
    }
  },
);

scenario(
  "HW-13: the broker announces publisher_identification",
  async (router) => {
    const features = await brokerFeatures(router);
    assertEquals(features["publisher_identification"], true);
  },
);
