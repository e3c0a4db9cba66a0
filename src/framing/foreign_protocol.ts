/**
 * What octets that are no RawSocket look like: the most frequent mistakes in
 * setting up a client, told in the log in words.
 */

/** A protocol that is not ours. */
export interface ForeignProtocol {
  /** In words, for the log. */
  readonly name: string;
  /** What is to be done, where that depends on the protocol. */
  readonly cure: string | undefined;
  /** The method of an HTTP request; undefined in any other protocol. */
  readonly httpMethod: string | undefined;
}

/** More octets tell nothing. */
export const FOREIGN_START_BYTES_MAX = 64;

/** A method, and where the target begins: any method there is. */
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (?:[/*]|https?:)/;
const HTTP_2_METHOD = "PRI";

/** Beginnings that others have; `?` stands for any octet. */
const KNOWN: readonly {
  readonly name: string;
  readonly cure?: string;
  readonly beginnings: readonly string[];
}[] = [
  {
    name: "a TLS ClientHello",
    cure: "this port speaks RawSocket without TLS",
    beginnings: ["\x16\x03"],
  },
  {
    name: "the PROXY protocol of a load balancer",
    cure: "it is not supported here; switch it off there",
    beginnings: ["PROXY ", "\r\n\r\n\0\r\nQUIT\n"],
  },
  {
    name: "a WAMP message with no RawSocket handshake before it",
    beginnings: [
      ...["\0???[1,", "\0???\x93\x01", "\0???\x83\x01"],
      ...["[1,", "\x93\x01", "\x83\x01"],
    ],
  },
  { name: "RawSocket", beginnings: ["\x7f"] },
  { name: "SSH", beginnings: ["SSH-"] },
  {
    name: "MQTT",
    beginnings: [
      ...["\x10?\0\x04MQTT", "\x10??\0\x04MQTT"],
      ...["\x10?\0\x06MQIsdp", "\x10??\0\x06MQIsdp"],
    ],
  },
  { name: "AMQP", beginnings: ["AMQP"] },
  { name: "STOMP", beginnings: ["STOMP\n", "CONNECT\n", "CONNECT\r\n"] },
  { name: "NATS", beginnings: ["CONNECT {"] },
  { name: "SOCKS", beginnings: ["\x05\x01", "\x05\x02", "\x04\x01"] },
  { name: "SMTP", beginnings: ["EHLO ", "HELO "] },
  {
    name: "Redis",
    beginnings: ["*1\r\n$", "*2\r\n$", "*3\r\n$", "PING\r\n"],
  },
];

/**
 * What octets look like that are no RawSocket.
 *
 * @param start The first ones, as far as they have come.
 * @returns `"undecided"` where they may become HTTP; undefined where nothing is
 * known that begins so.
 */
export function recogniseForeign(
  start: Uint8Array,
): ForeignProtocol | "undecided" | undefined {
  const text = String.fromCharCode(
    ...start.subarray(0, FOREIGN_START_BYTES_MAX),
  );
  const known = KNOWN.find(({ beginnings }) =>
    beginnings.some((beginning) => beginsWith(text, beginning))
  );
  if (known !== undefined) {
    return { name: known.name, cure: known.cure, httpMethod: undefined };
  }
  const method = HTTP_METHODS.find((one) => text.startsWith(`${one} `)) ??
    REQUEST_LINE.exec(text)?.[1];
  if (method !== undefined) {
    const name = method === HTTP_2_METHOD ? "HTTP/2" : "HTTP or WebSocket";
    return { name, cure: undefined, httpMethod: method };
  }
  return text !== "" && HTTP_METHODS.some((one) => `${one} `.startsWith(text))
    ? "undecided"
    : undefined;
}

/** Shows the first octets in hex: four, or what there is. */
export function showStart(start: Uint8Array): string {
  return start.subarray(0, 4).toHex().toUpperCase().replace(/..(?=.)/g, "$& ");
}

function beginsWith(text: string, beginning: string): boolean {
  if (text.length < beginning.length) return false;
  for (let i = 0; i < beginning.length; i++) {
    if (beginning[i] !== "?" && beginning[i] !== text[i]) return false;
  }
  return true;
}

/**
 * The methods of HTTP that are known by their name alone: those of IANA's
 * registry, and a few that are in wide use beside it.
 */
export const HTTP_METHODS: readonly string[] = [
  ...["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE"],
  ...["PATCH", "PRI", "QUERY", "PROPFIND", "PROPPATCH", "MKCOL", "COPY"],
  ...["MOVE", "LOCK", "UNLOCK", "ACL", "REPORT", "SEARCH", "MKCALENDAR"],
  ...["BIND", "REBIND", "UNBIND", "LINK", "UNLINK", "CHECKIN", "CHECKOUT"],
  ...["UNCHECKOUT", "VERSION-CONTROL", "BASELINE-CONTROL", "LABEL", "MERGE"],
  ...["MKACTIVITY", "MKWORKSPACE", "MKREDIRECTREF", "UPDATEREDIRECTREF"],
  ...["UPDATE", "ORDERPATCH", "PURGE", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE"],
  ...["M-SEARCH"],
];
