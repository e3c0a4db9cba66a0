/**
 * The file of a Unix socket, while the router listens: clients find the socket by
 * it alone, and anybody who may write its folder can remove it.
 *
 * The socket has a second name in its private folder, from which the first is
 * made again. That needs no permission to listen, which the router has given up.
 */
import { privateSocketFolder, privateSocketPath } from "../base/addresses.ts";
import type { Logger } from "../base/log.ts";

/** So often it is looked at. */
const LOOK_MS = 1_000;

type State = "in place" | "gone" | "of another";

/** What became of the file of one socket. */
export class SocketFile {
  readonly #path: string;
  readonly #own: Deno.FileInfo;
  readonly #log: Logger;
  #state: State = "in place";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  private constructor(path: string, own: Deno.FileInfo, log: Logger) {
    this.#path = path;
    this.#own = own;
    this.#log = log;
    this.#lookLater();
  }

  /**
   * Looks after the socket at `path` from now on.
   *
   * @param own The socket, whose private folder is there and empty.
   */
  static async keep(
    path: string,
    own: Deno.FileInfo,
    log: Logger,
  ): Promise<SocketFile> {
    const file = new SocketFile(path, own, log);
    try {
      await Deno.link(path, privateSocketPath(path));
    } catch (error) {
      // Not all file systems have second names for sockets.
      log.debug("the socket's file cannot be put back if it is removed", {
        reason: messageOf(error),
      });
      file.#removeSpare();
    }
    return file;
  }

  /**
   * Removes the file, unless it is another's by now. Stopping must go on in any
   * case, so what could not be done is only told.
   */
  close(): string | undefined {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#removeSpare();
    try {
      if (!this.#isOwn(Deno.lstatSync(this.#path))) {
        return `the file at ${this.#path} is not the socket that was made there: it is left alone`;
      }
      Deno.removeSync(this.#path);
      return undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      return `the socket's file cannot be removed: ${messageOf(error)}`;
    }
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => this.#look(), LOOK_MS);
    // It keeps no process alive.
    Deno.unrefTimer(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const isOwn = this.#isOwn(await Deno.lstat(this.#path));
      this.#is(isOwn ? "in place" : "of another");
    } catch (error) {
      this.#isMissing(error);
    }
    if (!this.#isClosed) this.#lookLater();
  }

  #isOwn({ dev, ino }: Deno.FileInfo): boolean {
    return dev === this.#own.dev && ino === this.#own.ino;
  }

  #isMissing(cause: unknown): void {
    if (this.#isClosed) return;
    let error = cause;
    if (cause instanceof Deno.errors.NotFound) {
      try {
        Deno.linkSync(privateSocketPath(this.#path), this.#path);
        this.#state = "in place";
        return this.#log.warn(
          "the socket's file was removed, and is put back",
          {
            path: this.#path,
          },
        );
      } catch (failure) {
        error = failure;
      }
    }
    this.#is("gone", messageOf(error));
  }

  /** Tells what has changed. */
  #is(state: State, reason = ""): void {
    if (this.#isClosed || state === this.#state) return;
    this.#state = state;
    const log = this.#log;
    const path = this.#path;
    switch (state) {
      case "in place":
        return log.info("the socket's file is in its place again", { path });
      case "of another":
        return log.error(
          "another file has taken the place of the socket: new clients do not come to this router; stop the process that made it, or restart the router",
          { path },
        );
      case "gone":
        return log.error(
          "the socket's file is gone, and cannot be put back: no new client can connect; restart the router",
          { path, reason },
        );
    }
  }

  #removeSpare(): void {
    try {
      Deno.removeSync(privateSocketPath(this.#path));
    } catch {
      // It is gone, or there was none.
    }
    try {
      // Not with what is in it: nothing in it is ours by now.
      Deno.removeSync(privateSocketFolder(this.#path));
    } catch {
      // The next start says what is in the way.
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
