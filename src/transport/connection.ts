/**
 * One accepted connection: reads chunks into the pipeline, hands messages to its
 * session, and writes what is sent to it.
 *
 * Closing is a state: what was sent is written, the sending side is shut, and
 * what the peer still sends is read and thrown away for a moment, since closing
 * a socket with unread octets resets it and may destroy the last message.
 */
import { type LogFields, type Logger, withFields } from "../base/log.ts";
import type { Ledger } from "../base/ledger.ts";
import { Alarm } from "../base/timers.ts";
import { isUtf8 } from "../base/utf8.ts";
import {
  CloseCause,
  type Frame,
  type FrameFault,
  FrameKind,
} from "../framing/frame.ts";
import {
  type ChosenFraming,
  type Framing,
  HANDED_OVER,
  type Unframer,
} from "../framing/framing.ts";
import type { Chunk, FrameBatch } from "../framing/unframe_stream.ts";
import {
  type Event,
  type RouterMessage,
  SendOutcome,
} from "../wamp/message.ts";
import { MessageCode } from "../wamp/message_code.ts";
import type { Dict } from "../wamp/options.ts";
import type { Overload } from "../wamp/overload.ts";
import type { PayloadFormat } from "../wamp/payload.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import { ChunkReader, type ChunkTarget } from "./chunk_reader.ts";
import type { Slowness } from "./congestion.ts";
import { ConnectionMemory } from "./connection_memory.ts";
import { ConnectionState } from "./connection_state.ts";
import { type FrameHandler, handleBatch } from "./frame_batch.ts";
import type { TrustedProxies } from "./forwarded_for.ts";
import { Liveness, type LivenessOptions, type Watched } from "./liveness.ts";
import type { Codec, MessageReceiver } from "./message_receiver.ts";
import type { MissedEvents } from "./missed_events.ts";
import type { ConnectionOwner, OpenConnection } from "./open_connection.ts";
import {
  Outbox,
  type OutboxLoad,
  type OutboxOptions,
  type OutboxTarget,
} from "./outbox.ts";
import { Overtaking } from "./overtaking.ts";
import { describeAddress, hostOf, transportDetails } from "./peer_address.ts";
import type { BatchReceiver, Pipeline } from "./pipeline.ts";
import type { StreamConn } from "./listener.ts";
import { TlsConn } from "./tls_conn.ts";
import { TlsFault } from "./tls_fault.ts";
import { Level, type Turns, Usage } from "./turns.ts";

/** What all connections of a transport have in common. */
export interface ConnectionOptions extends OutboxOptions, LivenessOptions {
  readonly pipeline: Pipeline<Connection>;
  readonly ledger: Ledger;
  readonly frameTimeoutMs: number;
  readonly turns: Turns;
  readonly log: Logger;
  readonly debug: boolean;
  readonly framing: Framing<Codec>;
  readonly handshakeTimeoutMs: number;
  /** From the decision to close to the end of waiting for the peer. */
  readonly closingTimeoutMs: number;
  /** Whose word is taken for a client's address; absent: nobody's. */
  readonly trustedProxies?: TrustedProxies | undefined;
  /** Those of the service that a client has chosen by its framing, if there are several. */
  serviceOf?(framing: Framing<Codec>): ConnectionOptions;
  /** Takes connections whose client speaks plain HTTP. */
  handOver?(handed: HandedConnection): OpenConnection;
  /** Makes the session of a connection whose handshake is done. */
  openSession(connection: Connection): MessageReceiver;
  /** Told when a connection did not take what was sent to it (FR-21). */
  outboxOverflowed(): void;
  /** Told when a connection is ended because memory runs short. */
  memoryShort(): void;
  /** Told when a connection's peer did not answer a PING. */
  peerLost(): void;
  /** Told when a connection is not read on because of a quota. */
  readPaused(): void;
  /** Told when a connection waits for those that it sends to. */
  producerHeld(): void;
}

/** A connection that another server goes on with. */
export interface HandedConnection {
  readonly conn: StreamConn;
  /** What was read of it. */
  readonly ahead: Uint8Array<ArrayBuffer>;
  readonly owner: ConnectionOwner;
}

/** So often a frame that has begun is looked at. */
const FRAME_CHECK_MS = 1000;

const NOTHING = new Uint8Array(0);

