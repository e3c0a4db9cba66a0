/**
 * The signals that stop the router: the first politely, the second at once.
 *
 * @module
 */

import type { Logger } from "../base/log.ts";
import { ExitCode } from "./command.ts";

/** The signals that stop the router, and the exit code of a second one. */
const SIGNALS = [
  ["SIGINT", ExitCode.INTERRUPTED],
  ["SIGTERM", ExitCode.TERMINATED],
  // The terminal was closed. The config is not loaded again.
  ["SIGHUP", ExitCode.HUNG_UP],
] as const;

/** Listens to the signals until it is disposed of. */
export class StopSignals {
  /** Resolves at the first signal. */
  readonly received: Promise<void>;
  readonly #listeners: (readonly [Deno.Signal, () => void])[];
  #isReceived = false;

  /** @param exit Ends the process, at a second signal. */
  constructor(log: Logger, exit: (code: ExitCode) => Promise<never>) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = (signal: Deno.Signal, code: ExitCode): void => {
      log.info("signal received", { signal });
      if (this.#isReceived) void exit(code);
      this.#isReceived = true;
      resolve();
    };
    this.received = promise;
    const ignored = ignoresHangup() ? "SIGHUP" : undefined;
    this.#listeners = SIGNALS.map(([signal, code]) => [
      signal,
      // Without a listener Deno ends at this signal, even if it was ignored.
      signal === ignored ? () => {} : () => stop(signal, code),
    ]);
    for (const [signal, listener] of this.#listeners) {
      Deno.addSignalListener(signal, listener);
    }
  }

  /** Whether a signal has been received. */
  get isReceived(): boolean {
    return this.#isReceived;
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) {
      Deno.removeSignalListener(signal, listener);
    }
  }
}

/**
 * Whether SIGHUP was ignored when the process started, as with `nohup`. Only Linux
 * tells, and reading it takes the permission to read all files.
 */
function ignoresHangup(): boolean {
  if (Deno.build.os !== "linux") return false;
  if (Deno.permissions.querySync({ name: "read" }).state !== "granted") {
    return false;
  }
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
    // SIGHUP is the first signal.
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    // Not permitted, or a system without it.
    return false;
  }
}
