/**
 * A page about the router, for people: nothing on it is secret, or helps whoever
 * looks for a way in.
 *
 * @module
 */

import type { Exchange, Service } from "./exchange.ts";
import { escapeHtml, htmlPage, sendHtml } from "./html.ts";

/** What the page tells. */
export interface NodeFacts {
  readonly version: string;
  /** For how long the router has been running. */
  readonly uptimeMs: number;
  readonly transports: readonly TransportFacts[];
}

/** What the page tells of one transport. */
export interface TransportFacts {
  readonly id: string;
  readonly type: string;
}

/** Shows {@linkcode NodeFacts}. */
export class NodeInfoService implements Service {
  readonly #facts: () => NodeFacts;

  constructor(facts: () => NodeFacts) {
    this.#facts = facts;
  }

  serve(exchange: Exchange): void {
    if (!exchange.allows("GET", "HEAD")) return;
    sendHtml(exchange, 200, page(this.#facts()));
  }
}

function page({ version, uptimeMs, transports }: NodeFacts): string {
  const rows = transports.map(({ id, type }) =>
    `<tr><td>${escapeHtml(id)}</td><td>${escapeHtml(type)}</td></tr>`
  );
  return htmlPage(
    "Sluice",
    `<p>Version ${escapeHtml(version)}, up for ${durationText(uptimeMs)}.</p>
<table>
<tr><th>Transport</th><th>Type</th></tr>
${rows.join("\n")}
</table>`,
  );
}

/** `3 d 4 h 5 min`, in whole minutes. */
function durationText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60)];
  const parts = [`${minutes % 60} min`];
  if (hours > 0) parts.unshift(`${hours % 24} h`);
  if (days > 0) parts.unshift(`${days} d`);
  return parts.join(" ");
}
