// What the examples share: joining, and showing what happens.

// deno-lint-ignore-file no-console explicit-module-boundary-types
import assert from "node:assert/strict";
import process from "node:process";
import { setTimeout } from "node:timers";
import autobahn from "autobahn";

const TIMEOUT_MS = 30_000;
const address = process.argv[2] ?? "127.0.0.1:8080";
autobahn.log.warn = () => {}; // Else it warns of each closing.

// An example that waits too long fails.
setTimeout(() => {
  console.error(`not done after ${TIMEOUT_MS} ms`);
  process.exit(1);
}, TIMEOUT_MS).unref();

/** A URL is WebSocket's; else it is RawSocket over TCP or a Unix socket. */
function transportTo(address) {
  if (/^wss?:/.test(address)) return { type: "websocket", url: address };
  const [host, port] = address.split(":");
  const place = port === undefined ? { path: host } : { host, port };
  return { type: "rawsocket", ...place };
}

/** Connects and joins the realm; resolves with Autobahn's session. */
export function join(name) {
  const connection = new autobahn.Connection({
    realm: "realm1",
    transports: [transportTo(address)],
    max_retries: 0,
    on_user_error() {},
  });
  return new Promise((resolve, reject) => {
    connection.onopen = (session) => {
      console.log(`${name}: session ${session.id} is open`);
      resolve(session);
    };
    connection.onclose = (transport, { reason }) => {
      console.log(`${name}: ${transport}, ${reason}`);
      reject(new Error(`No session at ${address}: ${reason ?? transport}`));
      return true; // No other attempt.
    };
    connection.open();
  });
}

/** Prints a value, and fails unless it is as expected. */
export function show(text, actual, expected) {
  console.log(`${text}:`, actual);
  assert.deepEqual(actual, expected, text);
}

/** The URI of the error that `request` fails with. */
export async function errorOf(request) {
  try {
    await request;
  } catch (failure) {
    if (failure instanceof autobahn.Error) return failure.error;
    throw failure;
  }
  throw new Error("An error was due");
}
