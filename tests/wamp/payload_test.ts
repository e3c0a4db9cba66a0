import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { Format } from "../../src/serializer/format.ts";
import {
  NO_PAYLOAD,
  Payload,
  type PayloadFormat,
} from "../../src/wamp/payload.ts";
import { UnsupportedValueError } from "../../src/wamp/value_sink.ts";
import { bytesOf, utf8 } from "../support/hex.ts";
import {
  CBOR_CODEC,
  JSON_CODEC,
  MSGPACK_CODEC,
  valuesOf,
} from "../support/serializers.ts";

/** A format whose payload is read as in `format`, and counted. */
function countingReads(format: Format, onRead: () => void): PayloadFormat {
  return {
    readPayload(payload, sink) {
      onRead();
      format.readPayload(payload, sink);
    },
    transcode: (payload) => format.transcode(payload),
    elements: (payload) => format.elements(payload),
    openList: (list) => format.openList(list),
  };
}

Deno.test("a payload is transcoded once for each serializer (SE-05)", () => {
  let reads = 0;
  const counting = countingReads(JSON_CODEC.format, () => reads++);
  const payload = new Payload(counting, utf8('["x"]'), 0, 5, 1);
  for (let i = 0; i < 3; i++) {
    assertEquals(valuesOf(payload.in(MSGPACK_CODEC.format)), [["x"]]);
    assertEquals(valuesOf(payload.in(CBOR_CODEC.format)), [["x"]]);
  }
  assertStrictEquals(reads, 2);
});

Deno.test("that a serializer has no form for a payload is found out once (A-13)", () => {
  let reads = 0;
  const counting = countingReads(CBOR_CODEC.format, () => reads++);
  // A list as the key of a dict.
  const payload = new Payload(counting, bytesOf("81a18001"), 0, 4, 1);
  for (let i = 0; i < 3; i++) {
    assertThrows(
      () => payload.in(MSGPACK_CODEC.format),
      UnsupportedValueError,
    );
  }
  assertStrictEquals(reads, 1);
});

Deno.test("a payload in its own serializer is itself (SE-11)", () => {
  const format = MSGPACK_CODEC.format;
  const payload = new Payload(format, bytesOf("9101"), 0, 2, 1);
  assertStrictEquals(payload.in(format), payload);
});

Deno.test("a kept payload is a copy that pins nothing", () => {
  const chunk = bytesOf("00 00 9101 ff");
  const payload = new Payload(MSGPACK_CODEC.format, chunk, 2, 4, 1);
  const kept = payload.kept();
  chunk.fill(0);
  assertEquals(kept.bytes, bytesOf("9101"));
  assertEquals(kept.bytes.buffer.byteLength, 2);
  assertEquals(valuesOf(kept), [[1]]);
  assertStrictEquals(NO_PAYLOAD.kept(), NO_PAYLOAD);
});
