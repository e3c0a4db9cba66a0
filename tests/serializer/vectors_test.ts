/**
 * The test vectors of the WAMP specification (tests/vectors, checklist §16).
 *
 * Messages that clients send go through the reader, those that the router sends
 * through the writer, and are violations for the reader. Of what is written at
 * least one variant of a sample must match, as the suite has it. No sample is
 * passed over silently: each exception is listed, and all are counted.
 */
import { assert, assertEquals } from "@std/assert";
import type { RouterMessage } from "../../src/wamp/message.ts";
import { type Dict, EMPTY_DICT } from "../../src/wamp/options.ts";
import { NO_PAYLOAD, type Payload } from "../../src/wamp/payload.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import {
  assertViolation,
  type Codec,
  CODECS,
  decode,
  encode,
  encodeValue,
  JSON_CODEC,
  payloadOf,
  valuesOf,
} from "../support/serializers.ts";

type Attributes = Record<string, unknown>;

interface Variant {
  readonly bytes?: string;
  readonly bytes_hex: string;
}

interface Sample {
  readonly description: string;
  readonly serializers?: Record<string, Variant[]>;
  readonly expected_attributes?: Attributes;
  readonly wmsg?: unknown[];
  readonly expected_error?: { type: string; contains: string };
}

interface Vectors {
  readonly wamp_message_type: string;
  readonly samples: Sample[];
}

const FOLDER = new URL("../vectors/singlemessage/", import.meta.url);

/** Types that only the router sends, and ERROR to a CALL, which is its too. */
const FROM_ROUTER = new Set([
  "WELCOME",
  "CHALLENGE",
  "ERROR",
  "PUBLISHED",
  "SUBSCRIBED",
  "UNSUBSCRIBED",
  "EVENT",
  "RESULT",
  "REGISTERED",
  "UNREGISTERED",
  "INVOCATION",
  "INTERRUPT",
]);
const FROM_BOTH = new Set(["ABORT", "GOODBYE"]);

/**
 * Autobahn's payload transparency, binary in the place of Arguments, which is no
 * form of the specification: violations (MF-12, §16).
 */
const TRANSPARENT = new Set([
  "PUBLISH with transparent payload (encrypted E2E)",
  "PUBLISH with both forward_for and E2EE (advanced R-Link + encryption)",
  "EVENT with transparent payload (encrypted E2E)",
  "EVENT with both forward_for and E2EE (advanced R-Link + encryption)",
  "PUBLISH.Options.enc_algo cryptobox (valid with payload)",
  "PUBLISH.Options.enc_serializer cbor (valid with payload)",
]);

/** Not a message of the specification. */
const NO_MESSAGE = new Set(["EVENT_RECEIVED"]);

/** Messages that the router has no occasion to send. */
const NOT_SENT = new Set(["CHALLENGE"]);

function vectors(): Vectors[] {
  const files = ["basic", "advanced"].flatMap((profile) =>
    Array.from(
      Deno.readDirSync(new URL(`${profile}/`, FOLDER)),
      (entry) => `${profile}/${entry.name}`,
    )
  ).sort();
  return files.map((file) =>
    JSON.parse(Deno.readTextFileSync(new URL(file, FOLDER)))
  );
}

const SAMPLES = vectors().flatMap(({ wamp_message_type: type, samples }) =>
  samples.map((sample) => ({ type, sample }))
);
const SERIALIZED = SAMPLES.filter(({ sample }) => sample.serializers);
const VALIDATED = SAMPLES.filter(({ sample }) => sample.wmsg);

function variantsOf(sample: Sample, codec: Codec): Uint8Array[] {
  const variants = sample.serializers?.[codec.serializer.name] ?? [];
  return variants.map((variant) => {
    const bytes = bytesOf(variant.bytes_hex);
    if (variant.bytes !== undefined) assertEquals(bytes, utf8(variant.bytes));
    return bytes;
  });
}

/** The names that the suite has for the fields of a message that was read. */
function attributesOf(codec: Codec, bytes: Uint8Array): Attributes {
  const message: Record<string, unknown> = { ...decode(codec, bytes) };
  const attributes: Attributes = { message_type: message["code"] };
  for (const [name, value] of Object.entries(message)) {
    if (name === "payload") {
      const [args, kwargs] = valuesOf(value as Payload);
      attributes["args"] = args ?? null;
      attributes["kwargs"] = kwargs ?? null;
    } else if (["request", "subscription", "registration"].includes(name)) {
      attributes[`${name}_id`] = value;
    } else attributes[name] = value;
  }
  if (message["code"] === 1) {
    attributes["roles"] = (message["details"] as Dict)["roles"];
  }
  return attributes;
}

function isLinked(value: unknown): boolean {
  return typeof value === "object" && value !== null && "forward_for" in value;
}

Deno.test("vectors: what clients send is read (MF-02, §16)", () => {
  let variants = 0;
  let samples = 0;
  for (const { type, sample } of SERIALIZED) {
    const isRead = !FROM_ROUTER.has(type) && !NO_MESSAGE.has(type) &&
      !TRANSPARENT.has(sample.description);
    if (!isRead) continue;
    samples++;
    for (const codec of CODECS) {
      for (const bytes of variantsOf(sample, codec)) {
        const found = attributesOf(codec, bytes);
        for (
          const [name, value] of Object.entries(
            sample.expected_attributes ?? {},
          )
        ) {
          // Where there can be no payload the suite may still say so.
          if (value === null && !(name in found)) continue;
          // Checked, and not read: routers' links are not served (A-58).
          if (isLinked(value)) continue;
          assertEquals(found[name], value, `${sample.description}: ${name}`);
        }
        variants++;
      }
    }
  }
  assertEquals([samples, variants], [17, 63]);
});

