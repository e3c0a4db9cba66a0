/**
 * MessagePack (checklist SM) as one of the formats. Why WAMP's own fields and
 * payload transcoding are not left to `@std/msgpack`: docs/decisions.md.
 */
import type { Payload } from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import type { Format } from "./format_serializer.ts";
import { MsgpackReader } from "./msgpack_reader.ts";
import { readMsgpackValue, skipMsgpackValue } from "./msgpack_value.ts";
import { MsgpackWriter } from "./msgpack_writer.ts";
import { Slot } from "./slots.ts";

/** The MessagePack format. */
export const MSGPACK_FORMAT: Format = {
  name: "msgpack",
  slot: Slot.MSGPACK,
  newReader: (owner, maxDepth) => new MsgpackReader(owner, maxDepth),
  newWriter: (owner) => new MsgpackWriter(owner),
  readPayload,
  divide,
};

function readPayload(payload: Payload, sink: ValueSink): void {
  let position = payload.start;
  for (let i = 0; i < payload.count; i++) {
    position = readMsgpackValue(
      payload.bytes,
      position,
      payload.end,
      // Its depth was checked when the message was read.
      Infinity,
      "payload",
      sink,
    );
  }
}

function divide(payload: Payload): [argsEnd: number, keywordsStart: number] {
  const { bytes, start, end } = payload;
  const argsEnd = skipMsgpackValue(bytes, start, end, Infinity);
  return [argsEnd, argsEnd];
}
