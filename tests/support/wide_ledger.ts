import { Ledger } from "../../src/base/ledger.ts";

/** A ledger in which everything has room. */
export function wideLedger(): Ledger {
  return new Ledger(
    { maxBytes: Infinity, maxSourceBytes: Infinity, maxFrameBytes: Infinity },
    { full: () => {}, framesFull: () => {} },
  );
}
