import { ByteWriter } from "../../src/base/byte_writer.ts";
import type { FrameSink } from "../../src/transport/frame_encoder.ts";
import type { SharedFrame } from "../../src/transport/shared_frame.ts";

/** Takes frames as an outbox does, and has them in one buffer. */
export class FrameWriter extends ByteWriter implements FrameSink {
  /** How many of them were shared. */
  sharedCount = 0;

  constructor() {
    super(new Uint8Array(0));
  }

  get writer(): ByteWriter {
    return this;
  }

  share(frame: SharedFrame): void {
    frame.retain();
    this.sharedCount++;
    this.append(frame.bytes, 0, frame.length);
  }
}
