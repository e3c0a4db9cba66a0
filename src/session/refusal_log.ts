/**
 * A refused login in the log: who asked for what, and why it was refused. Of the
 * why the client is told less (AU-10).
 */
import type { Refused } from "../auth/login_method.ts";
import type { LogFields } from "../base/log.ts";
import type { Hello } from "../wamp/message.ts";

/** Strangers choose how long their names are. */
const NAME_CHARACTERS_MAX = 200;

/**
 * The fields of the line.
 *
 * @param authmethod The one that was begun with; undefined: none.
 */
export function refusalFields(
  { realm, details }: Hello,
  { reason, message, detail }: Refused,
  authmethod: string | undefined,
): LogFields {
  const { authid } = details;
  return {
    reason,
    ...(realm !== null && { realm: cut(realm) }),
    ...(typeof authid === "string" && { authid: cut(authid) }),
    ...(authmethod !== undefined && { authmethod }),
    detail: detail ?? message,
  };
}

function cut(name: string): string {
  return name.length <= NAME_CHARACTERS_MAX
    ? name
    : `${name.slice(0, NAME_CHARACTERS_MAX)}… (${name.length} characters)`;
}