/** One client's connection. */
export class Connection
  implements
    BatchReceiver,
    ChunkTarget,
    FrameHandler,
    OpenConnection,
    OutboxTarget,
    Watched {
  unframer: Unframer;
  readonly #conn: StreamConn;
  readonly #owner: ConnectionOwner;
  #options: ConnectionOptions;
  #outbox: Outbox;
  readonly #reader: ChunkReader;
  readonly #state = new ConnectionState();
  #codec: Codec | undefined = undefined;
  #peerLimitBytes = 0;
  #session: MessageReceiver | undefined = undefined;
  readonly #deadline: Alarm;
  /** Octets of the chunk that is being handled. */
  #lastCount = 0;
  /** Those of them that its quotas do not know of. */
  #uncounted = 0;
  /** When the frames at hand came; 0: in this turn. */
  #receivedMs = 0;
  /** Made when first used: most connections never wait. */
  #overtaking: Overtaking | undefined = undefined;
  #toldOfPause = false;
  /** Its client's address, where a trusted proxy has told it. */
  #clientHost: string | undefined = undefined;
  /** What its framing tells the client when it closes. */
  #closeCause: CloseCause = CloseCause.DONE;
  #saysWhyItCloses = false;
  /** By how many outboxes it is held. */
  #holds = 0;
  #timesHeld = 0;
  #wasHeld = false;
  /** Where a frame waits for that to end. */
  #released: PromiseWithResolvers<void> | undefined = undefined;
  /** Made where PINGs are sent. */
  #liveness: Liveness | undefined = undefined;
  /** What of the chunk at hand is still to be unframed. */
  #rest: Chunk<Connection> | undefined = undefined;
  readonly usage: Usage = new Usage();
  /** What it has in memory, with its session. */
  readonly account: ConnectionMemory;
  /** While a frame is not whole. */
  #frameDeadline: Alarm | undefined = undefined;
  /** When the frame that is not whole began; 0: there is none. */
  #frameBeganMs = 0;
  /** Whether frames came whole in the batch at hand. */
  #hadFrames = false;

  /** @param ahead What of it was read before. */
  constructor(
    conn: StreamConn,
    options: ConnectionOptions,
    owner: ConnectionOwner,
    ahead?: Uint8Array<ArrayBuffer>,
  ) {
    this.#conn = conn;
    this.#options = options;
    this.#owner = owner;
    this.unframer = options.framing.newUnframer();
    this.account = new ConnectionMemory(this.remoteHost(), options.ledger);
    this.#outbox = new Outbox(this, options);
    this.#deadline = new Alarm(options.timers);
    this.#awaitHandshake();
    this.#reader = new ChunkReader(conn, options.timers, this, ahead);
    this.#read();
  }

  get pendingBytes(): number {
    return this.#outbox.pendingBytes;
  }

  get heldBytes(): number {
    return this.account.bytes + this.pendingBytes;
  }

  get frameBytes(): number {
    return this.unframer.heldBytes;
  }

  get isStalled(): boolean {
    return this.#outbox.isStalled;
  }

  /** Octets that were written. */
  get writtenBytes(): number {
    return this.#outbox.writtenBytes;
  }

  /** Whether nothing of the peer is left to be looked at. */
  get isAwaiting(): boolean {
    return this.#reader.isAwaiting;
  }

  get maxMessageBytes(): number {
    return this.#peerLimitBytes;
  }

  get payloadFormat(): PayloadFormat | undefined {
    return this.#codec?.serializer.format;
  }

  /** A log whose lines name the transport and the client's address. */
  log(): Logger {
    return withFields(this.#options.log, { peer: this.#peerName() });
  }

  remoteHost(): string | undefined {
    return this.#clientHost ?? hostOf(this.#conn.remoteAddr);
  }

  #peerName(): string {
    const name = describeAddress(this.#conn.remoteAddr);
    const client = this.#clientHost;
    return client === undefined ? name : `${client} by way of ${name}`;
  }

  /** The client has proven who it is. */
  identified(): void {
    this.#owner.identified(this);
  }

  /** The client has logged in. */
  joined(): void {
    this.account.joined();
  }

  /** How the client is connected, with Crossbar.io's names. */
  transportDetails(): Dict {
    const { framing } = this.#options;
    return transportDetails(this.#conn, {
      framing: framing.name,
      serializer: this.#codec?.serializer.name,
      peer: this.#peerName(),
    });
  }

  /** What is known of the connection, for the details of its session. */
  linkDetails(): Dict {
    return this.#liveness?.details() ?? {};
  }

  /**
   * Does `work` of the session, that came later than the message that caused it,
   * as if it came with one.
   */
  enter(work: () => void): void {
    const { backPressure } = this.#options;
    const { producer } = backPressure;
    backPressure.producer = this;
    try {
      work();
    } catch (error) {
      if (error instanceof ProtocolError) this.#session?.fail(error);
      else this.crashed(error);
    }
    backPressure.producer = producer;
  }

  /** Sends `message`, after all that was sent before (FR-14). */
  send(message: RouterMessage): SendOutcome {
    if (this.#state.sending !== "open" || this.#codec === undefined) {
      return SendOutcome.SENT;
    }
    if (this.#outbox.isSpilling) {
      if (message.code === MessageCode.EVENT) return this.#miss(message);
      if (message.code === MessageCode.INVOCATION) return SendOutcome.FULL;
    }
    const outcome = this.#codec.encoder.encode(
      message,
      this.#outbox,
      this.#peerLimitBytes,
    );
    if (outcome === SendOutcome.SENT) this.#outbox.appended();
    return outcome;
  }

  #miss(event: Event): SendOutcome {
    this.#outbox.miss(event);
    return SendOutcome.SENT;
  }

  readsAgain(missed: MissedEvents): void {
    this.#session?.eventsMissed(missed.count, missed.newest);
  }

  setOverload(overload: Overload | undefined): void {
    this.#outbox.setOverload(overload);
  }

  get load(): OutboxLoad & { readonly timesHeld: number } {
    return { ...this.#outbox.load, timesHeld: this.#timesHeld };
  }

  burst(work: () => void): void {
    this.#outbox.burst(work);
  }

  /** Writes what was sent, then ends the connection. */
  close(reason: string): void {
    this.#close(reason, undefined);
  }

  /** @param answered The client's own frame that closes. */
  #close(reason: string, answered: Frame | undefined): void {
    if (this.#state.isClosing) return;
    if (this.#state.sending === "broken") return this.abort(reason);
    this.#logClosing(reason);
    this.#liveness?.end();
    if (this.#codec !== undefined) this.#sayThatItCloses(answered);
    this.#state.sending = "draining";
    this.#setDeadline(
      this.#options.closingTimeoutMs,
      "the peer has not closed the connection in time",
    );
    if (this.#outbox.pendingBytes === 0) this.drained();
    this.#discard();
  }

  #sayThatItCloses(answered: Frame | undefined): void {
    // Who has gone without a word is told none.
    if (this.#state.receiving === "ended") return;
    const { framing } = this.#options;
    const last = framing.closeFrame(this.#closeCause, answered);
    if (last === undefined) return;
    this.#saysWhyItCloses = true;
    this.#outbox.writer.append(last, 0, last.length);
  }

  /** What the client still sends is not handled. */
  #discard(): void {
    if (!this.#state.isReceiving) return;
    const wasPaused = this.#state.receiving === "paused";
    this.#state.receiving = "discarding";
    if (wasPaused) this.#read();
  }

  /** Ends a pause that quotas made. */
  readOn(): void {
    if (this.#state.receiving !== "paused") return;
    this.#state.receiving = "open";
    this.#read();
  }

  shutDown(): void {
    this.#closeCause = CloseCause.STOPPING;
    if (this.#session !== undefined) this.#session.shutDown();
    else this.abort("the router is shutting down");
  }

  receive(batch: FrameBatch<Connection>): void {
    this.#rest = batch.rest;
    handleBatch(this, batch);
  }

  handled(frames: number): void {
    this.#hadFrames ||= frames > 0;
    this.#options.backPressure.producer = undefined;
    if (this.#state.isWaiting) this.#state.receiving = "open";
    const waitMs = this.#session?.received(frames, this.#uncounted) ?? 0;
    this.#uncounted = 0;
    if (waitMs > 0 && this.#state.receiving === "open") this.#pause(waitMs);
    else this.#read();
  }

  /** Reads on when the rates of its session's quotas are kept again. */
  #pause(waitMs: number): void {
    this.#options.readPaused();
    this.#state.receiving = "paused";
    this.#tellOfPause();
    // Others that share a quota may have had their turn first.
    const stillMs = () => this.#session?.received(0, 0) ?? 0;
    this.#reader.pause(waitMs, stillMs, () => this.readOn());
  }

  waiting(frames: readonly Frame[], index: number): readonly Frame[] {
    this.#options.backPressure.producer = undefined;
    this.#noteReceipt();
    this.#reader.readAhead();
    this.#overtaking ??= new Overtaking(
      this.#state,
      this.#options.framing,
      this.#session as MessageReceiver,
      (this.#codec as Codec).serializer,
      (frame) => this.frame(frame),
    );
    return this.#overtaking.begin(frames, index, this.#holds === 0);
  }

  resume(goOn: () => void): void {
    if (!this.#wasHeld) return goOn();
    this.#wasHeld = false;
    // Many can be released at once.
    this.putOff(goOn);
  }

  putOff(goOn: () => void): void {
    this.#options.backPressure.producer = undefined;
    this.#noteReceipt();
    const { turns } = this.#options;
    turns.add(() => {
      goOn();
      const nowMs = turns.nowMs();
      this.usage.add(nowMs - turns.beganMs, nowMs);
      turns.done(nowMs);
    }, Level.MUCH);
  }

  /** What is not handled in this turn runs from now on. */
  #noteReceipt(): void {
    if (this.#receivedMs === 0) this.#receivedMs = this.#options.timers.nowMs;
  }

  readAhead(bytes: Uint8Array<ArrayBuffer>): number {
    this.#liveness?.heard(bytes.length);
    const isNext = this.unframer.isBetweenFrames && this.#rest === undefined;
    return isNext ? this.#overtaking?.ahead(bytes) ?? 0 : 0;
  }

  later(work: () => void): void {
    this.#options.turns.addLast(work);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  drained(): void {
    if (this.#state.sending !== "draining") return;
    if (this.#state.receiving === "ended") {
      return this.abort("both sides are done");
    }
    this.#state.sending = "shut";
    this.#conn.closeWrite().catch((error) => this.readFailed(error));
  }

  /** The peer reads no more, but what it said before may still be unread (OG-09). */
  writeFailed(error: unknown): void {
    if (
      this.#state.sending !== "open" || this.#session === undefined
    ) return this.readFailed(error);
    this.#state.sending = "broken";
    this.#liveness?.end();
    this.#setDeadline(this.#options.closingTimeoutMs, "the peer does not read");
  }

  get isReceiving(): boolean {
    return this.#state.isReceiving;
  }

  #read(): void {
    const rest = this.#rest;
    if (rest !== undefined && this.#state.isReceiving) {
      this.#noteReceipt();
      return this.#options.pipeline.push(rest);
    }
    this.#rest = undefined;
    this.#reader.next(this.#lastCount, this.unframer.missingBytes);
    this.#noteBuffers();
  }

  /** What its buffers hold may have changed. */
  #noteBuffers(): void {
    if (this.#state.isClosed) return;
    const frameBytes = this.unframer.heldBytes;
    const isTooMuch = this.account.note(this.#reader.bufferBytes, frameBytes);
    if (frameBytes === 0) this.#frameBeganMs = 0;
    else if (this.#frameBeganMs === 0 || this.#hadFrames) this.#awaitFrame();
    this.#hadFrames = false;
    if (isTooMuch) this.#sourceIsFull();
  }

  /** A frame has begun: it is to be whole in time. */
  #awaitFrame(): void {
    const { timers, frameTimeoutMs } = this.#options;
    this.#frameBeganMs = timers.nowMs;
    // It is looked at when it fires, and not touched for each frame.
    if (this.#frameDeadline?.isSet) return;
    this.#frameDeadline ??= new Alarm(timers);
    this.#setFrameDeadline(frameTimeoutMs);
  }

  #setFrameDeadline(leftMs: number): void {
    this.#frameDeadline?.set(
      Math.min(leftMs, FRAME_CHECK_MS),
      () => this.#checkFrame(),
    );
  }

  #checkFrame(): void {
    if (this.#frameBeganMs === 0) return;
    const { timers, frameTimeoutMs } = this.#options;
    // Where it is not read on, it is not its peer that is late.
    if (this.#state.receiving !== "open") this.#frameBeganMs = timers.nowMs;
    const leftMs = this.#frameBeganMs + frameTimeoutMs - timers.nowMs;
    if (leftMs > 0) return this.#setFrameDeadline(leftMs);
    const error = new ProtocolError(
      `A message was begun and has not come whole within ${frameTimeoutMs} ms (frame_timeout_ms)`,
      undefined,
      "frame_timeout_ms",
    );
    this.#session?.fail(error);
  }

  #sourceIsFull(): void {
    const { maxSourceBytes } = this.#options.ledger.limits;
    const reason =
      "clients of one address that have not logged in hold too much memory";
    this.log().warn(reason, { max_source_bytes: maxSourceBytes });
    this.abort(reason);
  }

  chunk(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    receivedMs: number,
  ): void {
    if (this.#state.isClosed) return;
    this.#options.turns.readCame();
    this.#receivedMs = receivedMs;
    this.#lastCount = length;
    this.#uncounted = length;
    this.#liveness?.heard(length);
    if (this.usage.level === Level.MUCH) this.#noteReceipt();
    // What comes while closing is read only so that it is not left unread.
    if (!this.#state.isReceiving) {
      return this.#options.turns.addLast(() => this.#read());
    }
    this.#options.pipeline.push({ source: this, bytes, start: 0, end: length });
  }

  /** Those that it sends to are too full: see {@linkcode Connection.frame}. */
  hold(): void {
    this.#holds++;
    if (this.#holds > 1) return;
    this.#timesHeld++;
    this.#options.producerHeld();
  }

  release(): void {
    this.#holds--;
    if (this.#holds > 0) return;
    this.#released?.resolve();
    this.#released = undefined;
  }

  frame(frame: Frame): Promise<void> | undefined {
    if (this.#holds > 0) {
      this.#wasHeld = true;
      return (this.#released ??= Promise.withResolvers()).promise;
    }
    this.#options.backPressure.producer = this;
    switch (frame.kind) {
      case FrameKind.MESSAGE:
        return this.#message(frame);
      case FrameKind.PING:
        this.#pong(frame);
        break;
      case FrameKind.PONG:
        this.#watch()?.ponged(frame, this.#options.framing.pongHeadBytes);
        break;
      case FrameKind.CLOSE:
        this.#peerCloses(frame);
        break;
      case FrameKind.OPENING:
        this.#open(frame);
        break;
    }
    return undefined;
  }

  #peerCloses(frame: Frame): void {
    const session = this.#session;
    this.#session = undefined;
    session?.disconnected();
    this.#close("the peer left", frame);
  }

  #message(frame: Frame): Promise<void> | undefined {
    const session = this.#session as MessageReceiver;
    const { serializer } = this.#codec as Codec;
    try {
      const message = serializer.decode(frame.bytes, frame.start, frame.end);
      const bytes = frame.end - frame.start;
      return session.receive(message, bytes, this.#receivedMs);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#noteBadText(frame);
      session.fail(error);
      return undefined;
    }
  }

  /** A message that could not be read may be text that is none. */
  #noteBadText({ bytes, start, end }: Frame): void {
    if (this.#codec?.serializer.name !== "json") return;
    if (isUtf8(bytes, start, end)) return;
    this.#closeCause = CloseCause.BAD_TEXT;
  }

  /** Sends PINGs from now on, to all or to a peer that has shown that it knows them. */
  #watch(): Liveness | undefined {
    const isOpen = this.#state.sending === "open";
    if (this.#options.autoPing !== false && isOpen) {
      this.#liveness ??= new Liveness(this, this.#options);
    }
    return this.#liveness;
  }

  /** Sends a PING. */
  ping(payload: Uint8Array): void {
    this.#options.framing.writePing(payload, this.#outbox.writer);
    this.#outbox.appended();
  }

  /** The peer is gone, without a word. */
  lost(fields: LogFields): void {
    const reason = "the client did not answer a PING in time";
    this.#options.peerLost();
    this.#sessionLog().warn(`${reason}: its connection ends`, fields);
    this.abort(reason);
  }

  #pong(ping: Frame): void {
    this.#watch();
    this.#options.framing.writePong(ping, this.#outbox.writer);
    this.#outbox.appended();
  }

  #open(frame: Frame): void {
    const request = frame.bytes.subarray(frame.start, frame.end);
    const outcome = this.#options.framing.open(
      request,
      this.#owner.exceededLimit(this),
      this.unframer,
    );
    this.#deadline.clear();
    if (outcome === HANDED_OVER) return this.#handOver(request);
    if (outcome.accepted) {
      if (outcome.chosen !== undefined) this.#goOnWith(outcome.chosen);
      this.#noteClient(outcome.forwardedFor);
    }
    if (outcome.reply !== undefined) {
      this.#outbox.writer.append(outcome.reply, 0, outcome.reply.length);
    }
    if (!outcome.accepted) {
      const { reason, configKey } = outcome;
      this.log().warn("handshake refused", {
        reason,
        ...(configKey !== undefined && { key: configKey }),
      });
      return this.close(reason);
    }
    this.#codec = outcome.codec;
    this.#peerLimitBytes = outcome.peerLimitBytes;
    this.#state.receiving = "open";
    if (this.#options.debug) {
      this.log().info("handshake done", {
        serializer: outcome.codec.serializer.name,
        peer_limit_bytes: outcome.peerLimitBytes,
      });
    }
    this.#session = this.#options.openSession(this);
    if (this.#options.autoPing === true) this.#watch();
  }

  /** The client has chosen one of several services. */
  #goOnWith({ framing, unframer }: ChosenFraming<Codec>): void {
    this.unframer = unframer;
    this.#options = this.#options.serviceOf?.(framing) ?? this.#options;
    this.#outbox.close();
    this.#outbox = new Outbox(this, this.#options);
  }

  /** @param forwardedFor What a proxy says of its client's address. */
  #noteClient(forwardedFor: string | undefined): void {
    const { trustedProxies } = this.#options;
    const client = trustedProxies?.clientOf(this.remoteHost(), forwardedFor);
    if (client === undefined) return;
    this.#clientHost = client;
    this.account.moveToSource(client);
    this.#owner.moved(this, client);
  }

  /** Another server goes on with the client; here it is as if it had left. */
  #handOver(request: Uint8Array): void {
    const rest = this.#rest;
    const after = rest?.bytes.subarray(rest.start, rest.end) ?? NOTHING;
    const ahead = new Uint8Array(request.length + after.length);
    ahead.set(request);
    ahead.set(after, request.length);
    const { handOver } = this.#options;
    if (handOver === undefined) throw new Error("No server takes HTTP");
    this.#release();
    const owner = this.#owner;
    owner.replaced(this, handOver({ conn: this.#conn, ahead, owner }));
  }

  faulted(fault: FrameFault): void {
    const { message, configKey, cause, reply } = fault;
    this.#closeCause = cause ?? CloseCause.BAD_FRAME;
    if (this.#session === undefined) {
      const { title } = this.#options.framing;
      return this.#refuse(`not a ${title} client`, message, reply);
    }
    this.#session.fail(new ProtocolError(message, undefined, configKey));
  }

  /** Ends the connection of a client that speaks another protocol. */
  #refuse(
    what: string,
    reason: string,
    reply: Uint8Array<ArrayBuffer> | undefined,
  ): void {
    this.log().warn(what, { reason });
    if (reply !== undefined) {
      this.#outbox.writer.append(reply, 0, reply.length);
    }
    this.close(reason);
  }

  #awaitHandshake(): void {
    this.#deadline.set(
      this.#options.handshakeTimeoutMs,
      () => this.#handshakeIsLate(),
    );
  }

  #handshakeIsLate(): void {
    // It is the router that was late, with other handshakes.
    const wasHeldUp = this.#conn instanceof TlsConn && this.#conn.wasHeldUp();
    if (wasHeldUp) return this.#awaitHandshake();
    const reason = "the handshake did not come in time";
    const isTlsDue = this.#conn instanceof TlsConn && !this.#conn.hasBegun;
    this.log().warn(reason, {
      awaited: isTlsDue ? "TLS" : this.#options.framing.title,
      received_bytes: this.unframer.openingBytes,
      handshake_timeout_ms: this.#options.handshakeTimeoutMs,
    });
    this.abort(reason);
  }

  tooSlow(slowness: Slowness): void {
    const { maxOutboxBytes, slowAfterMs } = this.#options;
    if (slowness === "full") {
      this.overflow("the peer does not read what it is sent", {
        max_outbox_bytes: maxOutboxBytes,
      });
    } else {
      this.overflow("the peer has not read anything for too long", {
        slow_after_ms: slowAfterMs,
      });
    }
  }

  runShort(reason: string, fields: LogFields): void {
    this.#options.memoryShort();
    this.#sessionLog().warn(reason, fields);
    this.abort(reason);
  }

  overflow(message: string, limit: LogFields): void {
    const { sending } = this.#state;
    if (sending === "dropped" || sending === "closed") return;
    this.#options.outboxOverflowed();
    this.#sessionLog().warn(message, {
      pending_bytes: this.#outbox.pendingBytes,
      ...limit,
    });
    // Not now: the router may be in the middle of its subscribers.
    this.#state.sending = "dropped";
    this.#discard();
    this.#outbox.close();
    queueMicrotask(() => this.abort("the outbox is full"));
  }

  /** The peer has said all; what it was sent is still written. */
  ended(): void {
    const { receiving } = this.#state;
    this.#state.receiving = "ended";
    if (receiving === "opening") {
      this.#tellOfTlsLeaver();
      return this.abort("the peer left");
    }
    this.#session?.disconnected();
    this.#session = undefined;
    if (!this.#state.isClosing) this.close("the peer left");
    else if (this.#outbox.pendingBytes === 0) this.abort("the peer left");
  }

  readFailed(error: unknown): void {
    if (this.#state.isClosed) return;
    if (error instanceof TlsFault) return this.#tlsFailed(error);
    if (this.#state.receiving === "opening") this.#tellOfTlsLeaver();
    this.abort(error instanceof Error ? error.message : String(error));
  }

  #tlsFailed({ summary, message, reply }: TlsFault): void {
    if (this.#state.receiving === "opening" && reply !== undefined) {
      this.#refuse(summary, message, reply);
      return this.#read();
    }
    if (!this.#state.isClosing) {
      this.#sessionLog().warn(summary, { reason: message });
    }
    this.abort(message);
  }

  /** Who only looks whether the port is open has not begun with TLS. */
  #tellOfTlsLeaver(): void {
    if (!(this.#conn instanceof TlsConn) || !this.#conn.hasBegun) return;
    this.log().warn("the client left in or right after the TLS handshake", {
      reason: "it may not trust the certificate; some clients do not say so",
    });
  }

  /** A fault of ours: this connection ends, the others go on. */
  crashed(error: unknown): void {
    const detail = error instanceof Error ? error.stack ?? error.message : "";
    this.#sessionLog().error("internal error; closing the connection", {
      detail,
    });
    this.#closeCause = CloseCause.INTERNAL;
    const session = this.#session;
    this.#session = undefined;
    this.close("internal error");
    if (!this.#saysWhyItCloses) this.abort("internal error");
    session?.disconnected();
  }

  abort(reason: string): void {
    if (this.#state.isClosed) return;
    if (!this.#state.isClosing) this.#logClosing(reason);
    this.#release();
    this.#conn.close();
    const session = this.#session;
    this.#session = undefined;
    session?.disconnected();
    this.#owner.closed(this);
  }

  /** Lets go of all but the socket. */
  #release(): void {
    this.#state.receiving = "closed";
    this.#state.sending = "closed";
    this.#deadline.clear();
    this.#liveness?.end();
    this.#reader.close();
    this.#outbox.close();
    this.account.close();
    this.#frameDeadline?.clear();
  }

  #tellOfPause(): void {
    // It can go on for as long as the client likes.
    if (this.#toldOfPause) return;
    this.#toldOfPause = true;
    this.#sessionLog().warn(
      "the client sends more than its quota: it is read more slowly",
      { key: "quotas: max_messages_per_s, max_bytes_per_s" },
    );
  }

  #sessionLog(): Logger {
    return this.#session?.log() ?? this.log();
  }

  #logClosing(reason: string): void {
    const log = this.#sessionLog();
    if (this.#options.debug) log.info("connection closes", { reason });
    else log.debug("connection closes", { reason });
  }

  #setDeadline(delayMs: number, reason: string): void {
    this.#deadline.set(delayMs, () => this.abort(reason));
  }
}
