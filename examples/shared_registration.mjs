// A shared registration: several callees serve one procedure, in turn. If one
// unregisters or leaves, the others continue.
//
//   deno run -A examples/shared_registration.mjs [HOST:PORT | SOCKET]

import { errorOf, join, show } from "./session.mjs";

const PROCEDURE = "com.example.whoami";

/** Others: "single" (the default), "first", "last", "random", "least_pending". */
const OPTIONS = { invoke: "roundrobin" };

const anna = await join("anna");
const ben = await join("ben");
await anna.register(PROCEDURE, () => "anna", OPTIONS);
const registration = await ben.register(PROCEDURE, () => "ben", OPTIONS);

const caller = await join("caller");
async function callTimes(count) {
  const answers = [];
  while (answers.length < count) answers.push(await caller.call(PROCEDURE));
  return answers;
}

show("answers", await callTimes(4), ["anna", "ben", "anna", "ben"]);

// All callees must ask for the same policy.
const differing = caller.register(PROCEDURE, () => "", { invoke: "random" });
const error = await errorOf(differing);
show("another policy", error, "wamp.error.procedure_already_exists");

await ben.unregister(registration);
show("without ben", await callTimes(2), ["anna", "anna"]);

for (const session of [anna, ben, caller]) session.leave();
