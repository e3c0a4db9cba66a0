/**
 * The conformance tests once more, with clients that speak WebSocket to a port that
 * speaks both framings.
 */
import { speak } from "../support/spoken_framing.ts";

const FOLDER = new URL("../conformance/", import.meta.url);

/** What is about RawSocket itself, or does not open its connections by it. */
const LEFT_OUT = [
  /^rawsocket_/,
];

/** Registers the tests of every file of which the number, divided by `parts`, leaves `part`. */
export async function conformanceOverWebSocket(
  part: number,
  parts: number,
): Promise<void> {
  speak("websocket");
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith("_test.ts"))
    .filter((name) => !LEFT_OUT.some((pattern) => pattern.test(name)))
    .sort();
  for (const name of names.filter((_, index) => index % parts === part)) {
    await import(new URL(name, FOLDER).href);
  }
}
