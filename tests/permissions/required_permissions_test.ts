import { assertEquals } from "@std/assert";
import {
  descriptorOf,
  formatFlag,
  lastingPermissions,
  type Permission,
  requiredPermissions,
} from "../../src/permissions/required_permissions.ts";
import { loadSound, REALM } from "../config/_load.ts";
import { realmWithStore, subjectWith, tcp, unix } from "./_config.ts";

const CONFIG = "--allow-read=config.json";

Deno.test("requiredPermissions() names what each kind of endpoint needs, no more", async () => {
  const cases: [what: Parameters<typeof subjectWith>, flags: string[]][] = [
    [[[tcp("127.0.0.1", 8080)]], [CONFIG, "--allow-net=127.0.0.1:8080"]],
    [[[tcp("0.0.0.0", 0)]], [CONFIG, "--allow-net=0.0.0.0:0"]],
    // Only in brackets can Deno tell the port of an IPv6 address.
    [[[tcp("::1", 8080)]], [CONFIG, "--allow-net=[::1]:8080"]],
    [[[tcp("::", 8080)]], [CONFIG, "--allow-net=[::]:8080"]],
    [[[tcp("::1", 443, ["/tls/ca"])]], [
      CONFIG,
      "--allow-read=/tls/key",
      "--allow-read=/tls/cert",
      "--allow-read=/tls/ca",
      "--allow-net=[::1]:443",
    ]],
    [[[unix("/run/s")]], [
      CONFIG,
      "--allow-net=unix:/run/.s~/s",
      "--allow-net=unix:/run/s",
      "--allow-read=/run/s",
      "--allow-read=/run/.s~",
      "--allow-write=/run/s",
      "--allow-write=/run/.s~",
    ]],
    [[[tcp("::1", 1)], ["PORT", "HOME"]], [
      CONFIG,
      "--allow-env=PORT",
      "--allow-env=HOME",
      "--allow-net=[::1]:1",
    ]],
    // Two transports with one key: it is named once.
    [[[tcp("::1", 1, []), tcp("::1", 2, [])]], [
      CONFIG,
      "--allow-read=/tls/key",
      "--allow-read=/tls/cert",
      "--allow-net=[::1]:1",
      "--allow-net=[::1]:2",
    ]],
    // SQLite's file beside it needs no permission of Deno's.
    [[[tcp("::1", 1)], [], [realmWithStore("a", "/data/a.db")]], [
      CONFIG,
      "--allow-read=/data/a.db",
      "--allow-write=/data/a.db",
      "--allow-net=[::1]:1",
    ]],
    [[[tcp("::1", 1)], [], [realmWithStore("a", undefined)]], [
      CONFIG,
      "--allow-net=[::1]:1",
    ]],
    [[[tcp("::1", 1)], [], [realmWithStore("a", "/x,y/a.db")]], [
      CONFIG,
      "--allow-read=/",
      "--allow-write=/",
      "--allow-net=[::1]:1",
    ]],
    // A flag cannot name a comma.
    [[[unix("/run/a,b/s")]], [
      CONFIG,
      "--allow-net",
      "--allow-read=/run",
      "--allow-write=/run",
    ]],
  ];
  for (const [what, flags] of cases) {
    const found = requiredPermissions(await subjectWith(...what));
    assertEquals(found.map(formatFlag), flags);
  }
});

Deno.test("requiredPermissions() names the files of secrets, each once", async () => {
  const users = {
    joe: { ticket: { file: "/s/ticket" }, role: "anonymous" },
    ann: { ticket: "no file", role: "anonymous" },
  };
  const salted = { kdf: "pbkdf2", salt: "00".repeat(16), iterations: 4096 };
  const keys = {
    "stored-key": { file: "/s/stored" },
    "server-key": { file: "/s/ticket" },
  };
  const auth = {
    ticket: { type: "static", principals: users },
    scram: {
      type: "static",
      principals: { joe: { ...salted, ...keys, role: "anonymous" } },
    },
  };
  const subject = await subjectWith(
    [tcp("::1", 1), tcp("::1", 2)],
    [],
    [REALM],
    auth,
  );
  assertEquals(requiredPermissions(subject).map(formatFlag), [
    CONFIG,
    "--allow-read=/s/ticket",
    "--allow-read=/s/stored",
    "--allow-net=[::1]:1",
    "--allow-net=[::1]:2",
  ]);
});

Deno.test("lastingPermissions() keeps what it takes to look after socket files and to listen again, alone", async () => {
  // A store's file is open by then, and stays open.
  const realms = [realmWithStore("a", "/data/a.db")];
  const endpoints = [unix("/run/s"), tcp("::1", 1, [])];
  const { config } = await subjectWith(endpoints, [], realms);
  assertEquals(lastingPermissions(config).map(formatFlag), [
    "--allow-read=/run/s",
    "--allow-read=/run/.s~",
    "--allow-write=/run/s",
    "--allow-write=/run/.s~",
    "--allow-net=[::1]:1",
  ]);
});

Deno.test("folders whose files are served may be read, also after the start", async () => {
  const { config, files } = await loadSound({
    realms: [REALM],
    transports: [{
      type: "web",
      endpoint: tcp("::1", 1),
      paths: {
        "/": { type: "static", directory: "/srv/web" },
        ws: { type: "websocket" },
        deep: {
          type: "path",
          paths: { a: { type: "static", directory: "/srv/deep" } },
        },
      },
    }],
  });
  const subject = { config, files, configPath: "config.json", environment: [] };
  assertEquals(requiredPermissions(subject).map(formatFlag), [
    CONFIG,
    "--allow-read=/srv/web",
    "--allow-read=/srv/deep",
    "--allow-net=[::1]:1",
  ]);
  assertEquals(lastingPermissions(config).map(formatFlag), [
    "--allow-net=[::1]:1",
    "--allow-read=/srv/web",
    "--allow-read=/srv/deep",
  ]);
});

Deno.test("descriptorOf() gives what Deno.permissions takes", () => {
  const cases: [Omit<Permission, "reason">, Deno.PermissionDescriptor][] = [
    [{ name: "net", value: undefined }, { name: "net" }],
    [{ name: "net", value: "a:1" }, { name: "net", host: "a:1" }],
    [{ name: "read", value: "/a" }, { name: "read", path: "/a" }],
    [{ name: "write", value: "/a" }, { name: "write", path: "/a" }],
    [{ name: "env", value: "A" }, { name: "env", variable: "A" }],
  ];
  for (const [permission, descriptor] of cases) {
    assertEquals(descriptorOf({ ...permission, reason: "" }), descriptor);
  }
});
