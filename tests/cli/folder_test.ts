/**
 * Folders in place of a config, and `convert`.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { run, Scratch } from "./_program.ts";

const NODE = {
  version: 2,
  workers: [{
    type: "router",
    realms: [{
      name: "realm1",
      roles: [{
        name: "anonymous",
        permissions: [{ uri: "*", allow: { call: true } }],
      }],
    }],
    transports: [{
      type: "websocket",
      endpoint: { type: "tcp", port: 0, interface: "127.0.0.1" },
    }],
  }],
};

const OLD = {
  workers: [{
    type: "router",
    realms: [{
      name: "realm1",
      roles: [{ name: "a", permissions: [{ uri: "*", call: true }] }],
    }],
  }],
};

async function folder(files: Record<string, unknown>): Promise<Scratch> {
  const scratch = await Scratch.make({});
  await Deno.mkdir(scratch.file(".crossbar"));
  for (const [name, value] of Object.entries(files)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    await Deno.writeTextFile(scratch.file(`.crossbar/${name}`), text);
  }
  return scratch;
}

Deno.test("commands take the config of a folder: config.json, or config.yaml", async () => {
  const yaml = "version: 3\n";
  const cases: [files: Record<string, unknown>, found: string][] = [
    [{ "config.json": NODE }, "config.json"],
    [{ "config.yaml": JSON.stringify(NODE) }, "config.yaml"],
    [{ "config.json": NODE, "config.yaml": yaml }, "config.json"],
  ];
  for (const [files, found] of cases) {
    await using scratch = await folder(files);
    for (const name of [".crossbar", ".crossbar/"]) {
      const { code, stdout } = await run(["check", scratch.file(name)]);
      assertEquals(code, 0, stdout);
      const path = scratch.file(`.crossbar/${found}`);
      assertStringIncludes(stdout, `${path}: fine`);
    }
    const { stdout } = await run(["permissions", scratch.file(".crossbar")]);
    assertStringIncludes(stdout, scratch.file(`.crossbar/${found}\n`));
    const explained = await run([
      ...["explain", scratch.file(".crossbar"), "--realm", "realm1"],
      ...["--role", "anonymous", "--call", "a"],
    ]);
    assertEquals(explained.stdout.split("\n")[0], "allowed");
  }
});

Deno.test("a folder without a config is told from a config", async () => {
  await using scratch = await folder({ "other.json": NODE });
  const path = scratch.file(".crossbar");
  const { code, stdout } = await run(["check", path]);
  assertEquals(code, 2);
  assertEquals(
    stdout,
    `${path}: error: cannot read the config: it is a folder, not a file\n${path}: 1 error\n`,
  );
});

Deno.test("convert writes version 2 to standard output, and no file", async () => {
  await using scratch = await folder({ "config.json": OLD });
  const file = scratch.file(".crossbar/config.json");
  const flags = [`--allow-read=${scratch.path}`];
  const { code, stdout, stderr } = await run(
    ["convert", scratch.file(".crossbar")],
    { flags },
  );
  assertEquals([code, stderr], [0, ""]);
  const { version, workers } = JSON.parse(stdout);
  assertEquals(version, 2);
  assertEquals(workers[0].realms[0].roles[0].permissions, [
    { uri: "*", allow: { call: true } },
  ]);
  assertEquals(JSON.parse(await Deno.readTextFile(file)), OLD);
});

Deno.test("convert says so where there is nothing to do, or no node config", async () => {
  await using scratch = await Scratch.make({
    "new.json": NODE,
    "ours.json": { realms: [] },
    "bad.json": "{",
  });
  const convert = (name: string) => run(["convert", scratch.file(name)]);
  const same = await convert("new.json");
  assertEquals([same.code, JSON.parse(same.stdout)], [0, NODE]);
  assertEquals(
    same.stderr,
    `note: ${scratch.file("new.json")} is of version 2 already\n`,
  );
  const cases = [
    ["ours.json", "this is no node config of Crossbar.io"],
    ["bad.json", 'expected "}" at the end of the object'],
    ["none.json", "there is no such file"],
  ];
  for (const [name, reason] of cases) {
    const { code, stdout, stderr } = await convert(name);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, reason);
  }
});

Deno.test("check looks for the folders whose files are served", async () => {
  const paths = {
    "/": { type: "static", directory: "web" },
    a: { type: "static", directory: "none" },
    b: { type: "static", directory: "c.json" },
  };
  const endpoint = { type: "tcp", port: 0, interface: "127.0.0.1" };
  await using scratch = await Scratch.make({
    "c.json": { type: "web", endpoint, paths },
  });
  await Deno.mkdir(scratch.file("web"));
  const { code, stdout } = await run(["check", scratch.file("c.json")]);
  assertEquals(code, 0);
  const found = stdout.replaceAll(scratch.path, ".").split("\n")
    .filter((line) => line.includes("can be served"))
    .map((line) => line.slice(line.indexOf("warning: ")));
  assertEquals(found, [
    "warning: paths.a.directory: no file of ./none can be served: there is no such folder",
    "warning: paths.b.directory: no file of ./c.json can be served: it is no folder",
  ]);
});
