import { assert, assertEquals } from "@std/assert";
import {
  type TlsHandshake,
  TlsHandshakes,
} from "../../src/transport/tls_handshakes.ts";
import { until } from "../support/until.ts";

/** Work that fills a turn. */
function spin(): void {
  const end = performance.now() + 2;
  while (performance.now() < end);
}

Deno.test("of handshakes that begin together, one is worked on in a turn of the event loop", async () => {
  const all = new TlsHandshakes(100);
  const turns: number[] = [];
  let turn = 0;
  const counting = setInterval(() => turn++, 0);
  for (let i = 0; i < 10; i++) {
    all.add("a").inTurn(() => {
      turns.push(turn);
      spin();
    });
  }
  // The first need not wait.
  assertEquals(turns, [0]);
  await until(() => turns.length === 10);
  clearInterval(counting);
  assertEquals(new Set(turns).size, 10, `${turns}`);
  await lastTurn();
});

Deno.test("sources take turns, and steps of one source keep their order", async () => {
  const all = new TlsHandshakes(100);
  const order: string[] = [];
  const step = (source: string, name: string) =>
    all.add(source).inTurn(() => {
      order.push(name);
      spin();
    });
  for (const name of ["a1", "a2", "a3", "a4"]) step("a", name);
  step("b", "b1");
  step("c", "c1");
  await until(() => order.length === 6);
  assertEquals(order, ["a1", "a2", "b1", "c1", "a3", "a4"]);
  await lastTurn();
});

Deno.test("so many are under way, half of them of one source; the others begin as they end", async () => {
  const all = new TlsHandshakes(4);
  const begun: string[] = [];
  const handshakes = new Map<string, TlsHandshake>();
  const begin = (source: string, name: string) => {
    const handshake = all.add(source);
    handshakes.set(name, handshake);
    handshake.inTurn(() => begun.push(name));
  };
  for (const name of ["a1", "a2", "a3"]) begin("a", name);
  for (const name of ["b1", "c1", "d1"]) begin(name[0], name);
  await until(() => begun.length === 4);
  await lastTurn();
  assertEquals(begun.toSorted(), ["a1", "a2", "b1", "c1"]);
  // It has waited in vain.
  handshakes.get("d1")?.end();
  handshakes.get("b1")?.end();
  await lastTurn();
  assertEquals(begun.length, 4);
  handshakes.get("a1")?.end();
  handshakes.get("a1")?.end();
  await until(() => begun.length === 5);
  assertEquals(begun[4], "a3");
  for (const handshake of handshakes.values()) handshake.end();
  await lastTurn();
  assertEquals(all.underWay, 0);
});

Deno.test("handshakes that go on and those that begin do not keep each other away", async () => {
  const all = new TlsHandshakes(100);
  const order: string[] = [];
  const busy = all.add("a");
  let steps = 0;
  const goOn = (): void => {
    order.push("goes on");
    spin();
    if (++steps < 20) queueMicrotask(() => busy.inTurn(goOn));
  };
  busy.inTurn(goOn);
  for (let i = 0; i < 3; i++) {
    all.add("b").inTurn(() => {
      order.push("begins");
      spin();
    });
  }
  await until(() => steps === 20);
  assert(order.lastIndexOf("begins") < 8, order.join(", "));
  await lastTurn();
});

/** Resolves when no turn is waited for any more. */
async function lastTurn(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
