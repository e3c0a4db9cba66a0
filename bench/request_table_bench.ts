/**
 * Pending calls by request ID, as they come and go, 256 at a time. In a Map they
 * outlive young collections once it is old, which is most of its cost.
 *
 * Run: `deno bench bench/request_table_bench.ts`
 */
import { RequestTable } from "../src/router/request_table.ts";

const PENDING = 256;
const SECRET = { mask: 0x1234_5678, factor: 0x9e37_79b1 };

/** What a pending call is like. */
interface Call {
  readonly request: number;
  readonly payload: Uint8Array;
}

interface Table {
  set(request: number, call: Call): void;
  get(request: number): Call | undefined;
  delete(request: number): void;
}

/** Lets the oldest call end and a new one begin. */
function churn(table: Table): () => void {
  let last = 0;
  const begin = () => {
    last++;
    table.set(last, { request: last, payload: new Uint8Array(16) });
  };
  for (let i = 0; i < PENDING; i++) begin();
  return () => {
    if (table.get(last - PENDING + 1) === undefined) throw new Error("lost");
    table.delete(last - PENDING + 1);
    begin();
  };
}

Deno.bench({
  name: "RequestTable",
  group: "a call ends, another begins",
  fn: churn(new RequestTable<Call>(SECRET)),
});
Deno.bench({
  name: "Map",
  group: "a call ends, another begins",
  baseline: true,
  fn: churn(new Map<number, Call>()),
});
