/** The router's PINGs to Autobahn|JS, which reads their payload as text. */
import { assertEquals } from "@std/assert";
import { KINDS, test } from "./_each_kind.ts";
import { AutobahnClient, type Kwargs } from "./autobahn_js.ts";

const LIMITS = {
  autoPing: true,
  autoPingIntervalMs: 50,
  autoPingTimeoutMs: 60_000,
};

for (const kind of KINDS) {
  test(kind, "answers PINGs, and goes on", async (server) => {
    await using silent = await AutobahnClient.join(server.address(kind));
    await silent.session.register("com.echo", ([text]) => text);
    await using other = await AutobahnClient.join(server.address(kind));
    const details = async () => {
      const args = [silent.session.id];
      return await other.session.call("wamp.session.get", args) as Kwargs;
    };
    while (!("round_trip_ms" in await details()));
    assertEquals(await other.session.call("com.echo", ["x"]), "x");
    assertEquals(server.running.counted("peers_lost"), 0);
  }, { limits: LIMITS });
}
