/** Where a client is, in words: `127.0.0.1:4711`, or `unix`. */
export function describeAddress(address: Deno.Addr): string {
  switch (address.transport) {
    case "tcp":
    case "udp":
      return `${address.hostname}:${address.port}`;
    case "unix":
    case "unixpacket":
      return "unix";
    default:
      return address.transport;
  }
}

/** A client's IP address; undefined on a Unix socket. */
export function hostOf(address: Deno.Addr): string | undefined {
  return "hostname" in address ? address.hostname : undefined;
}
