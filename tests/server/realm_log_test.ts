/** What the log says of events of which subscribers could be told nothing. */
import { assertEquals } from "@std/assert";
import { realmLog } from "../../src/server/realm_log.ts";
import { TestCounters, TestRealm } from "../support/test_realm.ts";

const SAID =
  "event lost: it cannot be sent to the subscriber, not even without its payload";

Deno.test("FR-15: a line about a lost event names the session, the realm, the topic, and what decided", () => {
  const warnings: unknown[] = [];
  const nothing = () => {};
  const observe = realmLog({
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (message, fields) => void warnings.push([message, fields]),
  }, new TestCounters());
  const { peer, outlet } = new TestRealm().join({ authid: "joe" });
  const loss = {
    topic: `com.${"t".repeat(4000)}`,
    subscription: 3,
    publication: 4,
    reason: "payload_unsupported",
  } as const;
  outlet.maxMessageBytes = 512;
  observe({ kind: "event_lost", peer, loss }, "realm1");
  assertEquals(warnings, [[SAID, {
    realm: "realm1",
    session: 1,
    authid: "joe",
    authrole: "all",
    topic: `com.${"t".repeat(96)}`,
    subscription: 3,
    publication: 4,
    reason: "payload_unsupported",
    decided_by:
      "the client's handshake, which allows messages of up to 512 bytes",
  }]]);
});
