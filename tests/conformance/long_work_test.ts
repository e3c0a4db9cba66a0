/** Much at a time, over real connections: nothing is lost, and order stays. */
import { assertEquals } from "@std/assert";
import { askMeta, guardedRealm } from "../support/meta.ts";
import type { RawClient, WireMessage } from "../support/raw_client.ts";
import { scenario, sendTogether } from "../support/scenario.ts";
import { until } from "../support/until.ts";

const MANY = 3000;

async function requestMany(
  client: RawClient,
  make: (index: number) => unknown[],
): Promise<void> {
  await sendTogether(client, Array.from({ length: MANY }, (_, i) => make(i)));
  for (let i = 0; i < MANY; i++) {
    const [code] = await client.receive();
    assertEquals(code === 8, false);
  }
}

scenario(
  "SL-05: a callee with thousands of procedures hangs up: the next one can have them at once",
  async (router) => {
    const [callee, next, caller] = await router.joinMany(3);
    await requestMany(
      callee,
      (i) => [64, callee.nextRequest(), {}, `com.p${i}`],
    );
    callee.close();
    await until(() => router.server.running.inventory().sessions === 2);
    for (const uri of [`com.p${MANY - 1}`, "com.p0"]) {
      await next.register(uri);
      const request = caller.nextRequest();
      await caller.send([48, request, {}, uri]);
      const [, invocation] = await next.receive();
      await next.send([70, invocation, {}]);
      assertEquals((await caller.receive()).slice(0, 2), [50, request]);
    }
    const list = await askMeta(caller, "wamp.registration.list");
    assertEquals((list as { exact: number[] }).exact.length, 2);
  },
  { realms: [guardedRealm()], everySerializer: true },
);

scenario(
  "MU-03: what follows a long list is answered behind it",
  async (router) => {
    const client = await router.join();
    await requestMany(
      client,
      (i) => [32, client.nextRequest(), {}, `com.p${i}`],
    );
    const list = "wamp.subscription.list";
    const first = client.nextRequest();
    await sendTogether(client, [
      [48, first, {}, list],
      [32, client.nextRequest(), {}, "com.more"],
      [48, client.nextRequest(), {}, list],
      [48, client.nextRequest(), {}, "com.nobody"],
    ]);
    const answers: WireMessage[] = [];
    for (let i = 0; i < 4; i++) answers.push(await client.receive());
    assertEquals(answers.map(([code, request]) => [code, request]), [
      [50, first],
      [33, first + 1],
      [50, first + 2],
      [8, 48],
    ]);
    const lengths = [0, 2].map((i) => answers[i][3][0].exact.length);
    assertEquals(lengths, [MANY, MANY + 1]);
  },
  { realms: [guardedRealm()], everySerializer: true },
);
