import { assertEquals } from "@std/assert";
import {
  compileLine,
  permissionLine,
  quoteForShell,
} from "../../src/permissions/permission_line.ts";
import { subjectWith, tcp, unix } from "./_config.ts";

Deno.test("permissionLine() has one flag for each kind of permission", async () => {
  const subject = await subjectWith([tcp("127.0.0.1", 8080), unix("/run/s")], [
    "P",
  ]);
  assertEquals(
    permissionLine(subject, { program: "main.ts", options: ["--x"] }),
    "deno run --no-prompt --allow-net=127.0.0.1:8080,unix:/run/.s~/s,unix:/run/s --allow-read=config.json,/run/s,/run/.s~ --allow-write=/run/s,/run/.s~ --allow-env=P main.ts --x config.json"
      .replace(/--allow-(?:net|read|write)\S+/g, "'$&'"),
  );
});

Deno.test("permissionLine() leaves flags out that the config does not need", async () => {
  const subject = await subjectWith([tcp("127.0.0.1", 8080)]);
  assertEquals(
    permissionLine(subject, { program: "main.ts", options: [] }),
    "deno run --no-prompt --allow-net=127.0.0.1:8080 --allow-read=config.json main.ts config.json",
  );
});

Deno.test("permissionLine() asks for everything of a kind where a flag cannot name it", async () => {
  const subject = await subjectWith([tcp("::1", 1), unix("/a,b/s")]);
  assertEquals(
    permissionLine(subject, { program: "main.ts", options: [] }),
    "deno run --no-prompt --allow-net --allow-read=config.json,/ --allow-write=/ main.ts config.json",
  );
});

Deno.test("compileLine() has the same flags, for a router that has them built in", async () => {
  const subject = await subjectWith([tcp("127.0.0.1", 8080)]);
  assertEquals(
    compileLine({ ...subject, configPath: "/etc/my config.json" }, "sluice"),
    "deno compile --no-prompt --allow-net=127.0.0.1:8080 '--allow-read=/etc/my config.json' -o sluice main.ts",
  );
});

Deno.test("quoteForShell() quotes what a shell would take apart", async () => {
  const words = [
    "plain-1.2_3/4:5,6=7@8%9+",
    "",
    "two words",
    "it's",
    "''",
    "~",
    "[::1]:80",
    "$HOME `ls` $(ls)",
    "a\nb",
    '"\\',
    "*?{a,b}!&;|<>#",
  ];
  const line = `printf '%s\\0' ${words.map(quoteForShell).join(" ")}`;
  const shell = new Deno.Command("sh", { args: ["-c", line] });
  const { stdout } = await shell.output();
  const found = new TextDecoder().decode(stdout).split("\0").slice(0, -1);
  assertEquals(found, words);
});
