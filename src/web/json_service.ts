/** One JSON document. */
import type { Exchange, Service } from "./exchange.ts";

/** Answers with the value of its config. */
export class JsonService implements Service {
  readonly #body: string;

  /** @param value Anything that JSON can say. */
  constructor(value: unknown) {
    this.#body = JSON.stringify(value);
  }

  serve(exchange: Exchange, rest: readonly string[]): void {
    if (rest.some((segment) => segment !== "")) return exchange.sendNotFound();
    if (!exchange.allows("GET", "HEAD")) return;
    exchange.send(200, {
      type: "application/json; charset=utf-8",
      body: this.#body,
      headers: { "Cache-Control": "no-cache" },
    });
  }
}
