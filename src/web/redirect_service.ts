/** Another address. */
import type { Exchange, Service } from "./exchange.ts";

/** Answers with the address of its config, whatever follows in the path. */
export class RedirectService implements Service {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  serve(exchange: Exchange): void {
    if (!exchange.allows("GET", "HEAD")) return;
    exchange.sendText(302, "see the Location header", { Location: this.#url });
  }
}
