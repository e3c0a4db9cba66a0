// Subscriptions to one topic (exact), to all topics with the same beginning (prefix),
// and to all that match a pattern in which an empty component stands for any (wildcard).
//
//   deno run -A examples/patterns.mjs [HOST:PORT | SOCKET]

import { join, show } from "./session.mjs";

const subscriber = await join("subscriber");
const publisher = await join("publisher");

/** Subscribes; the list that is returned gets the topic of each event. */
async function watch(pattern, options) {
  const topics = [];
  const seen = (_args, _kwargs, { topic }) => topics.push(topic);
  await subscriber.subscribe(pattern, seen, options);
  return topics;
}

const exact = await watch("com.example.kitchen.door");
const prefix = await watch("com.example.kitchen.", { match: "prefix" });
const wildcard = await watch("com.example..door", { match: "wildcard" });
const end = Promise.withResolvers();
await subscriber.subscribe("com.example.end", end.resolve);

for (const topic of ["kitchen.door", "kitchen.lamp", "cellar.door", "end"]) {
  publisher.publish(`com.example.${topic}`);
}
await end.promise;

show("exact", exact, ["com.example.kitchen.door"]);
show("prefix", prefix, [
  "com.example.kitchen.door",
  "com.example.kitchen.lamp",
]);
show("wildcard", wildcard, [
  "com.example.kitchen.door",
  "com.example.cellar.door",
]);

for (const session of [subscriber, publisher]) session.leave();
