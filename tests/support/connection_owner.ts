import type { ConnectionOwner } from "../../src/transport/open_connection.ts";

/** Who takes any connection. */
export function ownerOfAny(closed: () => void = () => {}): ConnectionOwner {
  return {
    exceededLimit: () => undefined,
    identified: () => {},
    moved: () => {},
    replaced: () => {},
    closed,
  };
}
