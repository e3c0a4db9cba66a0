/** Who may join which realm (checklist AU-01), and that asking leaves nothing behind. */
import { assertEquals } from "@std/assert";
import { mayJoin, PrincipalTable } from "../../src/auth/principals.ts";

function principal(authid: string, realm: string | undefined) {
  return { authid, realm, role: "user" };
}

const PRINCIPALS = [
  principal("a", "realm1"),
  principal("b", undefined),
  principal("c", "realm2"),
  principal("d", undefined),
  principal("e", "realm1"),
];

Deno.test("AU-01: of each realm those are told who may join it, by number", () => {
  for (const some of [PRINCIPALS, PRINCIPALS.slice(2, 3), []]) {
    const table = new PrincipalTable(some);
    for (const realm of ["realm1", "realm2", "realm3", null]) {
      const count = table.countFor(realm);
      const told = Array.from(
        { length: count },
        (_, i) => table.nthFor(realm, i).authid,
      );
      const wanted = some.filter((one) => mayJoin(one, realm));
      assertEquals(told.sort(), wanted.map((one) => one.authid), `${realm}`);
    }
  }
});
