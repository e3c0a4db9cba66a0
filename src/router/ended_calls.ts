/**
 * Calls in pieces that ended before their last piece came: what still comes of
 * them is late, and not a call of its own (PG-10).
 *
 * A caller who never sends the last piece must not make it grow without end: of
 * two generations the older is forgotten when the younger is full.
 */
import { type RequestSecret, RequestTable } from "./request_table.ts";

/** Those of one caller. */
export class EndedCalls {
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
