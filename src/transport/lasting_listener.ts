/**
 * A listener that is opened again when its socket dies, as where the system has
 * closed it.
 */
import type { AcceptFaults } from "./accept_faults.ts";
import type { Listener, StreamConn } from "./listener.ts";

/** Between two tries to open it again: at first, and at the most. */
const DELAY_MIN_MS = 100;
const DELAY_MAX_MS = 30_000;

/** Told of it. */
export type ListenerFaults = Pick<AcceptFaults, "staysDead" | "reopened">;

/** Listens until it is closed, whatever becomes of the socket under it. */
export class LastingListener {
  #listener: Listener;
  readonly #faults: ListenerFaults;
  #isDead = false;
  #isClosed = false;
  #endPause: (() => void) | undefined = undefined;

  constructor(
    listener: Listener,
    faults: ListenerFaults,
  ) {
    this.#listener = listener;
    this.#faults = faults;
  }

  get address(): string {
    return this.#listener.address;
  }

  /** Rejects where it is closed, and for errors that are no end of the socket. */
  async accept(): Promise<StreamConn> {
    for (;;) {
      try {
        return await this.#listener.accept();
      } catch (error) {
        if (this.#isClosed || !isDeath(error)) throw error;
        await this.#reopen(error);
      }
    }
  }

  /** As {@linkcode Listener.close}. */
  close(): string | undefined {
    this.#isClosed = true;
    this.#endPause?.();
    return this.#isDead ? undefined : this.#listener.close();
  }

  async #reopen(cause: unknown): Promise<void> {
    this.#isDead = true;
    closeQuietly(this.#listener);
    let delayMs = DELAY_MIN_MS;
    while (!this.#isClosed) {
      try {
        this.#listener = await this.#listener.reopen();
        // It was closed while it was opened.
        if (this.#isClosed) return closeQuietly(this.#listener);
        this.#isDead = false;
        return this.#faults.reopened(cause);
      } catch (failure) {
        this.#faults.staysDead(cause, failure);
      }
      await this.#pause(delayMs);
      delayMs = Math.min(delayMs * 2, DELAY_MAX_MS);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function closeQuietly(listener: Listener): void {
  try {
    listener.close();
  } catch {
    // It is closed already.
  }
}

/** Codes of `accept` that say that there is no listening socket any more. */
const DEATHS: ReadonlySet<unknown> = new Set(["EBADF", "EINVAL", "ENOTSOCK"]);

function isDeath(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource ||
    error instanceof Error && "code" in error && DEATHS.has(error.code);
}
