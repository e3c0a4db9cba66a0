// Progressive results: a callee sends partial results before the final one.
//
//   deno run -A examples/progressive_results.mjs [HOST:PORT | SOCKET]

import { join, show } from "./session.mjs";

const callee = await join("callee");
await callee.register("com.example.count", ([end], _kwargs, { progress }) => {
  // `progress` is there only if the caller asked for it.
  for (let n = 1; n < end; n++) progress?.([n]);
  return end;
});

const caller = await join("caller");
const pieces = [];
const options = { receive_progress: true };
const result = await caller.call("com.example.count", [4], {}, options).then(
  (value) => value,
  undefined,
  (piece) => pieces.push(piece),
);
show("progress", pieces, [1, 2, 3]);
show("result", result, 4);

show("not asked for", await caller.call("com.example.count", [4]), 4);

for (const session of [callee, caller]) session.leave();
