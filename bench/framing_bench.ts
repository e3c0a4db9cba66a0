/**
 * What framing costs a message, in batches as reads bring them: RawSocket beside
 * WebSocket, whose payloads are masked.
 *
 *   deno bench bench/framing_bench.ts
 */
import { ByteWriter } from "../src/base/byte_writer.ts";
import type { Frame } from "../src/framing/frame.ts";
import type { MessageFramer, Unframer } from "../src/framing/framing.ts";
import { RAWSOCKET_FRAMER } from "../src/rawsocket/frame.ts";
import { RawSocketUnframer } from "../src/rawsocket/unframer.ts";
import { Opcode, WebSocketFramer } from "../src/websocket/frame.ts";
import { WebSocketUnframer } from "../src/websocket/unframer.ts";

/** So many messages are in a batch. */
const MESSAGES = 200;
const SIZES = [100, 1000, 65_536];

function repeated(one: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length * count);
  for (let i = 0; i < count; i++) bytes.set(one, i * one.length);
  return bytes;
}

function rawSocketFrame(size: number): Uint8Array {
  const frame = new Uint8Array(4 + size).fill(0x55);
  new DataView(frame.buffer).setUint32(0, size);
  return frame;
}

function webSocketFrame(size: number): Uint8Array {
  const head = size < 126
    ? [0x82, 0x80 | size]
    : size < 2 ** 16
    ? [0x82, 0xfe, size >> 8, size & 0xff]
    : [0x82, 0xff, 0, 0, 0, 0, 0, size >> 16, size >> 8 & 0xff, size & 0xff];
  return new Uint8Array([
    ...head,
    ...[1, 2, 3, 4],
    ...new Uint8Array(size).fill(0x55),
  ]);
}

function openRawSocket(): RawSocketUnframer {
  const unframer = new RawSocketUnframer(2 ** 24);
  unframer.push(new Uint8Array([0x7f, 0xf2, 0, 0]), 0, 4, []);
  return unframer;
}

function openWebSocket(): WebSocketUnframer {
  const unframer = new WebSocketUnframer();
  const head = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");
  unframer.push(head, 0, head.length, []);
  const limit = 2 ** 24;
  unframer.accepted({
    opcode: Opcode.BINARY,
    maxMessageBytes: limit,
    maxFrameBytes: limit,
    requireMasked: true,
    inflates: false,
  });
  return unframer;
}

function takeAll(unframer: Unframer, bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    const frames: Frame[] = [];
    at = unframer.push(bytes, at, bytes.length, frames);
    count += frames.length;
  }
  return count;
}

function writeAll(
  framer: MessageFramer,
  message: Uint8Array,
  count: number,
): number {
  const out = new ByteWriter(new Uint8Array((message.length + 16) * count));
  for (let i = 0; i < count; i++) {
    const start = out.length;
    framer.begin(out);
    out.append(message, 0, message.length);
    framer.end(out, start);
  }
  return out.length;
}

for (const size of SIZES) {
  const count = size > 10_000 ? 8 : MESSAGES;
  const rawSocket = repeated(rawSocketFrame(size), count);
  const webSocket = repeated(webSocketFrame(size), count);
  const group = `${count} messages of ${size} bytes received`;
  const raw = openRawSocket();
  Deno.bench(`RawSocket, ${size} bytes in`, { group, baseline: true }, () => {
    takeAll(raw, rawSocket);
  });
  const web = openWebSocket();
  // Unmasked in place, and masked again by the next round.
  Deno.bench(`WebSocket, ${size} bytes in`, { group }, () => {
    takeAll(web, webSocket);
  });
  const message = new Uint8Array(size);
  const sent = `${count} messages of ${size} bytes sent`;
  Deno.bench(
    `RawSocket, ${size} bytes out`,
    { group: sent, baseline: true },
    () => {
      writeAll(RAWSOCKET_FRAMER, message, count);
    },
  );
  const framer = new WebSocketFramer({ opcode: Opcode.BINARY });
  Deno.bench(`WebSocket, ${size} bytes out`, { group: sent }, () => {
    writeAll(framer, message, count);
  });
}
