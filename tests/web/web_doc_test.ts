/** The examples of docs/web.md do what the page says. */
import { assertEquals } from "@std/assert";
import { Secret } from "../../src/base/secret.ts";
import type { WebServiceConfig } from "../../src/config/config.ts";
import { TestWeb, utf8 } from "./_web.ts";

const PAGE = new URL("../../docs/web.md", import.meta.url);
const BRIDGE = {
  realm: "realm1",
  role: "web",
  maxBodyBytes: 1000,
  requireTls: false,
  debug: false,
};
const CALLER: WebServiceConfig = { ...BRIDGE, type: "caller" };
const SIGNED: WebServiceConfig = {
  ...BRIDGE,
  type: "publisher",
  signature: {
    key: "key1",
    secret: new Secret("secret1"),
    maxTimestampDeltaS: 300,
  },
};

/** The example in `language` that has `text` in it. */
async function example(language: string, text: string): Promise<string> {
  const page = await Deno.readTextFile(PAGE);
  const blocks = page.matchAll(/^```(\w+)\n([^]*?)^```$/gm);
  const found = [...blocks].find(([, name, block]) =>
    name === language && block.includes(text)
  );
  if (found === undefined) throw new Error(`No example has ${text}`);
  return found[2];
}

/** What `program` prints that is given an example, with the test's port in it. */
async function run(
  web: TestWeb,
  program: string,
  script: string,
): Promise<string> {
  const child = new Deno.Command(program, {
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(utf8.encode(script.replaceAll(":8080/", `:${web.port}/`)));
  await writer.close();
  const { stdout } = await child.output();
  return utf8.decode(stdout).trim();
}

/** A server whose clock shows the time of day, as the clients' does. */
function serve(): TestWeb {
  return new TestWeb({
    clock: { now: () => new Date() },
    paths: new Map<string, WebServiceConfig>([
      ["publish", SIGNED],
      ["api", { type: "path", paths: new Map([["call", CALLER]]) }],
    ]),
  });
}

for (const [language, program] of [["python", "python3"], ["sh", "sh"]]) {
  Deno.test(`the signed request in ${language} is taken`, async () => {
    await using web = serve();
    web.session.answer = () => ({
      ok: true,
      args: [],
      kwargs: {},
      publication: 7,
    });
    const script = await example(language, "SECRET");
    assertEquals(await run(web, program, script), '{"id":7}');
    assertEquals(web.session.publications[0].args, ["Hello"]);
  });
}

Deno.test("the call by curl is made", async () => {
  await using web = serve();
  const script = await example("sh", "add2");
  assertEquals(await run(web, "sh", script), '{"args":[1,2]}');
});
