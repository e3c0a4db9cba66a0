/**
 * WAMP messages as values (checklist §4.1): what serializers read from clients
 * and write to them. `code` tells the types apart.
 *
 * Messages are made often and live shortly: make them as object literals with
 * the fields in the order given here, so that each type has one shape.
 */
import { CloseUri, ErrorUri } from "./error_uri.ts";
import { MessageCode } from "./message_code.ts";
import { type Dict, EMPTY_DICT } from "./options.ts";
import { NO_PAYLOAD, type Payload } from "./payload.ts";

/** `[1, Realm, Details]` */
export interface Hello {
  readonly code: typeof MessageCode.HELLO;
  /** Null where the client leaves the choice to the router (HW-10). */
  readonly realm: string | null;
  readonly details: Dict;
}

/** `[2, Session, Details]` */
export interface Welcome {
  readonly code: typeof MessageCode.WELCOME;
  readonly session: number;
  readonly details: Dict;
}

/** `[3, Details, Reason (, Arguments (, ArgumentsKw))]` */
export interface Abort {
  readonly code: typeof MessageCode.ABORT;
  readonly details: Dict;
  readonly reason: string;
}

/** `[4, AuthMethod, Extra]` */
export interface Challenge {
  readonly code: typeof MessageCode.CHALLENGE;
  readonly method: string;
  readonly extra: Dict;
}

/** `[5, Signature, Extra]` */
export interface Authenticate {
  readonly code: typeof MessageCode.AUTHENTICATE;
  readonly signature: string;
  readonly extra: Dict;
}

/** `[6, Details, Reason]` */
export interface Goodbye {
  readonly code: typeof MessageCode.GOODBYE;
  readonly details: Dict;
  readonly reason: string;
}

/** `[8, REQUEST.Type, REQUEST.Request, Details, Error (, Arguments (, ArgumentsKw))]` */
export interface ErrorMessage {
  readonly code: typeof MessageCode.ERROR;
  readonly requestType: number;
  readonly request: number;
  readonly details: Dict;
  readonly error: string;
  readonly payload: Payload;
  /** In place of a payload, the router's own words for humans (MF-11). */
  readonly text: string | undefined;
}

/** `[16, Request, Options, Topic (, Arguments (, ArgumentsKw))]` */
export interface Publish {
  readonly code: typeof MessageCode.PUBLISH;
  readonly request: number;
  readonly options: Dict;
  readonly topic: string;
  readonly payload: Payload;
}

/** `[17, PUBLISH.Request, Publication]` */
export interface Published {
  readonly code: typeof MessageCode.PUBLISHED;
  readonly request: number;
  readonly publication: number;
}

/** `[32, Request, Options, Topic]` */
export interface Subscribe {
  readonly code: typeof MessageCode.SUBSCRIBE;
  readonly request: number;
  readonly options: Dict;
  readonly topic: string;
}

/** `[33, SUBSCRIBE.Request, Subscription]` */
export interface Subscribed {
  readonly code: typeof MessageCode.SUBSCRIBED;
  readonly request: number;
  readonly subscription: number;
}

/** `[34, Request, SUBSCRIBED.Subscription]` */
export interface Unsubscribe {
  readonly code: typeof MessageCode.UNSUBSCRIBE;
  readonly request: number;
  readonly subscription: number;
}

/** `[35, UNSUBSCRIBE.Request]`, or of a revocation `[35, 0, Details]` (SV-02). */
export interface Unsubscribed {
  readonly code: typeof MessageCode.UNSUBSCRIBED;
  readonly request: number;
  /** Only of a revocation. */
  readonly details: Dict | undefined;
}

/** `[36, Subscription, Publication, Details (, Arguments (, ArgumentsKw))]` */
export interface Event {
  readonly code: typeof MessageCode.EVENT;
  readonly subscription: number;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
}

/** `[48, Request, Options, Procedure (, Arguments (, ArgumentsKw))]` */
export interface Call {
  readonly code: typeof MessageCode.CALL;
  readonly request: number;
  readonly options: Dict;
  readonly procedure: string;
  readonly payload: Payload;
}

/** `[49, CALL.Request, Options]` */
export interface Cancel {
  readonly code: typeof MessageCode.CANCEL;
  readonly request: number;
  readonly options: Dict;
}

/** `[50, CALL.Request, Details (, Arguments (, ArgumentsKw))]` */
export interface Result {
  readonly code: typeof MessageCode.RESULT;
  readonly request: number;
  readonly details: Dict;
  readonly payload: Payload;
}

