/** What overtakes a message that waits: PINGs (checklist FR-07), and looks at what is behind. */
import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../src/base/byte_writer.ts";
import { type Frame, FrameKind } from "../../src/framing/frame.ts";
import { wholeFrames, writePong } from "../../src/rawsocket/frame.ts";
import { RawSocketFraming } from "../../src/rawsocket/rawsocket_framing.ts";
import { ConnectionState } from "../../src/transport/connection_state.ts";
import type { MessageReceiver } from "../../src/transport/message_receiver.ts";
import { Overtaking } from "../../src/transport/overtaking.ts";
import { bytesOf } from "../support/hex.ts";
import { MSGPACK_CODEC } from "../support/serializers.ts";

const FRAMING = new RawSocketFraming<unknown>({
  codecs: new Map(),
  maxMessageBytes: 1000,
  minPeerLimitBytes: 512,
});
const WAITS: Frame = {
  kind: FrameKind.MESSAGE,
  bytes: new Uint8Array(0),
  start: 0,
  end: 0,
};

/** A connection whose only message waits, and what it has answered. */
class Waiting {
  readonly state = new ConnectionState();
  readonly out = new ByteWriter(new Uint8Array(0));
  readonly overtaking: Overtaking;
  /** PONGs that were taken. */
  ponged = 0;

  /** @param owedMs What the session owes its quotas after each PING. */
  constructor(owedMs = 0) {
    const session = { received: () => owedMs, show: () => {} };
    this.overtaking = new Overtaking(
      this.state,
      FRAMING,
      session as Partial<MessageReceiver> as MessageReceiver,
      MSGPACK_CODEC.serializer,
      (frame) => this.control(frame),
    );
    this.state.receiving = "open";
  }

  control(frame: Frame): void {
    if (frame.kind === FrameKind.PING) writePong(frame, this.out);
    else this.ponged++;
  }

  begin(...behind: readonly Frame[]): readonly Frame[] {
    return this.overtaking.begin([WAITS, ...behind], 0);
  }
}

/** What is answered to the PINGs that `hex` begins with, and where they end. */
function answered(hex: string): [pongs: string, end: number] {
  const waiting = new Waiting();
  waiting.begin();
  const end = waiting.overtaking.ahead(bytesOf(hex));
  return [waiting.out.toBytes().toHex(), end];
}

Deno.test("FR-07: PINGs of the same read are answered and left out, until quotas are used up", () => {
  const [message, ...pings] = wholeFrames(
    bytesOf("00000001aa 01000001bb 01000001cc"),
  );
  const waiting = new Waiting();
  assertEquals(waiting.begin(pings[0], message, pings[1]), [WAITS, message]);
  assertEquals(waiting.out.toBytes().toHex(), "02000001bb02000001cc");
  assertEquals(waiting.state.receiving, "waiting");
  // The frames are given again: nothing is answered twice.
  assertEquals(waiting.begin(pings[0]), [WAITS, pings[0]]);

  const owing = new Waiting(1000);
  owing.begin(pings[0]);
  assertEquals(owing.state.receiving, "waiting_over_quota");
  assertEquals(owing.overtaking.ahead(bytesOf("01000001dd")), 0);
  assertEquals(owing.out.toBytes().toHex(), "02000001bb");
});

Deno.test("FR-07 FR-09: leading PINGs are answered in order and PONGs taken, up to the first message", () => {
  const rows: [octets: string, pongs: string, end: number][] = [
    ["", "", 0],
    ["01000000", "02000000", 4],
    ["01000001aa 01000002bbcc", "02000001aa02000002bbcc", 11],
    ["01000001aa 00000001bb 01000001cc", "02000001aa", 5],
    ["01000001aa 02000001bb 01000000", "02000001aa02000000", 14],
    ["00000001aa 01000000", "", 0],
    ["09000000", "", 0],
  ];
  for (const [octets, pongs, end] of rows) {
    assertEquals(answered(octets), [pongs, end], octets);
  }
});

Deno.test("PONGs are taken once, of the same read and read ahead", () => {
  const [message, pong] = wholeFrames(bytesOf("00000001aa 02000001bb"));
  const waiting = new Waiting();
  assertEquals(waiting.begin(pong, message, pong), [WAITS, message]);
  assertEquals(waiting.ponged, 2);
  assertEquals(waiting.overtaking.ahead(bytesOf("02000001cc")), 5);
  assertEquals(waiting.ponged, 3);
});

Deno.test("a PING that is cut anywhere is left for later", () => {
  const whole = "01000000010000030a0b0c";
  for (let end = 0; end < whole.length / 2; end++) {
    const [pongs, used] = answered(whole.slice(0, 2 * end));
    assertEquals([pongs, used], end < 4 ? ["", 0] : ["02000000", 4]);
  }
});

Deno.test("frames that are whole are found up to one that is cut or none", () => {
  const rows: [octets: string, kinds: number[]][] = [
    ["", []],
    ["00000001aa 01000000 02000002bbcc", [0, 1, 2]],
    ["00000001aa 000000", [0]],
    ["00000001aa 00000002bb", [0]],
    ["01000000 03000000 00000000", [1]],
    ["00ffffff", []],
  ];
  for (const [octets, kinds] of rows) {
    const frames = wholeFrames(bytesOf(octets));
    assertEquals(frames.map(({ kind }) => kind), kinds, octets);
  }
});
