import { assertEquals, assertStrictEquals } from "@std/assert";
import { invalidUriError, requestError } from "../../src/wamp/message.ts";
import { MessageCode, messageName } from "../../src/wamp/message_code.ts";
import { NO_PAYLOAD } from "../../src/wamp/payload.ts";
import { CODECS, decodeValue, encode } from "../support/serializers.ts";

Deno.test("message codes are those of the specification (§4.1)", () => {
  assertEquals(
    Object.entries(MessageCode).map(([name, code]) => `${code} ${name}`),
    [
      "1 HELLO",
      "2 WELCOME",
      "3 ABORT",
      "4 CHALLENGE",
      "5 AUTHENTICATE",
      "6 GOODBYE",
      "8 ERROR",
      "16 PUBLISH",
      "17 PUBLISHED",
      "32 SUBSCRIBE",
      "33 SUBSCRIBED",
      "34 UNSUBSCRIBE",
      "35 UNSUBSCRIBED",
      "36 EVENT",
      "48 CALL",
      "49 CANCEL",
      "50 RESULT",
      "64 REGISTER",
      "65 REGISTERED",
      "66 UNREGISTER",
      "67 UNREGISTERED",
      "68 INVOCATION",
      "69 INTERRUPT",
      "70 YIELD",
    ],
  );
  assertStrictEquals(messageName(48), "CALL");
  assertStrictEquals(messageName(99), "message type 99");
});

Deno.test("the router's ERRORs carry {} and a text for humans (MF-10, MF-11)", () => {
  const error = requestError(48, 7, "a.b", "Why");
  assertStrictEquals(error.payload, NO_PAYLOAD);
  for (const codec of CODECS) {
    const octets = encode(codec, error);
    assertEquals(decodeValue(codec, octets), [8, 48, 7, {}, "a.b", ["Why"]]);
  }
});

Deno.test("the text about an invalid URI is bounded, and can be written (UR-05, UR-15)", () => {
  // Cut in the middle of a surrogate pair.
  for (const uri of ["x".repeat(5000), "x" + "😀".repeat(5000)]) {
    for (const codec of CODECS) {
      const octets = encode(codec, invalidUriError(32, 7, uri));
      const [, type, request, , reason, args] = decodeValue(codec, octets) as [
        number,
        number,
        number,
        unknown,
        string,
        string[],
      ];
      assertEquals(
        [type, request, reason],
        [32, 7, "wamp.error.invalid_uri"],
      );
      assertStrictEquals(args[0].length < 250, true);
      assertStrictEquals(args[0].isWellFormed(), true);
    }
  }
});
