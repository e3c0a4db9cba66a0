// Ending a call: by CANCEL, and by its time limit (timeout, in ms). Either way the
// caller gets exactly one answer, though the callee never sends any.
//
//   deno run -A examples/cancel_timeout.mjs [HOST:PORT | SOCKET]

import { errorOf, join, show } from "./session.mjs";

const callee = await join("callee");
const started = Promise.withResolvers();
await callee.register("com.example.never", () => {
  started.resolve();
  // Callees that announce `call_canceling` get INTERRUPT. Autobahn|JS does not.
  return new Promise(() => {});
});

const caller = await join("caller");
const call = caller.call("com.example.never");
await started.promise;
// With another mode Autobahn|JS does not wait for the router's answer.
call.cancel({ mode: "kill" });
show("canceled", await errorOf(call), "wamp.error.canceled");

const limited = caller.call("com.example.never", [], {}, { timeout: 200 });
show("after 200 ms", await errorOf(limited), "wamp.error.timeout");

for (const session of [callee, caller]) session.leave();
