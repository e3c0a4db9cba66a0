/** The examples do what their first lines promise, with the example config. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadSound } from "../config/_load.ts";
import { within } from "../support/deadline.ts";
import { speak } from "../support/spoken_framing.ts";
import {
  openRealm,
  TestServer,
  type TransportKind,
} from "../support/test_server.ts";

const FOLDER = new URL("../../examples/", import.meta.url);
const GOODBYE = "closed, wamp.close.goodbye_and_out";

/** Lines that each example prints, in this order. */
const PRINTED: Readonly<Record<string, readonly string[]>> = {
  "autobahn_js.mjs": [
    "2 + 3 = 5",
    '1 / 0 fails: com.example.error.zero [ "no division by zero" ]',
    'event: com.example.news [ "it works" ] { from: "publisher" }',
    GOODBYE,
  ],
  "patterns.mjs": [
    'exact: [ "com.example.kitchen.door" ]',
    'prefix: [ "com.example.kitchen.door", "com.example.kitchen.lamp" ]',
    'wildcard: [ "com.example.kitchen.door", "com.example.cellar.door" ]',
    GOODBYE,
  ],
  "shared_registration.mjs": [
    'answers: [ "anna", "ben", "anna", "ben" ]',
    "another policy: wamp.error.procedure_already_exists",
    'without ben: [ "anna", "anna" ]',
    GOODBYE,
  ],
  "progressive_results.mjs": [
    "progress: [ 1, 2, 3 ]",
    "result: 4",
    "not asked for: 4",
    GOODBYE,
  ],
  "cancel_timeout.mjs": [
    "canceled: wamp.error.canceled",
    "after 200 ms: wamp.error.timeout",
    GOODBYE,
  ],
  "meta_events.mjs": [
    'joined: { authrole: "anonymous", authmethod: "anonymous" }',
    "registered: com.example.switch",
    "is in the list: true",
    "left: string",
    GOODBYE,
  ],
  "retained_events.mjs": [
    "retained: { degrees: 21, retained: true }",
    "history, newest first: [ 21, 20 ]",
    GOODBYE,
  ],
};

for (const kind of ["tcp", "unix", "ws"] as const) {
  for (const [example, lines] of Object.entries(PRINTED)) {
    if (kind !== "tcp" && example !== "autobahn_js.mjs") continue;
    Deno.test(`examples/${example}, ${kind}: shows what it is for, twice, and leaves`, async () => {
      speak(kind === "ws" ? "websocket" : "rawsocket");
      await using server = await serveExampleConfig(
        kind === "ws" ? "tcp" : kind,
      );
      const place = placeOf(server, kind);
      // Nothing that the first run leaves behind is in the second one's way.
      for (let runs = 0; runs < 2; runs++) {
        const { code, printed } = await run(example, place);
        assertEquals(code, 0, printed);
        let rest = printed;
        for (const line of lines) {
          assertStringIncludes(rest, `${line}\n`, printed);
          rest = rest.slice(rest.indexOf(line) + line.length);
        }
        await server.emptied();
      }
    });
  }
}

Deno.test("an example fails where the router does not do what it shows", async () => {
  await using server = await TestServer.start({
    realms: [openRealm("realm1", ["guest"])],
    role: "guest",
  });
  const { code, printed } = await run(
    "meta_events.mjs",
    placeOf(server, "tcp"),
  );
  assertStringIncludes(printed, 'joined: { authrole: "guest"');
  assertEquals(code, 1, printed);
});

async function serveExampleConfig(kind: TransportKind): Promise<TestServer> {
  const text = await Deno.readTextFile(new URL("config.json", FOLDER));
  const { config: { realms } } = await loadSound(text);
  return await TestServer.start({ realms, kinds: [kind] });
}

/** As the examples take it. */
function placeOf(server: TestServer, kind: "tcp" | "unix" | "ws"): string {
  const address = server.address(kind === "ws" ? "tcp" : kind);
  const [, place] = address.split(/^(?:tcp:\/\/|unix:)/);
  return kind === "ws" ? `ws://${place}/ws` : place;
}

async function run(
  example: string,
  place: string,
): Promise<{ code: number; printed: string }> {
  const { code, stdout, stderr } = await within(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL(example, FOLDER).href, place],
      cwd: FOLDER,
      env: { NO_COLOR: "1" },
    }).output(),
    "the example to end",
    60_000,
  );
  const decoder = new TextDecoder();
  return { code, printed: decoder.decode(stdout) + decoder.decode(stderr) };
}
