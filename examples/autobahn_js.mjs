// Autobahn|JS: a callee and a caller, a subscriber and a publisher. With the router
// running (deno run -A main.ts examples/config.json):
//
//   deno run -A examples/autobahn_js.mjs                     127.0.0.1:8080, RawSocket
//   deno run -A examples/autobahn_js.mjs /tmp/sluice.sock    a Unix socket, RawSocket
//
// With examples/universal.json:
//
//   deno run -A examples/autobahn_js.mjs ws://127.0.0.1:8080/ws     WebSocket
//
// Node.js 22 runs it too, after `npm install autobahn`.

// deno-lint-ignore-file no-console
import autobahn from "autobahn";
import { join } from "./session.mjs";

const callee = await join("callee");
await callee.register("com.example.add", ([a, b]) => a + b);
await callee.register("com.example.divide", ([a, b]) => {
  if (b !== 0) return a / b;
  throw new autobahn.Error("com.example.error.zero", ["no division by zero"]);
});

const caller = await join("caller");
console.log("2 + 3 =", await caller.call("com.example.add", [2, 3]));
try {
  await caller.call("com.example.divide", [1, 0]);
} catch ({ error, args }) {
  console.log("1 / 0 fails:", error, args);
}

const subscriber = await join("subscriber");
const event = Promise.withResolvers();
await subscriber.subscribe(
  "com.example.news",
  (args, kwargs, { topic }) => event.resolve([topic, args, kwargs]),
);

const publisher = await join("publisher");
const news = ["it works"];
await publisher.publish("com.example.news", news, { from: "publisher" }, {
  acknowledge: true,
});
console.log("event:", ...await event.promise);

for (const session of [callee, caller, subscriber, publisher]) session.leave();
