/** Files of a folder, and never of another. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { StaticConfig } from "../../src/config/config.ts";
import { until } from "../support/until.ts";
import { within } from "../support/deadline.ts";
import { TestWeb } from "./_web.ts";

const HOST = "Host: a\r\n";

/** A folder with files to be served, and a folder beside it that is not. */
class Site implements AsyncDisposable {
  readonly top: string;
  readonly root: string;

  private constructor(top: string) {
    this.top = top;
    this.root = `${top}/site`;
  }

  static async make(files: Record<string, string>): Promise<Site> {
    const site = new Site(await Deno.makeTempDir());
    await Deno.mkdir(site.root);
    await Deno.writeTextFile(`${site.top}/secret.txt`, "secret");
    for (const [path, text] of Object.entries(files)) {
      const full = `${site.root}/${path}`;
      await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.writeTextFile(full, text);
    }
    return site;
  }

  serve(options: Partial<StaticConfig> = {}, path = "/"): TestWeb {
    const service: StaticConfig = {
      type: "static",
      directory: this.root,
      listsDirectories: false,
      mimeTypes: new Map(),
      ...options,
    };
    return new TestWeb({ paths: new Map([[path, service]]) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.top, { recursive: true });
  }
}

/** The answer to a GET whose target is sent as it is. */
async function get(
  web: TestWeb,
  target: string,
  headers = "",
): Promise<{ status: number; headers: Headers; body: string }> {
  using client = await web.connect();
  await client.send(`GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`);
  return await client.readResponse();
}

Deno.test("a file is served with type, length, entity tag and date; HEAD says the same without it", async () => {
  await using site = await Site.make({ "a/page.html": "<p>ä</p>" });
  await using web = site.serve();
  const answer = await fetch(web.url("/a/page.html"));
  assertEquals(answer.status, 200);
  assertEquals(answer.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(answer.headers.get("content-length"), "9");
  assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
  assertEquals(answer.headers.get("accept-ranges"), "bytes");
  assertEquals(answer.headers.get("cache-control"), "no-cache");
  assertEquals(answer.headers.get("server"), null);
  assertMatch(answer.headers.get("etag") ?? "", /^"9-[0-9a-f]+"$/);
  assertEquals(await answer.text(), "<p>ä</p>");

  using client = await web.connect();
  await client.send(`HEAD /a/page.html HTTP/1.1\r\n${HOST}\r\n`);
  const head = await client.readResponse("HEAD");
  for (const [name, value] of answer.headers) {
    if (name !== "date") assertEquals(head.headers.get(name), value, name);
  }
  await client.send(`GET /a/page.html HTTP/1.1\r\n${HOST}\r\n`);
  assertEquals((await client.readResponse()).status, 200);
});

Deno.test("content types: known by their endings, own ones first, the rest unknown", async () => {
  await using site = await Site.make({
    "a.js": "",
    "a.json": "",
    "a.svg": "",
    "a.png": "",
    "a.wasm": "",
    "a.jgz": "",
    "a.nothing": "",
    "none": "",
  });
  await using web = site.serve({
    mimeTypes: new Map([[".jgz", "text/javascript"], [".png", "image/own"]]),
  });
  for (
    const [name, type] of [
      ["a.js", "text/javascript; charset=utf-8"],
      ["a.json", "application/json; charset=utf-8"],
      ["a.svg", "image/svg+xml; charset=utf-8"],
      ["a.png", "image/own"],
      ["a.wasm", "application/wasm"],
      ["a.jgz", "text/javascript"],
      ["a.nothing", "application/octet-stream"],
      ["none", "application/octet-stream"],
    ]
  ) {
    const { headers } = await get(web, `/${name}`);
    assertEquals(headers.get("content-type"), type, name);
  }
});

Deno.test("a client that has the file gets 304; a part of it, 206; a part behind its end, 416", async () => {
  await using site = await Site.make({ "a.txt": "0123456789" });
  await using web = site.serve({ cacheTimeoutS: 3600 });
  const first = await get(web, "/a.txt");
  assertEquals(first.headers.get("cache-control"), "public, max-age=3600");
  const etag = first.headers.get("etag");
  using client = await web.connect();
  await client.send(
    `GET /a.txt HTTP/1.1\r\n${HOST}If-None-Match: ${etag}\r\n\r\n`,
  );
  const same = await client.readResponse();
  assertEquals([same.status, same.body], [304, ""]);
  assertEquals(same.headers.get("etag"), etag);

  const part = await get(
    web,
    "/a.txt",
    `Range: bytes=2-4\r\nIf-Range: ${etag}\r\n`,
  );
  assertEquals([part.status, part.body], [206, "234"]);
  assertEquals(part.headers.get("content-range"), "bytes 2-4/10");
  const behind = await get(web, "/a.txt", "Range: bytes=10-\r\n");
  assertEquals(behind.status, 416);
  assertEquals(behind.headers.get("content-range"), "bytes */10");
  const other = await get(web, "/a.txt", 'If-Match: "other"\r\n');
  assertEquals(other.status, 412);
});

Deno.test("an empty file is served, whatever part is asked for", async () => {
  await using site = await Site.make({ "empty.txt": "" });
  await using web = site.serve();
  const whole = await get(web, "/empty.txt");
  assertEquals([whole.status, whole.body], [200, ""]);
  const part = await get(web, "/empty.txt", "Range: bytes=-5\r\n");
  assertEquals(part.status, 200);
});

Deno.test("a folder is its index.html, at the address with a slash", async () => {
  await using site = await Site.make({
    "index.html": "top",
    "sub dir/index.html": "sub",
  });
  await using web = site.serve({}, "files");
  const moved = await get(web, "/files?x=1");
  assertEquals(moved.status, 301);
  assertEquals(moved.headers.get("location"), "./files/?x=1");
  assertEquals((await get(web, "/files/")).body, "top");
  const sub = await get(web, "/files/sub%20dir");
  assertEquals(sub.headers.get("location"), "./sub%20dir/");
  assertEquals((await get(web, "/files/sub%20dir/")).body, "sub");
  assertEquals(await (await fetch(web.url("/files/sub%20dir"))).text(), "sub");
});

Deno.test("a folder without index.html is listed only where that is wanted, without names that are not served", async () => {
  await using site = await Site.make({
    "sub/b<i>.txt": "",
    "sub/a&b.txt": "",
    "sub/.hidden": "",
    "sub/deep/x": "",
  });
  await Deno.symlink(site.top, `${site.root}/sub/link`);
  await using web = site.serve();
  assertEquals((await get(web, "/sub/")).status, 404);
  await using listing = site.serve({ listsDirectories: true });
  const { status, headers, body } = await get(listing, "/sub/");
  assertEquals(status, 200);
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertStringIncludes(body, '<a href="./a%26b.txt">a&amp;b.txt</a>');
  assertStringIncludes(body, '<a href="./b%3Ci%3E.txt">b&lt;i&gt;.txt</a>');
  assertStringIncludes(body, '<a href="./deep/">deep/</a>');
  assertEquals(/hidden|link/.test(body), false);
});

Deno.test("a long folder is listed in part", async () => {
  const names = Array.from({ length: 1001 }, (_, index) => [`${index}`, ""]);
  await using site = await Site.make(Object.fromEntries(names));
  await using web = site.serve({ listsDirectories: true });
  const { body } = await get(web, "/");
  assertEquals(body.match(/<a /g)?.length, 1000);
  assertStringIncludes(body, "more than 1000");
});

Deno.test("default_file is served for what is not there, and nothing that is there", async () => {
  await using site = await Site.make({ "app.html": "app", "b.txt": "b" });
  await using web = site.serve({ defaultFile: "app.html" });
  for (const target of ["/", "/any/where", "/b.txt/", "/../x", "/.git"]) {
    const { status, headers, body } = await get(web, target);
    assertEquals([status, body], [200, "app"], target);
    assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  }
  assertEquals((await get(web, "/b.txt")).body, "b");
  await Deno.remove(`${site.root}/app.html`);
  assertEquals((await get(web, "/any")).status, 404);
});

const OUTSIDE = [
  "/../secret.txt",
  "/a/../../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/%2e%2e%2fsecret.txt",
  "/a%2f..%2f..%2fsecret.txt",
  "/..%5csecret.txt",
  "/..\\secret.txt",
  "/%252e%252e/secret.txt",
  "//secret.txt",
  "///etc/passwd",
  "/%2fetc%2fpasswd",
  "/secret.txt%00.html",
  "/a%00",
  "/.%00./secret.txt",
  "/link.txt",
  "/folder/secret.txt",
  "/relative.txt",
  "/absolute",
  "/loop",
  "/dangling",
  "/.hidden",
  "/unhidden.txt",
  "/.git/config",
  "/nul",
  "/con.txt",
  "/zero",
  "/pipe",
  "/socket",
  `/${"a".repeat(300)}`,
  `/${"a/".repeat(2000)}`,
  "/a.txt/b",
];

Deno.test("nothing outside the folder is served, and nothing that is no file", async () => {
  await using site = await Site.make({ "a.txt": "a", ".hidden": "secret" });
  const { top, root } = site;
  await Deno.symlink(`${top}/secret.txt`, `${root}/link.txt`);
  await Deno.symlink(top, `${root}/folder`);
  await Deno.symlink("../secret.txt", `${root}/relative.txt`);
  await Deno.symlink("/etc/passwd", `${root}/absolute`);
  await Deno.symlink(`${root}/loop`, `${root}/loop`);
  await Deno.symlink(`${root}/not there`, `${root}/dangling`);
  await Deno.symlink(`${root}/.hidden`, `${root}/unhidden.txt`);
  await Deno.symlink("/dev/zero", `${root}/zero`);
  await new Deno.Command("mkfifo", { args: [`${root}/pipe`] }).output();
  using _ = Deno.listen({ transport: "unix", path: `${root}/socket` });
  await using web = site.serve({ listsDirectories: true });
  for (const target of OUTSIDE) {
    const { status, body } = await within(get(web, target), target);
    assertEquals(
      status === 404 || status === 400,
      true,
      `${target}: ${status}`,
    );
    assertEquals(/secret|root:/.test(body), false, target);
  }
  assertEquals(web.log.found("error", ""), []);
});

Deno.test("a folder beside it whose name begins in the same way is outside", async () => {
  await using site = await Site.make({ "a.txt": "a" });
  await Deno.mkdir(`${site.top}/site2`);
  await Deno.writeTextFile(`${site.top}/site2/b.txt`, "secret");
  await Deno.symlink(`${site.top}/site2/b.txt`, `${site.root}/b.txt`);
  await using web = site.serve();
  assertEquals((await get(web, "/b.txt")).status, 404);
});

Deno.test("links that stay in the folder are followed, and the folder may be one itself", async () => {
  await using site = await Site.make({ "v1/a.txt": "a" });
  await Deno.symlink(`${site.root}/v1`, `${site.root}/current`);
  await Deno.symlink(site.root, `${site.top}/published`);
  await using web = site.serve({ directory: `${site.top}/published` });
  assertEquals((await get(web, "/current/a.txt")).body, "a");
});

Deno.test("a well-known address is served, other names with a dot before them are not", async () => {
  await using site = await Site.make({
    ".well-known/security.txt": "s",
    ".well-known/.more": "secret",
  });
  await using web = site.serve();
  assertEquals((await get(web, "/.well-known/security.txt")).body, "s");
  assertEquals((await get(web, "/.well-known/.more")).status, 404);
});

Deno.test("files are read and nothing else: other methods get 405", async () => {
  await using site = await Site.make({ "a.txt": "a" });
  await using web = site.serve();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
    using client = await web.connect();
    await client.send(`${method} /a.txt HTTP/1.1\r\n${HOST}\r\n`);
    const { status, headers } = await client.readResponse();
    assertEquals(status, 405, method);
    assertEquals(headers.get("allow"), "GET, HEAD");
  }
});

Deno.test("a file that becomes shorter while it is sent ends the connection, not the next answer", async () => {
  await using site = await Site.make({});
  const path = `${site.root}/large.bin`;
  await Deno.writeFile(path, new Uint8Array(32 * 2 ** 20));
  await using web = site.serve();
  using client = await web.connect();
  await client.send(`GET /large.bin HTTP/1.1\r\n${HOST}\r\n`);
  await client.conn.read(new Uint8Array(1000));
  await Deno.truncate(path, 1000);
  const rest = await client.readAll().catch(() => "");
  assertEquals(rest.length < 32 * 2 ** 20 - 1000, true);
  assertEquals(web.log.found("error", "became shorter").length, 1);
});

/** How many descriptors lead below `folder`. */
async function openFiles(folder: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    // It may be closed by now.
    const target = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => "");
    if (target.startsWith(folder)) count++;
  }
  return count;
}

