/**
 * The seam between a connection and the framing that it speaks: how messages
 * stand among the octets of a stream, both ways.
 *
 * A framing is a folder of its own that implements these interfaces. It is pure:
 * it is pushed octets and appends octets, and does no I/O.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { CloseCause, Frame, FrameFault } from "./frame.ts";

/** So many frames are handled together at most: a read can hold 65,536 PINGs. */
export const FRAMES_MAX = 256;

/** Cuts what one connection receives into frames; holds nothing between them. */
export interface Unframer {
  /** How many octets have come of an opening request that is not whole. */
  readonly openingBytes: number;
  /** How many octets of a cut frame are still to come; 0 between frames. */
  readonly missingBytes: number;
  /** Bytes of memory that a cut frame takes. */
  readonly heldBytes: number;
  /** Whether the next octet begins a frame; false before the opening request. */
  readonly isBetweenFrames: boolean;
  /**
   * Takes `chunk[start, end)` and appends the frames that end in it to `frames`,
   * up to {@linkcode FRAMES_MAX}. The first is the opening request. Never throws.
   *
   * @returns Up to where it took them: `end`, or where the rest begins.
   */
  push(
    chunk: Uint8Array,
    start: number,
    end: number,
    frames: Frame[],
  ): number;
  /** What ends the connection: no frame comes any more. */
  readonly fault: FrameFault | undefined;
}

/** Puts messages into frames. */
export interface MessageFramer {
  /** Makes room in `out` for what stands before a message. */
  begin(out: ByteWriter): void;
  /**
   * Completes the frame that begins at `start`. Its message is what was appended
   * after {@linkcode MessageFramer.begin}.
   */
  end(out: ByteWriter, start: number): void;
}

/** The request is for another server, which takes the connection as it is. */
export const HANDED_OVER = "handed_over";

/** What came of an opening request. */
export type OpeningOutcome<Codec> =
  | typeof HANDED_OVER
  | {
    readonly accepted: true;
    /** Goes to the client. */
    readonly reply: Uint8Array;
    /** What both sides speak. */
    readonly codec: Codec;
    /** The longest message that the client takes, in bytes. */
    readonly peerLimitBytes: number;
    /** The client's address in the words of a proxy: `X-Forwarded-For`. */
    readonly forwardedFor?: string;
    /** What the connection goes on with, where the request chose among several. */
    readonly chosen?: ChosenFraming<Codec>;
  }
  | {
    readonly accepted: false;
    /** Goes to the client; undefined: the connection is closed without a word. */
    readonly reply: Uint8Array | undefined;
    /** What was wrong, for the log. */
    readonly reason: string;
    /** The config key that decided, where one did. */
    readonly configKey?: string;
  };

/** One of several framings, and its parser, to which the opening was shown. */
export interface ChosenFraming<Codec> {
  readonly framing: Framing<Codec>;
  readonly unframer: Unframer;
}

/**
 * The framing of one transport, for all its connections.
 *
 * `Parser` is what {@linkcode Framing.newUnframer} makes.
 */
export interface Framing<Codec, Parser extends Unframer = Unframer> {
  /** Its name in session details, as Crossbar.io has it. */
  readonly name: string;
  /** Its name in log lines. */
  readonly title: string;
  /** Octets of a client's PONG before its payload. */
  readonly pongHeadBytes: number;
  /** The parser for a new connection. */
  newUnframer(): Parser;
  /**
   * Answers the opening request.
   *
   * @param exceededLimit The config key by which no further connection is taken;
   * undefined: it may stay.
   * @param unframer The connection's, which may go on in another way from here.
   */
  open(
    request: Uint8Array,
    exceededLimit: string | undefined,
    unframer: Parser,
  ): OpeningOutcome<Codec>;
  /** The frames that `bytes`, which begins with one, holds whole, up to one that is wrong. */
  wholeFrames(bytes: Uint8Array): readonly Frame[];
  /** Appends the answer to `ping`, whatever the client's own limit. */
  writePong(ping: Frame, out: ByteWriter): void;
  /** Appends a request that the client is to answer with the same `payload`. */
  writePing(payload: Uint8Array, out: ByteWriter): void;
  /**
   * Tells a client whose opening request was accepted that nothing follows;
   * undefined: the stream's end does.
   *
   * @param answered The client's own frame that said so, if it came first.
   */
  closeFrame(
    cause: CloseCause,
    answered: Frame | undefined,
  ): Uint8Array | undefined;
}
