/** The error and reason URIs that the router sends (checklist §15.1). */
export const ErrorUri = {
  INVALID_URI: "wamp.error.invalid_uri",
  NO_SUCH_PROCEDURE: "wamp.error.no_such_procedure",
  PROCEDURE_ALREADY_EXISTS: "wamp.error.procedure_already_exists",
  NO_SUCH_REGISTRATION: "wamp.error.no_such_registration",
  NO_SUCH_SUBSCRIPTION: "wamp.error.no_such_subscription",
  INVALID_ARGUMENT: "wamp.error.invalid_argument",
  CANCELED: "wamp.error.canceled",
  TIMEOUT: "wamp.error.timeout",
  FEATURE_NOT_SUPPORTED: "wamp.error.feature_not_supported",
  DISCLOSE_ME_DISALLOWED: "wamp.error.option_disallowed.disclose_me",
  UNAVAILABLE: "wamp.error.unavailable",
  NO_AVAILABLE_CALLEE: "wamp.error.no_available_callee",
  NO_SUCH_SESSION: "wamp.error.no_such_session",
  /** Why a registration is revoked by `force_reregister` (RV-04). */
  UNREGISTERED: "wamp.error.unregistered",
  /** All callees have as many invocations as they take, and the queue is full. */
  MAX_CONCURRENCY_REACHED: "wamp.error.max_concurrency_reached",
  PAYLOAD_SIZE_EXCEEDED: "wamp.error.payload_size_exceeded",
  PROTOCOL_VIOLATION: "wamp.error.protocol_violation",
  NOT_AUTHORIZED: "wamp.error.not_authorized",
  AUTHORIZATION_FAILED: "wamp.error.authorization_failed",
  NO_SUCH_REALM: "wamp.error.no_such_realm",
  NO_SUCH_ROLE: "wamp.error.no_such_role",
  NO_MATCHING_AUTH_METHOD: "wamp.error.no_matching_auth_method",
  AUTHENTICATION_REQUIRED: "wamp.error.authentication_required",
  NO_SUCH_PRINCIPAL: "wamp.error.no_such_principal",
  AUTHENTICATION_DENIED: "wamp.error.authentication_denied",
  AUTHENTICATION_FAILED: "wamp.error.authentication_failed",
  /** Of clients' libraries, where a procedure breaks: its text is an exception's. */
  RUNTIME_ERROR: "wamp.error.runtime_error",
  /** Ours: a limit of the config is reached (`max_subscriptions`, …). */
  LIMIT_REACHED: "sluice.error.limit_reached",
  /** Ours: the authid has a session, the only one that its role allows. */
  AUTHID_IN_USE: "sluice.error.authid_in_use",
} as const;

/** Reasons of GOODBYE and ABORT that are no errors (GB-03). */
export const CloseUri = {
  SYSTEM_SHUTDOWN: "wamp.close.system_shutdown",
  CLOSE_REALM: "wamp.close.close_realm",
  GOODBYE_AND_OUT: "wamp.close.goodbye_and_out",
  KILLED: "wamp.close.killed",
  /** Ours: a new session of the same authid took this one's place. */
  REPLACED: "sluice.close.replaced",
} as const;

/**
 * The peer broke the protocol: its session ends with an ABORT that carries
 * `uri` and this message (PV-01). Thrown where a message is read or handled,
 * caught in one place, the connection.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  /** The reason of the ABORT. */
  readonly uri: string;
  /** The config key that decided, for the log only; undefined: none did. */
  readonly configKey: string | undefined;

  constructor(message: string, uri?: string, configKey?: string) {
    super(message);
    this.uri = uri ?? ErrorUri.PROTOCOL_VIOLATION;
    this.configKey = configKey;
  }
}
