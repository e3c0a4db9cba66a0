/**
 * Sluice, a WAMP router: `deno run -A main.ts CONFIG`.
 *
 * @module
 */

import { main } from "./src/cli/main.ts";

if (import.meta.main) {
  Deno.exit(await main(Deno.args, import.meta.url));
}
