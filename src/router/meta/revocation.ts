import type { PayloadValues } from "../../wamp/values.ts";
import { idOf, keyword } from "./argument_types.ts";
import { invalidArgument, type MetaError } from "./meta_procedure.ts";

/**
 * The longest reason, in octets of JSON, which takes most: whatever a client's
 * own limit is, the message that tells it of the revocation fits (FR-14).
 */
const REASON_BYTES_MAX = 384;

/** What a session is to lose. */
export interface Revocation {
  /** Of the subscription or registration. */
  readonly id: number;
  readonly session: number;
  /** For people. */
  readonly reason: string | undefined;
}

/** From `(id, session, reason=)`, or why that is wrong (RV-04, SV-04). */
export function revocationOf(
  { args, kwargs }: PayloadValues,
): Revocation | MetaError {
  const id = idOf(args[0]);
  const session = idOf(args[1]);
  const reason = keyword(kwargs, "reason");
  if (id === undefined || session === undefined) {
    return invalidArgument(
      "The arguments must be the ID of what is revoked and a session ID",
    );
  }
  if (reason !== undefined && !isReason(reason)) {
    return invalidArgument(
      `reason must be text that is no longer than ${REASON_BYTES_MAX} octets in JSON`,
    );
  }
  return { id, session, reason };
}

function isReason(reason: unknown): reason is string {
  if (typeof reason !== "string" || reason.length > REASON_BYTES_MAX) {
    return false;
  }
  const bytes = new TextEncoder().encode(JSON.stringify(reason));
  return bytes.length <= REASON_BYTES_MAX;
}
