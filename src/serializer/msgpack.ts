/**
 * MessagePack (checklist SM). Why WAMP's own fields and payload transcoding are
 * not left to `@std/msgpack`: docs/decisions.md.
 */
import type { Payload } from "../wamp/payload.ts";
import type { ValueSink } from "../wamp/value_sink.ts";
import { Format } from "./format.ts";
import { MsgpackReader } from "./msgpack_reader.ts";
import { skipMsgpackValue } from "./msgpack_scan.ts";
import { MsgpackWriter } from "./msgpack_writer.ts";

class MsgpackFormat extends Format {
  readonly handshakeNumber = 2;

  newReader(maxDepth: number): MsgpackReader {
    return new MsgpackReader(this, maxDepth);
  }

  newWriter(transcodes: boolean): MsgpackWriter {
    return new MsgpackWriter(this, transcodes);
  }

  readPayload(payload: Payload, sink: ValueSink): void {
    this.newReader(Infinity).tell(payload, sink);
  }

  protected divide(
    { bytes, start, end }: Payload,
  ): [argsEnd: number, keywordsStart: number] {
    const argsEnd = skipMsgpackValue(bytes, start, end, Infinity);
    return [argsEnd, argsEnd];
  }
}

/** The MessagePack format. */
export const MSGPACK_FORMAT = new MsgpackFormat();
