import { assertEquals } from "@std/assert";
import type { Inventory } from "../../src/server/inventory.ts";
import { DEADLINE_MS } from "../support/deadline.ts";

const LOOK_AGAIN_MS = 10;

/** Resolves once nothing is left; fails where something stays. */
export async function settled(
  inventory: () => Inventory | Promise<Inventory>,
): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  let counts: Record<string, number> = {};
  do {
    counts = { ...await inventory() };
    if (Object.values(counts).every((count) => count === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  } while (performance.now() < end);
  const left = Object.entries(counts).filter(([, count]) => count !== 0);
  assertEquals(Object.fromEntries(left), {});
}
