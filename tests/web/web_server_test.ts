/** HTTP as it is used beside WebSocket: what is answered, and what is refused. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { WebServiceConfig } from "../../src/config/config.ts";
import { TestWeb, utf8 } from "./_web.ts";

const PATHS: ReadonlyMap<string, WebServiceConfig> = new Map([
  ["doc", { type: "json", value: { a: [1, "ä"] } }],
  ["info", { type: "nodeinfo" }],
  ["old", { type: "redirect", url: "https://example.com/new" }],
  ["nested", {
    type: "path",
    paths: new Map([
      ["/", { type: "json", value: "root" }],
      ["deep", { type: "json", value: "deep" }],
    ]),
  }],
]);

const HOST = "Host: a\r\n";

Deno.test("json, nodeinfo, redirect and path are served, and nothing else", async () => {
  await using web = new TestWeb({
    paths: PATHS,
    facts: () => ({
      version: "1.2.3<",
      uptimeMs: (26 * 60 + 5) * 60_000,
      transports: [{ id: "main", type: "universal" }],
    }),
  });
  const json = await fetch(web.url("/doc"));
  assertEquals(json.status, 200);
  assertEquals(
    json.headers.get("content-type"),
    "application/json; charset=utf-8",
  );
  assertEquals(json.headers.get("x-content-type-options"), "nosniff");
  assertEquals(json.headers.get("server"), null);
  assertEquals(await json.json(), { a: [1, "ä"] });

  const info = await fetch(web.url("/info"));
  const page = await info.text();
  assertStringIncludes(page, "1.2.3&lt;");
  assertStringIncludes(page, "1 d 2 h 5 min");
  assertStringIncludes(page, "<td>main</td><td>universal</td>");

  const old = await fetch(web.url("/old/more?x"), { redirect: "manual" });
  assertEquals(old.status, 302);
  assertEquals(old.headers.get("location"), "https://example.com/new");
  await old.body?.cancel();

  assertEquals(await (await fetch(web.url("/nested"))).json(), "root");
  assertEquals(await (await fetch(web.url("/nested/"))).json(), "root");
  assertEquals(await (await fetch(web.url("/nested/deep"))).json(), "deep");
  for (const path of ["/", "/docs", "/nested/deeper", "/doc/x"]) {
    const missing = await fetch(web.url(path));
    assertEquals(missing.status, 404, path);
    await missing.body?.cancel();
  }
});

Deno.test("a later request that asks for a WebSocket is handed over with its octets", async () => {
  const handed = Promise.withResolvers<Uint8Array>();
  await using web = new TestWeb({
    paths: PATHS,
    webSocketAt: (path) =>
      path === "/ws" ? { enableWebstatus: false } : undefined,
    upgraded: (conn, ahead) => {
      handed.resolve(ahead);
      conn.write(utf8.encode("yours")).then(() => conn.close());
    },
  });
  using client = await web.connect();
  await client.send(`GET /doc HTTP/1.1\r\n${HOST}\r\n`);
  assertEquals((await client.readResponse()).status, 200);
  const request =
    `GET /ws?x HTTP/1.1\r\n${HOST}Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nX-Y: \xe4\r\nx-y: 2\r\n\r\n`;
  await client.send(`${request}rest`);
  const octets = Array.from(await handed.promise);
  assertEquals(String.fromCharCode(...octets), `${request}rest`);
  assertEquals(await client.readAll(), "yours");
  assertEquals(web.ended, 1);
});
