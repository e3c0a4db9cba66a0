/**
 * Files of a folder.
 *
 * `npm:send` was looked at and does much of this. But it looks at a file by its path,
 * and then opens the path: it follows links out of the folder, waits for the other
 * end of a pipe, and has no word for a file that becomes shorter while it is sent.
 *
 * @module
 */

import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { StaticConfig } from "../config/config.ts";
import { contentType } from "./content_type.ts";
import type { Exchange, Service } from "./exchange.ts";
import { folderPage } from "./folder_page.ts";
import { sendHtml } from "./html.ts";
import { selectPart } from "./preconditions.ts";
import {
  findStatic,
  type StaticFile,
  type StaticFolder,
} from "./static_file.ts";

/** What is shown of a folder. */
const INDEX_NAME = "index.html";

/** How much of a file is read at once. */
const READ_BYTES = 65_536;

/** Serves the files of one folder. */
export class StaticService implements Service {
  readonly #config: StaticConfig;

  constructor(config: StaticConfig) {
    this.#config = config;
  }

  async serve(exchange: Exchange, rest: readonly string[]): Promise<void> {
    if (!exchange.allows("GET", "HEAD")) return;
    const isFolderAsked = rest.at(-1) === "";
    const names = isFolderAsked ? rest.slice(0, -1) : rest;
    const found = await findStatic(this.#config.directory, names);
    if (found?.kind === "folder") {
      return isFolderAsked
        ? await this.#sendFolder(exchange, found, names)
        : redirectToFolder(exchange);
    }
    if (found === undefined || isFolderAsked) {
      await found?.handle.close();
      return await this.#sendDefault(exchange);
    }
    await this.#sendFile(exchange, found, names[names.length - 1]);
  }

  async #sendFolder(
    exchange: Exchange,
    folder: StaticFolder,
    names: readonly string[],
  ): Promise<void> {
    const { directory, listsDirectories } = this.#config;
    const index = await findStatic(directory, [...names, INDEX_NAME]);
    if (index?.kind === "file") {
      return await this.#sendFile(exchange, index, INDEX_NAME);
    }
    if (!listsDirectories) return await this.#sendDefault(exchange);
    sendHtml(exchange, 200, await folderPage(folder.path, names.at(-1) ?? "/"));
  }

  /** Answers a request for what is not there. */
  async #sendDefault(exchange: Exchange): Promise<void> {
    const { directory, defaultFile } = this.#config;
    if (defaultFile === undefined) return exchange.sendNotFound();
    const names = defaultFile.split("/").filter((name) => name !== "");
    const file = await findStatic(directory, names);
    if (file?.kind !== "file") return exchange.sendNotFound();
    await this.#sendFile(exchange, file, defaultFile);
  }

  async #sendFile(
    exchange: Exchange,
    file: StaticFile,
    name: string,
  ): Promise<void> {
    try {
      await this.#send(exchange, file, name);
    } finally {
      await file.handle.close();
    }
  }

  async #send(
    exchange: Exchange,
    { handle, size, modified }: StaticFile,
    name: string,
  ): Promise<void> {
    const { mimeTypes, cacheTimeoutS } = this.#config;
    const etag = `"${size.toString(16)}-${modified.getTime().toString(16)}"`;
    const lastModified = modified.toUTCString();
    const { request } = exchange;
    const part = selectPart(request.headers, { size, etag, lastModified });
    const headers = {
      "ETag": etag,
      "Last-Modified": lastModified,
      "Accept-Ranges": "bytes",
      "Cache-Control": cacheTimeoutS === undefined
        ? "no-cache"
        : `public, max-age=${cacheTimeoutS}`,
    };
    if (!("start" in part)) {
      if (part.status === 304) {
        return void exchange.begin(304, headers).end();
      }
      return exchange.sendText(part.status, UNSENT[part.status], {
        ...(part.status === 416 && { "Content-Range": `bytes */${size}` }),
      });
    }
    const { status, start, end } = part;
    const response = exchange.begin(status, {
      ...headers,
      "Content-Type": contentType(name, mimeTypes),
      "Content-Length": end - start,
      ...(status === 206 && {
        "Content-Range": `bytes ${start}-${end - 1}/${size}`,
      }),
    });
    if (exchange.method === "HEAD") return void response.end();
    await pipeline(contentOf(handle, start, end), response);
  }
}

const UNSENT = {
  412: "the file is another one",
  416: "the file is shorter",
} as const;

/** Links on its page lead into the folder only from an address that ends so. */
function redirectToFolder(exchange: Exchange): void {
  const name = encodeURIComponent(exchange.path.at(-1) ?? "");
  const query = exchange.query === "" ? "" : `?${exchange.query}`;
  exchange.sendText(301, "see the Location header", {
    Location: `./${name}/${query}`,
  });
}

async function* contentOf(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end;) {
    const bytes = new Uint8Array(Math.min(READ_BYTES, end - position));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, position);
    if (bytesRead === 0) {
      throw new Error("a file became shorter while it was sent");
    }
    position += bytesRead;
    yield bytes.subarray(0, bytesRead);
  }
}
