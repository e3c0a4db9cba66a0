/** Names and passwords as RFC 4013 prepares them (checklist SR-09, A-63). */
import { assertEquals } from "@std/assert";
import { preparedName, preparedPassword } from "../../src/auth/saslprep.ts";

/** The examples of RFC 4013, section 3, and what they leave open. */
const ROWS: [what: string, text: string, prepared: string | undefined][] = [
  ["SOFT HYPHEN is mapped to nothing", "I\u00adX", "IX"],
  ["nothing is changed", "user", "user"],
  ["case is preserved", "USER", "USER"],
  ["NFKC of a feminine ordinal", "\u00aa", "a"],
  ["NFKC of Roman nine", "\u2168", "IX"],
  ["a control character is prohibited", "\u0007", undefined],
  ["so is one among others", "us\u0000er", undefined],
  ["both directions of writing", "\u0627\u0031", undefined],
  ["other spaces are spaces", "a\u00a0b", "a b"],
  ["decomposed letters are composed", "u\u0308", "\u00fc"],
];

for (const [what, text, prepared] of ROWS) {
  Deno.test(`SR-09: ${what}`, () => {
    assertEquals(preparedName(text), prepared);
    assertEquals(preparedPassword(text), prepared);
  });
}

Deno.test("SR-09: characters newer than the RFC are kept in names that are looked up, and in no stored password", () => {
  assertEquals(preparedName("\u{1f511}"), "\u{1f511}");
  assertEquals(preparedPassword("\u{1f511}"), undefined);
});
