/** Message type codes (checklist §4.1). */
export const MessageCode = {
  HELLO: 1,
  WELCOME: 2,
  ABORT: 3,
  CHALLENGE: 4,
  AUTHENTICATE: 5,
  GOODBYE: 6,
  ERROR: 8,
  PUBLISH: 16,
  PUBLISHED: 17,
  SUBSCRIBE: 32,
  SUBSCRIBED: 33,
  UNSUBSCRIBE: 34,
  UNSUBSCRIBED: 35,
  EVENT: 36,
  CALL: 48,
  CANCEL: 49,
  RESULT: 50,
  REGISTER: 64,
  REGISTERED: 65,
  UNREGISTER: 66,
  UNREGISTERED: 67,
  INVOCATION: 68,
  INTERRUPT: 69,
  YIELD: 70,
} as const;

/** One of the codes above. */
export type MessageCode = typeof MessageCode[keyof typeof MessageCode];

const NAMES = new Map<number, string>(
  Object.entries(MessageCode).map(([name, code]) => [code, name]),
);

/** The name of a message type for logs and error texts. */
export function messageName(code: number): string {
  return NAMES.get(code) ?? `message type ${code}`;
}
