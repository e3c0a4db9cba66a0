import { checkSocketPlace } from "../transport/socket_place.ts";

/** Why no socket can be made at `path`; undefined where one can. */
export function socketFault(path: string): string | undefined {
  try {
    checkSocketPlace(path);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