/** `[64, Request, Options, Procedure]` */
export interface Register {
  readonly code: typeof MessageCode.REGISTER;
  readonly request: number;
  readonly options: Dict;
  readonly procedure: string;
}

/** `[65, REGISTER.Request, Registration]` */
export interface Registered {
  readonly code: typeof MessageCode.REGISTERED;
  readonly request: number;
  readonly registration: number;
}

/** `[66, Request, REGISTERED.Registration]` */
export interface Unregister {
  readonly code: typeof MessageCode.UNREGISTER;
  readonly request: number;
  readonly registration: number;
}

/** `[67, UNREGISTER.Request]`, or of a revocation `[67, 0, Details]` (RV-02). */
export interface Unregistered {
  readonly code: typeof MessageCode.UNREGISTERED;
  readonly request: number;
  /** Only of a revocation. */
  readonly details: Dict | undefined;
}

/** `[68, Request, Registration, Details (, Arguments (, ArgumentsKw))]` */
export interface Invocation {
  readonly code: typeof MessageCode.INVOCATION;
  readonly request: number;
  readonly registration: number;
  readonly details: Dict;
  readonly payload: Payload;
}

/** `[69, INVOCATION.Request, Options]` */
export interface Interrupt {
  readonly code: typeof MessageCode.INTERRUPT;
  readonly request: number;
  readonly options: Dict;
}

/** `[70, INVOCATION.Request, Options (, Arguments (, ArgumentsKw))]` */
export interface Yield {
  readonly code: typeof MessageCode.YIELD;
  readonly request: number;
  readonly options: Dict;
  readonly payload: Payload;
}

/** What a client may send. */
export type ClientMessage =
  | Hello
  | Abort
  | Authenticate
  | Goodbye
  | ErrorMessage
  | Publish
  | Subscribe
  | Unsubscribe
  | Call
  | Cancel
  | Register
  | Unregister
  | Yield;

/** What the router sends. */
export type RouterMessage =
  | Welcome
  | Abort
  | Challenge
  | Goodbye
  | ErrorMessage
  | Published
  | Subscribed
  | Unsubscribed
  | Event
  | Result
  | Registered
  | Unregistered
  | Invocation
  | Interrupt;

/** The router's own ERROR to a request, with a text for humans (MF-10, MF-11). */
export function requestError(
  requestType: number,
  request: number,
  error: string,
  text: string,
): ErrorMessage {
  return {
    code: MessageCode.ERROR,
    requestType,
    request,
    details: EMPTY_DICT,
    error,
    payload: NO_PAYLOAD,
    text,
  };
}

/** The ERROR for a URI that breaks the rules (UR-05). */
export function invalidUriError(
  requestType: number,
  request: number,
  uri: string,
): ErrorMessage {
  return requestError(
    requestType,
    request,
    ErrorUri.INVALID_URI,
    `Invalid URI: "${uri.slice(0, 200)}"`,
  );
}

/**
 * A replacement for `message` where its receiver accepts no message as long: the
 * same without the text that is only for people, then with a reason of the
 * protocol's own in place of a longer one. Undefined: there is nothing shorter.
 */
export function shorter(message: RouterMessage): RouterMessage | undefined {
  switch (message.code) {
    case MessageCode.ERROR:
      return message.text === undefined
        ? undefined
        : { ...message, text: undefined };
    case MessageCode.ABORT:
      return shorterEnd(message, ErrorUri.AUTHENTICATION_DENIED);
    case MessageCode.GOODBYE:
      return shorterEnd(message, CloseUri.KILLED);
    default:
      return undefined;
  }
}

/** @param reason Stands for those that authenticators and callers made up. */
function shorterEnd<End extends Abort | Goodbye>(
  message: End,
  reason: string,
): End | undefined {
  if (message.details !== EMPTY_DICT) {
    return { ...message, details: EMPTY_DICT };
  }
  return message.reason.length > reason.length
    ? { ...message, reason }
    : undefined;
}

/** What became of a message that was to be sent to a client. */
export const SendOutcome = {
  /** It is on its way, or its receiver is gone, which its session learns. */
  SENT: 0,
  /** Longer than the receiver's own limit (FR-14): nothing was sent. */
  TOO_LONG: 1,
  /** The payload has no form in the receiver's serializer: nothing was sent. */
  UNSUPPORTED_VALUE: 2,
  /** An INVOCATION for a callee that takes nothing of what waits: nothing was sent. */
  FULL: 3,
} as const;

/** One of the outcomes above. */
export type SendOutcome = typeof SendOutcome[keyof typeof SendOutcome];
