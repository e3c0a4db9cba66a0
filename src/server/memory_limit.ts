/**
 * How much memory there is for what clients have the router keep.
 */
import { getHeapStatistics } from "node:v8";

/**
 * What is kept has its garbage, tables that are grown by copying, and the
 * allocator's own: measured, a process takes up to twice as much as it keeps.
 */
const SHARE = 0.5;

const CGROUP_FILES = [
  "/sys/fs/cgroup/memory.max",
  "/sys/fs/cgroup/memory/memory.limit_in_bytes",
];

/**
 * The value of `max_memory_bytes` where the config has none: half of the least of
 * the machine's memory, the container's limit, and what JavaScript's heap may
 * grow to, as far as the process may see these.
 */
export function defaultMemoryBytes(): number {
  const found = [
    getHeapStatistics().heap_size_limit,
    machineBytes(),
    ...CGROUP_FILES.map(containerBytes),
  ];
  return Math.floor(Math.min(...found) * SHARE);
}

function machineBytes(): number {
  const { state } = Deno.permissions.querySync({
    name: "sys",
    kind: "systemMemoryInfo",
  });
  return state === "granted" ? Deno.systemMemoryInfo().total : Infinity;
}

/** Infinity: there is no limit, or it cannot be seen. */
function containerBytes(path: string): number {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") return Infinity;
  try {
    return Number(Deno.readTextFileSync(path)) || Infinity;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return Infinity;
    throw error;
  }
}
