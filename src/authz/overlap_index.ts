/**
 * Which of many patterns overlap with one, or cover it, without a look at each.
 *
 * A pattern's *shape* is how many characters of each component it fixes: all of a
 * literal one, none of an empty one, the beginning of a prefix's last. Where two
 * shapes meet, the lesser number of each component decides: cut down to it, two
 * patterns overlap where they are equal. So the rules of a shape stand in maps by
 * what is left of their patterns, one map for each way to cut. Rules are many, but their
 * shapes are few, and a look-up costs one key for each.
 */
import type { Rule } from "./compile_rules.ts";
import type { Pattern } from "./pattern_relation.ts";

interface Shape {
  /** The same for all of the shape. */
  readonly id: string;
  /** By component: how many characters are fixed. */
  readonly widths: readonly number[];
  /** Whether any components may follow: a prefix. */
  readonly isOpen: boolean;
}

/** The rules of one shape. */
interface Group {
  readonly shape: Shape;
  readonly members: { parts: readonly string[]; position: number }[];
  /** By how it is cut: positions by what is left. */
  readonly maps: Map<string, ReadonlyMap<string, number>>;
}

/** How patterns of one shape find rules of another. */
interface Step {
  readonly group: Group;
  readonly widths: readonly number[];
  /** Made when it is needed. */
  positions: ReadonlyMap<string, number> | undefined;
}

/** What may be kept for each rule: it is in so many maps, more or less. */
const ENTRIES_KEPT = 8;

/** Rules by their patterns. Positions are those in the list of all rules of a role. */
export class OverlapIndex {
  readonly #groups = new Map<string, Group>();
  readonly #overlapping = new Map<string, readonly Step[]>();
  readonly #covering = new Map<string, readonly Step[]>();
  readonly #entriesMax: number;
  #entries = 0;

  /**
   * @param rules All rules of a role, most specific first.
   * @param isIn Which of them to look for.
   */
  constructor(
    rules: readonly Rule[],
    isIn: (rule: Rule) => boolean = () => true,
  ) {
    this.#entriesMax = rules.length * ENTRIES_KEPT;
    for (const [position, rule] of rules.entries()) {
      if (!isIn(rule)) continue;
      const { uri, match } = rule;
      const parts = uri.split(".");
      const shape = shapeOf(parts, match);
      let group = this.#groups.get(shape.id);
      if (group === undefined) {
        group = { shape, members: [], maps: new Map() };
        this.#groups.set(shape.id, group);
      }
      group.members.push({ parts, position });
    }
  }

  /**
   * The position of the first rule that overlaps with `pattern`.
   *
   * @param after Only behind there: where `pattern` itself stands. Of the rules of
   * one shape that overlap with it, all or none are more specific.
   */
  firstOverlapping(pattern: Pattern, after = -1): number | undefined {
    return this.#first(this.#overlapping, () => true, pattern, after);
  }

  /** The same for rules that cover all of `pattern`. */
  firstCovering(pattern: Pattern, after = -1): number | undefined {
    return this.#first(this.#covering, isWider, pattern, after);
  }

  #first(
    plans: Map<string, readonly Step[]>,
    suits: (outer: Shape, inner: Shape) => boolean,
    { uri, match }: Pattern,
    after: number,
  ): number | undefined {
    const parts = uri.split(".");
    const shape = shapeOf(parts, match);
    let steps = plans.get(shape.id);
    if (steps === undefined) {
      if (this.#entries > this.#entriesMax) this.#forget();
      steps = this.#stepsOf(shape, suits);
      plans.set(shape.id, steps);
    }
    let first: number | undefined;
    for (const step of steps) {
      const { group: { members }, widths } = step;
      if (members[members.length - 1].position <= after) continue;
      step.positions ??= this.#mapOf(step);
      const position = step.positions.get(cut(parts, widths));
      if (position === undefined || position <= after) continue;
      if (first === undefined || position < first) first = position;
    }
    return first;
  }

  #stepsOf(
    shape: Shape,
    suits: (outer: Shape, inner: Shape) => boolean,
  ): Step[] {
    const steps: Step[] = [];
    for (const group of this.#groups.values()) {
      const widths = meet(group.shape, shape);
      if (widths === undefined || !suits(group.shape, shape)) continue;
      steps.push({ group, widths, positions: undefined });
      this.#entries += widths.length;
    }
    this.#entries += shape.widths.length;
    return steps;
  }

  #mapOf(
    { group: { members, maps }, widths }: Step,
  ): ReadonlyMap<string, number> {
    const id = widths.map((width) => width === Infinity ? "" : width).join();
    const known = maps.get(id);
    if (known !== undefined) return known;
    const positions = new Map<string, number>();
    for (const { parts, position } of members) {
      const key = cut(parts, widths);
      if (!positions.has(key)) positions.set(key, position);
    }
    this.#entries += positions.size + widths.length;
    maps.set(id, positions);
    return positions;
  }

  /** Clients choose what is looked up: what is kept must have a bound. */
  #forget(): void {
    this.#entries = 0;
    this.#overlapping.clear();
    this.#covering.clear();
    for (const { maps } of this.#groups.values()) maps.clear();
  }
}

/** Patterns that are looked up one after the other are quickest by this order. */
export function shapeId({ uri, match }: Pattern): string {
  return shapeOf(uri.split("."), match).id;
}

function shapeOf(parts: readonly string[], match: Pattern["match"]): Shape {
  const widths = parts.map((part) =>
    match === "wildcard" && part === "" ? 0 : Infinity
  );
  const isOpen = match === "prefix";
  if (isOpen) widths[widths.length - 1] = parts[parts.length - 1].length;
  const id = isOpen
    ? `${widths.length}+${widths[widths.length - 1]}`
    : widths.map((width) => width === 0 ? "." : "1").join("");
  return { id, widths, isOpen };
}

/** What two patterns are to be cut to; undefined where none of the shapes overlap. */
function meet(a: Shape, b: Shape): number[] | undefined {
  // What is closed must be as long as the other one, or longer if that is open.
  if (!a.isOpen && a.widths.length < b.widths.length) return undefined;
  if (!b.isOpen && b.widths.length < a.widths.length) return undefined;
  const [short, long] = a.widths.length < b.widths.length ? [a, b] : [b, a];
  return short.widths.map((width, at) => Math.min(width, long.widths[at]));
}

/** Whether `outer` fixes nothing that `inner` does not. */
function isWider(outer: Shape, inner: Shape): boolean {
  if (inner.isOpen && !outer.isOpen) return false;
  if (outer.widths.length > inner.widths.length) return false;
  return outer.widths.every((width, at) => width <= inner.widths[at]);
}

/** What is left of components that are cut; of those cut to nothing, nothing. */
function cut(parts: readonly string[], widths: readonly number[]): string {
  let left = "";
  for (let at = 0; at < widths.length; at++) {
    const width = widths[at];
    if (width === Infinity) left += parts[at];
    else if (width > 0) left += parts[at].slice(0, width);
    left += ".";
  }
  return left;
}
