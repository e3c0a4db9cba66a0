/**
 * The signals that stop the router: the first politely, the second at once.
 *
 * @module
 */

import type { Logger } from "../base/log.ts";
import { ExitCode } from "./exit_code.ts";

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];

/** Listens to the signals until it is disposed of. */
export class StopSignals {
  /** Resolves at the first signal. */
  readonly received: Promise<void>;
  readonly #listeners: (readonly [Deno.Signal, () => void])[];

  constructor(log: Logger) {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isStopping = false;
    const stop = (signal: Deno.Signal): void => {
      log.info("signal received", { signal });
      if (isStopping) Deno.exit(ExitCode.INTERRUPTED);
      isStopping = true;
      resolve();
    };
    this.received = promise;
    this.#listeners = SIGNALS.map((signal) => [signal, () => stop(signal)]);
    for (const [signal, listener] of this.#listeners) {
      Deno.addSignalListener(signal, listener);
    }
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) {
      Deno.removeSignalListener(signal, listener);
    }
  }
}
