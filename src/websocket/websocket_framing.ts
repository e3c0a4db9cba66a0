import type { ByteWriter } from "../base/byte_writer.ts";
import { CloseCause, type Frame } from "../framing/frame.ts";
import type { Framing, OpeningOutcome } from "../framing/framing.ts";
import { answerTo, closeFrameFor } from "./close_frame.ts";
import { Opcode, writePing, writePong } from "./frame.ts";
import { answerHandshake, type HandshakeOffer } from "./handshake.ts";
import { type Speech, WebSocketUnframer } from "./unframer.ts";
import { wholeFrames } from "./whole_frames.ts";

/** WAMP's names for its serializers in WebSocket. */
export type Subprotocol = "wamp.2.json" | "wamp.2.msgpack" | "wamp.2.cbor";

/** How messages are written in one subprotocol. */
export interface SubprotocolCodecs<Codec> {
  readonly plain: Codec;
  /** For clients with which messages are compressed; absent: none are. */
  readonly deflating?: Codec;
}

/** What a service over WebSocket offers. */
export interface WebSocketOptions<Codec> extends
  Omit<
    HandshakeOffer,
    "subprotocols" | "defaultSubprotocol" | "exceededLimit"
  >,
  Pick<Speech, "maxMessageBytes" | "maxFrameBytes" | "requireMasked"> {
  /** In the order in which they are chosen. */
  readonly codecs: ReadonlyMap<Subprotocol, SubprotocolCodecs<Codec>>;
  /** Whether clients that name no subprotocol are refused; else they speak JSON. */
  readonly requireSubprotocol: boolean;
  /** Whether who breaks the protocol is cut off without a close frame. */
  readonly failByDrop: boolean;
  /** Whether a client's close frame is answered with its own code and reason. */
  readonly echoCloseCode: boolean;
}

/** With the key of its mask. */
const CONTROL_HEAD_BYTES = 6;

/** No client tells how long a message it takes. */
const PEER_LIMIT_BYTES = 2 ** 31;

const FAULTS: ReadonlySet<CloseCause> = new Set([
  CloseCause.BAD_FRAME,
  CloseCause.WRONG_KIND,
  CloseCause.BAD_TEXT,
  CloseCause.TOO_LONG,
]);

/** WAMP over WebSocket (RFC 6455; WAMP Basic Profile, section on WebSocket). */
export class WebSocketFraming<Codec>
  implements Framing<Codec, WebSocketUnframer> {
  readonly name = "websocket";
  readonly title = "WebSocket";
  readonly pongHeadBytes = CONTROL_HEAD_BYTES;
  readonly #options: WebSocketOptions<Codec>;
  readonly #offer: HandshakeOffer;

  constructor(options: WebSocketOptions<Codec>) {
    const { codecs, requireSubprotocol } = options;
    const speaksJson = codecs.has("wamp.2.json") && !requireSubprotocol;
    this.#options = options;
    this.#offer = {
      ...options,
      subprotocols: [...codecs.keys()],
      defaultSubprotocol: speaksJson ? "wamp.2.json" : undefined,
    };
  }

  newUnframer(): WebSocketUnframer {
    return new WebSocketUnframer();
  }

  open(
    request: Uint8Array,
    exceededLimit: string | undefined,
    unframer: WebSocketUnframer,
  ): OpeningOutcome<Codec> {
    const outcome = answerHandshake(request, this.#offer, exceededLimit);
    if (!outcome.accepted) return outcome;
    const { reply, deflates, forwardedFor } = outcome;
    const subprotocol = outcome.subprotocol as Subprotocol;
    const { maxMessageBytes, maxFrameBytes, requireMasked } = this.#options;
    unframer.accepted({
      opcode: subprotocol === "wamp.2.json" ? Opcode.TEXT : Opcode.BINARY,
      maxMessageBytes,
      maxFrameBytes,
      requireMasked,
      inflates: deflates,
    });
    const { plain, deflating } = this.#options.codecs
      .get(subprotocol) as SubprotocolCodecs<Codec>;
    return {
      accepted: true,
      reply,
      codec: deflates ? deflating ?? plain : plain,
      peerLimitBytes: PEER_LIMIT_BYTES,
      ...(forwardedFor !== undefined && { forwardedFor }),
    };
  }

  wholeFrames(bytes: Uint8Array): readonly Frame[] {
    return wholeFrames(bytes);
  }

  writePong(ping: Frame, out: ByteWriter): void {
    writePong(ping, out);
  }

  writePing(payload: Uint8Array, out: ByteWriter): void {
    writePing(payload, out);
  }

  closeFrame(
    cause: CloseCause,
    answered: Frame | undefined,
  ): Uint8Array | undefined {
    const { echoCloseCode, failByDrop } = this.#options;
    if (answered !== undefined) return answerTo(answered, echoCloseCode);
    if (failByDrop && FAULTS.has(cause)) return undefined;
    return closeFrameFor(cause);
  }
}

/** Answers requests that are for none of several services, each with a refusal. */
export function refusingFraming<Codec>(): WebSocketFraming<Codec> {
  return new WebSocketFraming<Codec>({
    // No request is for it.
    path: "",
    codecs: new Map(),
    allowedOrigins: [],
    allowNullOrigin: false,
    requireSubprotocol: true,
    enableWebstatus: false,
    deflate: undefined,
    maxMessageBytes: 0,
    maxFrameBytes: 0,
    requireMasked: true,
    failByDrop: false,
    echoCloseCode: false,
  });
}
