/**
 * What sessions leave behind: events that are published when they end
 * (checklist TS).
 */
import { MessageCode } from "../wamp/message_code.ts";
import type { Dict } from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import type { Broker } from "./broker.ts";
import type { Peer } from "./model.ts";
import type { Pacer } from "./ports.ts";

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

/** So many bytes of testaments may wait for their subscribers; others do not. */
const DUE_BYTES_MAX = 64 * 2 ** 20;

/** The testaments of a realm's sessions. */
export class Testaments {
  readonly #broker: Broker;
  readonly #pacer: Pacer;
  readonly #kept = new Map<Peer, Kept>();
  /** Of sessions that have ended: what is being published. */
  #dueCount = 0;
  #dueBytes = 0;

  constructor(broker: Broker, pacer: Pacer) {
    this.#broker = broker;
    this.#pacer = pacer;
  }

  /** How many sessions have some, or had some that are not all published. */
  get count(): number {
    return this.#kept.size + this.#dueCount;
  }

  /** Keeps `testament`; false where `peer` is at its limits. */
  add(peer: Peer, scope: TestamentScope, testament: Testament): boolean {
    const kept = this.#kept.get(peer) ??
      { detached: [], destroyed: [], bytes: 0 };
    const { maxTestaments, maxTestamentBytes } = peer.limits;
    const count = kept.detached.length + kept.destroyed.length;
    const bytes = kept.bytes + testament.bytes;
    if (count >= maxTestaments || bytes > maxTestamentBytes) return false;
    kept[scope].push(testament);
    kept.bytes = bytes;
    this.#kept.set(peer, kept);
    peer.authorizer.testamentAdded?.(testament.topic);
    return true;
  }

  /** Forgets those of one scope (TS-02). */
  flush(peer: Peer, scope: TestamentScope): void {
    const kept = this.#kept.get(peer);
    if (kept === undefined) return;
    const gone = new Set(kept[scope].map(({ topic }) => topic));
    for (const { bytes } of kept[scope]) kept.bytes -= bytes;
    kept[scope].length = 0;
    for (const { topic } of [...kept.detached, ...kept.destroyed]) {
      gone.delete(topic);
    }
    peer.authorizer.testamentsFlushed?.(gone);
    if (kept.detached.length + kept.destroyed.length === 0) {
      this.#kept.delete(peer);
    }
  }

  /**
   * `peer` is leaving: publishes its testaments (TS-04), by the rights that it has now
   * (TS-05), to all but itself. Nobody is there for an acknowledgement. Those that are
   * more than their subscribers can read at once follow as they do.
   *
   * @param silently Only forgets them (MS-09).
   */
  leave(peer: Peer, silently: boolean): void {
    const kept = this.#kept.get(peer);
    if (kept === undefined) return;
    this.#kept.delete(peer);
    if (silently) return;
    const due = [...kept.detached, ...kept.destroyed];
    if (this.#dueBytes + kept.bytes > DUE_BYTES_MAX) {
      for (const testament of due) this.#publish(peer, testament);
    } else this.#pace(peer, due, kept.bytes);
  }

  #pace(peer: Peer, due: readonly Testament[], bytes: number): void {
    let next = 0;
    this.#dueCount++;
    this.#dueBytes += bytes;
    this.#pacer.pace(() => {
      this.#publish(peer, due[next++]);
      if (next < due.length) return true;
      this.#dueCount--;
      this.#dueBytes -= bytes;
      return false;
    });
  }

  #publish(peer: Peer, { topic, options, payload }: Testament): void {
    this.#broker.publish(peer, {
      code: MessageCode.PUBLISH,
      request: 0,
      options: { ...options, acknowledge: false, exclude_me: true },
      topic,
      payload,
    });
  }
}
