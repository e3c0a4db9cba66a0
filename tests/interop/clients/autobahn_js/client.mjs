/**
 * The scenarios of ../../README.md, played by Autobahn|JS on Node.js.
 *
 * Usage: client.mjs SCENARIO ROLE ADDRESS json PREFIX CA_FILE [AUTHID SECRET WRONG_SECRET]
 */
import process from "node:process";
import autobahn from "autobahn";

const [scenario, role, address, , prefix, , ...credentials] = process.argv
  .slice(2);
autobahn.log.warn = () => {}; // It reports each closing at length.

try {
  const { play } = await import(`./${scenario}.mjs`);
  await play(role, join, prefix, credentials);
} catch (error) {
  fail(error.stack ?? JSON.stringify(error));
}

function fail(reason) {
  process.stdout.write(`FAILED: ${reason}\n`);
  process.exit(1);
}

/**
 * An open session, and how to leave it; fails with the reason where the router
 * says ABORT. `left` resolves when it has ended for the reason `dueEnd`.
 */
async function join(login = {}) {
  const { protocol, hostname, port, pathname } = new URL(address);
  const endpoint = protocol === "unix:"
    ? { path: pathname }
    : { host: hostname, port };
  const connection = new autobahn.Connection({
    realm: "realm1",
    transports: [{ type: "rawsocket", ...endpoint }],
    max_retries: 0,
    on_user_error() {},
    ...login,
  });
  const joined = { dueEnd: "wamp.close.goodbye_and_out" };
  joined.left = new Promise((resolve) => {
    connection.onclose = (transport, { reason }) => {
      // What waits for an answer would wait for ever.
      if (joined.session !== undefined && reason !== joined.dueEnd) {
        fail(`the session has ended: ${transport}, ${reason}`);
      }
      resolve(reason);
      return true; // No other attempt.
    };
  });
  const opened = new Promise((resolve) => {
    connection.onopen = (session, details) => {
      Object.assign(joined, { session, details });
      resolve();
    };
  });
  connection.open();
  await Promise.race([opened, joined.left]);
  if (joined.session === undefined) throw new Error(await joined.left);
  joined.leave = async () => {
    connection.close();
    await joined.left;
  };
  joined.drop = () => {
    joined.dueEnd = null;
    // Autobahn|JS has no public way of going without GOODBYE.
    connection._transport.close();
  };
  return joined;
}
