/** Events that are too long for a subscriber (checklist FR-15). */
import { assertEquals } from "@std/assert";
import { scenario } from "../support/scenario.ts";

/** Takes messages of up to 4096 octets. */
const SHORT = { limit: 3 };
const TEXT = "x".repeat(5000);
const BARE = { payload_limit_exceeded: true };

scenario(
  "FR-15: who cannot take an event gets it without payload, and others as it is",
  async (router) => {
    const [publisher, other] = await router.joinMany(2);
    const short = await router.join(SHORT);
    const id = await short.subscribe("com.a");
    const pattern = await short.subscribe("com.", { match: "prefix" });
    await other.subscribe("com.a");
    const before = router.server.running.counted("events_too_long");
    await publisher.send([16, 1, { disclose_me: true }, "com.a", [TEXT], {
      k: 1,
    }]);
    const publisherKeys = (await other.receive())[3];
    const event = await short.receive();
    assertEquals(event.length, 4);
    assertEquals([event[1], event[3]], [id, { ...publisherKeys, ...BARE }]);
    const again = await short.receive();
    assertEquals([again.length, again[1], again[2]], [4, pattern, event[2]]);
    assertEquals(again[3], { ...publisherKeys, ...BARE, topic: "com.a" });
    const counted = router.server.running.counted("events_too_long");
    assertEquals(counted - before, 2);
    // The session lives on, and gets what it can take.
    await publisher.send([16, 2, {}, "com.a", ["short"]]);
    assertEquals((await short.receive()).slice(3), [{}, ["short"]]);
  },
  { everySerializer: true },
);

scenario(
  "FR-14 FR-15: the limit is on the whole message, and exactly the limit is allowed",
  async (router) => {
    const publisher = await router.join({ serializer: "json" });
    const short = await router.join({ ...SHORT, serializer: "json" });
    const id = await short.subscribe("com.a");
    // Publication IDs have up to 16 digits, mostly all of them.
    for (let attempt = 0; attempt < 20; attempt++) {
      const probe = "y".repeat(
        4096 - `[36,${id},1234567890123456,{},[""]]`.length,
      );
      for (
        const [text, isWhole] of [[probe, true], [`${probe}y`, false]] as const
      ) {
        const request = publisher.nextRequest();
        const answer = await publisher.request([
          16,
          request,
          { acknowledge: true },
          "com.a",
          [text],
        ]);
        const event = await short.receive();
        if (String(answer[2]).length !== 16) continue;
        assertEquals(event.slice(3), isWhole ? [{}, [text]] : [BARE]);
      }
    }
  },
);

scenario(
  "FR-15 ER-03: a retained event that is too long comes without payload too",
  async (router) => {
    const publisher = await router.join();
    const short = await router.join(SHORT);
    await publisher.send([16, 1, { retain: true }, "com.a", [TEXT]]);
    await publisher.expectNothing();
    await short.subscribe("com.a", { get_retained: true });
    assertEquals((await short.receive()).slice(3), [
      { ...BARE, retained: true },
    ]);
    await short.expectNothing();
  },
);

scenario(
  "FR-15: where not even the details fit, the EVENT comes without those that are too long, and says so",
  async (router) => {
    const publisher = await router.join({
      features: { publisher: { payload_passthru_mode: true } },
    });
    const [short, other] = [await router.join(SHORT), await router.join()];
    await short.subscribe("com.a");
    await other.subscribe("com.a");
    await publisher.send([16, 1, { ppt_scheme: TEXT }, "com.a", ["x"]]);
    assertEquals((await other.receive())[4], ["x"]);
    assertEquals((await short.receive()).slice(3), [
      { ...BARE, _details_cut: true },
    ]);
    await publisher.send([16, 2, {}, "com.a", ["next"]]);
    assertEquals((await short.receive())[4], ["next"]);
  },
);
