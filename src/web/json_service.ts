/** One JSON document. */
import type { Exchange, Service } from "./exchange.ts";
import type { JsonConfig } from "./web_config.ts";

/** Answers with the value of its config. */
export class JsonService implements Service {
  readonly #body: string;

  constructor({ value }: JsonConfig) {
    this.#body = JSON.stringify(value);
  }

  serve(exchange: Exchange, rest: readonly string[]): void {
    if (rest.some((segment) => segment !== "")) return exchange.sendNotFound();
    if (!exchange.allows("GET", "HEAD")) return;
    exchange.send(200, {
      type: "application/json; charset=utf-8",
      body: this.#body,
      // It is public, and the same for everybody.
      headers: { "Access-Control-Allow-Origin": "*" },
    });
  }
}
