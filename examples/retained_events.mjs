// Events from before a subscription: the retained event of a topic, which the
// router sends right after SUBSCRIBED, and the history of a topic, which has a
// procedure. The config lists the topics with a history ("event-history").
//
//   deno run -A examples/retained_events.mjs [HOST:PORT | SOCKET]

import { join, show } from "./session.mjs";

const TOPIC = "com.example.temperature";

const sensor = await join("sensor");
for (const degrees of [19, 20, 21]) {
  // The last event with `retain` is the one that is retained.
  const options = { retain: true, acknowledge: true };
  await sensor.publish(TOPIC, [degrees], {}, options);
}

const late = await join("late subscriber");
const event = Promise.withResolvers();
const subscription = await late.subscribe(
  TOPIC,
  ([degrees], _kwargs, { retained }) => event.resolve({ degrees, retained }),
  { get_retained: true },
);
show("retained", await event.promise, { degrees: 21, retained: true });

const { args: newest } = await late.call(
  "wamp.subscription.get_events",
  [subscription.id],
  { limit: 2, reverse: true },
);
show("history, newest first", newest.map(({ args }) => args[0]), [21, 20]);

for (const session of [sensor, late]) session.leave();
