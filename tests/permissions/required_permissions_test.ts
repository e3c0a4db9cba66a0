import { assertEquals } from "@std/assert";
import { Secret } from "../../src/base/secret.ts";
import {
  descriptorOf,
  formatFlag,
  lastingPermissions,
  type Permission,
  requiredPermissions,
} from "../../src/permissions/required_permissions.ts";
import { realmWithStore, subjectWith, tcp, unix } from "./_config.ts";

const CONFIG = "--allow-read=config.json";

Deno.test("requiredPermissions() names what each kind of endpoint needs, no more", () => {
  const cases: [what: Parameters<typeof subjectWith>, flags: string[]][] = [
    [[[]], [CONFIG]],
    [[[tcp("127.0.0.1", 8080)]], [CONFIG, "--allow-net=127.0.0.1:8080"]],
    [[[tcp("0.0.0.0", 0)]], [CONFIG, "--allow-net=0.0.0.0:0"]],
    [[[tcp("localhost", 1)]], [CONFIG, "--allow-net=localhost:1"]],
    // Only in brackets can Deno tell the port of an IPv6 address.
    [[[tcp("::1", 8080)]], [CONFIG, "--allow-net=[::1]:8080"]],
    [[[tcp("::", 8080)]], [CONFIG, "--allow-net=[::]:8080"]],
    [[[tcp("::1", 443, ["/tls/ca"])]], [
      CONFIG,
      "--allow-net=[::1]:443",
      "--allow-read=/tls/key",
      "--allow-read=/tls/cert",
      "--allow-read=/tls/ca",
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
    [[[], ["PORT", "HOME"]], [CONFIG, "--allow-env=PORT", "--allow-env=HOME"]],
    // Two transports with one key: it is named once.
    [[[tcp("::1", 1, []), tcp("::1", 2, [])]], [
      CONFIG,
      "--allow-net=[::1]:1",
      "--allow-read=/tls/key",
      "--allow-read=/tls/cert",
      "--allow-net=[::1]:2",
    ]],
    // SQLite's file beside it needs no permission of Deno's.
    [[[], [], [realmWithStore("a", "/data/a.db")]], [
      CONFIG,
      "--allow-read=/data/a.db",
      "--allow-write=/data/a.db",
    ]],
    [[[], [], [realmWithStore("a", undefined)]], [CONFIG]],
    [[[], [], [realmWithStore("a", "/x,y/a.db")]], [
      CONFIG,
      "--allow-read=/",
      "--allow-write=/",
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
    const found = requiredPermissions(subjectWith(...what));
    assertEquals(found.map(formatFlag), flags);
  }
});

Deno.test("requiredPermissions() names the files of secrets, each once", () => {
  const { config, ...subject } = subjectWith([tcp("::1", 1)]);
  const who = { authid: "joe", realm: undefined, role: "user" };
  const [transport] = config.transports;
  const auth = {
    ...transport.auth,
    ticket: [
      { ...who, ticket: { path: "/s/ticket" } },
      { ...who, ticket: new Secret("no file") },
    ],
    wampcra: [{
      ...who,
      secret: { path: "/s/secret" },
      isDerived: false,
      salting: undefined,
    }],
    scram: [{
      ...who,
      kdf: "pbkdf2",
      salt: "00",
      iterations: 1,
      memory: undefined,
      storedKey: { path: "/s/stored" },
      serverKey: { path: "/s/secret" },
    }],
    routerKey: { path: "/s/a,b/key" },
  } as const;
  const found = requiredPermissions({
    ...subject,
    config: { ...config, transports: [{ ...transport, auth }] },
  });
  assertEquals(found.map(formatFlag), [
    CONFIG,
    "--allow-net=[::1]:1",
    "--allow-read=/s/ticket",
    "--allow-read=/s/secret",
    "--allow-read=/s/stored",
    // A flag cannot name a comma.
    "--allow-read=/s",
  ]);
});

Deno.test("lastingPermissions() keeps the right to look at socket files and to remove them, alone", () => {
  // A store's file is open by then, and stays open.
  const realms = [realmWithStore("a", "/data/a.db")];
  const endpoints = [unix("/run/s"), tcp("::1", 1, [])];
  const { config } = subjectWith(endpoints, [], realms);
  assertEquals(lastingPermissions(config).map(formatFlag), [
    "--allow-read=/run/s",
    "--allow-write=/run/s",
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
