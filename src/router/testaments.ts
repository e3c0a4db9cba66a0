/**
 * What sessions leave behind: events that are published when they end
 * (checklist TS).
 */
import { TextSet } from "../base/text_key.ts";
import { MessageCode } from "../wamp/message_code.ts";
import type { Dict } from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import type { Broker } from "./broker.ts";
import type { LongWork } from "./long_work.ts";
import { TESTAMENT_BYTES } from "./held_bytes.ts";
import type { Peer } from "./model.ts";

/** When a testament is due; both are the session's end, for none is resumed. */
export type TestamentScope = "detached" | "destroyed";

/** An event to come. */
export interface Testament {
  readonly topic: string;
  /** Checked as PUBLISH.Options. */
  readonly options: Dict;
  readonly payload: Payload;
  /** What it takes in memory, roughly. */
  readonly bytes: number;
}

/** Those of one session. */
interface Kept {
  readonly detached: Testament[];
  readonly destroyed: Testament[];
  bytes: number;
}

/** The testaments of a realm's sessions. */
export class Testaments {
  readonly #broker: Broker;
  readonly #kept = new Map<Peer, Kept>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** How many sessions have some. */
  get count(): number {
    return this.#kept.size;
  }

  /** Whether `peer` has some. */
  has(peer: Peer): boolean {
    return this.#kept.has(peer);
  }

  /** Keeps `testament`; false where `peer` is at its limits. */
  add(peer: Peer, scope: TestamentScope, testament: Testament): boolean {
    const kept = this.#kept.get(peer) ??
      { detached: [], destroyed: [], bytes: 0 };
    const { maxTestaments, maxTestamentBytes } = peer.limits;
    const count = kept.detached.length + kept.destroyed.length;
    const bytes = kept.bytes + testament.bytes;
    if (
      count >= maxTestaments || bytes > maxTestamentBytes || !peer.hasBytesLeft
    ) return false;
    kept[scope].push(testament);
    peer.hold(TESTAMENT_BYTES + testament.bytes);
    kept.bytes = bytes;
    this.#kept.set(peer, kept);
    peer.authorizer.testamentAdded?.(testament.topic);
    return true;
  }

  /** Forgets those of one scope (TS-02). */
  flush(peer: Peer, scope: TestamentScope): void {
    const kept = this.#kept.get(peer);
    if (kept === undefined) return;
    const flushed = kept[scope].splice(0);
    for (const { bytes } of flushed) {
      kept.bytes -= bytes;
      peer.hold(-TESTAMENT_BYTES - bytes);
    }
    const left = new TextSet(
      [...kept.detached, ...kept.destroyed].map(({ topic }) => topic),
    );
    peer.authorizer.testamentsFlushed?.(
      flushed.map(({ topic }) => topic).filter((topic) => !left.has(topic)),
    );
    if (kept.detached.length + kept.destroyed.length === 0) {
      this.#kept.delete(peer);
    }
  }

  /**
   * `peer` has left: publishes its testaments (TS-04), by the rights that it has now
   * (TS-05), to all but itself. Nobody is there for an acknowledgement.
   *
   * @param silently Only forgets them (MS-09).
   */
  *leave(peer: Peer, silently: boolean): LongWork {
    const kept = this.#kept.get(peer);
    if (kept === undefined) return;
    this.#kept.delete(peer);
    for (const testament of [...kept.detached, ...kept.destroyed]) {
      peer.hold(-TESTAMENT_BYTES - testament.bytes);
      if (silently) continue;
      const { topic, options, payload } = testament;
      yield* this.#broker.publishInPieces(peer, {
        code: MessageCode.PUBLISH,
        request: 0,
        options: { ...options, acknowledge: false, exclude_me: true },
        topic,
        payload,
      });
    }
  }
}
