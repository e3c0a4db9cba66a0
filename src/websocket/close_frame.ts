/**
 * Close frames: why a connection ends, in numbers (RFC 6455 section 7.4).
 */
import { ByteWriter } from "../base/byte_writer.ts";
import { CloseCause, type Frame } from "../framing/frame.ts";
import { FIN_BIT, Opcode, writeFrame } from "./frame.ts";

const CODES: Readonly<Record<CloseCause, number>> = {
  [CloseCause.DONE]: 1000,
  [CloseCause.STOPPING]: 1001,
  [CloseCause.BAD_FRAME]: 1002,
  [CloseCause.WRONG_KIND]: 1003,
  [CloseCause.BAD_TEXT]: 1007,
  [CloseCause.TOO_LONG]: 1009,
  [CloseCause.INTERNAL]: 1011,
};

/** For people who look at what came; the ABORT before it says more. */
const REASONS: Readonly<Record<CloseCause, string>> = {
  [CloseCause.DONE]: "",
  [CloseCause.STOPPING]: "the router is shutting down",
  [CloseCause.BAD_FRAME]: "these octets are no WebSocket frames",
  [CloseCause.WRONG_KIND]: "a text frame for a binary one, or the reverse",
  [CloseCause.BAD_TEXT]: "a text is not valid UTF-8",
  [CloseCause.TOO_LONG]: "a message is too long",
  [CloseCause.INTERNAL]: "internal error",
};

const TEXT = new TextEncoder();

/** The close frame for `cause`. */
export function closeFrameFor(cause: CloseCause): Uint8Array<ArrayBuffer> {
  const reason = TEXT.encode(REASONS[cause]);
  const code = CODES[cause];
  return frameOf(new Uint8Array([code >> 8, code & 0xff, ...reason]));
}

/**
 * The answer to a client's close frame.
 *
 * @param echoes Whether with its own code and reason.
 */
export function answerTo(
  { bytes, start, end }: Frame,
  echoes: boolean,
): Uint8Array<ArrayBuffer> {
  const isEmpty = start === end;
  if (echoes || isEmpty) return frameOf(bytes.subarray(start, end));
  return closeFrameFor(CloseCause.DONE);
}

function frameOf(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(new Uint8Array(payload.length + 2));
  writeFrame(FIN_BIT | Opcode.CLOSE, payload, 0, payload.length, out);
  return out.toBytes();
}

/** Whether a client may give `code` (section 7.4). */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  // 1004 to 1006 are reserved; 1012 to 1014 are registered since.
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}
