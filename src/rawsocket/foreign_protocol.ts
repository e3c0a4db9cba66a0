/**
 * What octets that are no RawSocket look like: the most frequent mistakes in
 * setting up a client, told in the log in words.
 */

const HTTP_STARTS = new Set(
  ["GET ", "POST", "PUT ", "HEAD", "OPTI", "DELE", "PATC", "CONN", "PRI "],
);

/** A clause for the log about four first octets; empty where nothing is known. */
export function guessForeignProtocol(prefix: number): string {
  const text = String.fromCharCode(
    prefix >>> 24,
    prefix >>> 16 & 0xff,
    prefix >>> 8 & 0xff,
    prefix & 0xff,
  );
  if (HTTP_STARTS.has(text)) {
    return ", which looks like HTTP or WebSocket: this port speaks WAMP-over-RawSocket only";
  }
  if (prefix >>> 24 === 0x16 && (prefix >>> 16 & 0xff) === 0x03) {
    return ", which looks like a TLS ClientHello: this port speaks RawSocket without TLS";
  }
  if (prefix >>> 24 === 0x7f) {
    return ", which looks like a second RawSocket handshake";
  }
  return "";
}
