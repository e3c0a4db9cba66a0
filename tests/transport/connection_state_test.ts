/** Where a connection can stand, and where it can go from there. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  ConnectionState,
  type Receiving,
  type Sending,
} from "../../src/transport/connection_state.ts";

const ARCHITECTURE = new URL("../../docs/architecture.md", import.meta.url);

/** The arrows of one direction's drawing: `from → to, to`. */
async function drawn(direction: string): Promise<Map<string, string[]>> {
  const page = await Deno.readTextFile(ARCHITECTURE);
  const arrows = new Map<string, string[]>();
  const start = page.indexOf(`${direction}:`);
  const end = page.slice(start).search(/\n\n|\n```/) + start;
  for (const line of page.slice(start, end).split("\n").slice(1)) {
    const row = /^ {2}(\w+) +→ (.*)$/.exec(line);
    if (row !== null) arrows.set(row[1], row[2].split(/\s*,\s*/));
  }
  return arrows;
}

/** A state that has gone the shortest way to `goal` along `arrows`. */
function walk<Name extends string>(
  arrows: ReadonlyMap<string, string[]>,
  start: Name,
  goal: string,
  go: (state: ConnectionState, to: Name) => void,
): ConnectionState {
  const ways: Name[][] = [[]];
  while (true) {
    const way = ways.shift() as Name[];
    const at = way.at(-1) ?? start;
    if (at === goal) {
      const state = new ConnectionState();
      for (const step of way) go(state, step);
      return state;
    }
    for (const next of arrows.get(at) ?? []) {
      if (!way.includes(next as Name)) ways.push([...way, next as Name]);
    }
  }
}

async function assertDrawn<Name extends string>(
  direction: string,
  start: Name,
  go: (state: ConnectionState, to: Name) => void,
  at: (state: ConnectionState) => Name,
): Promise<void> {
  const arrows = await drawn(direction);
  const names = [...arrows.keys(), "closed"] as Name[];
  for (const from of names) {
    for (const to of names) {
      const state = walk(arrows, start, from, go);
      if (arrows.get(from)?.includes(to) === true) {
        go(state, to);
        assertEquals(at(state), to);
      } else {
        assertThrows(() => go(state, to), Error, `from ${from} to ${to}`);
        assertEquals(at(state), from);
      }
    }
  }
}

Deno.test("receiving goes as docs/architecture.md draws it, and no other way", () =>
  assertDrawn<Receiving>(
    "receiving",
    "opening",
    (state, to) => state.receiving = to,
    (state) => state.receiving,
  ));

Deno.test("sending goes as docs/architecture.md draws it, and no other way", () =>
  assertDrawn<Sending>(
    "sending",
    "open",
    (state, to) => state.sending = to,
    (state) => state.sending,
  ));

Deno.test("what is handled, waits and closes follows from the state", () => {
  const state = new ConnectionState();
  const told: [Receiving | Sending, string][] = [];
  const note = () => {
    const { isReceiving, isWaiting, isClosing, isClosed } = state;
    const facts = { isReceiving, isWaiting, isClosing, isClosed };
    const names = Object.entries(facts).flatMap(([name, is]) =>
      is ? [name] : []
    );
    told.push([
      state.sending === "open" ? state.receiving : state.sending,
      names.join(" "),
    ]);
  };
  note();
  const receiving: Receiving[] = [
    "open",
    "paused",
    "open",
    "waiting",
    "waiting_over_quota",
    "discarding",
    "ended",
  ];
  for (const next of receiving) {
    state.receiving = next;
    note();
  }
  for (const next of ["draining", "shut", "closed"] as const) {
    state.sending = next;
    note();
  }
  assertEquals(told, [
    ["opening", "isReceiving"],
    ["open", "isReceiving"],
    ["paused", "isReceiving"],
    ["open", "isReceiving"],
    ["waiting", "isReceiving isWaiting"],
    ["waiting_over_quota", "isReceiving isWaiting"],
    ["discarding", ""],
    ["ended", ""],
    ["draining", "isClosing"],
    ["shut", "isClosing"],
    ["closed", "isClosing isClosed"],
  ]);
});
