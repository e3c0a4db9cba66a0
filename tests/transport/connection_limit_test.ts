import { assertEquals } from "@std/assert";
import { ConnectionLimit } from "../../src/transport/connection_limit.ts";

const A = "192.0.2.1";
const B = "192.0.2.2";
const REFUSALS_MAX = 256;

function limitOf(
  maxConnections: number,
  maxConnectionsPerSource?: number,
): ConnectionLimit<string> {
  return new ConnectionLimit({
    maxConnections,
    ...(maxConnectionsPerSource !== undefined && { maxConnectionsPerSource }),
  });
}

/** Adds so many connections; their names. */
function fill(
  limit: ConnectionLimit<string>,
  count: number,
  host: string | undefined,
): string[] {
  const names = Array.from({ length: count }, (_, i) => `${host} ${i}`);
  for (const name of names) limit.add(name, host);
  return names;
}

Deno.test("by default one source has half of all places, a loopback address nine tenths, a Unix socket all", () => {
  const hosts: [host: string | undefined, places: number][] = [
    [A, 50],
    ["2001:db8::1", 50],
    ["127.0.0.1", 90],
    ["::ffff:127.0.0.1", 90],
    ["::1", 90],
    [undefined, 100],
  ];
  for (const [host, places] of hosts) {
    const limit = limitOf(100);
    const [first] = fill(limit, places, host);
    assertEquals(limit.exceededBy(first), undefined, `${host}`);
    limit.add("one more", host);
    assertEquals(
      limit.exceededBy("one more"),
      host === undefined ? "max_connections" : "max_connections_per_source",
    );
  }
});

Deno.test("addresses of one IPv6 /64 are one source", () => {
  const limit = limitOf(10, 2);
  limit.add("1", "2001:db8::1");
  limit.add("2", "2001:db8::2:1");
  limit.add("3", "2001:db8::3");
  limit.add("other", "2001:db8:0:1::1");
  assertEquals(limit.exceededBy("3"), "max_connections_per_source");
  assertEquals(limit.exceededBy("other"), undefined);
});

Deno.test("connections above the share of their source take no place from others", () => {
  const limit = limitOf(10, 4);
  fill(limit, 4 + REFUSALS_MAX - 1, A);
  const others = fill(limit, 4, B);
  const local = fill(limit, 2, undefined);
  for (const name of [...others, ...local]) {
    assertEquals(limit.exceededBy(name), undefined);
  }
  assertEquals(limit.hasRoom, true);
  limit.add("the last one that is refused with a word", A);
  assertEquals(limit.hasRoom, false);
});

Deno.test("who has proven who it is does not count for its source any more", () => {
  const limit = limitOf(10, 2);
  const [first, second, third] = fill(limit, 3, A);
  assertEquals(limit.exceededBy(third), "max_connections_per_source");
  limit.identified(first);
  limit.identified(first);
  assertEquals(limit.exceededBy(third), undefined);
  // It still has its place among all.
  for (const name of fill(limit, 7, undefined)) {
    assertEquals(limit.exceededBy(name), undefined);
  }
  limit.add("one too many", B);
  assertEquals(limit.exceededBy("one too many"), "max_connections");
  limit.delete(first);
  assertEquals(limit.exceededBy("one too many"), undefined);
  limit.delete(second);
  limit.delete(third);
});

Deno.test("the counts are right whatever comes, proves itself and goes, in any order", () => {
  const limit = limitOf(6, 2);
  const hosts = [A, B, undefined, A, A, B, undefined, A, B, B];
  for (let round = 0; round < 50; round++) {
    const names = hosts.map((host, i) => {
      limit.add(`${i}`, host);
      return `${i}`;
    });
    for (const name of names) {
      if ((Number(name) * 7 + round) % 3 === 0) limit.identified(name);
    }
    names.sort((a, b) => (Number(a) * round) % 11 - (Number(b) * round) % 11);
    for (const name of names) limit.delete(name);
  }
  for (const name of [...fill(limit, 2, A), ...fill(limit, 4, undefined)]) {
    assertEquals(limit.exceededBy(name), undefined);
  }
  limit.add("one too many", B);
  assertEquals(limit.exceededBy("one too many"), "max_connections");
});
