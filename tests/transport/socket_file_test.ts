/** What becomes of the file of a Unix socket while the router listens. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Logger } from "../../src/base/log.ts";
import type { Listener } from "../../src/transport/listener.ts";
import { openUnixListener } from "../../src/transport/unix_listener.ts";
import { until } from "../support/until.ts";

/** A listener in a folder of its own, and what it logs. */
async function listening(
  test: (
    parts: { path: string; listener: Listener; lines: string[] },
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice" });
  const path = `${folder}/s`;
  const lines: string[] = [];
  const add = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  const log: Logger = {
    debug: add("debug"),
    info: add("info"),
    warn: add("warn"),
    error: add("error"),
  };
  const listener = await openUnixListener(
    { type: "unix", path, mode: 0o600 },
    log,
  );
  try {
    await test({ path, listener, lines });
  } finally {
    listener.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function expectServed(path: string, listener: Listener): Promise<void> {
  const [client, conn] = await Promise.all([
    Deno.connect({ transport: "unix", path }),
    listener.accept(),
  ]);
  client.close();
  conn.close();
}

Deno.test("a socket's file that is removed is put back, with its mode, and that is told", async () => {
  await listening(async ({ path, listener, lines }) => {
    for (let round = 1; round <= 2; round++) {
      await Deno.remove(path);
      await until(() => lines.length === round);
      await expectServed(path, listener);
      assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
      assertStringIncludes(lines[round - 1], "warn: the socket's file was rem");
    }
  });
});

Deno.test("a file that takes the place of a socket is told once and left alone; when it is gone, the socket is back", async () => {
  await listening(async ({ path, listener, lines }) => {
    await Deno.remove(path);
    await Deno.writeTextFile(path, "mine");
    await until(() => lines.length === 1);
    assertStringIncludes(lines[0], "error: another file has taken the place");
    assertEquals(await Deno.readTextFile(path), "mine");
    await Deno.remove(path);
    await until(() => lines.length === 2);
    assertStringIncludes(lines[1], "warn: the socket's file was removed, and");
    await expectServed(path, listener);
  });
});

Deno.test("a socket that is removed with its second name is told once", async () => {
  await listening(async ({ path, lines }) => {
    await Deno.remove(path.replace(/s$/, ".s~"), { recursive: true });
    await Deno.remove(path);
    await until(() => lines.length === 1);
    assertStringIncludes(lines[0], "error: the socket's file is gone, and can");
  });
});
