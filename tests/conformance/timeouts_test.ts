/** Peers that keep the router waiting (checklist SL-10; RS-17 is with the handshake). */
import { assert, assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { bytesOf } from "../support/hex.ts";
import { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

const SHORT_MS = 60;
/** More than there is time for in between. */
const PINGS_MAX = 1_000_000;

scenario(
  "SL-10: a client that sends no HELLO in time is closed without a word",
  async (router) => {
    for (const serializer of SERIALIZERS) {
      const client = await router.open(serializer);
      await client.expectClosed();
    }
    const { level, fields } = await router.server.logged(
      "HELLO did not come in time",
    );
    assertEquals([level, fields["hello_timeout_ms"]], ["warn", SHORT_MS]);
  },
  { limits: { helloTimeoutMs: SHORT_MS } },
);

scenario(
  "SL-10: PINGs and a part of HELLO do not put the timeout off",
  async (router) => {
    const client = await router.open("json");
    await client.sendBytes(bytesOf("00 00 00 10 5B 31"));
    await client.expectClosed();
    const pinging = await router.open("json");
    let pongs = 0;
    let isClosed = false;
    try {
      while (pongs < PINGS_MAX) {
        await pinging.sendFrame(1, bytesOf("01"));
        await pinging.readFrame();
        pongs++;
      }
    } catch {
      // Whichever of the two noticed.
      isClosed = true;
    }
    assert(pongs > 0);
    assert(isClosed, `${pongs} PINGs were answered`);
  },
  { limits: { helloTimeoutMs: SHORT_MS } },
);

scenario(
  "SL-10: a client that sends no HELLO in time after GOODBYE is closed",
  async (router) => {
    const client = await router.join();
    await client.request([6, {}, "wamp.close.normal"]);
    await client.expectClosed();
  },
  { limits: { helloTimeoutMs: SHORT_MS } },
);

scenario(
  "SL-10: a session outlives the time for its HELLO",
  async (router) => {
    const client = await router.join();
    // This one is closed when the other's time would be over as well.
    const late = await router.open();
    await late.expectClosed();
    await client.expectNothing();
  },
  { limits: { helloTimeoutMs: SHORT_MS }, everySerializer: true },
);

scenario(
  "SL-10: a client that does not answer GOODBYE in time is closed",
  async (router) => {
    const client = await router.join();
    const stopped = router.server.running.shutdown();
    assertEquals((await client.receive())[0], 6);
    await client.expectClosed();
    const { level, fields } = await router.server.logged(
      "GOODBYE was not answered in time",
    );
    assertEquals(
      [level, fields["goodbye_timeout_ms"], fields["session"]],
      ["warn", SHORT_MS, client.sessionId],
    );
    // Not by the shutdown's timeout.
    await within(stopped, "the router to stop");
  },
  { limits: { goodbyeTimeoutMs: SHORT_MS }, shutdownTimeoutMs: 600_000 },
);

scenario(
  "PV-03: a connection that the router ends and its peer does not is cut off in time",
  async (router) => {
    const { server } = router;
    const refused = await RawClient.connect(server.address());
    await refused.sendBytes(bytesOf("7F F0 00 00"));
    const offender = await router.join();
    await offender.send([77]);
    assertEquals((await offender.receive())[0], 3);
    // The one still sends, the other is silent; neither closes.
    await offender.sendFrame(1, bytesOf("2A"));
    await server.emptied();
    refused.close();
  },
);
