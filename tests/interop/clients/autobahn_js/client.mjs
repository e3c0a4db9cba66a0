/**
 * The scenario of ../../README.md, played by Autobahn|JS on Node.js.
 *
 * Usage: client.mjs SCENARIO ROLE ADDRESS json PREFIX
 */
import process from "node:process";
import autobahn from "autobahn";
import { Server, User } from "./scenario.mjs";

const [, role, address, , prefix] = process.argv.slice(2);
autobahn.log.warn = () => {}; // It reports each closing at length.

try {
  await play();
} catch (error) {
  fail(error.stack ?? JSON.stringify(error));
}

async function play() {
  const server = role === "use" ? undefined : new Server(await join(), prefix);
  await server?.setUp();
  if (role !== "serve") await new User(await join(), prefix).run();
  await server?.untilDone();
}

function fail(reason) {
  process.stdout.write(`FAILED: ${reason}\n`);
  process.exit(1);
}

/** An open session, and how to leave it. */
async function join() {
  const { protocol, hostname, port, pathname } = new URL(address);
  const endpoint = protocol === "unix:"
    ? { path: pathname }
    : { host: hostname, port };
  const connection = new autobahn.Connection({
    realm: "realm1",
    transports: [{ type: "rawsocket", ...endpoint }],
    use_es6_promises: true,
    max_retries: 0,
    on_user_error() {},
  });
  const left = new Promise((resolve) => {
    connection.onclose = (transport, { reason }) => {
      // What waits for an answer would wait for ever.
      if (reason !== "wamp.close.goodbye_and_out") {
        fail(`the session has ended: ${transport}, ${reason}`);
      }
      resolve();
      return true; // No other attempt.
    };
  });
  const session = await new Promise((resolve) => {
    connection.onopen = resolve;
    connection.open();
  });
  async function leave() {
    connection.close();
    await left;
  }
  return { session, leave };
}
