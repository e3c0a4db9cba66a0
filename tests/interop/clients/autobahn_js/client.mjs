/**
 * The scenarios of ../../README.md, played by Autobahn|JS on Node.js.
 *
 * Usage: client.mjs SCENARIO ROLE ADDRESS SERIALIZER PREFIX CA_FILE [AUTHID SECRET WRONG_SECRET]
 *
 * RawSocket knows no other serializer than `json` here. For wss:// the CA_FILE is
 * given to Node.js by NODE_EXTRA_CA_CERTS.
 */
import process from "node:process";
import autobahn from "autobahn";
import WebSocket from "ws";

const [scenario, role, address, serializer, prefix, , ...credentials] = process
  .argv.slice(2);
const SERIALIZERS = {
  json: autobahn.serializer.JSONSerializer,
  msgpack: autobahn.serializer.MsgpackSerializer,
  cbor: autobahn.serializer.CBORSerializer,
};

// Before version 22 Node.js has none of its own.
globalThis.WebSocket ??= WebSocket;
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

function transportTo(address) {
  const { protocol, hostname, port, pathname } = new URL(address);
  if (protocol === "ws:" || protocol === "wss:") {
    const serializers = [new SERIALIZERS[serializer]()];
    return { type: "websocket", url: address, serializers };
  }
  const endpoint = protocol === "unix:"
    ? { path: pathname }
    : { host: hostname, port };
  return { type: "rawsocket", ...endpoint };
}

/**
 * An open session, and how to leave it; fails with the reason where the router
 * says ABORT. `left` resolves when it has ended for the reason `dueEnd`.
 */
async function join(login = {}) {
  const connection = new autobahn.Connection({
    realm: "realm1",
    transports: [transportTo(address)],
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
