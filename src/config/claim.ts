import type { CheckContext } from "./check_context.ts";
import type { ConfigNode } from "./document.ts";

/** Adds an error where another place has `name` already. */
export function claim(
  name: string,
  place: ConfigNode,
  names: Map<string, ConfigNode>,
  context: CheckContext,
): void {
  const first = names.get(name);
  if (first === undefined) {
    names.set(name, place);
    return;
  }
  const shown = name.includes('"') ? name : JSON.stringify(name);
  context.error(
    place,
    `${shown} is already at ${first.path}`,
    "keep one of them",
  );
}
