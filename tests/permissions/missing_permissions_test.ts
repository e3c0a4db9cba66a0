import { assertEquals } from "@std/assert";
import {
  describeMissing,
  missingPermissions,
} from "../../src/permissions/missing_permissions.ts";
import type { Permission } from "../../src/permissions/required_permissions.ts";

const NET: Permission = { name: "net", value: "a:1", reason: "to listen" };
const READ: Permission = { name: "read", value: "/key", reason: "to read" };
const ENV: Permission = { name: "env", value: "A", reason: "to know" };

Deno.test("missingPermissions() takes nothing but granted for granted", () => {
  const states = { net: "granted", read: "prompt", env: "denied" } as const;
  const missing = missingPermissions([NET, READ, ENV], ({ name }) => ({
    state: states[name as keyof typeof states],
  }));
  assertEquals(missing, [READ, ENV]);
});

Deno.test("describeMissing() names the flag of each and what it is for", () => {
  assertEquals(
    describeMissing([NET, READ]),
    "  --allow-net=a:1    to listen\n  --allow-read=/key  to read",
  );
});
