/** The examples do what their first lines promise. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { within } from "../support/deadline.ts";
import { TestServer } from "../support/test_server.ts";

for (const kind of ["tcp", "unix"] as const) {
  Deno.test(`examples/autobahn_js.mjs, ${kind}: calls, fails a call, publishes and leaves`, async () => {
    await using server = await TestServer.start({ kinds: [kind] });
    const [, place] = server.address(kind).split(/^(?:tcp:\/\/|unix:)/);
    const example = new URL("../../examples/autobahn_js.mjs", import.meta.url);
    const { code, stdout, stderr } = await within(
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", example.href, place],
        cwd: new URL(".", example),
        env: { NO_COLOR: "1" },
      }).output(),
      "the example to end",
      60_000,
    );
    const printed = new TextDecoder().decode(stdout);
    assertEquals(code, 0, printed + new TextDecoder().decode(stderr));
    for (
      const line of [
        "2 + 3 = 5",
        '1 / 0 fails: com.example.error.zero [ "no division by zero" ]',
        'event: com.example.news [ "it works" ] { from: "publisher" }',
        "publisher: closed, wamp.close.goodbye_and_out",
      ]
    ) {
      assertStringIncludes(printed, line);
    }
    await server.emptied();
  });
}
