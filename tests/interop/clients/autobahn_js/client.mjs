/**
 * The scenario of ../../README.md, played by Autobahn|JS on Node.js.
 *
 * Usage: client.mjs ROLE ADDRESS json PREFIX
 */
import process from "node:process";
import autobahn from "autobahn";
import { expectEqual, Server, User } from "./scenario.mjs";

const [role, address, , prefix] = process.argv.slice(2);
autobahn.log.warn = () => {}; // It reports each closing at length.

try {
  await play();
} catch (error) {
  process.stdout.write(`FAILED: ${error.stack ?? JSON.stringify(error)}\n`);
  process.exit(1);
}

async function play() {
  const server = role === "use" ? undefined : new Server(await join(), prefix);
  await server?.setUp();
  if (role !== "serve") await new User(await join(), prefix).run();
  await server?.untilDone();
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
  const closed = new Promise((resolve) => {
    connection.onclose = (transport, { reason }) => {
      resolve(reason ?? transport);
      return true; // No other attempt.
    };
  });
  const session = await new Promise((resolve, reject) => {
    connection.onopen = resolve;
    closed.then((reason) => reject(new Error(`No session: ${reason}`)));
    connection.open();
  });
  async function leave() {
    connection.close();
    expectEqual(await closed, "wamp.close.goodbye_and_out", "GOODBYE's reason");
  }
  return { session, leave };
}
