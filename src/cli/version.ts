/**
 * The version, from `deno.json`: it stands in one place.
 *
 * @module
 */

import project from "../../deno.json" with { type: "json" };

/** The version of the router. */
export const VERSION: string = project.version;
