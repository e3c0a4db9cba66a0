import type { Frame, FrameFault } from "../framing/frame.ts";
import type { Framing, Unframer } from "../framing/framing.ts";
import { HANDSHAKE_MAGIC } from "../rawsocket/handshake.ts";

/**
 * The parser of a connection of which it is not known what it speaks: its first
 * octet tells.
 */
export class UniversalUnframer implements Unframer {
  readonly #rawSocket: Pick<Framing<unknown>, "newUnframer"> | undefined;
  readonly #http: Pick<Framing<unknown>, "newUnframer">;
  #chosen: Unframer | undefined = undefined;
  #speaksRawSocket = false;

  /** @param rawSocket Undefined: not spoken here. */
  constructor(
    rawSocket: Pick<Framing<unknown>, "newUnframer"> | undefined,
    http: Pick<Framing<unknown>, "newUnframer">,
  ) {
    this.#rawSocket = rawSocket;
    this.#http = http;
  }

  /** Whether a RawSocket handshake has begun. */
  get speaksRawSocket(): boolean {
    return this.#speaksRawSocket;
  }

  /** The parser that its first octet chose; undefined before that. */
  get chosen(): Unframer | undefined {
    return this.#chosen;
  }

  get openingBytes(): number {
    return this.#chosen?.openingBytes ?? 0;
  }

  get missingBytes(): number {
    return this.#chosen?.missingBytes ?? 0;
  }

  get heldBytes(): number {
    return this.#chosen?.heldBytes ?? 0;
  }

  get isBetweenFrames(): boolean {
    return this.#chosen?.isBetweenFrames ?? false;
  }

  get fault(): FrameFault | undefined {
    return this.#chosen?.fault;
  }

  push(
    chunk: Uint8Array,
    start: number,
    end: number,
    frames: Frame[],
  ): number {
    if (start === end) return end;
    this.#chosen ??= this.#choose(chunk[start]);
    return this.#chosen.push(chunk, start, end, frames);
  }

  #choose(first: number): Unframer {
    if (first !== HANDSHAKE_MAGIC || this.#rawSocket === undefined) {
      return this.#http.newUnframer();
    }
    this.#speaksRawSocket = true;
    return this.#rawSocket.newUnframer();
  }
}
