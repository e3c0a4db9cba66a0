/** The arguments of the procedures that revoke (checklist SV-04, RV-04). */
import { assert, assertEquals } from "@std/assert";
import { revocationOf } from "../../src/router/meta/routing_procedures.ts";
import { MessageCode } from "../../src/wamp/message_code.ts";
import { CODECS, encode } from "../support/serializers.ts";

/** The least that a client can accept, in octets (RS-01). */
const LEAST_LIMIT_BYTES = 512;

function reasonTaken(reason: unknown): boolean {
  const revocation = revocationOf({ args: [1, 2], kwargs: { reason } });
  return !("error" in revocation);
}

Deno.test("FR-14 SV-02 RV-02: the longest reason that is taken fits whatever the client's limit is", () => {
  for (const character of ["a", "ä", "€", "😀", '"', "\u0001"]) {
    let reason = character;
    while (reasonTaken(reason + character)) reason += character;
    assert(
      reason.length >= 60,
      `"${character}" is taken ${reason.length} times`,
    );
    for (const codec of CODECS) {
      for (
        const [code, id] of [
          [MessageCode.UNSUBSCRIBED, "subscription"],
          [MessageCode.UNREGISTERED, "registration"],
        ] as const
      ) {
        const details = { [id]: 2 ** 53, reason };
        const bytes = encode(codec, { code, request: 0, details });
        assert(bytes.length <= LEAST_LIMIT_BYTES);
      }
    }
  }
});

Deno.test("SV-04 RV-04: a reason is text", () => {
  const taken = [undefined, null, "", "com.why", 1, ["x"], {}].map(reasonTaken);
  assertEquals(taken, [true, true, true, true, false, false, false]);
});
