/** Both sides of the shared scenario. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import process from "node:process";
import { done, expectEqual, later } from "./steps.mjs";

/** How many programs serve. */
const CALLEES = 2;

/** Plays `serve` or `use`. */
export async function play(role, join, prefix) {
  const side = { serve, use }[role];
  await side(await join(), prefix);
}

/** One of the programs that share a procedure. */
async function serve({ session, leave }, prefix) {
  const { id } = session;
  const options = { invoke: "roundrobin" };
  await session.register(`${prefix}.callee`, () => id, options);
  const finished = later();
  await session.subscribe(`${prefix}.done`, () => finished.resolve());
  done("serve: register and subscribe");
  process.stdout.write("ready\n");
  await finished.promise;
  await leave();
  done("serve: leave");
}

/** Calls all of them in turn. */
async function use({ session, leave }, prefix) {
  const procedure = `${prefix}.callee`;
  const ask = (name, arg) => session.call(`wamp.registration.${name}`, [arg]);
  const callees = await ask("list_callees", await ask("match", procedure));
  expectEqual(callees.length, CALLEES, "callees");
  const called = [];
  for (let count = 0; count < 2 * CALLEES; count++) {
    called.push(await session.call(procedure));
  }
  const once = called.slice(0, CALLEES);
  expectEqual(called.slice(CALLEES), once, "callees of the second turn");
  expectEqual(once.toSorted(), callees.toSorted(), "callees of a turn");
  done("use: callees in turn");
  await session.publish(`${prefix}.done`, [], {}, { acknowledge: true });
  await leave();
  done("use: leave");
}
