/**
 * The router against a second, deliberately naive one: whatever many clients do
 * in whatever order, each is sent the same by both.
 *
 * `SLUICE_MODEL_OPERATIONS` makes it longer (`deno task soak:model`),
 * `SLUICE_SEED` repeats a run.
 */
import { SeededRandom } from "../support/seed.ts";
import { ModelRun } from "./_run.ts";

const OPERATIONS = Number(Deno.env.get("SLUICE_MODEL_OPERATIONS") ?? 50_000);
/** A run is short enough for its history to be read. */
const OPERATIONS_EACH = 2_000;

Deno.test("RP-09 PS-08 SH-05 CX-01 TO-02 PR-04 PG-01 RR-03 SV-01 RV-01: the router does what the model does", () => {
  const given = Deno.env.get("SLUICE_SEED");
  const first = given === undefined
    ? Math.floor(Math.random() * 2 ** 32)
    : Number(given);
  for (let run = 0; run * OPERATIONS_EACH < OPERATIONS; run++) {
    const seed = first + run;
    try {
      new ModelRun(new SeededRandom(seed)).run(OPERATIONS_EACH);
    } catch (cause) {
      throw new Error(`SLUICE_SEED=${seed} repeats this failure`, { cause });
    }
  }
});
