import { assertEquals } from "@std/assert";
import { buildQuotas } from "../../src/config/build_quotas.ts";
import { brief, load, loadSound, SOUND } from "./_load.ts";

function withQuotas(inRealm: unknown, inRole: unknown): object {
  return {
    realms: [{
      name: "realm1",
      quotas: inRealm,
      roles: [{ name: "anonymous", quotas: inRole }, { name: "other" }],
    }],
    transports: [SOUND],
  };
}

Deno.test("loadConfig() takes a quota from the role, else from the realm, else the default", async () => {
  const { config } = await loadSound(withQuotas({
    role: { max_sessions: 11, max_subscriptions: 12 },
    address: { max_bytes_per_s: 4096 },
  }, {
    role: { max_sessions: 21, max_registrations: 22 },
    authid: { max_pending_calls: 23, max_messages_per_s: 24 },
  }));
  const { role: all } = buildQuotas();
  const [anonymous, other] = config.realms[0].roles;
  assertEquals(anonymous.quotas, {
    role: {
      ...all,
      sessions: 21,
      subscriptions: 12,
      registrations: 22,
    },
    authid: { ...all, pendingCalls: 23, messagesPerSecond: 24 },
    address: { ...all, bytesPerSecond: 4096 },
  });
  assertEquals(other.quotas, {
    role: { ...all, sessions: 11, subscriptions: 12 },
    address: { ...all, bytesPerSecond: 4096 },
  });
});

Deno.test("loadConfig() refuses quotas that are none", async () => {
  const { errors } = await load(withQuotas(
    { role: { max_session: 1 }, everyone: {} },
    { role: { max_sessions: 0, max_bytes_per_s: 1023 } },
  ));
  assertEquals(brief(errors).map((text) => text.split(";")[0]), [
    "realms[0].quotas.role.max_session: unknown key",
    "realms[0].quotas.everyone: unknown key",
    "realms[0].roles[0].quotas.role.max_sessions: 0 is out of range",
    "realms[0].roles[0].quotas.role.max_bytes_per_s: 1023 is out of range",
  ]);
});
