import { assertEquals } from "@std/assert";
import {
  type Frame,
  type FrameFault,
  FrameKind,
} from "../../src/framing/frame.ts";
import {
  type FrameHandler,
  handleBatch,
} from "../../src/transport/frame_batch.ts";

const FAULT: FrameFault = { message: "reserved" };

/** Frames whose payload is one octet: their number, from 1 on. */
function frames(count: number): Frame[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: FrameKind.MESSAGE,
    bytes: Uint8Array.of(index + 1),
    start: 0,
    end: 1,
  }));
}

type OnFrame = (number: number) => Promise<void> | void;

/** Writes down what it is told. */
class Recorder implements FrameHandler {
  readonly told: string[] = [];
  isReceiving = true;
  readonly #onFrame: OnFrame;
  readonly #done = Promise.withResolvers<void>();

  constructor(onFrame: OnFrame = () => {}) {
    this.#onFrame = onFrame;
  }

  /** Resolves when the batch is done. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  frame({ bytes }: Frame): Promise<void> | undefined {
    this.told.push(String(bytes[0]));
    return this.#onFrame(bytes[0]) ?? undefined;
  }

  waiting(all: readonly Frame[], index: number): readonly Frame[] {
    const behind = all.slice(index + 1).map(({ bytes }) => bytes[0]);
    this.told.push(`waiting, behind it ${behind}`);
    return all.filter(({ bytes }) => bytes[0] !== 4);
  }

  resume(goOn: () => void): void {
    goOn();
  }

  putOff(goOn: () => void): void {
    this.told.push("put off");
    queueMicrotask(goOn);
  }

  faulted({ message }: FrameFault): void {
    this.told.push(message);
  }

  crashed(error: unknown): void {
    this.told.push(String(error));
  }

  handled(count: number): void {
    this.told.push(`handled ${count}`);
    this.#done.resolve();
  }
}

Deno.test("frames are handled in turn, then their fault, then they are done", () => {
  const recorder = new Recorder();
  handleBatch(recorder, { frames: frames(3), fault: FAULT });
  assertEquals(recorder.told, ["1", "2", "3", "reserved", "handled 3"]);
});

Deno.test("nothing is handled once nothing is received, not even the fault", () => {
  const recorder = new Recorder((number) => {
    recorder.isReceiving = number < 2;
  });
  handleBatch(recorder, { frames: frames(3), fault: FAULT });
  assertEquals(recorder.told, ["1", "2", "handled 3"]);
});

Deno.test("a frame that has to wait is given again, and those after it later", async () => {
  const wait = Promise.withResolvers<void>();
  let isAsked = false;
  const recorder = new Recorder((number) => {
    if (number !== 2 || isAsked) return;
    isAsked = true;
    return wait.promise;
  });
  handleBatch(recorder, { frames: frames(5), fault: undefined });
  assertEquals(recorder.told, ["1", "2", "waiting, behind it 3,4,5"]);
  wait.resolve();
  await recorder.done;
  // What was dealt with meanwhile is left out.
  assertEquals(recorder.told.slice(3), ["2", "3", "5", "handled 4"]);
});

Deno.test("a frame whose handling throws is the last one", () => {
  const recorder = new Recorder((number) => {
    if (number === 2) throw new RangeError("defect");
  });
  handleBatch(recorder, { frames: frames(3), fault: FAULT });
  assertEquals(recorder.told, ["1", "2", "RangeError: defect", "handled 3"]);
});

Deno.test("what takes long lets others have their turn", async () => {
  const recorder = new Recorder((number) => {
    if (number === 1) spin(20);
  });
  handleBatch(recorder, { frames: frames(9), fault: undefined });
  recorder.told.push("another's turn");
  await recorder.done;
  assertEquals(
    recorder.told.join(" "),
    "1 2 3 4 put off another's turn 5 6 7 8 9 handled 9",
  );
});

function spin(durationMs: number): void {
  const end = performance.now() + durationMs;
  while (performance.now() < end);
}
