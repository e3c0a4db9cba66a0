/**
 * Several protocols on one address: a connection's first octet tells RawSocket from
 * HTTP, and a request's path and headers tell WebSocket from plain HTTP.
 */
import type { ByteWriter } from "../base/byte_writer.ts";
import type { CloseCause, Frame } from "../framing/frame.ts";
import {
  type Framing,
  HANDED_OVER,
  type OpeningOutcome,
  type Unframer,
} from "../framing/framing.ts";
import {
  asksForWebSocket,
  parseRequestHead,
  pathOf,
} from "../websocket/request_head.ts";
import { UniversalUnframer } from "./universal_unframer.ts";

/** WebSocket at one path. */
export interface WebSocketPlace<Codec> {
  /** Undefined: at any. */
  readonly path: string | undefined;
  readonly framing: Framing<Codec>;
}

/** What is spoken on one address. */
export interface UniversalOptions<Codec> {
  /** Undefined: RawSocket is not spoken. */
  readonly rawSocket: Framing<Codec> | undefined;
  readonly webSockets: readonly WebSocketPlace<Codec>[];
  /** Refuses requests that are for none of these. */
  readonly refusing: Framing<Codec>;
  /** Whether plain HTTP requests for other paths are handed over. */
  readonly handsOver: boolean;
}

/** Chooses one of several framings for each connection. */
export class UniversalFraming<Codec>
  implements Framing<Codec, UniversalUnframer> {
  readonly name = "universal";
  readonly title: string;
  readonly pongHeadBytes = 0;
  readonly #options: UniversalOptions<Codec>;

  constructor(options: UniversalOptions<Codec>) {
    this.#options = options;
    this.title = inWords([
      options.rawSocket === undefined ? [] : "RawSocket",
      options.webSockets.length === 0 ? [] : "WebSocket",
      options.handsOver ? "HTTP" : [],
    ].flat());
  }

  newUnframer(): UniversalUnframer {
    const { rawSocket, refusing } = this.#options;
    return new UniversalUnframer(rawSocket, refusing);
  }

  open(
    request: Uint8Array,
    exceededLimit: string | undefined,
    unframer: UniversalUnframer,
  ): OpeningOutcome<Codec> {
    const { rawSocket } = this.#options;
    if (unframer.speaksRawSocket && rawSocket !== undefined) {
      const parser = unframer.chosen as Unframer;
      return openBy(rawSocket, parser, request, exceededLimit);
    }
    const framing = this.#framingFor(request);
    if (framing === HANDED_OVER && exceededLimit === undefined) return framing;
    const chosen = framing === HANDED_OVER ? this.#options.refusing : framing;
    // Of another service than the one that read the request: it is shown it.
    const parser = chosen.newUnframer();
    parser.push(request, 0, request.length, []);
    return openBy(chosen, parser, request, exceededLimit);
  }

  #framingFor(request: Uint8Array): Framing<Codec> | typeof HANDED_OVER {
    const { webSockets, refusing, handsOver } = this.#options;
    const head = parseRequestHead(request);
    if (!("method" in head)) return refusing;
    const path = pathOf(head);
    const atPath = webSockets.find((one) => one.path === path) ??
      webSockets.find((one) => one.path === undefined);
    if (atPath !== undefined) return atPath.framing;
    return handsOver && !asksForWebSocket(head) ? HANDED_OVER : refusing;
  }

  wholeFrames(): readonly Frame[] {
    return [];
  }

  writePong(_ping: Frame, _out: ByteWriter): void {}

  writePing(_payload: Uint8Array, _out: ByteWriter): void {}

  closeFrame(_cause: CloseCause): undefined {
    return undefined;
  }
}

function openBy<Codec>(
  framing: Framing<Codec>,
  unframer: Unframer,
  request: Uint8Array,
  exceededLimit: string | undefined,
): OpeningOutcome<Codec> {
  const outcome = framing.open(request, exceededLimit, unframer);
  if (outcome === HANDED_OVER || !outcome.accepted) return outcome;
  return { ...outcome, chosen: { framing, unframer } };
}

/** `a, b or c`. */
function inWords(names: readonly string[]): string {
  return names.join(", ").replace(/, ([^,]*)$/, " or $1");
}
