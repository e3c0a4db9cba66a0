/** `call_timeout_ms`: a default time for calls (checklist TO-05). */
import { assertEquals } from "@std/assert";
import { brief, load, loadSound, SOUND } from "./_load.ts";

type Ms = number | undefined;

/** A realm and its two roles; the second says nothing. */
function withTimeouts(inRealm: unknown, inRole: unknown): object {
  const roles = [
    { name: "anonymous", call_timeout_ms: inRole },
    { name: "other" },
  ];
  return {
    realms: [{ name: "realm1", call_timeout_ms: inRealm, roles }],
    auto_realms: { prefix: "auto.", call_timeout_ms: inRealm, roles },
    transports: [SOUND],
  };
}

Deno.test("TO-05: a role's call_timeout_ms comes before the realm's, also where it says 0", async () => {
  const rows: [realm: Ms, role: Ms, one: Ms, other: Ms][] = [
    [undefined, undefined, undefined, undefined],
    [5000, undefined, 5000, 5000],
    [undefined, 300, 300, undefined],
    [5000, 300, 300, 5000],
    [300, 5000, 5000, 300],
    [5000, 0, 0, 5000],
    [0, undefined, 0, 0],
    [86_400_000, 1, 1, 86_400_000],
  ];
  for (const [realm, role, one, other] of rows) {
    const { config } = await loadSound(withTimeouts(realm, role));
    for (const realm of [config.realms[0], config.autoRealms?.template]) {
      const timeouts = realm?.roles.map((role) => role.callTimeoutMs);
      assertEquals(timeouts, [one, other]);
    }
  }
});

Deno.test("TO-05: a call_timeout_ms that is no number of milliseconds up to a day is refused", async () => {
  for (const wrong of [-1, 0.5, 86_400_001, "300", null, true]) {
    const { errors } = await load(withTimeouts(undefined, wrong));
    const places = brief(errors).map((text) => text.split(":")[0]);
    assertEquals(
      places,
      ["realms[0]", "auto_realms"].map((realm) =>
        `${realm}.roles[0].call_timeout_ms`
      ),
      String(wrong),
    );
  }
});
