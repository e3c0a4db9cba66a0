/**
 * Opens a listener, gives up its permissions, and tries what it should not be
 * able to do any more. Prints what came of each attempt.
 */
import { giveUp } from "../../src/permissions/give_up.ts";
import {
  lastingPermissions,
  requiredPermissions,
} from "../../src/permissions/required_permissions.ts";
import { subjectWith, tcp, unix } from "./_config.ts";

const [socket] = Deno.args;
const outcome: Record<string, string> = {};

async function attempt(name: string, act: () => unknown): Promise<void> {
  try {
    await act();
    outcome[name] = "done";
  } catch (error) {
    outcome[name] = error instanceof Error ? error.name : String(error);
  }
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr as Deno.NetAddr;
// On its way before the right to connect is gone.
const ours = await Deno.connect({ hostname: "127.0.0.1", port });
if (socket !== "") Deno.writeTextFileSync(socket, "");

const subject = await subjectWith(
  socket === "" ? [tcp("::1", 1)] : [unix(socket)],
);
const { tooBroad } = giveUp(
  requiredPermissions(subject),
  lastingPermissions(subject.config),
);
outcome["too broad"] = tooBroad.join(",");

const scratch = `${import.meta.dirname}/_scratch_${Deno.pid}`;
await attempt("write a file", () => {
  Deno.writeTextFileSync(scratch, "");
  Deno.removeSync(scratch);
});
await attempt(
  "connect out",
  () => Deno.connect({ hostname: "1.1.1.1", port: 53 }),
);
await attempt(
  "connect to itself",
  () => Deno.connect({ hostname: "127.0.0.1", port }),
);
await attempt(
  "listen",
  () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
);
await attempt("run a program", () => new Deno.Command("true").outputSync());
await attempt("read a file", () => Deno.readTextFileSync("/etc/hostname"));
await attempt("read through node", async () => {
  const { readFileSync } = await import("node:fs");
  readFileSync("/etc/hostname");
});
await attempt("read a variable", () => Deno.env.get("HOME"));
await attempt("read about the system", () => Deno.osRelease());
await attempt("load a library", () => Deno.dlopen("libc.so.6", {}));
const specifier = `file://${scratch}.ts`;
await attempt("import a file", () => import(specifier));
await attempt("accept", async () => {
  const theirs = await listener.accept();
  theirs.close();
});
if (socket !== "") {
  const folder = socket.replace(/s$/, ".s~/x");
  await attempt(
    "write in the private folder",
    () => Deno.writeTextFileSync(folder, ""),
  );
  await attempt("look at the socket", () => Deno.lstatSync(socket));
  await attempt("remove the socket", () => Deno.removeSync(socket));
}
ours.close();
listener.close();
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcome)));
