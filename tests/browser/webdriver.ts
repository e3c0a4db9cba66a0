/**
 * Chromium, driven by the WebDriver that ships beside it
 * (https://www.w3.org/TR/webdriver2/).
 */
import { until } from "../support/until.ts";
import { within } from "../support/deadline.ts";

const HINT =
  'install "chromium" and "chromium-driver" (Debian: apt-get install chromium chromium-driver)';

/** A browser with one page. */
export class Browser {
  readonly #driver: Deno.ChildProcess;
  readonly #session: string;

  private constructor(driver: Deno.ChildProcess, session: string) {
    this.#driver = driver;
    this.#session = session;
  }

  /**
   * Starts a browser without a window.
   *
   * @throws {Error} Where it is not installed.
   */
  static async start(): Promise<Browser> {
    const driver = spawnDriver();
    const port = await within(portOf(driver.stdout), "the WebDriver's port");
    const root = `http://127.0.0.1:${port}/session`;
    // As root, which CI may be, it has no sandbox.
    const args = ["--headless=new", "--no-sandbox", "--disable-gpu"];
    const binary = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
    const chrome = { binary, args: [...args, "--disable-dev-shm-usage"] };
    const { sessionId } = await ask("POST", root, {
      capabilities: { alwaysMatch: { "goog:chromeOptions": chrome } },
    }) as { sessionId: string };
    return new Browser(driver, `${root}/${sessionId}`);
  }

  /** Loads a page. */
  async open(url: string): Promise<void> {
    await ask("POST", `${this.#session}/url`, { url });
  }

  /** The value of an expression in the page. */
  async read<Value>(expression: string): Promise<Value> {
    const script = `return (${expression});`;
    return await ask("POST", `${this.#session}/execute/sync`, {
      script,
      args: [],
    }) as Value;
  }

  /** Clicks as a person does. */
  async click(selector: string): Promise<void> {
    const found = await ask("POST", `${this.#session}/element`, {
      using: "css selector",
      value: selector,
    }) as Record<string, string>;
    const [element] = Object.values(found);
    await ask("POST", `${this.#session}/element/${element}/click`, {});
  }

  /** Waits until an expression in the page is true. */
  async until(expression: string): Promise<void> {
    await until(() => this.read<boolean>(expression));
  }

  /** What the page looks like, as PNG. */
  async picture(): Promise<Uint8Array> {
    const base64 = await ask("GET", `${this.#session}/screenshot`);
    return Uint8Array.fromBase64(base64 as string);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ask("DELETE", this.#session);
    this.#driver.kill();
    await this.#driver.status;
    await this.#driver.stdout.cancel();
  }
}

function spawnDriver(): Deno.ChildProcess {
  try {
    return new Deno.Command("chromedriver", {
      args: ["--port=0"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (error) {
    throw new Error(`chromedriver cannot be started: ${HINT}`, {
      cause: error,
    });
  }
}

async function portOf(output: ReadableStream<Uint8Array>): Promise<number> {
  const decoder = new TextDecoder();
  let text = "";
  const reader = output.getReader();
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`chromedriver ended: ${text}`);
      text += decoder.decode(value, { stream: true });
      const port = /successfully on port (\d+)/.exec(text)?.[1];
      if (port !== undefined) return Number(port);
    }
  } finally {
    reader.releaseLock();
  }
}

async function ask(
  method: string,
  url: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${method} ${url}: ${value.message}`);
  return value;
}
