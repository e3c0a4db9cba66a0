/**
 * Just enough of a RawSocket client to attack with: JSON frames, made by hand, so
 * that the attacker is quicker than what it attacks.
 */

const utf8 = new TextEncoder();

/** A frame with the prefix that its payload needs. */
export function frame(payload: Uint8Array, type = 0): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const bytes = new Uint8Array(4 + length);
  bytes.set([type, length >> 16 & 0xff, length >> 8 & 0xff, length & 0xff]);
  bytes.set(payload, 4);
  return bytes;
}

/** A message as a frame of JSON. */
export function message(value: unknown): Uint8Array<ArrayBuffer> {
  return frame(utf8.encode(JSON.stringify(value)));
}

/** The same for JSON that is written already. */
export function textMessage(json: string): Uint8Array<ArrayBuffer> {
  return frame(utf8.encode(json));
}

/** Frames, one behind the other. */
export function join(
  frames: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(frames.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of frames) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}

/** A connection that is attacked through. */
export class Attacker {
  readonly conn: Deno.TcpConn;
  #rest = new Uint8Array(0);

  private constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  /** Connects and shakes hands: JSON, messages of up to 16 MiB. */
  static async open(port: number): Promise<Attacker> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    const attacker = new Attacker(conn);
    await attacker.write(new Uint8Array([0x7f, 0xf1, 0, 0]));
    await attacker.#read(4);
    return attacker;
  }

  /** Connects and joins `realm1`. */
  static async join(port: number): Promise<Attacker> {
    const attacker = await Attacker.open(port);
    const roles = { caller: {}, callee: {}, publisher: {}, subscriber: {} };
    await attacker.write(message([1, "realm1", { roles }]));
    await attacker.receive();
    return attacker;
  }

  /** Writes all of it; false where the router has closed. */
  async write(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.conn.write(bytes.subarray(at));
      }
      return true;
    } catch {
      return false;
    }
  }

  /** The next message. */
  // deno-lint-ignore no-explicit-any
  async receive(): Promise<any> {
    const [, high, middle, low] = await this.#read(4);
    const payload = await this.#read(high << 16 | middle << 8 | low);
    return JSON.parse(new TextDecoder().decode(payload));
  }

  /** Throws away what comes, until the end. */
  async drain(): Promise<void> {
    const buffer = new Uint8Array(2 ** 18);
    try {
      while (await this.conn.read(buffer) !== null);
    } catch {
      // Closed by either side.
    }
  }

  /** Hangs up. */
  close(): void {
    try {
      this.conn.close();
    } catch {
      // The router was first.
    }
  }

  async #read(count: number): Promise<Uint8Array> {
    while (this.#rest.length < count) {
      const buffer = new Uint8Array(65_536);
      const read = await this.conn.read(buffer);
      if (read === null) throw new Error("the router closed");
      this.#rest = join([this.#rest, buffer.subarray(0, read)]);
    }
    const bytes = this.#rest.subarray(0, count);
    this.#rest = this.#rest.slice(count);
    return bytes;
  }
}
