import project from "../../deno.json" with { type: "json" };

/** Of this router, as in `deno.json`. */
export const VERSION: string = project.version;
