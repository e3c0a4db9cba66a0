/**
 * The conformance tests once more, with clients that speak WebSocket to a port that
 * speaks both framings.
 */
import { speak } from "../support/spoken_framing.ts";

const FOLDER = new URL("../conformance/", import.meta.url);

/** Files about what only RawSocket has, or that open their connections by a config. */
const FILES_LEFT_OUT = [/^rawsocket_/, /^router_workers_/];

/** Tests about what only RawSocket has. */
const TESTS_LEFT_OUT = [
  // No client says in WebSocket how long a message it takes.
  /^(FR-10 )?(FR-1[4-8]|RS-\d+)\b/,
  /\b(FR-14|FR-17 RP-09)\b/,
  // PINGs of more than 125 octets.
  /^FR-21: a (json|msgpack|cbor) message larger than the whole outbox/,
  /^FR-21: a peer that sends PINGs and does not read/,
  /^quota max_messages_per_s: sessions that come and go within one read/,
  // Octets that are no frames, in RawSocket's sense.
  /^PV-02 PV-09: what is queued behind the offence/,
];

/** Registers the tests of every file of which the number, divided by `parts`, leaves `part`. */
export async function conformanceOverWebSocket(
  part: number,
  parts: number,
): Promise<void> {
  speak("websocket");
  leaveOut((name) => TESTS_LEFT_OUT.some((pattern) => pattern.test(name)));
  const files = await Array.fromAsync(Deno.readDir(FOLDER));
  const names = files.map(({ name }) => name)
    .filter((name) => name.endsWith("_test.ts"))
    .filter((name) => !FILES_LEFT_OUT.some((pattern) => pattern.test(name)))
    .sort();
  for (const name of names.filter((_, index) => index % parts === part)) {
    await import(new URL(name, FOLDER).href);
  }
}

/** Tests of such names are not registered from now on. */
function leaveOut(isLeftOut: (name: string) => boolean): void {
  const { test } = Deno;
  const register = (name: string, run: () => void | Promise<void>): void => {
    if (!isLeftOut(name)) test(`over WebSocket: ${name}`, run);
  };
  Object.assign(Deno, { test: register });
}
