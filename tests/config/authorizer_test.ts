import { assertEquals } from "@std/assert";
import { brief, load, loadSound, SOUND } from "./_load.ts";

function withRole(role: object, uri_check = "loose"): object {
  return {
    realms: [{
      name: "realm1",
      options: { uri_check },
      roles: [{ name: "anonymous", ...role }],
    }],
    transports: [SOUND],
  };
}

Deno.test("AZ-08: loadConfig() reads an authorizer and what it may take", async () => {
  const { config } = await loadSound(withRole({ authorizer: "com.decide" }));
  const [role] = config.realms[0].roles;
  assertEquals(role.authorizer, "com.decide");
  assertEquals([role.authorizerTimeoutMs, role.authorizerCache], [
    10_000,
    10_000,
  ]);
  assertEquals(role.permissions, []);
  const { config: other } = await loadSound(withRole({
    authorizer: "com.decide",
    authorizer_timeout_ms: 1,
    authorizer_cache: 0,
    "allow-by-default": false,
  }));
  const [decided] = other.realms[0].roles;
  assertEquals(decided.authorizer, "com.decide");
  assertEquals([decided.authorizerTimeoutMs, decided.authorizerCache], [1, 0]);
});

Deno.test("loadConfig() has no authorizer unless the file has", async () => {
  const { config } = await loadSound(withRole({}));
  assertEquals("authorizer" in config.realms[0].roles[0], false);
});

Deno.test("loadConfig() warns of what an authorizer may take where there is none", async () => {
  const { warnings } = await load(withRole({
    authorizer_timeout_ms: 100,
    authorizer_cache: 100,
  }));
  assertEquals(brief(warnings), [
    'realms[0].roles[0].name: role "anonymous" has no permissions: its sessions can do nothing; add some, or an "authorizer"',
    "realms[0].roles[0].authorizer_timeout_ms: has no effect without authorizer",
    "realms[0].roles[0].authorizer_cache: has no effect without authorizer",
  ]);
});

Deno.test("UR-09: loadConfig() refuses an authorizer that no client can register", async () => {
  for (const procedure of ["wamp.decide", "sluice.authorization.decide"]) {
    const { errors } = await load(withRole({ authorizer: procedure }));
    assertEquals(brief(errors), [
      `realms[0].roles[0].authorizer: no client can register "${procedure}"; it must not be below wamp., sluice.authorization., or sluice.event.`,
    ]);
  }
});

Deno.test("UR-01: loadConfig() refuses an authorizer that a strict realm does not let register", async () => {
  const { errors } = await load(
    withRole({ authorizer: "com.Decide" }, "strict"),
  );
  assertEquals(brief(errors), [
    'realms[0].roles[0].authorizer: no client can register "com.Decide"; only lower case letters, digits and _, and not below wamp., sluice.authorization., or sluice.event.',
  ]);
});