Deno.test("vectors: what only the router sends, and what nobody should, is a violation (MF-12, PV-06, A-21)", () => {
  let variants = 0;
  let samples = 0;
  for (const { type, sample } of SERIALIZED) {
    const isRefused = FROM_ROUTER.has(type) || NO_MESSAGE.has(type) ||
      TRANSPARENT.has(sample.description);
    if (!isRefused) continue;
    samples++;
    for (const codec of CODECS) {
      for (const bytes of variantsOf(sample, codec)) {
        assertViolation(codec, bytes, sample.description);
        variants++;
      }
    }
  }
  assertEquals([samples, variants], [18, 66]);
});

/** Payload of the sample, in `codec`. */
function payloadOfSample(attributes: Attributes, codec: Codec): Payload {
  const { args, kwargs } = attributes;
  if (!args) return NO_PAYLOAD;
  const first = encodeValue(codec, args);
  if (!kwargs) return payloadOf(codec, first, 1);
  const comma = codec === JSON_CODEC ? utf8(",") : new Uint8Array(0);
  return payloadOf(codec, concat(first, comma, encodeValue(codec, kwargs)), 2);
}

/** The sample as a message that the router would send. */
function messageOf(
  type: string,
  attributes: Attributes,
  codec: Codec,
): RouterMessage {
  const number = (name: string) =>
    Number(attributes[`${name}_id`] ?? attributes[name]);
  const text = (name: string) => String(attributes[name]);
  const details = (attributes["details"] ?? EMPTY_DICT) as Dict;
  const request = number("request");
  const payload = payloadOfSample(attributes, codec);
  switch (type) {
    case "WELCOME":
      return {
        code: 2,
        session: number("session"),
        details: { roles: attributes["roles"] },
      };
    case "ABORT":
      return { code: 3, details, reason: text("reason") };
    case "GOODBYE":
      return { code: 6, details, reason: text("reason") };
    case "ERROR":
      return {
        code: 8,
        requestType: number("request_type"),
        request,
        details,
        error: text("error"),
        payload,
        text: undefined,
      };
    case "PUBLISHED":
      return { code: 17, request, publication: number("publication") };
    case "SUBSCRIBED":
      return { code: 33, request, subscription: number("subscription") };
    case "UNSUBSCRIBED":
      return { code: 35, request, details: undefined };
    case "EVENT":
      return {
        code: 36,
        subscription: number("subscription"),
        publication: number("publication"),
        details,
        payload,
      };
    case "RESULT":
      return { code: 50, request, details, payload };
    case "REGISTERED":
      return { code: 65, request, registration: number("registration") };
    case "UNREGISTERED":
      return { code: 67, request, details: undefined };
    case "INVOCATION":
      return {
        code: 68,
        request,
        registration: number("registration"),
        details,
        payload,
      };
    case "INTERRUPT":
      return {
        code: 69,
        request,
        options: (attributes["options"] ?? EMPTY_DICT) as Dict,
      };
    default:
      throw new Error(`No message of the router: ${type}`);
  }
}

Deno.test("vectors: what the router sends is written like one of the variants (§16)", () => {
  let samples = 0;
  for (const { type, sample } of SERIALIZED) {
    const isWritten = (FROM_ROUTER.has(type) || FROM_BOTH.has(type)) &&
      !NOT_SENT.has(type) && !TRANSPARENT.has(sample.description);
    if (!isWritten) continue;
    samples++;
    const attributes = sample.expected_attributes ?? {};
    for (const to of CODECS) {
      const wanted = variantsOf(sample, to).map((bytes) => bytes.toHex());
      for (const from of CODECS) {
        const hex = encode(to, messageOf(type, attributes, from)).toHex();
        assert(
          wanted.includes(hex),
          `${sample.description}: ${hex} is none of ${wanted}`,
        );
      }
    }
  }
  assertEquals(samples, 14);
});

Deno.test("vectors: known options are checked (MF-07, A-22)", () => {
  const counts = { accepted: 0, refused: 0, transparent: 0 };
  for (const { type, sample } of VALIDATED) {
    if (type === "EVENT") continue;
    const { wmsg, expected_error: error, description } = sample;
    for (const codec of CODECS) {
      const bytes = encodeValue(codec, wmsg);
      if (TRANSPARENT.has(description)) {
        assertViolation(codec, bytes, description);
        counts.transparent++;
      } else if (error === undefined) {
        assertEquals(decode(codec, bytes).code, wmsg?.[0], description);
        counts.accepted++;
      } else {
        const violation = assertViolation(codec, bytes, description);
        // This one comes with payload that is a violation before its option is.
        if (error.contains !== "enc_algo") {
          assert(violation.message.includes(error.contains), description);
        }
        counts.refused++;
      }
    }
  }
  assertEquals(counts, { accepted: 75, refused: 57, transparent: 6 });
});

Deno.test("vectors: EVENT is a violation whatever its details: they are for clients to check (PV-07)", () => {
  let samples = 0;
  for (const { type, sample } of VALIDATED) {
    if (type !== "EVENT") continue;
    samples++;
    for (const codec of CODECS) {
      assertViolation(codec, encodeValue(codec, sample.wmsg));
    }
  }
  assertEquals(samples, 21);
});

Deno.test("vectors: none is passed over (§16)", () => {
  assertEquals(SERIALIZED.length, 35);
  assertEquals(VALIDATED.length, 67);
  assertEquals(SAMPLES.length, 102);
  assertEquals(
    SERIALIZED.every(({ sample }) =>
      CODECS.every((codec) => variantsOf(sample, codec).length > 0)
    ),
    true,
  );
});
