/**
 * Values by request ID, for IDs that come and go for as long as a session lives.
 *
 * It is a hash table of its own, with open addressing, for two reasons:
 * - Clients choose the IDs, and how a `Map` hashes integers is known. Under IDs
 *   chosen for it, all would share one bucket and each look-up walk through all
 *   the others. So IDs are mixed with a secret.
 * - A `Map` of V8 in which keys come and go gets a new table each time it is full
 *   of deleted entries, and the old table points to the new one. Once an old one
 *   was promoted to the old generation, all later ones, with the pending calls in
 *   them, outlive each young collection (`bench/request_table_bench.ts`). Here a
 *   deleted entry leaves nothing behind.
 */
import type { RandomIds } from "../wamp/id.ts";

/** What IDs are mixed with; clients cannot know it. */
export interface RequestSecret {
  readonly mask: number;
  /** Odd, so that no two IDs are mixed into the same. */
  readonly factor: number;
}

/** Draws a secret. */
export function newRequestSecret(ids: RandomIds): RequestSecret {
  return { mask: ids.next() | 0, factor: ids.next() | 1 };
}

const CAPACITY_MIN = 8;
/** So much room stays: most callers have some calls, and then none, again and again. */
const CAPACITY_KEPT = 64;
/** Up to so many turns for each slot there is a place for each. */
const SPAN_FACTOR_MAX = 4;
/** Where no ID is; IDs are not negative. */
const EMPTY = -1;
/** Odd numbers with bits all over, as hash functions use them. */
const MIXER = 0x846c_a68b;
const MIXER_OF_HIGH_BITS = 0xc2b2_ae35;

/** A map with request IDs for keys. */
export class RequestTable<Value> {
  readonly #secret: RequestSecret;
  /** By slot; at most half of the slots are taken. */
  #ids: number[] = [];
  #values: (Value | undefined)[] = [];
  /** When each was set, to tell the order. */
  #turns: number[] = [];
  #size = 0;
  #lastTurn = 0;

