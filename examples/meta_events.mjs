// The meta API: the router publishes who joins, leaves and registers what, and has
// procedures that tell the same.
//
//   deno run -A examples/meta_events.mjs [HOST:PORT | SOCKET]

import { join, show } from "./session.mjs";

const watcher = await join("watcher");

/** Subscribes; `next()` resolves with the next event that is about `session`. */
async function watch(topic, sessionOf) {
  const events = [];
  let wake = () => {};
  await watcher.subscribe(topic, (args) => {
    events.push(args);
    wake();
  });
  return async (session) => {
    for (;;) {
      const found = events.find((args) => sessionOf(args) === session);
      if (found !== undefined) return found;
      await new Promise((resolve) => wake = resolve);
    }
  };
}

// There may be other sessions in the realm: their events are skipped.
const joined = await watch("wamp.session.on_join", ([{ session }]) => session);
const left = await watch("wamp.session.on_leave", ([session]) => session);
const created = await watch(
  "wamp.registration.on_create",
  ([session]) => session,
);

const device = await join("device");
const { id } = device;
const [{ authrole, authmethod }] = await joined(id);
show("joined", { authrole, authmethod }, {
  authrole: "anonymous",
  authmethod: "anonymous",
});

await device.register("com.example.switch", () => true);
const [, registration] = await created(id);
show("registered", registration.uri, "com.example.switch");

const sessions = await watcher.call("wamp.session.list");
show("is in the list", sessions.includes(id), true);
const match = await watcher.call("wamp.registration.match", [
  "com.example.switch",
]);
show("is what a call would find", match, registration.id);

device.leave();
const [, authid] = await left(id);
show("left", typeof authid, "string");

watcher.leave();
