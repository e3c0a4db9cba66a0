/**
 * Values by request ID. Clients choose these, and how a Map hashes integers is
 * known: under IDs chosen for it, all would share one bucket and each look-up
 * walk through all the others. So IDs are mixed with a secret first.
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

/** A Map with request IDs for keys. */
export class RequestTable<Value> {
  readonly #secret: RequestSecret;
  readonly #values = new Map<number, Value>();

  constructor(secret: RequestSecret) {
    this.#secret = secret;
  }

  /** How many there are. */
  get size(): number {
    return this.#values.size;
  }

  get(request: number): Value | undefined {
    return this.#values.get(this.#key(request));
  }

  has(request: number): boolean {
    return this.#values.has(this.#key(request));
  }

  set(request: number, value: Value): void {
    this.#values.set(this.#key(request), value);
  }

  delete(request: number): void {
    this.#values.delete(this.#key(request));
  }

  /** In the order they were set; some may be deleted on the way. */
  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  /** The low 32 bits mixed; those above, which few IDs have, as they are. */
  #key(request: number): number {
    const low = Math.imul(request ^ this.#secret.mask, this.#secret.factor);
    if (request < 2 ** 32) return low;
    return Math.floor(request / 2 ** 32) * 2 ** 32 + (low >>> 0);
  }
}
