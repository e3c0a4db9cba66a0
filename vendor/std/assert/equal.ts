/**
 * Deep equality by value, as assertions mean it: `0` equals `-0`, `NaN` equals
 * itself, prototypes count except that a null prototype equals a plain
 * object's, sets and maps compare without regard to order, an absent key
 * differs from one that is `undefined`.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

type Seen = Map<object, object>;

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  if (a === null || b === null || !samePrototype(a, b)) return false;
  const leaf = compareLeaf(a, b);
  if (leaf !== undefined) return leaf;
  // A cycle that both sides enter at the same places is equal.
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Set) return compareSets(a, b as Set<unknown>, seen);
  if (a instanceof Map) return compareMaps(a, b as Map<unknown, unknown>, seen);
  return compareKeys(a, b, seen);
}

/** Objects that are one value; `undefined` for those with parts. */
function compareLeaf(a: object, b: object): boolean | undefined {
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
  }
  if (a instanceof ArrayBuffer) {
    return sameElements(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) {
    return sameElements(a as Uint8Array, b as Uint8Array);
  }
  return undefined;
}

function sameElements(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  return a.every((element, index) =>
    element === b[index] || Object.is(element, b[index])
  );
}

function samePrototype(a: object, b: object): boolean {
  const left = Object.getPrototypeOf(a) ?? Object.prototype;
  const right = Object.getPrototypeOf(b) ?? Object.prototype;
  return left === right;
}

function compareSets(a: Set<unknown>, b: Set<unknown>, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b];
  for (const element of a) {
    if (b.has(element)) continue;
    if (!rest.some((other) => compare(element, other, seen))) return false;
  }
  return true;
}

function compareMaps(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  seen: Seen,
): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b];
  for (const [key, value] of a) {
    if (b.has(key) && compare(value, b.get(key), seen)) continue;
    const found = rest.some(([otherKey, other]) =>
      compare(key, otherKey, seen) && compare(value, other, seen)
    );
    if (!found) return false;
  }
  return true;
}

function compareKeys(a: object, b: object, seen: Seen): boolean {
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  for (const key of new Set([...keysOf(a), ...keysOf(b)])) {
    if (Reflect.has(a, key) !== Reflect.has(b, key)) return false;
    if (!compare(Reflect.get(a, key), Reflect.get(b, key), seen)) return false;
  }
  return true;
}

/** Own keys, and those of a class's prototypes: getters show private state. */
function keysOf(value: object): (string | symbol)[] {
  const keys: (string | symbol)[] = [];
  for (
    let part: object | null = value;
    part !== null && part !== Object.prototype && part !== Array.prototype;
    part = Object.getPrototypeOf(part)
  ) {
    keys.push(...Reflect.ownKeys(part));
  }
  return keys;
}