Deno.test("no file stays open, however its request ends", async () => {
  await using site = await Site.make({ "index.html": "x", "a.txt": "a" });
  await Deno.writeFile(`${site.root}/large.bin`, new Uint8Array(32 * 2 ** 20));
  await using web = site.serve();
  assertEquals((await get(web, "/a.txt")).status, 200);
  assertEquals((await get(web, "/")).status, 200);
  assertEquals((await get(web, "/a.txt/")).status, 404);
  assertEquals((await get(web, "/a.txt", "If-Match: x\r\n")).status, 412);
  assertEquals((await get(web, "/a.txt", "Range: bytes=9-\r\n")).status, 416);
  using client = await web.connect();
  await client.send(`HEAD /a.txt HTTP/1.1\r\n${HOST}\r\n`);
  await client.readResponse("HEAD");
  await client.send(`GET /a.txt HTTP/1.1\r\n${HOST}If-None-Match: *\r\n\r\n`);
  assertEquals((await client.readResponse()).status, 304);
  const leaver = await web.connect();
  await leaver.send(`GET /large.bin HTTP/1.1\r\n${HOST}\r\n`);
  await leaver.conn.read(new Uint8Array(1000));
  leaver[Symbol.dispose]();
  await until(async () => await openFiles(site.top) === 0);
});

Deno.test("a folder that is gone is 404, until it is there again", async () => {
  await using site = await Site.make({ "a.txt": "a" });
  await using web = site.serve();
  await Deno.rename(site.root, `${site.root}.old`);
  assertEquals((await get(web, "/a.txt")).status, 404);
  await Deno.rename(`${site.root}.old`, site.root);
  assertEquals((await get(web, "/a.txt")).status, 200);
});

Deno.test("an address never leads to another host", async () => {
  await using site = await Site.make({ "evil.example/index.html": "" });
  await using web = site.serve({ listsDirectories: true });
  for (
    const target of ["//evil.example", "/%2Fevil.example", "/%5Cevil.example"]
  ) {
    assertEquals((await get(web, target)).status, 404, target);
  }
  const moved = await get(web, "/evil.example");
  assertEquals(moved.headers.get("location"), "./evil.example/");
});
