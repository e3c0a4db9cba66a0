/**
 * The table: what WAMP services of all kinds have.
 *
 * @module
 */

import { optional, withDefault } from "../../schema/key.ts";
import {
  boolean,
  choice,
  integer,
  list,
  text,
} from "../../schema/value_types.ts";
import { AUTH } from "./auth_keys.ts";
import { MESSAGE_BYTES_DEFAULT, MESSAGE_BYTES_MAX } from "./limit_keys.ts";

/** All serializers, in the order in which they are listed. */
export const SERIALIZERS = ["json", "msgpack", "cbor"] as const;

/** A way of writing WAMP messages as bytes. */
export type SerializerName = typeof SERIALIZERS[number];

const serializer = choice(SERIALIZERS, {
  unsupported: {
    ubjson: "is not served: no client in wide use needs it",
    flatbuffers: "is not served: no client in wide use needs it",
  },
});

/** `id` of a transport. */
export const ID = optional(
  text({
    pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/u,
    wanted: "1 to 64 letters, digits, _ . or -",
  }),
  "Names the transport in logs and errors; unique in the router. Absent: `transportN`, N being its place in the list, from 1.",
  { aliases: ["name"] },
);

/** What a WAMP service speaks, but for its `options`. */
export const SPEECH = {
  serializer: optional(
    serializer,
    "What is spoken.",
    { origin: "sluice" },
  ),
  serializers: optional(
    list(serializer, { min: 1, unique: true }),
    "In place of `serializer`: several on one address, told apart by the client's handshake.",
  ),
  max_message_size: optional(
    integer(1, MESSAGE_BYTES_MAX),
    "The largest message taken from a client, in bytes. The handshake of RawSocket announces the largest power of two that is not above it, at least 512 bytes and at most 16 MiB.",
    {
      origin: "sluice",
      aliases: ["max_size", "max_message_length"],
      property: "maxMessageBytes",
      written: MESSAGE_BYTES_DEFAULT,
    },
  ),
  auth: optional(
    AUTH,
    "How clients authenticate. Absent: anyone joins with role `anonymous`, with a warning when others than this machine can connect.",
    { aliases: ["authentication"] },
  ),
  debug: withDefault(
    boolean(),
    false,
    "Logs handshakes, the types, ids and URIs of messages, and closings with their reasons. Never payloads, never secrets.",
  ),
};
