/**
 * Pages of the router itself: no script, nothing from elsewhere.
 *
 * @module
 */

import type { OutgoingHttpHeaders } from "node:http";
import type { Exchange } from "./exchange.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` as text of a page, or as the value of an attribute in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/**
 * A whole page.
 *
 * @param title Its title, as text.
 * @param body What is on it, as HTML.
 */
export function htmlPage(title: string, body: string): string {
  const heading = escapeHtml(title);
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${heading}</title></head>
<body>
<h1>${heading}</h1>
${body}
</body>
</html>
`;
}

/** Answers with a page of the router's own. */
export function sendHtml(
  exchange: Exchange,
  status: number,
  page: string,
  headers?: OutgoingHttpHeaders,
): void {
  exchange.send(status, {
    type: "text/html; charset=utf-8",
    body: page,
    headers: {
      "Cache-Control": "no-store",
      "Content-Security-Policy": "default-src 'none'",
      ...headers,
    },
  });
}
