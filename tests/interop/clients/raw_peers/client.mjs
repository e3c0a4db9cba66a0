/**
 * A WebSocket without a WAMP library: of `ws` in Node.js, or Deno's own. It sends
 * JSON, and sees how its connection opens, how large messages pass, and how it ends.
 *
 * Usage: client.mjs basic both ADDRESS json PREFIX CA_FILE
 */
// Plain JavaScript, for Node.js and Deno.
import process from "node:process";

const [, , address, , prefix] = process.argv.slice(2);
const isDeno = "Deno" in globalThis;
const WebSocket = isDeno ? globalThis.WebSocket : (await import("ws")).default;
const LARGE_BYTES = 300_000;

function done(step) {
  process.stdout.write(`ok ${step}\n`);
}

function expectEqual(found, wanted, what) {
  const [due, got] = [wanted, found].map((value) => JSON.stringify(value));
  if (due !== got) throw new Error(`${what}: ${due} is due, not ${got}`);
}

/** Opens a connection; `next` gives its messages in order. */
async function open(protocols) {
  const socket = new WebSocket(address, protocols);
  const came = [];
  const wishes = [];
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    const wish = wishes.shift();
    if (wish === undefined) came.push(message);
    else wish(message);
  };
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = ({ message }) => reject(new Error(message));
  });
  return {
    socket,
    closed,
    say: (message) => socket.send(JSON.stringify(message)),
    next: () =>
      came.length > 0
        ? Promise.resolve(came.shift())
        : new Promise((resolve) => wishes.push(resolve)),
  };
}

async function play() {
  const peer = await open(["wamp.2.unknown", "wamp.2.json"]);
  expectEqual(peer.socket.protocol, "wamp.2.json", "subprotocol");
  const roles = { publisher: {}, subscriber: {}, callee: {}, caller: {} };
  peer.say([1, "realm1", { roles }]);
  expectEqual((await peer.next())[0], 2, "WELCOME");
  done("join");
  peer.say([64, 1, {}, `${prefix}.echo`]);
  expectEqual((await peer.next())[0], 65, "REGISTERED");
  const text = "ä".repeat(LARGE_BYTES);
  peer.say([48, 2, {}, `${prefix}.echo`, [text]]);
  const [type, request, , , [large]] = await peer.next();
  expectEqual([type, large === text], [68, true], "INVOCATION");
  peer.say([70, request, {}, [large]]);
  const [, , , [result]] = await peer.next();
  expectEqual(result === text, true, "RESULT");
  done("large messages");
  peer.say([6, {}, "wamp.close.normal"]);
  expectEqual((await peer.next())[0], 6, "GOODBYE");
  peer.socket.close(1000, "bye");
  const { code, wasClean } = await peer.closed;
  expectEqual([code, wasClean], [1000, true], "end");
  done("leave");
  if (!isDeno) await playPing();
}

/** Only `ws` shows PINGs. */
async function playPing() {
  const peer = await open(["wamp.2.json"]);
  const pong = new Promise((resolve) => peer.socket.once("pong", resolve));
  peer.socket.ping("are you there");
  expectEqual(String(await pong), "are you there", "PONG");
  peer.socket.close();
  await peer.closed;
  done("ping");
}

try {
  await play();
  process.exit(0);
} catch (error) {
  process.stdout.write(`FAILED: ${error.stack}\n`);
  process.exit(1);
}
