import type { ByteWriter } from "../base/byte_writer.ts";
import type { Frame } from "../framing/frame.ts";
import type { Framing, OpeningOutcome } from "../framing/framing.ts";
import {
  PAYLOAD_BYTES_MAX,
  PREFIX_BYTES,
  wholeFrames,
  writePing,
  writePong,
} from "./frame.ts";
import { answerHandshake, type HandshakeOffer } from "./handshake.ts";
import { RawSocketUnframer } from "./unframer.ts";

/** What a transport that speaks RawSocket offers. */
export interface RawSocketOptions<Codec> {
  /** By serializer number of the protocol: 1 JSON, 2 MessagePack, 3 CBOR. */
  readonly codecs: ReadonlyMap<number, Codec>;
  /** The largest message received, in bytes, as configured. */
  readonly maxMessageBytes: number;
  /** The least that a client must be able to receive, in bytes (RS-10). */
  readonly minPeerLimitBytes: number;
}

/** WAMP-over-RawSocket (checklist §1). */
export class RawSocketFraming<Codec> implements Framing<Codec> {
  readonly name = "rawsocket";
  readonly title = "RawSocket";
  readonly pongHeadBytes = PREFIX_BYTES;
  readonly #codecs: ReadonlyMap<number, Codec>;
  readonly #offer: Omit<HandshakeOffer, "exceededLimit">;
  readonly #maxPayloadBytes: number;

  constructor(
    { codecs, maxMessageBytes, minPeerLimitBytes }: RawSocketOptions<Codec>,
  ) {
    this.#codecs = codecs;
    const serializers = new Set(codecs.keys());
    this.#offer = { serializers, maxMessageBytes, minPeerLimitBytes };
    this.#maxPayloadBytes = Math.min(maxMessageBytes, PAYLOAD_BYTES_MAX);
  }

  newUnframer(): RawSocketUnframer {
    return new RawSocketUnframer(this.#maxPayloadBytes);
  }

  open(
    request: Uint8Array,
    exceededLimit: string | undefined,
  ): OpeningOutcome<Codec> {
    const offer = { ...this.#offer, exceededLimit };
    const outcome = answerHandshake(request, offer);
    if (!outcome.accepted) return outcome;
    const { reply, serializer, peerLimitBytes } = outcome;
    const codec = this.#codecs.get(serializer) as Codec;
    return { accepted: true, reply, codec, peerLimitBytes };
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

  closeFrame(): undefined {
    return undefined;
  }
}
