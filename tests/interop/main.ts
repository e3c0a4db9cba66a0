/**
 * `deno task interop [TEXT]`: foreign clients against the router, all cases or
 * those whose name contains TEXT. README.md describes the scenario.
 */
import { type Case, CASES } from "./cases.ts";
import { CLIENTS } from "./clients.ts";
import { RouterProcess } from "./router.ts";

/** Cases wait more than they work. */
const CASES_AT_ONCE = 3;

const results = { passed: 0, failed: 0 };

async function main(): Promise<void> {
  const text = Deno.args[0] ?? "";
  const chosen = CASES.filter(({ name }) => name.includes(text));
  if (chosen.length === 0) throw new Error(`No case's name contains "${text}"`);
  const router = await RouterProcess.start();
  print("installing the clients");
  // What is missing shows in the cases that need it.
  await Promise.allSettled(CLIENTS.map((client) => client.install()));
  await runAll(chosen, router);
  const afterwards: Case[] = [
    {
      name: "the router has logged neither a warning nor an error",
      run: () => Promise.resolve(router.expectCleanLog()),
    },
    { name: "the router stops when asked to", run: () => router.stop() },
  ];
  for (const one of afterwards) await runOne(one, router);
}

async function runAll(
  cases: readonly Case[],
  router: RouterProcess,
): Promise<void> {
  const queue = cases.values();
  async function work(): Promise<void> {
    for (const one of queue) await runOne(one, router);
  }
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, work));
}

async function runOne(
  { name, run }: Case,
  router: RouterProcess,
): Promise<void> {
  const start = performance.now();
  try {
    await run(router);
    results.passed++;
    print(`ok      ${name} (${Math.round(performance.now() - start)} ms)`);
  } catch (error) {
    results.failed++;
    const reason = error instanceof Error ? error.message : String(error);
    print(`FAILED  ${name}\n${reason.replaceAll(/^/gm, "        ")}`);
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

try {
  await main();
} catch (error) {
  // Without a router there are no cases.
  results.failed++;
  print(`FAILED  ${error instanceof Error ? error.message : error}`);
}
print(`\n${results.passed} passed, ${results.failed} failed`);
Deno.exit(results.failed === 0 ? 0 : 1);
