/**
 * Finds out whether a silent peer is still there: sends it a PING, and gives it up
 * where no answer comes. A peer that says something else, or that reads what waits
 * for it, is there.
 *
 * TCP alone would not notice: a process that is frozen acknowledges what it is
 * sent, and of one behind a cut cable nothing is heard until something is written
 * to it, and then for a quarter of an hour.
 */
import type { LogFields } from "../base/log.ts";
import { Alarm, type Timers } from "../base/timers.ts";
import type { Frame } from "../framing/frame.ts";
import type { Dict } from "../wamp/options.ts";

/**
 * Who is sent PINGs: all, nobody, or those who have shown that they know them, by
 * a PING or PONG of their own. Client libraries exist that PINGs break.
 */
export type AutoPing = boolean | "answering";

/** What all connections of a transport have in common. */
export interface LivenessOptions {
  readonly timers: Timers;
  readonly autoPing: AutoPing;
  /** For how long a peer may be silent before it is sent a PING. */
  readonly autoPingIntervalMs: number;
  /** For how long it may leave that unanswered. */
  readonly autoPingTimeoutMs: number;
  /** How long a PING's payload is; absent: {@linkcode PING_BYTES}. */
  readonly autoPingBytes?: number;
}

/** The connection, as it is seen from here. */
export interface Watched {
  /** Whether nothing of the peer is left to be looked at. */
  readonly isAwaiting: boolean;
  /** Octets that wait to be written. */
  readonly pendingBytes: number;
  /** Octets that were written. */
  readonly writtenBytes: number;
  /** Sends a PING. */
  ping(payload: Uint8Array): void;
  /** The peer is gone; with what the log is to say of it. */
  lost(fields: LogFields): void;
}

/** A PING that waits for its PONG. */
interface Ping {
  /** What nobody can know who has not read the PING. */
  readonly nonce: Uint8Array;
  readonly sentMs: number;
  /** When there was a sign of the peer since, or when it was sent. */
  signMs: number;
  /** What the peer had said until then. */
  readonly heardBytes: number;
  /** What was written when it was looked at last, and whether more waited. */
  writtenBytes: number;
  wasBehind: boolean;
}

const PING_BYTES = 16;
/** So often a PING that is not answered is looked at within its timeout. */
const LOOKS = 4;

/** Watches the peer of one connection. */
export class Liveness {
  readonly #link: Watched;
  readonly #options: LivenessOptions;
  readonly #alarm: Alarm;
  #heardMs: number;
  #heardBytes = 0;
  #ping: Ping | undefined = undefined;
  #lastMs: number | undefined = undefined;
  #smallestMs = Infinity;

  /** Watches from now on. */
  constructor(link: Watched, options: LivenessOptions) {
    this.#link = link;
    this.#options = options;
    this.#alarm = new Alarm(options.timers);
    this.#heardMs = options.timers.nowMs;
    this.#wait(options.autoPingIntervalMs);
  }

  /** The peer has said something, `count` octets. */
  heard(count: number): void {
    this.#heardMs = this.#options.timers.nowMs;
    this.#heardBytes += count;
  }

  /**
   * The peer has sent a PONG, which may be none that was asked for.
   *
   * @param headBytes Octets before its payload.
   */
  ponged({ bytes, start, end }: Frame, headBytes: number): void {
    const ping = this.#ping;
    if (ping === undefined || !isSame(ping.nonce, bytes.subarray(start, end))) {
      this.#heardBytes -= headBytes + end - start;
      return;
    }
    this.#ping = undefined;
    this.#lastMs = this.#options.timers.nowMs - ping.sentMs;
    this.#smallestMs = Math.min(this.#smallestMs, this.#lastMs);
    this.#wait(this.#options.autoPingIntervalMs);
  }

  /** How long PINGs took to be answered; empty as long as none was. */
  details(): Dict {
    if (this.#lastMs === undefined) return {};
    return {
      round_trip_ms: {
        last: microseconds(this.#lastMs),
        smallest: microseconds(this.#smallestMs),
      },
    };
  }

  /** Watches no more. */
  end(): void {
    this.#alarm.clear();
    this.#ping = undefined;
  }

  #wait(delayMs: number): void {
    this.#alarm.set(delayMs, () => this.#look());
  }

  #look(): void {
    const { timers, autoPingIntervalMs } = this.#options;
    const ping = this.#ping;
    if (ping !== undefined && this.#heardBytes <= ping.heardBytes) {
      return this.#judge(ping);
    }
    this.#ping = undefined;
    const silentMs = timers.nowMs - this.#heardMs;
    if (silentMs < autoPingIntervalMs) {
      return this.#wait(autoPingIntervalMs - silentMs);
    }
    this.#send();
  }

  /** The peer has said nothing since `ping` was sent. */
  #judge(ping: Ping): void {
    const { timers, autoPingTimeoutMs } = this.#options;
    // A PONG may be among what is unread.
    if (this.#isReading(ping) || !this.#link.isAwaiting) {
      ping.signMs = timers.nowMs;
    }
    const leftMs = autoPingTimeoutMs - (timers.nowMs - ping.signMs);
    if (leftMs <= 0) return this.#giveUp();
    this.#wait(Math.min(leftMs, autoPingTimeoutMs / LOOKS));
  }

  #send(): void {
    const { timers, autoPingTimeoutMs, autoPingBytes } = this.#options;
    const nonce = newNonce(autoPingBytes ?? PING_BYTES);
    this.#ping = {
      nonce,
      sentMs: timers.nowMs,
      signMs: timers.nowMs,
      heardBytes: this.#heardBytes,
      writtenBytes: this.#link.writtenBytes,
      wasBehind: this.#link.pendingBytes > 0,
    };
    this.#link.ping(nonce);
    this.#wait(autoPingTimeoutMs / LOOKS);
  }

  /** Whether the peer, though slowly, takes what was before the PING or is behind it. */
  #isReading(ping: Ping): boolean {
    const { writtenBytes, pendingBytes } = this.#link;
    const isMore = writtenBytes > ping.writtenBytes;
    const isBehind = pendingBytes > 0;
    const wasBehind = ping.wasBehind;
    ping.writtenBytes = writtenBytes;
    ping.wasBehind = isBehind;
    return isMore && (wasBehind || isBehind);
  }

  #giveUp(): void {
    const { timers, autoPingTimeoutMs } = this.#options;
    this.#link.lost({
      silent_ms: Math.round(timers.nowMs - this.#heardMs),
      auto_ping_timeout_ms: autoPingTimeoutMs,
    });
  }
}

/** In letters and digits: clients exist that read a PING's payload as text. */
function newNonce(length: number): Uint8Array {
  const random = crypto.getRandomValues(new Uint8Array((length + 1) >> 1));
  return new TextEncoder().encode(random.toHex().slice(0, length));
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((octet, index) => octet === other[index]);
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
