/**
 * How far wildcard patterns make look-ups branch, and a bound on it.
 *
 * A pattern's *shape* is which of its components are empty. A look-up goes two
 * ways wherever both a component of the URI and a wildcard lead on, so where it
 * has got to is told by the beginning of a shape. It never looks at more places
 * than the shapes of all patterns have different beginnings, whatever the URI is
 * and however many patterns there are. Shapes that people choose are few. Without a
 * bound one session could have 65,536 for URIs of 16 components alone, and each
 * look-up would walk through all of them.
 */
import type { Patterned } from "./pattern_index.ts";

/** Beginnings of the shapes of one session's patterns. */
const OF_SESSION_MAX = 1024;
/** The same for the patterns of all sessions of a realm. */
const OF_REALM_MAX = 8192;

const DOT = 0x2e;

/** A beginning of shapes. */
interface Beginning {
  /** How many patterns have it. */
  patterns: number;
  /** One component longer. */
  literal: Beginning | undefined;
  any: Beginning | undefined;
}

/** The shapes of some patterns, by their beginnings. */
export class PatternShapes {
  readonly #none = newBeginning();
  #size = 0;

  /** How many beginnings there are. */
  get size(): number {
    return this.#size;
  }

  /** How many more there would be with `pattern`, up to `max` and one. */
  growth(pattern: string, max: number): number {
    let growth = 0;
    let at: Beginning | undefined = this.#none;
    for (const isAny of componentsOf(pattern)) {
      at = isAny ? at?.any : at?.literal;
      if (at === undefined && ++growth > max) break;
    }
    return growth;
  }

  add(pattern: string): void {
    let at = this.#none;
    for (const isAny of componentsOf(pattern)) {
      const next = isAny
        ? at.any ??= newBeginning()
        : at.literal ??= newBeginning();
      if (next.patterns++ === 0) this.#size++;
      at = next;
    }
  }

  /** Takes back one that was added. */
  remove(pattern: string): void {
    let at: Beginning | undefined = this.#none;
    for (const isAny of componentsOf(pattern)) {
      const next: Beginning | undefined = isAny ? at.any : at.literal;
      if (next === undefined) return;
      if (--next.patterns === 0) {
        this.#size--;
        if (isAny) at.any = undefined;
        else at.literal = undefined;
      }
      at = next;
    }
  }
}

function newBeginning(): Beginning {
  return { patterns: 0, literal: undefined, any: undefined };
}

/** For each component whether it is empty. */
function* componentsOf(pattern: string): Iterable<boolean> {
  let start = 0;
  while (start <= pattern.length) {
    const isAny = start === pattern.length ||
      pattern.charCodeAt(start) === DOT;
    yield isAny;
    const dot = isAny ? start : pattern.indexOf(".", start);
    start = dot < 0 ? pattern.length + 1 : dot + 1;
  }
}

/** Who has a pattern. */
type Owner = object;

/** The shapes of the wildcard patterns that the sessions of a realm have. */
export class ShapeBounds {
  readonly #all = new PatternShapes();
  readonly #own = new Map<Owner, PatternShapes>();

  /** Why `owner` can have no such pattern beside those it has; undefined where it can. */
  refusal(owner: Owner, { uri, match }: Patterned): string | undefined {
    if (match !== "wildcard") return undefined;
    const own = this.#own.get(owner) ?? new PatternShapes();
    if (own.size + own.growth(uri, OF_SESSION_MAX) > OF_SESSION_MAX) {
      return limitText(OF_SESSION_MAX, "session");
    }
    return this.#all.size + this.#all.growth(uri, OF_REALM_MAX) > OF_REALM_MAX
      ? limitText(OF_REALM_MAX, "realm")
      : undefined;
  }

  /** Notes that `owner` has a pattern. */
  add(owner: Owner, { uri, match }: Patterned): void {
    if (match !== "wildcard") return;
    let own = this.#own.get(owner);
    if (own === undefined) this.#own.set(owner, own = new PatternShapes());
    own.add(uri);
    this.#all.add(uri);
  }

  /** Notes that `owner` has a pattern no more. */
  remove(owner: Owner, { uri, match }: Patterned): void {
    const own = match === "wildcard" ? this.#own.get(owner) : undefined;
    if (own === undefined) return;
    own.remove(uri);
    this.#all.remove(uri);
    if (own.size === 0) this.#own.delete(owner);
  }
}

function limitText(max: number, per: "session" | "realm"): string {
  return `The wildcard patterns of this ${per} branch too often: limit of ${max}, which is fixed, reached; patterns whose empty components are at the same places count once`;
}
