/**
 * Clients in each state, all in a process of its own that can be killed and
 * frozen. They answer PINGs, but for the one that does not read.
 *
 * Usage: _client_process.ts ADDRESS. It says `ready` when all are
 * where they are to be, and goes on until it is ended.
 */
import { helloDetails, RawClient } from "../support/raw_client.ts";

const PING = 1;
const PONG = 2;

/** Shows the router that the client knows PINGs. */
async function showPing(client: RawClient): Promise<void> {
  await client.sendFrame(PING, new Uint8Array(0));
  await client.readFrame();
}

async function join(address: string): Promise<RawClient> {
  const client = await RawClient.join(address);
  await showPing(client);
  return client;
}

/** Answers PINGs, and nothing else, for as long as there is a connection. */
async function answerPings(client: RawClient): Promise<void> {
  while (true) {
    const { first, payload } = await client.readFrame();
    if (first === PING) await client.sendFrame(PONG, payload);
  }
}

/** Registers, subscribes and leaves a testament. */
async function joinOwner(address: string): Promise<RawClient> {
  const client = await join(address);
  await client.register("com.owned");
  await client.subscribe("com.owned");
  const args = ["com.last_words", ["gone"], {}];
  const add = "wamp.session.add_testament";
  await client.request([48, client.nextRequest(), {}, add, args]);
  return client;
}

/** A callee with an invocation that it does not answer. */
async function joinCallee(address: string): Promise<RawClient> {
  const client = await join(address);
  await client.register("com.dead");
  return client;
}

/** A caller whose call of `com.neighbour` nobody answers. */
async function joinCaller(address: string): Promise<RawClient> {
  const client = await join(address);
  await client.send([48, client.nextRequest(), {}, "com.neighbour"]);
  return client;
}

/** Reads nothing from then on. */
async function joinSubscriber(address: string): Promise<void> {
  const client = await join(address);
  await client.subscribe("com.flood");
}

/** A connection on which a handshake and a HELLO is all that comes. */
async function openChallenged(address: string): Promise<RawClient> {
  const client = await RawClient.open(address, "json");
  const login = { authmethods: ["ticket"], authid: "joe" };
  await client.send([1, "realm1", { ...helloDetails(), ...login }]);
  await client.readFrame();
  return client;
}

async function main(address: string): Promise<void> {
  const joined = [
    await joinOwner(address),
    await joinCallee(address),
    await joinCaller(address),
  ];
  await joinSubscriber(address);
  await openChallenged(address);
  await RawClient.open(address, "json");
  await RawClient.connect(address);
  for (const client of joined) answerPings(client).catch(() => {});
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
  // Frozen or killed: it does not end by itself.
  setInterval(() => {}, 60_000);
}

if (import.meta.main) await main(Deno.args[0]);
