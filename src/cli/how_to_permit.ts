/** What to do for a permission that Deno was not given, by its flag. */
export function howToPermit(flag: string): string {
  const does = Deno.build.standalone ? "compile the router with" : "add";
  return `Deno does not permit it: ${does} ${flag}`;
}
