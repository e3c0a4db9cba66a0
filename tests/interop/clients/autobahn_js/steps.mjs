/** What all scenarios share. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import { isDeepStrictEqual } from "node:util";
import process from "node:process";

/** Reports a step that has gone well. */
export function done(step) {
  process.stdout.write(`ok ${step}\n`);
}

/** Fails unless both are equal. */
export function expectEqual(found, wanted, what) {
  if (isDeepStrictEqual(found, wanted)) return;
  const [due, got] = [wanted, found].map((value) => JSON.stringify(value));
  throw new Error(`${what}: ${due} is due, not ${got}`);
}

/** The error that `request` must fail with, whose URI is `uri`. */
export async function expectError(uri, request) {
  const error = await request.then(
    (result) => Promise.reject(new Error(`${uri} is due, not ${result}`)),
    (error) => error,
  );
  expectEqual(error.error, uri, "error");
  return error;
}

/** A promise, and how to resolve it. */
export function later() {
  let resolve;
  const promise = new Promise((done) => resolve = done);
  return { promise, resolve };
}

/** What handlers got, to be waited for. */
export class Inbox {
  /** What nobody has taken. */
  items = [];
  #wishes = [];

  put(item) {
    const at = this.#wishes.findIndex(({ matches }) => matches(item));
    if (at < 0) this.items.push(item);
    else this.#wishes.splice(at, 1)[0].resolve(item);
  }

  /** Takes out the first item that matches, there already or to come. */
  async take(matches = () => true) {
    const at = this.items.findIndex(matches);
    if (at >= 0) return this.items.splice(at, 1)[0];
    const { promise, resolve } = later();
    this.#wishes.push({ matches, resolve });
    return await promise;
  }
}
