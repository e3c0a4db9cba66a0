/** Trust levels of publications (checklist §8.5). */
import { assertEquals } from "@std/assert";
import { scenario } from "../support/scenario.ts";
import { brokerFeatures, joinAs, realmOfTwoRoles } from "./_identities.ts";

for (const level of [0, 7, Number.MAX_SAFE_INTEGER]) {
  scenario(
    `PT-01: events of a role with trust level ${level} tell it, events of one without do not`,
    async (router) => {
      const subscriber = await router.join();
      await subscriber.subscribe("com.a");
      await subscriber.subscribe("com.", { match: "prefix" });
      const [anonymous, admin] = [
        await joinAs(router, "anonymous"),
        await joinAs(router, "admin"),
      ];
      await admin.client.send([16, 1, {}, "com.a"]);
      assertEquals((await subscriber.receive())[3], { trustlevel: level });
      assertEquals((await subscriber.receive())[3], {
        trustlevel: level,
        topic: "com.a",
      });
      await anonymous.client.send([16, 1, {}, "com.a"]);
      assertEquals((await subscriber.receive())[3], {});
      assertEquals((await subscriber.receive())[3], { topic: "com.a" });
    },
    {
      ...realmOfTwoRoles((realm) => ({
        ...realm,
        roles: realm.roles.map((role) =>
          role.name === "admin" ? { ...role, trustLevel: level } : role
        ),
      })),
      everySerializer: true,
    },
  );
}

scenario(
  "PT-01: publishers cannot say how far they are trusted",
  async (router) => {
    const [publisher, subscriber] = await router.joinMany(2);
    await subscriber.subscribe("com.a");
    await publisher.send([16, 1, { trustlevel: 9 }, "com.a"]);
    assertEquals((await subscriber.receive())[3], {});
  },
);

scenario(
  "PT-01: the broker announces publication_trustlevels",
  async (router) => {
    const features = await brokerFeatures(router);
    assertEquals(features["publication_trustlevels"], true);
  },
);
