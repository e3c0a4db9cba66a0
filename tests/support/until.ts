import { DEADLINE_MS } from "./deadline.ts";

/** Resolves once `holds` does, which no event tells of. */
export async function until(
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const giveUpAt = Date.now() + DEADLINE_MS;
  while (!await holds()) {
    if (Date.now() > giveUpAt) throw new Error(`It never came to ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
