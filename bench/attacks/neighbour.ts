/**
 * A healthy neighbour: calls a procedure of its own, again and again, and says
 * how long each call took. A worker, told the port by a message; at any further
 * message it tells what it saw.
 */
/// <reference lib="webworker" />
import { Attacker, message } from "./wire.ts";

declare const self: DedicatedWorkerGlobalScope;

/** What it saw, in milliseconds. */
export interface Seen {
  readonly calls: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  /** Why it was not served any more. */
  readonly failure: string | undefined;
}

const PAUSE_MS = 2;
const took: number[] = [];
let beganMs = 0;
let failure: string | undefined;

async function callOnAndOn(port: number): Promise<void> {
  const callee = await Attacker.join(port);
  await callee.write(message([64, 1, {}, "com.neighbour"]));
  await callee.receive();
  const caller = await Attacker.join(port);
  for (let request = 1;; request++) {
    beganMs = performance.now();
    await caller.write(message([48, request, {}, "com.neighbour"]));
    const [, invocation] = await callee.receive();
    await callee.write(message([70, invocation, {}]));
    await caller.receive();
    took.push(performance.now() - beganMs);
    beganMs = 0;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function tell(): Seen {
  // One that still waits has waited so long.
  if (beganMs > 0) took.push(performance.now() - beganMs);
  const sorted = took.splice(0).sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    calls: sorted.length,
    medianMs: at(0.5),
    p99Ms: at(0.99),
    worstMs: at(1),
    failure,
  };
}

self.onmessage = ({ data }: MessageEvent<number | "tell">) => {
  if (data === "tell") return self.postMessage(tell());
  callOnAndOn(data).catch((error) => failure = String(error));
};
