/** Revocation of subscriptions (checklist §8.10). */
import { assertEquals } from "@std/assert";
import { doMeta, guardedRealm, refuseMeta, watch } from "../support/meta.ts";
import { expectError, scenario } from "../support/scenario.ts";
import { brokerFeatures } from "./_identities.ts";

const REMOVE = "wamp.subscription.remove_subscriber";
const GUARDED = { realms: [guardedRealm()] };
const REVOCATION = { subscriber: { subscription_revocation: true } };

for (const reason of [undefined, "com.why"]) {
  scenario(
    `SV-01 SV-02: a session that announced it is told of revocation with reason ${reason}; delivery stops at once`,
    async (router) => {
      const remover = await router.join();
      const subscriber = await router.join({ features: REVOCATION });
      const id = await subscriber.subscribe("com.a");
      const other = await subscriber.subscribe("com.", { match: "prefix" });
      await doMeta(
        remover,
        REMOVE,
        [id, subscriber.sessionId],
        reason === undefined ? {} : { reason },
      );
      assertEquals(await subscriber.receive(), [
        35,
        0,
        reason === undefined
          ? { subscription: id }
          : { subscription: id, reason },
      ]);
      await remover.send([16, 9, {}, "com.a"]);
      assertEquals((await subscriber.receive())[1], other);
      await subscriber.expectNothing();
    },
    { ...GUARDED, everySerializer: true },
  );
}

scenario(
  "SV-02 FD-04: a session that did not announce it gets no UNSUBSCRIBED, and no event either",
  async (router) => {
    for (const announced of [undefined, false]) {
      const features = announced === undefined
        ? {}
        : { subscriber: { subscription_revocation: announced } };
      const remover = await router.join();
      const subscriber = await router.join({ features });
      const id = await subscriber.subscribe("com.a");
      await doMeta(remover, REMOVE, [id, subscriber.sessionId]);
      await remover.send([16, 9, {}, "com.a"]);
      await remover.expectNothing();
      await subscriber.expectNothing();
    }
  },
  GUARDED,
);

scenario(
  "SV-01: of several subscribers one goes, and the others stay",
  async (router) => {
    const [remover, gone, stays] = await router.joinMany(3);
    const id = await gone.subscribe("com.a");
    await stays.subscribe("com.a");
    await doMeta(remover, REMOVE, [id, gone.sessionId]);
    await remover.send([16, 9, {}, "com.a"]);
    assertEquals((await stays.receive()).slice(0, 2), [36, id]);
    await gone.expectNothing();
    // It may come again, and gets the same ID as long as others have it (PS-03).
    assertEquals(await gone.subscribe("com.a"), id);
  },
  GUARDED,
);

for (const isAnnounced of [true, false]) {
  scenario(
    `SV-03 A-65: meta events tell of a revocation, and UNSUBSCRIBE afterwards is an error (announced: ${isAnnounced})`,
    async (router) => {
      const [remover, watcher] = await router.joinMany(2);
      const features = { subscriber: { subscription_revocation: isAnnounced } };
      const subscriber = await router.join({ features });
      const id = await subscriber.subscribe("com.a");
      const meta = await watch(watcher, "wamp.subscription.");
      await doMeta(remover, REMOVE, [id, subscriber.sessionId]);
      await meta.expect(
        ["wamp.subscription.on_unsubscribe", subscriber.sessionId, id],
        ["wamp.subscription.on_delete", subscriber.sessionId, id],
      );
      if (isAnnounced) assertEquals((await subscriber.receive())[0], 35);
      const request = subscriber.nextRequest();
      await subscriber.send([34, request, id]);
      await expectError(
        subscriber,
        34,
        request,
        "wamp.error.no_such_subscription",
      );
    },
    GUARDED,
  );
}

scenario(
  "SV-04: what is not there cannot be revoked",
  async (router) => {
    const [remover, subscriber] = await router.joinMany(2);
    const id = await subscriber.subscribe("com.a");
    await refuseMeta(remover, "wamp.error.no_such_subscription", REMOVE, [
      id + 1,
      subscriber.sessionId,
    ]);
    await refuseMeta(remover, "wamp.error.no_such_session", REMOVE, [
      id,
      remover.sessionId,
    ]);
    await remover.send([16, 9, {}, "com.a"]);
    assertEquals((await subscriber.receive())[1], id);
  },
  GUARDED,
);

scenario(
  "HW-13: the broker announces subscription_revocation",
  async (router) => {
    const features = await brokerFeatures(router);
    assertEquals(features["subscription_revocation"], true);
  },
);
