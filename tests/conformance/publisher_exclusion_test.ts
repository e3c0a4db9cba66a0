/** Publisher exclusion (checklist §8.2). */
import { assertEquals } from "@std/assert";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import { expectSilence, scenario } from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** What `exclude_me` is, and whether the publisher gets its own event. */
const EXCLUSIONS: [options: Record<string, unknown>, own: boolean][] = [
  [{}, false],
  [{ exclude_me: true }, false],
  [{ exclude_me: null }, false],
  [{ exclude_me: false }, true],
];

for (const [options, own] of EXCLUSIONS) {
  scenario(
    `PX-01: with ${JSON.stringify(options)} the publisher ${
      own ? "gets" : "does not get"
    } its own event`,
    async (router) => {
      const [publisher, other] = await router.joinMany(2);
      const exact = await publisher.subscribe("com.a");
      const prefix = await publisher.subscribe("com", { match: "prefix" });
      await other.subscribe("com.a");
      await publisher.send([16, 5, options, "com.a", ["own"]]);
      if (own) {
        const events = [await publisher.receive(), await publisher.receive()];
        assertEquals(
          new Set(events.map((event) => event[1])),
          new Set([exact, prefix]),
        );
        for (const event of events) assertEquals(event[4], ["own"]);
      }
      assertEquals((await other.receive())[4], ["own"]);
      await expectSilence(other, publisher);
    },
    { everySerializer: true },
  );
}

scenario("PX-02: the broker announces publisher_exclusion", async (router) => {
  const client = await router.open();
  const welcome = await client.hello();
  const { broker } = welcome["roles"] as Record<
    string,
    { features: Record<string, boolean> }
  >;
  assertEquals(broker.features["publisher_exclusion"], true);
});

/** One step of a vector of several sessions. */
interface Step {
  readonly from: string;
  readonly message: Record<string, unknown>;
}

/** The fields of each message, behind the type code, by name. */
const VECTOR_FIELDS: Record<string, [code: number, ...fields: string[]]> = {
  SUBSCRIBE: [32, "request_id", "options", "topic"],
  SUBSCRIBED: [33, "request_id", "subscription_id"],
  PUBLISH: [16, "request_id", "options", "topic", "args"],
  EVENT: [36, "subscription_id", "publication_id", "details", "args"],
};

/** Plays the vector's steps; IDs that the router chooses are taken as they come. */
async function playVector(
  client: RawClient,
  sequence: readonly Step[],
  requestId: (id: unknown) => number,
): Promise<void> {
  const chosen = new Map<unknown, number>();
  for (const { from, message } of sequence) {
    const [code, ...fields] = VECTOR_FIELDS[message["type"] as string];
    const due: WireMessage = [code, ...fields.map((field) => message[field])];
    if (fields[0] === "request_id") due[1] = requestId(due[1]);
    if (from !== "router") {
      await client.send(due);
      continue;
    }
    const received = await client.receive();
    for (const [i, field] of fields.entries()) {
      if (field !== "subscription_id" && field !== "publication_id") continue;
      if (!chosen.has(due[i + 1])) chosen.set(due[i + 1], received[i + 1]);
      due[i + 1] = chosen.get(due[i + 1]);
    }
    assertEquals(received, due);
  }
}

for (const strict of [false, true]) {
  scenario(
    `PX-02: the suite's vector publisher_exclusion_disabled passes (strict_request_ids: ${strict})`,
    async (router) => {
      const folder = "../vectors/multisession/advanced/";
      const file = `${folder}publisher_exclusion_disabled.json`;
      const { sequence } = JSON.parse(
        await Deno.readTextFile(new URL(file, import.meta.url)),
      );
      // Its own IDs, 123 and 789, are no sequence.
      const order: unknown[] = [123, 789];
      const requestId = (id: unknown) =>
        strict ? order.indexOf(id) + 1 : id as number;
      for (const serializer of SERIALIZERS) {
        const client = await router.join({ serializer });
        await playVector(client, sequence, requestId);
      }
    },
    { limits: { strictRequestIds: strict } },
  );
}