  constructor(secret: RequestSecret) {
    this.#secret = secret;
    this.#reset(CAPACITY_MIN);
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  get(request: number): Value | undefined {
    return this.#values[this.#slotOf(request)];
  }

  has(request: number): boolean {
    return this.#ids[this.#slotOf(request)] === request;
  }

  set(request: number, value: Value): void {
    let slot = this.#slotOf(request);
    if (this.#ids[slot] !== request) {
      if (this.#size * 2 >= this.#ids.length) {
        this.#resize(this.#ids.length * 2);
        slot = this.#slotOf(request);
      }
      this.#ids[slot] = request;
      this.#turns[slot] = ++this.#lastTurn;
      this.#size++;
    }
    this.#values[slot] = value;
  }

  delete(request: number): void {
    const slot = this.#slotOf(request);
    if (this.#ids[slot] !== request) return;
    this.#size--;
    this.#closeGap(slot);
    // Who was busy once does not keep the room for it.
    const capacity = this.#ids.length;
    if (capacity > CAPACITY_KEPT && this.#size * 8 < capacity) {
      this.#resize(capacity / 2);
    }
  }

  /** In the order they were set; some may be deleted on the way. */
  *values(): IterableIterator<Value> {
    const ids = this.#idsInOrder();
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at];
      if (id === EMPTY) continue;
      const slot = this.#slotOf(id);
      if (this.#ids[slot] === id) yield this.#values[slot] as Value;
    }
  }

  /** In the order they were set. They may be many, so most are put where they belong. */
  #idsInOrder(): ArrayLike<number> {
    const slots = this.#ids.length;
    let oldest = Infinity;
    for (let slot = 0; slot < slots; slot++) {
      if (this.#ids[slot] !== EMPTY && this.#turns[slot] < oldest) {
        oldest = this.#turns[slot];
      }
    }
    const span = this.#size === 0 ? 0 : this.#lastTurn - oldest + 1;
    if (span > slots * SPAN_FACTOR_MAX) return this.#sortedIds();
    const ids = new Float64Array(span).fill(EMPTY);
    for (let slot = 0; slot < slots; slot++) {
      const id = this.#ids[slot];
      if (id !== EMPTY) ids[this.#turns[slot] - oldest] = id;
    }
    return ids;
  }

  /** The same, however long ago the oldest was set. */
  #sortedIds(): readonly number[] {
    return this.#ids.keys().filter((slot) => this.#ids[slot] !== EMPTY)
      .toArray().sort((a, b) => this.#turns[a] - this.#turns[b])
      .map((slot) => this.#ids[slot]);
  }

  /** How many slots are looked at to find `request`. */
  comparisonsFor(request: number): number {
    const last = this.#ids.length - 1;
    const home = this.#hash(request) & last;
    return (this.#slotOf(request) - home & last) + 1;
  }

  /** Where `request` is; else the empty slot where it would be. */
  #slotOf(request: number): number {
    const ids = this.#ids;
    const last = ids.length - 1;
    let slot = this.#hash(request) & last;
    while (ids[slot] !== request && ids[slot] !== EMPTY) slot = slot + 1 & last;
    return slot;
  }

  #hash(request: number): number {
    const { mask, factor } = this.#secret;
    let hash = request ^ mask;
    // Few IDs have more than 32 bits, which are all that `^` takes.
    if (request >= 2 ** 32) {
      hash ^= Math.imul(Math.floor(request / 2 ** 32), MIXER_OF_HIGH_BITS);
    }
    hash = Math.imul(hash ^ hash >>> 16, factor);
    hash = Math.imul(hash ^ hash >>> 15, MIXER);
    return hash ^ hash >>> 16;
  }

  /** Empties `gap`, and moves up what would not be found behind an empty slot. */
  #closeGap(gap: number): void {
    const ids = this.#ids;
    const last = ids.length - 1;
    let slot = gap;
    while (true) {
      slot = slot + 1 & last;
      const id = ids[slot];
      if (id === EMPTY) break;
      const home = this.#hash(id) & last;
      if ((slot - home & last) < (slot - gap & last)) continue;
      this.#move(slot, gap);
      gap = slot;
    }
    ids[gap] = EMPTY;
    this.#values[gap] = undefined;
  }

  #move(from: number, to: number): void {
    this.#ids[to] = this.#ids[from];
    this.#values[to] = this.#values[from];
    this.#turns[to] = this.#turns[from];
  }

  #reset(capacity: number): void {
    this.#ids = new Array(capacity).fill(EMPTY);
    this.#values = new Array(capacity).fill(undefined);
    this.#turns = new Array(capacity).fill(0);
  }

  #resize(capacity: number): void {
    const ids = this.#ids;
    const values = this.#values;
    const turns = this.#turns;
    this.#reset(capacity);
    for (let from = 0; from < ids.length; from++) {
      if (ids[from] === EMPTY) continue;
      const to = this.#slotOf(ids[from]);
      this.#ids[to] = ids[from];
      this.#values[to] = values[from];
      this.#turns[to] = turns[from];
    }
  }
}

/**
 * Requests of calls in pieces that ended before their last piece came: what still
 * comes of them is late, and not a call of its own (PG-10).
 *
 * A caller who never sends the last piece must not make it grow without end: of
 * two generations the older is forgotten when the younger is full.
 */
export class EndedRequests {
  readonly #secret: RequestSecret;
  readonly #generationMax: number;
  #younger: RequestTable<true>;
  #older: RequestTable<true>;

  /** @param countMin So many are remembered at least. */
  constructor(secret: RequestSecret, countMin: number) {
    this.#secret = secret;
    this.#generationMax = countMin;
    this.#younger = new RequestTable(secret);
    this.#older = new RequestTable(secret);
  }

  add(request: number): void {
    if (this.#younger.size >= this.#generationMax) {
      this.#older = this.#younger;
      this.#younger = new RequestTable(this.#secret);
    }
    this.#younger.set(request, true);
  }

  has(request: number): boolean {
    return this.#younger.has(request) || this.#older.has(request);
  }

  /** The last piece has come. */
  delete(request: number): void {
    this.#younger.delete(request);
    this.#older.delete(request);
  }
}
