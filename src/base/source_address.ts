/**
 * What counts as one source of connections and logins: an IPv4 address, or the 64 bits of an
 * IPv6 address that name a network, since whoever has one has all of it.
 */
export function sourceOf(host: string): string {
  if (!host.includes(":")) return host;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  if (mapped !== null) return mapped[1];
  const [address] = host.split("%", 1);
  const [head, tail] = address.split("::", 2).map(groupsOf);
  const zeros = tail === undefined
    ? []
    : Array.from({ length: 8 - head.length - tail.length }, () => "0");
  const groups = [...head, ...zeros, ...tail ?? []].slice(0, 4);
  return `${groups.join(":")}::/64`;
}

/** Groups in their shortest form. */
function groupsOf(text: string): string[] {
  if (text === "") return [];
  return text.split(":").map((group) => parseInt(group, 16).toString(16));
}
