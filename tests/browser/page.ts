/**
 * `deno task browser`: the page of `examples/browser` in Chromium, against a router
 * with the config of `examples/universal.json`, and a client over RawSocket.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "jsonc-parser";
import { RunningProgram, Scratch } from "../cli/_program.ts";
import { RawClient } from "../support/raw_client.ts";
import { Browser } from "./webdriver.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const TITLE = "Sluice in a browser";

/** The example's config on free ports; `change` takes its clear-text transport. */
async function startRouter(
  change: (transport: Record<string, unknown>) => void = () => {},
): Promise<[RunningProgram, Scratch]> {
  const text = await Deno.readTextFile(new URL("universal.json", EXAMPLES));
  const { $schema: _, ...config } = parse(text);
  const [clear] = config.transports;
  clear.endpoint.port = 0;
  clear.web.paths["/"].directory = new URL("browser", EXAMPLES).pathname;
  change(clear);
  const scratch = await Scratch.make({
    "config.json": { ...config, transports: [clear] },
  });
  const router = await RunningProgram.startMain([scratch.file("config.json")]);
  return [router, scratch];
}

async function stop(router: RunningProgram, scratch: Scratch): Promise<void> {
  router.kill("SIGTERM");
  assertEquals(await router.ended(), 0);
  await scratch[Symbol.asyncDispose]();
}

/** Serves `examples/browser`, and nothing else. */
function fileServer(): Deno.HttpServer<Deno.NetAddr> {
  const types: Record<string, string> = {
    html: "text/html",
    js: "text/javascript",
  };
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const name = new URL(request.url).pathname.slice(1) || "index.html";
      const file = await Deno.readFile(new URL(`browser/${name}`, EXAMPLES));
      const type = types[name.split(".").at(-1) ?? ""] ?? "text/plain";
      return new Response(file, { headers: { "Content-Type": type } });
    },
  );
}

/** The page and a RawSocket client talk to each other. */
async function talk(browser: Browser, address: string): Promise<void> {
  const logged = (text: string) =>
    browser.until(
      `document.getElementById("log").textContent.includes(${
        JSON.stringify(text)
      })`,
    );
  await browser.click("#join button");
  await browser.until(
    'document.getElementById("state").dataset.state === "joined"',
  );
  await logged("serving com.example.browser.title");
  using other = await RawClient.join(address, "msgpack");
  await other.subscribe("com.example.chat");
  const registration = await other.register("com.example.add");

  await browser.click("#publish button");
  const event = await other.receive();
  assertEquals([event[0], event[4]], [36, ["Hello from a browser"]]);

  const publish = other.nextRequest();
  await other.send([16, publish, {}, "com.example.chat", [
    "Hello from RawSocket",
  ]]);
  await logged("Hello from RawSocket");

  await browser.click("#call button");
  const [type, invocation, id, , args] = await other.receive();
  assertEquals([type, id, args], [68, registration, [2, 3]]);
  await other.send([70, invocation, {}, [5]]);
  await logged("2 + 3 = 5");

  const call = other.nextRequest();
  const result = await other.request([
    48,
    call,
    {},
    "com.example.browser.title",
  ]);
  assertEquals(result, [50, call, {}, [TITLE]]);
}

/** Where the page loaded something from that it did not come from itself. */
const FROM_ELSEWHERE = `performance.getEntriesByType("resource")
  .map(({ name }) => name)
  .filter((name) => !name.startsWith(location.origin) && !name.startsWith("data:"))`;

Deno.test("a page from a plain file server joins over ws://, and talks to a client over RawSocket", async () => {
  const [router, scratch] = await startRouter();
  await using files = fileServer();
  {
    await using browser = await Browser.start();
    const url = `ws://127.0.0.1:${router.port}/ws`;
    await browser.open(`http://127.0.0.1:${files.addr.port}/?router=${url}`);
    await talk(browser, `tcp://127.0.0.1:${router.port}`);
    assertEquals(await browser.read(FROM_ELSEWHERE), []);
    const picture = Deno.env.get("SLUICE_PICTURE");
    if (picture !== undefined) {
      await Deno.writeFile(picture, await browser.picture());
    }
  }
  await stop(router, scratch);
});

Deno.test("a page that the router itself serves joins through the same port", async () => {
  const [router, scratch] = await startRouter((transport) => {
    transport["websocket"] = { ws: {} };
  });
  {
    await using browser = await Browser.start();
    await browser.open(`http://127.0.0.1:${router.port}/`);
    assertEquals(await browser.read("document.title"), TITLE);
    await talk(browser, `tcp://127.0.0.1:${router.port}`);
  }
  await stop(router, scratch);
});

Deno.test("a page of an origin that is not listed is turned away, and the log says which key decided", async () => {
  const [router, scratch] = await startRouter((transport) => {
    transport["websocket"] = { ws: {} };
  });
  await using files = fileServer();
  {
    await using browser = await Browser.start();
    const url = `ws://127.0.0.1:${router.port}/ws`;
    await browser.open(`http://127.0.0.1:${files.addr.port}/?router=${url}`);
    await browser.click("#join button");
    await browser.until(
      'document.getElementById("state").dataset.state === "closed"',
    );
    const line = await router.logged("handshake refused");
    assertStringIncludes(line, "key=allowed_origins");
    assertStringIncludes(line, `http://127.0.0.1:${files.addr.port}`);
  }
  await stop(router, scratch);
});
